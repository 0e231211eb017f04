"""What the benchmarks stand on: a PostgreSQL of their own with default durability, and how long everything may take."""

import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from tests.e2e.databases import PostgresDatabase
from tests.e2e.processes import children_of
from tests.e2e.stand import Stand
from tests.soak.cluster import Cluster

HOUR = 3600.0


class Ground:
    """Databases for the acts; what is costly to make is made once, and copied from then on."""

    def __init__(
        self, directory: Path, *, counts: int, deliveries: int, seconds: float, rounds: int, server: str = ""
    ) -> None:
        """Make the PostgreSQL server, unless there is a `server` to use. Raises NoPostgres when none can be made."""
        self.directory = directory
        self.counts = counts
        """Of the large ledger."""
        self.deliveries = deliveries
        """Of the full inbox."""
        self.seconds = seconds
        """That one measurement of one contender takes."""
        self.rounds = rounds
        """In which the contenders take turns."""
        self._cluster = None if server else Cluster()
        self.url = self._cluster.url if self._cluster else server
        """Of a database on the server."""
        self._large: PostgresDatabase | None = None

    def __enter__(self) -> "Ground":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._cluster:
            self._cluster.close()

    def postgres(self) -> PostgresDatabase:
        """A new, empty database on the server of this ground."""
        return PostgresDatabase.create(self.url)

    def large(self, say: Callable[[str], None]) -> PostgresDatabase:
        """A database with the large ledger; to be copied, not to be written to. Made at the first call."""
        if self._large is None:
            kept = PostgresDatabase(urlsplit(self.url)._replace(path=f"/bench_large_{self.counts}").geturl())
            if not self._cluster and kept.exists():
                # On a server that stays, one that was filled before can be kept under this name.
                self._large = kept
                return kept
            say(f"filling a ledger of {self.counts:,} counts")
            self._large = self.postgres()
            stand = Stand(self._large, self.directory)
            stand.command("migrate", "--verbosity", "0")
            script = f"from tests.bench.million import fill_and_tell; fill_and_tell({self.counts})"
            filled = stand.run("shell", "-c", script, within=3 * HOUR)
            assert filled.returncode == 0, filled.stdout + filled.stderr
        return self._large

    def checkpoint(self) -> None:
        """Write down what is waiting to be written: else whoever is measured next would bear it."""
        PostgresDatabase(self.url).write("CHECKPOINT")

    def database_seconds(self) -> float:
        """The processor time that the server's processes have taken so far."""
        [(data,)] = PostgresDatabase(self.url).rows("SHOW data_directory")
        postmaster = int((Path(data) / "postmaster.pid").read_text().split()[0])
        return sum(_processor_seconds(pid) for pid in (postmaster, *children_of(postmaster)))

    def postgres_version(self) -> str:
        [(version,)] = PostgresDatabase(self.url).rows("SHOW server_version")
        return str(version).partition(" ")[0]


def _processor_seconds(pid: int) -> float:
    """Of a process and of those of its children that have ended."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        # It has ended since it was found: its parent has its time by now.
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
