"""A PostgreSQL of one's own: made with default durability, stopped the hard way, started again, thrown away."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.e2e.stand import free_port

UNPRIVILEGED = "postgres"
"""Whom PostgreSQL runs as where we are root, which it refuses to be."""
PATIENCE = 120.0
"""Seconds that a recovery may take."""


class NoPostgres(Exception):
    """This machine has no PostgreSQL to make a cluster with."""


def find_binaries() -> Path:
    """Where the newest initdb is; raises NoPostgres when there is none."""
    known = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    on_path = shutil.which("initdb")
    if on_path:
        known.append(Path(on_path).resolve().parent)
    if not known:
        raise NoPostgres("no initdb, neither on the PATH nor where Debian keeps it: install the package postgresql")
    return max(known, key=lambda path: [int(part) if part.isdigit() else 0 for part in path.parts])


class Cluster:
    """A server on a free port of this machine; every setting of durability is PostgreSQL's own."""

    def __init__(self) -> None:
        """Make and start it. Raises NoPostgres when there is nothing to make it with."""
        self._binaries = find_binaries()
        self._user: Mapping[str, Any] = {}
        self.directory = Path(tempfile.mkdtemp(prefix="stockroom-soak-"))
        self._data = self.directory / "data"
        self.port = free_port()
        self.url = f"postgres://{UNPRIVILEGED}@127.0.0.1:{self.port}/postgres"
        if os.geteuid() == 0:
            self._user = {"user": UNPRIVILEGED, "group": UNPRIVILEGED, "extra_groups": []}
            shutil.chown(self.directory, UNPRIVILEGED, UNPRIVILEGED)
        try:
            # Text is compared and sorted as in the tests' other databases, whatever this machine speaks.
            self._run("initdb", "--auth", "trust", "--username", UNPRIVILEGED, "--encoding", "UTF8", "--locale", "C")
            self.start()
        except BaseException:
            self.close()
            raise

    def start(self) -> None:
        """Start it, and wait until it has recovered and takes connections."""
        options = f"-p {self.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={self.directory}"
        log = self.directory / "server.log"
        self._run("pg_ctl", "start", "--wait", "--timeout", f"{PATIENCE:.0f}", "--log", str(log), "--options", options)

    def stop(self) -> None:
        """Stop it with `immediate`: no checkpoint, no farewell, and the next start has to recover."""
        self._run("pg_ctl", "stop", "--mode", "immediate", "--wait", "--timeout", f"{PATIENCE:.0f}")

    def close(self) -> None:
        """Leave nothing behind."""
        if (self._data / "postmaster.pid").exists():
            self.stop()
        shutil.rmtree(self.directory)

    def _run(self, program: str, *arguments: str) -> None:
        # Into a file: a server that pg_ctl starts would keep a pipe open.
        with (self.directory / "commands.log").open("ab") as log:
            subprocess.run(  # noqa: S603
                [self._binaries / program, "--pgdata", self._data, *arguments],
                cwd=self.directory,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                timeout=PATIENCE * 1.5,
                check=True,
                **self._user,
            )
