"""How long a single delivery waits for an idle worker."""

import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from typing import Any

import psycopg

from tests.bench.ground import Ground
from tests.bench.page import Spread
from tests.e2e.databases import Database, PostgresDatabase, SqliteDatabase
from tests.e2e.stand import Stand
from tests.webhooks import square
from webhooks.twins.wire import moment

SINGLES = 30
PAUSE = 0.25
"""Seconds between two: the worker has long gone idle."""
PATIENCE = 30.0
MILLIONTHS = 1_000_000


def measure_waiting(ground: Ground, kind: str, say: Callable[[str], None]) -> Spread:
    """The median time of each round, in milliseconds, from the door's answer to the changed count."""
    database: Database = (
        ground.postgres() if kind == "PostgreSQL" else SqliteDatabase(ground.directory / "idle.sqlite3")
    )
    stand = Stand(database, ground.directory)
    try:
        stand.command("migrate", "--verbosity", "0")
        endpoint = stand.add_square("Square")
        stand.start_server()
        stand.start_worker()
        medians = []
        with closing(_connect(database)) as connection:
            for number in range(ground.rounds + 1):
                waited = []
                for index in range(SINGLES):
                    time.sleep(PAUSE)
                    quantity = number * SINGLES + index + 1
                    row = square.count(str(quantity), at=moment(time.time_ns(), decimals=3))
                    body = square.counts_updated([row], event_id=f"single-{quantity}")
                    assert stand.post(endpoint, body).status == 200
                    answered = time.monotonic()
                    while connection.execute("SELECT MAX(quantity) FROM inventory_count").fetchone() != (
                        quantity * MILLIONTHS,
                    ):
                        assert time.monotonic() < answered + PATIENCE, f"count {quantity} did not come"
                        time.sleep(0.001)
                    waited.append((time.monotonic() - answered) * 1000)
                medians.append(Spread(waited).median)
        # In the first round all is loaded.
        found = Spread(medians[1:])
        say(f"idle on {kind}: {found.text(1)} ms")
        return found
    finally:
        stand.close()
        database.drop()


def _connect(database: Database) -> Any:
    if isinstance(database, PostgresDatabase):
        return psycopg.connect(database.url, autocommit=True)
    assert isinstance(database, SqliteDatabase)
    return sqlite3.connect(database.path, isolation_level=None)
