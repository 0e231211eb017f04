"""What the benchmarks stand on: a PostgreSQL of their own with default durability, and how long everything may take."""

from pathlib import Path
from types import TracebackType

from tests.e2e.databases import PostgresDatabase
from tests.soak.cluster import Cluster


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

    def __enter__(self) -> "Ground":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.cluster.close()

    def postgres(self) -> PostgresDatabase:
        """A new, empty database on the server of this ground."""
        return PostgresDatabase.create(self.cluster.url)

    def postgres_version(self) -> str:
        [(version,)] = PostgresDatabase(self.cluster.url).rows("SHOW server_version")
        return str(version).partition(" ")[0]
