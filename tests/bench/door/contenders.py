"""Who is timed: a server process of its own for each, what it is sent, and where it keeps what it took in."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.bench.door.letters import Sign, letters, like_square, like_standard_webhooks, wrongly
from tests.e2e.databases import Database
from tests.e2e.stand import Stand, free_port
from tests.webhooks import square

PROGRAMS = Path(__file__).with_name("programs")
PUBLIC = "https://stock.example.org"
OLDER_KEY = "the-key-before-the-last-rotation"
WHSEC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
THREADS = 64
"""As many as WEB_THREADS."""
COMMAND_SECONDS = 600.0
PATIENCE = 60.0
"""Seconds in which a server has to start."""


class NotStarted(Exception):
    """A contender's process does not run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Contender:
    """One receiver."""

    name: str
    serving: Callable[[], AbstractContextManager[int]]
    """Runs its server while a block runs; gives the port."""
    requests: Callable[[], Iterator[bytes]]
    """What it is sent, without end."""
    rows: Callable[[], int]
    """How many it has stored."""
    refuses: bool = False
    """Whether it is sent what it has to refuse."""


class Ours:
    """A Stockroom in production settings, with an endpoint of Square's and one of the Standard Webhooks'.

    Raises NotStarted. Square's has two live secrets, as while one is replaced by another. No worker runs.
    """

    def __init__(self, database: Database, directory: Path, *, migrated: bool = False) -> None:
        self.database = database
        self.stand = Stand(database, directory, HTTPS="true", PUBLIC_BASE_URL=PUBLIC)
        if not migrated:
            self._command("migrate", "--verbosity", "0")
            self._add("square", "--name=Square in use", "--secret", OLDER_KEY, "--secret", square.KEY)
            self._add("generic", "--name=Generic in use", "--secret", WHSEC)
        paths = self._command("shell", "--verbosity", "0", "-c", _PATHS)
        self._paths: dict[str, str] = json.loads(paths)

    def square(self, name: str) -> Contender:
        """Stored, as Square sends it."""
        return self._contender(name, "square", like_square(self.url))

    def refusing(self, name: str) -> Contender:
        """The same, signed with another key."""
        return self._contender(name, "square", wrongly(self.url), refuses=True)

    def standard_webhooks(self, name: str) -> Contender:
        """Stored, as a sender of the Standard Webhooks sends it: with a time of signing, within the window."""
        return self._contender(name, "generic", like_standard_webhooks(WHSEC))

    @property
    def url(self) -> str:
        """What Square signs."""
        return f"{PUBLIC}{self._paths['square']}"

    @property
    def path(self) -> str:
        """Where Square posts to."""
        return self._paths["square"]

    def add_others(self, number: int) -> None:
        """Add so many endpoints that nobody posts to."""
        for index in range(number):
            self._add("treez", f"--name=another {index}")

    def twin(self, database: Database, directory: Path) -> "Ours":
        """The same Stockroom on a copy of its database."""
        return Ours(database, directory, migrated=True)

    def _contender(self, name: str, provider: str, sign: Sign, *, refuses: bool = False) -> Contender:
        return Contender(
            name=name,
            serving=self._serving,
            requests=lambda: letters(self._paths[provider], sign),
            rows=lambda: self.stand.number("SELECT COUNT(*) FROM webhooks_delivery"),
            refuses=refuses,
        )

    @contextmanager
    def _serving(self) -> Iterator[int]:
        self.stand.start_server()
        try:
            yield self.stand.port
        finally:
            self.stand.stop_server()

    def _add(self, provider: str, *arguments: str) -> None:
        self._command("add_endpoint", provider, *arguments)

    def _command(self, *arguments: str) -> str:
        ran = self.stand.run(*arguments, within=COMMAND_SECONDS)
        if ran.returncode:
            raise NotStarted(f"manage.py {arguments[0]}: {ran.stderr}")
        return ran.stdout


_PATHS = """
import json
from webhooks.models import Token
tokens = Token.objects.filter(endpoint__source__name__endswith=" in use")
print(json.dumps({token.endpoint.source.provider: token.path for token in tokens}))
"""


class Program:
    """One of the programs here, under the same server program as ours."""

    def __init__(
        self,
        program: str,
        database: Database,
        directory: Path,
        *,
        python: str | Path = sys.executable,
        secret: str = square.KEY,
        interface: str = "wsgi",
    ) -> None:
        """Make its tables; what its own making prints is `said`. Raises NotStarted when that fails."""
        self._program = program
        self._database = database
        self._log = directory / f"{program}.log"
        self._python = str(python)
        self._interface = interface
        self.url = f"{PUBLIC}/hooks/bench/"
        self._environment = {
            **{name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}},
            "SECRET_KEY": "of-the-benchmark-and-of-nothing-else-0123456789",
            "DATABASE_URL": database.url,
            "BENCH_URL": self.url,
            "BENCH_SECRET": secret,
        }
        self.said = self._make()

    def contender(self, name: str, table: str, *, path: str = "/hooks/bench/", sign: Sign, **more: object) -> Contender:
        """Stored in `table`; `more` stands in each body."""
        return Contender(
            name=name,
            serving=self._serving,
            requests=lambda: letters(path, sign, **more),
            rows=lambda: int(self._database.rows(f"SELECT COUNT(*) FROM {table}")[0][0]),  # noqa: S608  # our own words
        )

    def _make(self) -> str:
        made = subprocess.run(  # noqa: S603
            [self._python, f"{self._program}.py"],
            cwd=PROGRAMS,
            env=self._environment,
            capture_output=True,
            text=True,
            timeout=COMMAND_SECONDS,
            check=False,
        )
        if made.returncode:
            raise NotStarted(f"{self._program}: {made.stderr}")
        return made.stdout.strip()

    @contextmanager
    def _serving(self) -> Iterator[int]:
        port = free_port()
        arguments = ["--port", str(port), "--threads", str(THREADS), "--interface", self._interface]
        with self._log.open("ab") as log:
            server = subprocess.Popen(  # noqa: S603
                [self._python, "serve.py", f"{self._program}:application", *arguments],
                cwd=PROGRAMS,
                env=self._environment,
                stdout=log,
                stderr=log,
            )
        try:
            self._wait(server, port)
            yield port
        finally:
            server.terminate()
            try:
                server.wait(timeout=PATIENCE)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()

    def _wait(self, server: "subprocess.Popen[bytes]", port: int) -> None:
        deadline = time.monotonic() + PATIENCE
        while True:
            if server.poll() is not None or time.monotonic() > deadline:
                raise NotStarted(f"{self._program}: {self._log.read_text()[-2000:]}")
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
