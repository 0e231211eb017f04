"""Workers that want the same rows in opposite orders, while staff replay: nobody is left with a deadlock."""

import random
from dataclasses import dataclass

from tests.e2e.databases import Database
from tests.e2e.stand import Stand, eventually
from tests.races.square_posts import Post, Say, moment, post_all
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

    def posts(self) -> list[Post]:
        """Every second one names its listings backwards."""
        chance = random.Random(self.seed)  # noqa: S311
        posts = []
        for number in range(self.deliveries):
            names = sorted(chance.sample(range(self.listings), min(ROWS, self.listings)), reverse=bool(number % 2))
            rows = [square.count(str(number), variation=f"V{name:04}", at=moment(number)) for name in names]
            event = f"good-{number}"
            posts.append(Post(event=event, body=square.counts_updated(rows, event_id=event)))
        return posts


def cross(stand: Stand, crossing: Crossing, say: Say) -> None:
    """All is applied, whoever waited for whom."""
    endpoint = stand.add_square("Square")
    stand.start_server()
    posts = crossing.posts()
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
    pending = "SELECT COUNT(*) FROM webhooks_delivery WHERE state = 'pending'"
    eventually(lambda: not stand.number(pending), within=600.0, every=0.2)
    assert set(stand.stop_workers()) == {0}
    assert stand.rows("SELECT DISTINCT state FROM webhooks_delivery") == [("processed",)]
    newest: dict[str, str] = {}
    for number, post in enumerate(posts):
        newest |= {
            f"V{name:04}": str(number) for name in range(crossing.listings) if f"V{name:04}".encode() in post.body
        }
    assert {row["listing"]: row["quantity"] for row in stand.stock()} == newest
    assert stand.prove().endswith(": 0 breaches")
    failed = stand.worker_log.read_text().count("Traceback")
    say(
        f"{crossing.deliveries} deliveries in opposite orders, {crossing.workers} workers, {crossing.replays} rounds "
        f"of replays: all applied; {deadlocks(stand.database)} deadlocks, {failed} failed attempts"
    )
    assert failed == 0


def deadlocks(database: Database) -> int:
    """How many PostgreSQL has broken since the database was made."""
    return int(database.rows(DEADLOCKS)[0][0])
