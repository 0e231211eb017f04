"""What the benchmarks stand on: a PostgreSQL of their own with default durability, and how long everything may take."""

import os
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from tests.e2e.databases import PostgresDatabase
from tests.e2e.processes import children_of
from tests.e2e.stand import Stand
from tests.soak.cluster import Cluster

HOUR = 3600.0


class Ground:
    """Databases for the acts; what is costly to make is made once, and copied from then on."""

    def __init__(self, directory: Path, *, counts: int, deliveries: int, seconds: float, rounds: int) -> None:
        """Make the PostgreSQL server. Raises NoPostgres when there is nothing to make it with."""
        self.directory = directory
        self.counts = counts
        """Of the large ledger."""
        self.deliveries = deliveries
        """Of the full inbox."""
        self.seconds = seconds
        """That one measurement of one contender takes."""
        self.rounds = rounds
        """In which the contenders take turns."""
        self.cluster = Cluster()
        self._large: PostgresDatabase | None = None

    def __enter__(self) -> "Ground":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cluster.close()

    def postgres(self) -> PostgresDatabase:
        """A new, empty database on the server of this ground."""
        return PostgresDatabase.create(self.cluster.url)

    def large(self, say: Callable[[str], None]) -> PostgresDatabase:
        """A database with the large ledger; to be copied, not to be written to. Made at the first call."""
        if self._large is None:
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
        PostgresDatabase(self.cluster.url).write("CHECKPOINT")

    def database_seconds(self) -> float:
        """The processor time that the server's processes have taken so far."""
        postmaster = self.cluster.pid()
        return sum(_processor_seconds(pid) for pid in (postmaster, *children_of(postmaster)))

    def postgres_version(self) -> str:
        [(version,)] = PostgresDatabase(self.cluster.url).rows("SHOW server_version")
        return str(version).partition(" ")[0]


def _processor_seconds(pid: int) -> float:
    """Of a process and of those of its children that have ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")
