"""What a soak stands on: a database that can be taken away, the processes around it, the senders' accounts."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg

from tests.e2e.databases import Database, PostgresDatabase, SqliteDatabase
from tests.e2e.stand import Stand
from tests.soak.cluster import Cluster
from tests.soak.tier import MORE_WORKERS, Tier

# A transaction of more than one statement that has written: a worker's, for the door's is a single INSERT.
APPLYING = """
SELECT 1 FROM pg_stat_activity
WHERE datname = current_database() AND backend_xid IS NOT NULL AND xact_start < query_start
"""
PENDING = "SELECT COUNT(*) FROM webhooks_delivery WHERE state = 'pending'"


class Ground:
    """A Stockroom of its own, with nothing running yet."""

    def __init__(self, database: Database, cluster: Cluster | None, directory: Path) -> None:
        self.database = database
        self.cluster = cluster
        self.stand = Stand(database, directory)
        # SQLite has one writer: there `manage.py serve` runs the only worker.
        self.tier = Tier(self.stand, more_workers=MORE_WORKERS if cluster else 0)

    @property
    def name(self) -> str:
        return "PostgreSQL" if self.cluster else "SQLite"

    def is_applying(self) -> bool:
        """Whether a worker is in the transaction that applies a batch."""
        if self.cluster is None:
            return self.database.is_being_written()
        with suppress(psycopg.OperationalError):  # it is not back yet
            return bool(self.database.rows(APPLYING))
        return False

    def pending(self) -> int:
        """How many deliveries wait for a worker, or for their next attempt."""
        return self.stand.number(PENDING)

    @contextmanager
    def database_away(self) -> Iterator[None]:
        """Within its block the database cannot be used: PostgreSQL is stopped with `immediate`, SQLite is locked."""
        if self.cluster is None:
            with self.database.hold_writers():
                yield
            return
        self.cluster.stop()
        try:
            yield
        finally:
            self.cluster.start()


@contextmanager
def make_ground(kind: str, directory: Path) -> Iterator[Ground]:
    """Ground on `postgres` or `sqlite`, migrated; nothing of it is left behind.

    Raises NoPostgres when there is nothing to make a cluster with.
    """
    cluster = Cluster() if kind == "postgres" else None
    try:
        database: Database = (
            PostgresDatabase.create(cluster.url) if cluster else SqliteDatabase(directory / "soak.sqlite3")
        )
        ground = Ground(database, cluster, directory)
        try:
            ground.stand.command("migrate", "--verbosity", "0")
            yield ground
        finally:
            ground.stand.close()
    finally:
        if cluster is not None:
            cluster.close()
