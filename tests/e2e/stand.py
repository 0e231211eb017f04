"""A whole Stockroom for one test module: a database of its own, a real web server, real workers, real commands."""

import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

from tests.e2e.databases import Database, Row
from tests.webhooks import square

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 60.0
"""Seconds that anything may take on a busy machine."""


def eventually(happens: Callable[[], bool], *, within: float = PATIENCE, every: float = 0.02) -> None:
    """Wait until `happens`; fail after `within` seconds."""
    deadline = time.monotonic() + within
    while not happens():
        assert time.monotonic() < deadline, f"it did not happen within {within:g} s"
        time.sleep(every)


def free_port() -> int:
    """A port that nobody uses, from below those that the system gives to outgoing connections."""
    for port in random.sample(range(10_000, 30_000), 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise AssertionError("no port is free")


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the server said to one request."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    seconds: float = 0.0
    """From the request to the end of the answer."""


STORED = (200, b"stored\n")


@dataclass(frozen=True, slots=True, kw_only=True)
class SquareEndpoint:
    """What `add_endpoint --json` said of one."""

    id: int
    source: str
    path: str
    public_url: str

    @property
    def token(self) -> str:
        return self.path.split("/")[2]

    def signed(self, body: bytes, **headers: str) -> dict[str, str]:
        """The headers that Square sends with `body`."""
        return {
            "content-type": "application/json",
            "x-square-hmacsha256-signature": square.signature(self.public_url, body),
            **headers,
        }


class Stand:
    """Starts, asks and ends the processes around one database. `log` is what the servers wrote to stderr."""

    def __init__(self, database: Database, directory: Path, **environment: str) -> None:
        self.database = database
        self.port = free_port()
        self.log = directory / "server.log"
        self.worker_log = directory / "worker.log"
        self.environment = {
            name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}
        } | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "ENV_FILE": "",
            "SECRET_KEY": os.environ["SECRET_KEY"],
            "FIELD_KEYS": os.environ["FIELD_KEYS"],
            "HTTPS": "false",
            # No night comes while a test runs.
            "PROOF_HOUR": str((datetime.now(UTC).hour + 12) % 24),
            "PUBLIC_BASE_URL": f"http://127.0.0.1:{self.port}",
            "DATABASE_URL": database.url,
            **environment,
        }
        self.server: subprocess.Popen[bytes] | None = None
        self.workers: list[subprocess.Popen[bytes]] = []

    # Commands

    def run(self, *arguments: str, within: float = PATIENCE) -> subprocess.CompletedProcess[str]:
        """Run a command of `manage.py` to its end; raises subprocess.TimeoutExpired after `within` seconds."""
        return subprocess.run(  # noqa: S603
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=within,
            check=False,
        )

    def command(self, *arguments: str) -> str:
        """What a command that must end with 0 prints."""
        ran = self.run(*arguments)
        assert ran.returncode == 0, f"{arguments} ended with {ran.returncode}: {ran.stdout}{ran.stderr}"
        return ran.stdout

    def stock(self, *arguments: str) -> list[dict[str, str | None]]:
        """The rows of `manage.py stock`."""
        rows: list[dict[str, str | None]] = json.loads(self.command("stock", "--format", "json", *arguments))
        return rows

    def add_square(self, name: str, *arguments: str) -> SquareEndpoint:
        """A new endpoint of Square's, whose secret is square.KEY."""
        printed = self.command("add_endpoint", "square", "--name", name, "--secret", square.KEY, "--json", *arguments)
        facts = json.loads(printed)
        assert list(facts) == ["id", "provider", "source", "path", "public_url"]
        assert facts.pop("provider") == "square"
        return SquareEndpoint(**facts)

    def work_once(self) -> str:
        """What `manage.py worker --once` prints."""
        return self.command("worker", "--once")

    def prove(self) -> str:
        """The last line of `prove_ledger` without its time, once it and `rebuild --check` ended with 0."""
        assert self.command("rebuild", "--check") == "0 streams differ\n"
        return re.sub(r" \([0-9.]+ s\)\n$", "", self.command("prove_ledger"))

    # Processes

    def start_server(self, *arguments: str) -> None:
        """Start the web server as `manage.py serve` does, and wait until it answers."""
        self._start_server("-m", "config.web", "--port", str(self.port), *arguments)

    def serve(self, *arguments: str) -> None:
        """Start `manage.py serve`: the web server and a worker."""
        self._start_server("manage.py", "serve", "--port", str(self.port), *arguments)

    def kill_server(self) -> None:
        """End the server and its children with SIGKILL, all at once."""
        if self.server is not None:
            _kill(self.server)
            self.server = None
            # Children of `serve` have sessions of their own and end on hearing of it: a moment later.
            eventually(lambda: not self._answers())

    def stop_server(self) -> int:
        """End the server with SIGTERM; return its status."""
        assert self.server is not None
        self.server.terminate()
        status = self.server.wait(timeout=PATIENCE)
        self.kill_server()
        return status

    def start_worker(
        self, *arguments: str, program: Sequence[str] = ("manage.py", "worker")
    ) -> subprocess.Popen[bytes]:
        """Start `manage.py worker`, or a `program` that is one with something added."""
        with self.worker_log.open("ab") as log:
            worker = subprocess.Popen(  # noqa: S603
                [sys.executable, *program, *arguments],
                cwd=ROOT,
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
            )
        self.workers.append(worker)
        return worker

    def stop_workers(self) -> list[int]:
        """End every worker with SIGTERM; return their statuses."""
        for worker in self.workers:
            worker.terminate()
        statuses = [worker.wait(timeout=PATIENCE) for worker in self.workers]
        for worker in self.workers:
            _kill(worker)
        self.workers.clear()
        return statuses

    def close(self) -> None:
        """End every process that this stand started."""
        self.kill_server()
        for worker in self.workers:
            _kill(worker)

    def _start_server(self, *arguments: str) -> None:
        assert self.server is None
        with self.log.open("ab") as log:
            self.server = subprocess.Popen(  # noqa: S603
                [sys.executable, *arguments],
                cwd=ROOT,
                env=self.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        eventually(self._listens)

    def _listens(self) -> bool:
        assert self.server is not None
        assert self.server.poll() is None, self.log.read_text()
        return self._answers()

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    # Requests

    def dial(self) -> socket.socket:
        """A socket to the server."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE)

    def connect(self) -> HTTPConnection:
        """A connection that may carry several requests."""
        return HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def request(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}) -> Answer:
        """One request on a connection of its own."""
        with closing(self.connect()) as connection:
            return ask(connection, method, path, body, headers)

    def send(self, *pieces: bytes, half_close: bool = False) -> Answer:
        """Write these bytes to a new socket, then read an answer; `half_close` ends our side before that."""
        began = time.monotonic()
        with self.dial() as line:
            # An answer may come before everything is sent.
            with suppress(BrokenPipeError, ConnectionResetError):
                for piece in pieces:
                    line.sendall(piece)
                if half_close:
                    line.shutdown(socket.SHUT_WR)
            response = HTTPResponse(line)
            response.begin()
            return _read_answer(response, began)

    def post(self, endpoint: SquareEndpoint, body: bytes, **headers: str) -> Answer:
        """Post `body` as Square would."""
        return self.request("POST", endpoint.path, body, endpoint.signed(body, **headers))

    def post_all(self, endpoint: SquareEndpoint, bodies: Sequence[bytes]) -> None:
        """Post these, one after another on one connection; each must be stored."""
        with closing(self.connect()) as connection:
            for body in bodies:
                answer = ask(connection, "POST", endpoint.path, body, endpoint.signed(body))
                assert (answer.status, answer.body) == STORED

    # The database

    def rows(self, sql: str) -> list[Row]:
        """What a query finds."""
        return self.database.rows(sql)

    def number(self, sql: str) -> int:
        """The one number that a query finds."""
        [(number,)] = self.rows(sql)
        return int(number)


def ask(
    connection: HTTPConnection, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] = {}
) -> Answer:
    """One request on a connection that stays open."""
    began = time.monotonic()
    connection.request(method, path, body, dict(headers))
    return _read_answer(connection.getresponse(), began)


def _read_answer(response: HTTPResponse, began: float) -> Answer:
    with response:
        body = response.read()
    return Answer(
        status=response.status,
        headers={name.lower(): value for name, value in response.getheaders()},
        body=body,
        seconds=time.monotonic() - began,
    )


def _kill(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError):  # all of them have ended
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=PATIENCE)
    if process.stdout is not None:
        process.stdout.close()
