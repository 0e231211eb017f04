"""A backup is made under load, the database is lost, and senders retry: nothing is missing, nothing is there twice.

The database that was never lost goes on beside it, and at the end both say the same.
"""

import json
import shutil
import sqlite3
import subprocess
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from inventory.quantity import from_millionths
from tests.e2e.conftest import NewStand
from tests.e2e.databases import Database, PostgresDatabase, Row, SqliteDatabase
from tests.e2e.stand import PATIENCE, STORED, Stand, ask, eventually
from tests.laws.senders import PROOFS, sign_as_square
from webhooks.twins import TWINS, Cell, Twin
from webhooks.twins.wire import SECOND

BEGAN = 1_790_000_000 * SECOND
MESSAGES = 160
PACE_SECONDS = 0.15
"""Between two messages of one sender while the dump is made; all the others go out as fast as may be."""
HELD_BACK = 40
"""How many messages each sender has still to say when the dump is done."""
DRAINED_SECONDS = 3 * PATIENCE
"""That hundreds of deliveries may take on a busy machine, on SQLite with pauses for the door."""
OVERLAP = 10
"""How many messages before the dump a sender tries again: what it had no answer to, and some more."""
SECRET = "a-secret-that-was-agreed-on-0123456789"
# Theirs carry a key and a time of their own; for the others, arrival is the clock.
CLOCKED = ("square", "tracktile", "budsense")

STATES = "SELECT state, COUNT(*) FROM webhooks_delivery GROUP BY state ORDER BY state"
PENDING = "SELECT COUNT(*) FROM webhooks_delivery WHERE state = 'pending'"
ARRIVED = "SELECT COUNT(*) FROM webhooks_delivery"
COUNTS = """
SELECT s.provider, l.external_id, COALESCE(b.external_id, ''), COALESCE(p.external_id, ''), c.bucket, c.state,
       c.quantity, c.quality, CASE WHEN s.provider IN ('square', 'tracktile') THEN c.as_of END
FROM inventory_count c
JOIN inventory_source s ON s.id = c.source_id
JOIN inventory_listing l ON l.id = c.listing_id
LEFT JOIN inventory_batch b ON b.id = c.batch_id
LEFT JOIN inventory_location p ON p.id = c.location_id
ORDER BY 1, 2, 3, 4, 5, 6
"""
LISTINGS = """
SELECT s.provider, l.external_id, l.name, l.active, l.description
FROM inventory_listing l JOIN inventory_source s ON s.id = l.source_id ORDER BY 1, 2
"""
DELIVERIES = """
SELECT s.provider, d.dedup_key, d.body_digest FROM webhooks_delivery d
JOIN webhooks_endpoint e ON e.id = d.endpoint_id JOIN inventory_source s ON s.id = e.source_id
"""


@dataclass(slots=True, kw_only=True)
class Sender:
    """One account: posts what its twin says, in order, and can post it again."""

    twin: Twin
    path: str
    public_url: str
    bodies: list[bytes]
    answered: int = 0
    """How many of them have been answered 200."""

    def post(self, stand: Stand, since: int = 0, *, dump: "Dump | None" = None) -> None:
        """Post everything from one message on; each must be stored. Beside a dump, take time over it."""
        prove = PROOFS.get(self.twin.provider) or sign_as_square(self.public_url)
        with closing(stand.connect()) as connection:
            for number in range(since, len(self.bodies)):
                if dump is not None:
                    dump.pace(left=len(self.bodies) - number)
                body = self.bodies[number]
                headers: Mapping[str, str] = {"content-type": "application/json", **prove(SECRET, body)}
                answer = ask(connection, "POST", self.path, body, headers)
                assert (answer.status, answer.body) == STORED
                self.answered = max(self.answered, number + 1)


class Dump:
    """When the dump begins and when it is done, for those who post meanwhile."""

    def __init__(self) -> None:
        self.began = threading.Event()
        self.done = threading.Event()

    def pace(self, *, left: int) -> None:
        """Wait before the next of so many messages that are left."""
        if self.began.is_set():
            self.done.wait(PATIENCE if left <= HELD_BACK else PACE_SECONDS)


def make_senders(stand: Stand) -> list[Sender]:
    senders = []
    for provider, kind in TWINS.items():
        twin = kind(seed=3, began=BEGAN)
        arguments = [] if provider == "budsense" else ["--secret", SECRET]
        for name, value in twin.settings.items():
            arguments += ["--setting", f"{name}={value}"]
        made = json.loads(stand.command("add_endpoint", provider, "--name", provider, *arguments, "--json"))
        said = twin.play(BEGAN + 60 * SECOND * number for number in range(MESSAGES))
        bodies = [message.body for message in sorted(said, key=lambda message: message.sent_at)]
        senders.append(Sender(twin=twin, path=made["path"], public_url=made["public_url"], bodies=bodies))
    return senders


def dump(stand: Stand, directory: Path) -> Path:
    """A backup, by the commands of docs/operations.md."""
    file = directory / "stockroom.backup"
    if isinstance(stand.database, SqliteDatabase):
        stand.command("backup", str(file))
    else:
        run("pg_dump", "--format=custom", f"--file={file}", stand.database.url)
    return file


def restore(database: Database, file: Path, directory: Path) -> Database:
    """A new database from a backup, by the commands of docs/operations.md."""
    if isinstance(database, SqliteDatabase):
        restored = SqliteDatabase(directory / "restored.sqlite3")
        shutil.copyfile(file, restored.path)
        return restored
    fresh = PostgresDatabase.create(database.url)
    run("pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", f"--dbname={fresh.url}", str(file))
    return fresh


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr


@pytest.fixture
def never_lost(new_stand: NewStand, tmp_path: Path) -> Iterator[Stand]:
    with new_stand(tmp_path) as stand:
        if isinstance(stand.database, PostgresDatabase) and not shutil.which("pg_dump"):
            pytest.skip("there is no pg_dump here")
        yield stand


def test_a_database_restored_from_a_backup_made_under_load_ends_as_the_one_that_was_never_lost(
    never_lost: Stand, tmp_path: Path
) -> None:
    senders = make_senders(never_lost)
    made = Dump()
    never_lost.serve()
    with ThreadPoolExecutor(len(senders)) as pool:
        posting = [pool.submit(sender.post, never_lost, dump=made) for sender in senders]
        eventually(lambda: min(sender.answered for sender in senders) > MESSAGES // 4, every=0.005)
        made.began.set()
        since = {sender.path: max(0, sender.answered - OVERLAP) for sender in senders}
        before = never_lost.number(ARRIVED)
        file = dump(never_lost, tmp_path)
        after = never_lost.number(ARRIVED)
        made.done.set()
        for sent in posting:
            sent.result()
    eventually(lambda: never_lost.number(PENDING) == 0, within=DRAINED_SECONDS)

    database = restore(never_lost.database, file, tmp_path)
    restored = Stand(database, tmp_path / "restored")
    restored.log.parent.mkdir()
    try:
        # What is in it holds, though it was taken in the middle of everything.
        assert restored.command("check", "--database", "default") == "System check identified no issues (0 silenced).\n"
        assert restored.prove().endswith(": 0 breaches")
        had = restored.number(ARRIVED)
        assert before <= had < after < never_lost.number(ARRIVED)
        assert "webhooks_delivery is immutable: delete refused" in refusal_of_a_change(database)

        restored.serve()
        for sender in senders:
            sender.post(restored, since[sender.path])
        eventually(lambda: restored.number(PENDING) == 0, within=DRAINED_SECONDS)
        assert_the_same(never_lost, restored)
        assert restored.prove().endswith(": 0 breaches")
        assert never_lost.prove().endswith(": 0 breaches")
        assert counts_of(restored) == {
            sender.twin.provider: truth for sender in senders if (truth := not_nothing(sender.twin.truth()))
        }
    finally:
        restored.close()
        database.drop()


def refusal_of_a_change(database: Database) -> str:
    """What the database says to a DELETE of a fact."""
    with pytest.raises((sqlite3.Error, psycopg.Error)) as refused:
        database.rows("DELETE FROM webhooks_delivery")
    return str(refused.value)


def assert_the_same(never_lost: Stand, restored: Stand) -> None:
    assert never_lost.rows(COUNTS) == restored.rows(COUNTS)
    assert listings_of(never_lost) == listings_of(restored)
    assert {state for state, _ in restored.rows(STATES)} <= {"processed", "ignored"}
    first, second = (deliveries(stand.rows(DELIVERIES)) for stand in (never_lost, restored))
    # Each message that carries its own key is there once, and of the others none is missing.
    assert first["clocked"] == second["clocked"]
    assert set(second["clocked"].values()) == {1}
    assert set(first["clockless"]) == set(second["clockless"])


def listings_of(stand: Stand) -> dict[tuple[str, str], tuple[object, ...]]:
    """By provider and listing: its name, whether it is active, and its fields; SQLite keeps those as text."""
    return {
        (provider, listing): (name, bool(active), json.loads(fields) if isinstance(fields, str) else fields)
        for provider, listing, name, active, fields in stand.rows(LISTINGS)
    }


def deliveries(rows: list[Row]) -> dict[str, Counter[tuple[str, str]]]:
    clocked: Counter[tuple[str, str]] = Counter()
    clockless: Counter[tuple[str, str]] = Counter()
    for provider, key, digest in rows:
        if provider in CLOCKED:
            clocked[provider, key] += 1
        else:
            clockless[provider, digest] += 1
    return {"clocked": clocked, "clockless": clockless}


def counts_of(stand: Stand) -> dict[str, dict[Cell, Decimal | None]]:
    """By provider, every count that is not 0, as its twin knows it."""
    found: dict[str, dict[Cell, Decimal | None]] = {}
    for provider, listing, batch, location, bucket, state, quantity, quality, _ in stand.rows(COUNTS):
        number = None if quality in {"unknown", "untracked"} else from_millionths(quantity)
        found.setdefault(provider, {})[Cell(listing, batch, location, bucket, state)] = number
    return {provider: shown for provider, counts in found.items() if (shown := not_nothing(counts))}


def not_nothing(counts: Mapping[Cell, Decimal | None]) -> dict[Cell, Decimal | None]:
    return {cell: quantity for cell, quantity in counts.items() if quantity != 0}
