"""A Stockroom whose inbox is drained by Celery's workers, woken over a broker of its own; and what is posted to it."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread

from tests.e2e.broker import Broker
from tests.e2e.databases import Database
from tests.e2e.stand import Answer, Stand, ask, eventually
from tests.webhooks import generic

SECRET = "whsec_" + "Y2VsZXJ5LW9mLW91ci1vd24tc2VjcmV0LTE="
LISTINGS = 20
OPENING = 100
CELERY = ("-m", "celery")
WORKER = ("--quiet", "--app", "config", "worker", "--without-gossip", "--without-mingle", "--without-heartbeat")
PENDING = "SELECT COUNT(*) FROM webhooks_delivery WHERE state = 'pending'"
HELD = f"{PENDING} AND attempts > 0 AND failed_at IS NULL"
"""Deliveries that somebody has taken and neither settled nor failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One body and its id, which are the same when it is sent again."""

    event: str
    body: bytes


def opening(listing: int) -> Sent:
    """There are 100 of it at noon."""
    statement = generic.reading(OPENING, at="2026-03-01T12:00:00Z", listing=f"SKU-{listing:02}")
    return _sent(f"opening-{listing}", statement)


def one_more(number: int, *, listings: int = LISTINGS) -> Sent:
    """One came of the listing in turn, so many seconds after noon."""
    at = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_772_366_400 + 1 + number))
    return _sent(f"more-{number}", generic.adjustment(1, at=at, listing=f"SKU-{number % listings:02}"))


def _sent(event: str, statement: Mapping[str, object]) -> Sent:
    return Sent(event=event, body=generic.event(statement, event_id=event))


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A database with one endpoint, to be copied, and the endpoint's path."""

    database: Database
    path: str

    @classmethod
    def of(cls, migrated: Database, directory: Path) -> "Made":
        """Add the endpoint."""
        printed = Stand(migrated, directory).command(
            "add_endpoint", "generic", "--name", "Shop", "--secret", SECRET, "--json"
        )
        return cls(database=migrated, path=json.loads(printed)["path"])


class CeleryStand:
    """A stand, the broker that its processes use, and one endpoint."""

    def __init__(self, stand: Stand, broker: Broker, path: str) -> None:
        self.stand = stand
        self.broker = broker
        self._path = path

    def start_worker(self, *, program: Sequence[str] = CELERY, processes: int = 1) -> "subprocess.Popen[bytes]":
        """Start a Celery worker; it need not have come up yet."""
        number = len(self.stand.workers)
        return self.stand.start_worker(
            *WORKER, "--hostname", f"worker{number}@%h", "--concurrency", str(processes), program=program
        )

    def post(self, sent: Sequence[Sent], *, connections: int = 4, rate: float = 0.0) -> list[Answer]:
        """Post these, `rate` a second in all (0: as fast as may be); return the answers."""
        pause = connections / rate if rate else 0.0

        def line(number: int) -> list[Answer]:
            answers = []
            with closing(self.stand.connect()) as connection:
                for each in sent[number::connections]:
                    due = time.monotonic() + pause
                    headers = generic.standard_webhooks(SECRET, each.body, message_id=each.event)
                    answers.append(ask(connection, "POST", self._path, each.body, headers))
                    time.sleep(max(due - time.monotonic(), 0))
            return answers

        with ThreadPoolExecutor(connections) as pool:
            return [answer for answers in pool.map(line, range(connections)) for answer in answers]

    def pending(self) -> int:
        return self.stand.number(PENDING)

    def is_drained(self) -> bool:
        return self.pending() == 0

    def counts(self) -> dict[str, int]:
        """What there is of each listing."""
        rows = self.stand.rows(
            "SELECT external_id, quantity FROM inventory_count "
            "JOIN inventory_listing ON inventory_listing.id = inventory_count.listing_id"
        )
        return {listing: millionths // 1_000_000 for listing, millionths in rows}

    def check(self, *, more: int) -> None:
        """Wait until everything is applied; every opening and so many more, as many for each listing, count once.

        A lost one would be missing from its listing's number, and one that was applied twice would be too many.
        """
        eventually(self.is_drained)
        total = LISTINGS + more
        assert self.stand.rows("SELECT state, COUNT(*) FROM webhooks_delivery GROUP BY state") == [("processed", total)]
        each = OPENING + more // LISTINGS
        assert self.counts() == {f"SKU-{number:02}": each for number in range(LISTINGS)}
        assert self.stand.command("prove_ledger").startswith(
            f"{LISTINGS} counts, {LISTINGS} streams, {total} standing events, {total} movements, "
            f"{total} deliveries: 0 breaches"
        )


@contextmanager
def celery_stand(made: Made, directory: Path) -> Iterator[CeleryStand]:
    """One with a copy of that database, and nothing running yet but its broker."""
    database = made.database.copy(directory)
    try:
        broker = Broker(directory)
        stand = Stand(database, directory, ENGINE="celery", CELERY_BROKER_URL=broker.url)
        try:
            yield CeleryStand(stand, broker, made.path)
        finally:
            stand.close()
            broker.stop()
    finally:
        database.drop()


@contextmanager
def meanwhile(act: Callable[[], object], *, every: float) -> Iterator[None]:
    """Do something again and again while the block runs; what it raises, the block's end raises."""
    over = Event()
    raised: list[BaseException] = []

    def repeat() -> None:
        try:
            while not over.wait(every):
                act()
        except BaseException as error:
            raised.append(error)
            raise

    thread = Thread(target=repeat)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
    assert raised == []
