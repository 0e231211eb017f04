"""A Redis of one's own, which can hang, be stopped, and be started again."""

import os
import shutil
import signal
import subprocess
from pathlib import Path

import redis

from tests.e2e.stand import PATIENCE, eventually, free_port


class NoRedis(Exception):
    """This machine has no Redis server."""


class Broker:
    """A Redis server on a free port of this machine, which forgets everything when it is stopped."""

    def __init__(self, directory: Path) -> None:
        """Start it. Raises NoRedis when there is nothing to start."""
        program = shutil.which("redis-server")
        if program is None:
            raise NoRedis("no redis-server on the PATH: install the package redis-server")
        self._program = program
        self._directory = directory
        self._process: subprocess.Popen[bytes] | None = None
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        with (self._directory / "broker.log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603
                [self._program, "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"],
                cwd=self._directory,
                env={"PATH": os.environ["PATH"]},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        eventually(self._answers)

    def stop(self) -> None:
        """End it at once: whoever is connected is cut off, and nothing listens."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(timeout=PATIENCE)
            self._process = None

    def listen_with_tls(self, certificate: Path, key: Path) -> int:
        """Listen on a second port, with TLS; return its number."""
        port = free_port()
        with redis.Redis(port=self.port) as client:
            client.execute_command(
                *("CONFIG", "SET", "tls-cert-file", str(certificate), "tls-key-file", str(key)),
                *("tls-ca-cert-file", str(certificate), "tls-auth-clients", "no", "tls-port", port),
            )
        return port

    def hang(self) -> None:
        """Have it answer nobody, and hang up on nobody, until it goes on."""
        self._signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """End a hang."""
        self._signal(signal.SIGCONT)

    def lose_messages(self) -> int:
        """Throw away every message that waits; return how many lists of them there were."""
        with redis.Redis(port=self.port) as client:
            return int(client.delete("stockroom"))

    def waiting(self) -> int:
        """How many messages nobody has taken yet."""
        with redis.Redis(port=self.port) as client:
            return int(client.llen("stockroom"))

    def received(self) -> int:
        """How many messages were left here since it started."""
        with redis.Redis(port=self.port) as client:
            commands = client.info("commandstats")
        return int(commands.get("cmdstat_lpush", {"calls": 0})["calls"])

    def _signal(self, number: int) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self._directory / "broker.log").read_text()
        try:
            with redis.Redis(port=self.port, socket_timeout=1) as client:
                return bool(client.ping())
        except redis.ConnectionError:
            return False
