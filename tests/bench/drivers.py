"""Two workers of each driver over the same backlog, and what a single delivery waits for an idle one."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
from celery import Celery

from tests.bench.ground import Ground
from tests.bench.page import Spread, ratio, table
from tests.e2e.broker import Broker
from tests.e2e.celery_stand import PENDING, CeleryStand, Made, one_more, opening
from tests.e2e.stand import Stand, eventually

FIRST_BACKOFF = 5
"""Seconds after which what was claimed and never settled is due again."""
BACKLOG = 2_000
"""Deliveries that two workers drain."""
LISTINGS = 1_000
"""That they are about: two workers seldom want the same one."""
SINGLES = 20
"""Deliveries that come one by one to idle workers, in each round."""
WORKERS = 2
PATIENCE = 300.0
CONNECTED = (
    "SELECT COUNT(DISTINCT client_port) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
DRAINED_IN = (
    "SELECT COUNT(*) FILTER (WHERE settled_at > first), EXTRACT(EPOCH FROM MAX(settled_at) - MIN(first)) "
    "FROM webhooks_delivery, (SELECT MIN(settled_at) AS first FROM webhooks_delivery) begun"
)
"""How many were settled after the first batch, and in how many seconds: what a worker takes to start is left out."""

TAKEN_AFTER = f"""
SELECT PERCENTILE_CONT(0.5) WITHIN GROUP
    (ORDER BY EXTRACT(EPOCH FROM due_at - interval '{FIRST_BACKOFF} seconds' - received_at)) * 1000
FROM (SELECT due_at, received_at FROM webhooks_delivery ORDER BY id DESC LIMIT {SINGLES}) singles
"""  # noqa: S608  # our own numbers
"""Milliseconds from the receipt of a single delivery to its claim, which sets when it would be due again."""


@dataclass(frozen=True, slots=True)
class Driver:
    """One way to drain the inbox, and what it reached in each round."""

    name: str
    environment: Mapping[str, str]
    start: Callable[[CeleryStand], object]
    wake: Callable[[], object]
    per_second: list[float] = field(default_factory=list)
    taken: list[float] = field(default_factory=list)
    applied: list[float] = field(default_factory=list)


def measure(ground: Ground, say: Callable[[str], None]) -> str:
    """Drain the same backlog with each driver in turn, then let single deliveries come; return the page's part."""
    with ExitStack() as ends:
        broker = Broker(ground.directory)
        ends.callback(broker.stop)
        sender = ends.enter_context(Celery("bench", broker=broker.url, fixups=[]))
        backlog = _backlog(ground, broker)
        ends.callback(backlog.database.drop)

        def wake_all() -> None:
            for _ in range(WORKERS):
                sender.send_task("webhooks.drain", queue="stockroom", ignore_result=True)

        drivers = [
            Driver("`manage.py worker`", {"ENGINE": "worker"}, lambda shop: shop.stand.start_worker(), lambda: None),
            Driver(
                "`celery … worker`",
                {"ENGINE": "celery", "CELERY_BROKER_URL": broker.url},
                CeleryStand.start_worker,
                wake_all,
            ),
        ]
        for number in range(1, ground.rounds + 1):
            for driver in drivers:
                with _working(driver, backlog, broker, ground.directory) as shop:
                    driver.per_second.append(_drain(driver, shop))
                    driver.applied.append(_wait(shop, number))
                    [(milliseconds,)] = shop.stand.rows(TAKEN_AFTER)
                    driver.taken.append(float(milliseconds))
                say(
                    f"round {number}, {driver.name}: {driver.per_second[-1]:,.0f} deliveries/s, "
                    f"taken after {driver.taken[-1]:.1f} ms, applied after {driver.applied[-1]:.1f} ms"
                )
    return _page(*drivers, rounds=ground.rounds)


def _backlog(ground: Ground, broker: Broker) -> Made:
    """A database whose only endpoint is paused, with everything that was posted to it pending."""
    database = ground.postgres()
    Stand(database, ground.directory).command("migrate", "--verbosity", "0")
    made = Made.of(database, ground.directory)
    stand = Stand(database, ground.directory)
    stand.start_server()
    try:
        shop = CeleryStand(stand, broker, made.path)
        more = (one_more(number, listings=LISTINGS) for number in range(BACKLOG - LISTINGS))
        shop.post([*map(opening, range(LISTINGS)), *more])
    finally:
        stand.close()
    database.write("UPDATE webhooks_endpoint SET state = 'paused'")
    return made


@contextmanager
def _working(driver: Driver, backlog: Made, broker: Broker, directory: Path) -> Iterator[CeleryStand]:
    """A copy of the backlog with a web server and two idle workers."""
    database = backlog.database.copy(directory)
    stand = Stand(database, directory, **driver.environment)
    try:
        shop = CeleryStand(stand, broker, backlog.path)
        for _ in range(WORKERS):
            driver.start(shop)
        eventually(lambda: stand.number(CONNECTED) >= WORKERS, within=PATIENCE)
        stand.start_server()
        yield shop
    finally:
        stand.close()
        database.drop()


def _drain(driver: Driver, shop: CeleryStand) -> float:
    """How many deliveries a second both workers settle together."""
    shop.stand.database.write("UPDATE webhooks_endpoint SET state = 'active'")
    driver.wake()
    eventually(shop.is_drained, within=PATIENCE)
    [(settled, seconds)] = shop.stand.rows(DRAINED_IN)
    return float(settled) / float(seconds)


def _wait(shop: CeleryStand, number: int) -> float:
    """The median time from the door's answer to the changed count, in milliseconds."""
    waited = []
    with psycopg.connect(shop.stand.database.url, autocommit=True) as connection:
        for index in range(SINGLES):
            # Both workers have long gone idle.
            time.sleep(0.15)
            single = one_more(BACKLOG * number + index, listings=LISTINGS)
            [answer] = shop.post([single], connections=1)
            assert answer.status == 200
            answered = time.monotonic()
            while connection.execute(PENDING.encode()).fetchone() != (0,):
                time.sleep(0.0005)
            waited.append((time.monotonic() - answered) * 1000)
    return Spread(waited).median


def _page(worker: Driver, celery: Driver, *, rounds: int) -> str:
    rows = [
        [
            driver.name,
            Spread(driver.per_second).text(),
            Spread(driver.taken).text(1),
            Spread(driver.applied).text(1),
        ]
        for driver in (worker, celery)
    ]
    rows.append(
        [
            "the second by the first",
            ratio(Spread(celery.per_second), Spread(worker.per_second)),
            ratio(Spread(celery.taken), Spread(worker.taken)),
            ratio(Spread(celery.applied), Spread(worker.applied)),
        ]
    )
    head = [
        "Two processes of",
        f"deliveries/s, of {BACKLOG:,} that waited",
        "idle: ms from receipt to claim",
        "idle: ms from the answer to the changed count",
    ]
    return (
        f"{table(head, rows)}\n\n"
        f"Medians of {rounds} rounds in turns. The deliveries are adjustments of our own JSON about {LISTINGS:,} "
        "listings; they are applied by the same code either way. The times of a round are medians of "
        f"{SINGLES} deliveries that came one by one, seen by a connection that asks all the time, so that half a "
        "millisecond of it is the asking's."
    )
