"""Workers that want the same rows in opposite orders, while staff replay: nobody is left with a deadlock."""

import random
from dataclasses import dataclass

from tests.e2e.databases import Database
from tests.e2e.stand import Stand, eventually
from tests.races.square_posts import Post, Say, moment, post_all
from tests.soak.ground import PENDING
from tests.webhooks import square

ROWS = 12
"""Counts that each delivery states, of listings that are new when the race begins."""
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crossing:
    """So many deliveries about the same few listings, in one order and its opposite; so many workers."""

    deliveries: int
    workers: int
    listings: int
    replays: int
    """Rounds in which staff replay a tenth of what is settled, in any order."""
    seed: int

    def orders(self) -> list[list[str]]:
        """The listings of each delivery, of every second one backwards."""
        chance = random.Random(self.seed)  # noqa: S311
        names = [f"V{number:04}" for number in range(self.listings)]
        return [sorted(chance.sample(names, ROWS), reverse=bool(number % 2)) for number in range(self.deliveries)]


def cross(stand: Stand, crossing: Crossing, say: Say) -> None:
    """All is applied, whoever waited for whom."""
    endpoint = stand.add_square("Square")
    stand.start_server()
    orders = crossing.orders()
    posts = [_post(number, listings) for number, listings in enumerate(orders)]
    answers = post_all(stand, endpoint, posts, connections=8)
    assert {answer.status for answer in answers} == {200}
    for _ in range(crossing.workers):
        stand.start_worker()
    chance = random.Random(crossing.seed)  # noqa: S311
    settled = "SELECT id FROM webhooks_delivery WHERE state = 'processed' ORDER BY id"
    for turn in range(crossing.replays):
        share = (turn + 1) * crossing.deliveries // (crossing.replays + 1)
        eventually(lambda: len(stand.rows(settled)) >= share // 2, within=300.0, every=0.1)  # noqa: B023
        done = [str(pk) for (pk,) in stand.rows(settled)]
        stand.command("replay", *chance.sample(done, max(len(done) // 10, 1)))
    eventually(lambda: not stand.number(PENDING), within=600.0, every=0.2)
    assert set(stand.stop_workers()) == {0}
    assert stand.rows("SELECT DISTINCT state FROM webhooks_delivery") == [("processed",)]
    newest: dict[str, str] = {}
    for number, listings in enumerate(orders):
        newest |= dict.fromkeys(listings, str(number))
    assert {row["listing"]: row["quantity"] for row in stand.stock()} == newest
    assert stand.prove().endswith(": 0 breaches")
    failed = stand.worker_log.read_text().count("Traceback")
    say(
        f"{crossing.deliveries} deliveries in opposite orders, {crossing.workers} workers, {crossing.replays} rounds "
        f"of replays: all applied; {deadlocks(stand.database)} deadlocks, {failed} failed attempts"
    )
    assert failed == 0


def _post(number: int, listings: list[str]) -> Post:
    """Delivery `number`, which says its own number of each of these, in this order."""
    rows = [square.count(str(number), variation=listing, at=moment(number)) for listing in listings]
    event = f"good-{number}"
    return Post(event=event, body=square.counts_updated(rows, event_id=event))


def deadlocks(database: Database) -> int:
    """How many PostgreSQL has broken since the database was made."""
    return int(database.rows(DEADLOCKS)[0][0])
