"""Several senders and a worker that drains, on one SQLite file, which takes one writer at a time."""

from collections import Counter
from dataclasses import dataclass

from tests.e2e.stand import Stand, eventually
from tests.races.square_posts import Say, post_all, post_of, quantile, spread
from tests.soak.ground import PENDING

LOCKED = "database is locked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """So many deliveries from so many senders, as fast as they are answered, about so many variations."""

    deliveries: int
    senders: int
    variations: int
    patience: float
    """Seconds that the worker may take after the last one."""


def post_beside_a_worker(stand: Stand, crowd: Crowd, say: Say) -> float:
    """Everything is answered 200 and applied, and nobody is told of a locked database; return the answers' p99, in
    seconds.
    """
    endpoint = stand.add_square("Square")
    stand.serve()
    posts = [post_of(number, variations=crowd.variations) for number in range(crowd.deliveries)]
    answers = post_all(stand, endpoint, posts, connections=crowd.senders)
    assert Counter(answer.status for answer in answers) == {200: crowd.deliveries}
    behind = stand.number(PENDING)
    eventually(lambda: not stand.number(PENDING), within=crowd.patience, every=0.5)
    assert stand.stop_server() == 0
    assert LOCKED not in stand.log.read_text()
    assert stand.rows("SELECT DISTINCT state, attempts FROM webhooks_delivery") == [("processed", 1)]
    newest = {f"V{number % crowd.variations:04}": str(number) for number in range(crowd.deliveries)}
    assert {row["listing"]: row["quantity"] for row in stand.stock()} == newest
    assert stand.prove().endswith(": 0 breaches")
    seconds = [answer.seconds for answer in answers]
    say(
        f"{crowd.deliveries} deliveries of {crowd.senders} senders beside a worker, which was {behind} behind at the "
        f"end: all answered 200, {spread(seconds)}; all applied, nobody was told that the database is locked"
    )
    return quantile(seconds, 0.99)
