"""Deliveries that always fail, among good ones: what the good ones notice of it, and what becomes of the poison."""

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tests.e2e.stand import Stand, eventually
from tests.races.kinds import Poison
from tests.races.square_posts import Post, Say, post_all, post_of, quantile, spread
from tests.soak.ground import PENDING

WORKERS = 2
CONNECTIONS = 4
VARIATIONS = 500
MOST_ATTEMPTS = 5
LAST_WORDS = {
    Poison.EXCEPTION: "RuntimeError: this delivery is too much",
    Poison.RECURSION: "RecursionError: maximum recursion depth exceeded",
    Poison.KILL: "WorkerEnded: the worker ended with signal 9 while it was at it",
    Poison.TIMEOUT: "OperationalError: canceling statement due to statement timeout",
}
"""How the reason of each begins, after `failed 5 times; the last time: `."""
LAGS = {
    "postgresql": "EXTRACT(EPOCH FROM settled_at - received_at)",
    "sqlite": "(julianday(settled_at) - julianday(received_at)) * 86400",
}
"""Seconds from a delivery's receipt to the moment at which it was applied."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mixture:
    """So many good deliveries, of which some are followed by one that fails; `rate` posts a second."""

    good: int
    poison: int
    rate: float
    seed: int
    kinds: Sequence[Poison]

    def posts(self) -> list[Post]:
        """Good and bad in the order in which they are posted."""
        chance = random.Random(self.seed)  # noqa: S311
        bad_after = Counter(chance.choices(range(self.good), k=self.poison))
        posts = []
        number = 0
        for index in range(self.good):
            posts.append(post_of(index, variations=VARIATIONS))
            for _ in range(bad_after[index]):
                kind = self.kinds[number % len(self.kinds)]
                posts.append(post_of(self.good + number, variations=VARIATIONS, event=f"poison-{kind}-{number}"))
                number += 1
        return posts


def run_mixture(stand: Stand, mixture: Mixture, say: Say) -> list[float]:
    """Post a mixture to two workers that its poison makes fail; return the lags of the good ones, in seconds."""
    endpoint = stand.add_square("Square")
    stand.start_server()
    for _ in range(WORKERS):
        stand.start_worker(program=("-m", "tests.races.poisoned_worker"))
    answers = post_all(stand, endpoint, mixture.posts(), connections=CONNECTIONS, rate=mixture.rate)
    assert {answer.status for answer in answers} == {200}

    def are_good_ones_settled() -> bool:
        # Their workers are killed, and they live.
        assert [worker.poll() for worker in stand.workers] == [None] * WORKERS, stand.worker_log.read_text()[-2000:]
        return not stand.number(f"{PENDING} AND dedup_key LIKE 'good-%'")

    eventually(are_good_ones_settled, within=600.0, every=0.2)
    good = "FROM webhooks_delivery WHERE dedup_key LIKE 'good-%'"
    assert stand.rows(f"SELECT state, COUNT(*) {good} GROUP BY state") == [("processed", mixture.good)]
    vendor = "postgresql" if stand.database.url.startswith("postgres") else "sqlite"
    lags = [float(lag) for (lag,) in stand.rows(f"SELECT {LAGS[vendor]} {good}")]
    say(f"{mixture.good} good ones and {mixture.poison} that fail: the good ones were applied {spread(lags)}")
    return lags


def run_out(stand: Stand, mixture: Mixture) -> None:
    """Let every attempt at the poison come due now, until it is quarantined, and see that it says why."""

    def is_quarantined() -> bool:
        # By hand, what takes three quarters of an hour: the backoffs. Never of one that a worker has in hand.
        stand.database.write(
            "UPDATE webhooks_delivery SET due_at = received_at WHERE state = 'pending' AND failed_at IS NOT NULL"
        )
        return not stand.number(PENDING)

    eventually(is_quarantined, within=600.0, every=0.5)
    rows = stand.rows(
        "SELECT dedup_key, state, attempts, reason FROM webhooks_delivery WHERE dedup_key LIKE 'poison-%'"
    )
    assert len(rows) == mixture.poison
    for key, state, attempts, reason in rows:
        kind = Poison(key.split("-")[1])
        assert (state, attempts) == ("quarantined", MOST_ATTEMPTS), (key, state, attempts, reason)
        assert reason.startswith(f"failed {MOST_ATTEMPTS} times; the last time: {LAST_WORDS[kind]}"), (key, reason)


def replay_all(stand: Stand, mixture: Mixture) -> None:
    """Replay the poison with workers that can cope with it, and see that every number is the one said last."""
    assert set(stand.stop_workers()) == {0}
    bad = [str(pk) for (pk,) in stand.rows("SELECT id FROM webhooks_delivery WHERE state = 'quarantined' ORDER BY id")]
    stand.command("replay", *bad)
    assert stand.work_once() == f"processed: {mixture.poison}\nignored: 0\nquarantined: 0\nfailed: 0\n"
    numbers = range(mixture.good + mixture.poison)
    newest = {f"V{number % VARIATIONS:04}": str(number) for number in numbers}
    assert {row["listing"]: row["quantity"] for row in stand.stock()} == newest
    assert stand.prove().endswith(": 0 breaches")


def compare(lags: Sequence[float], without: Sequence[float], say: Say) -> float:
    """How many times as long the good ones' p99 is as without poison."""
    ratio = quantile(lags, 0.99) / quantile(without, 0.99)
    say(f"with poison, the 99th of a hundred good ones waits {ratio:.2f} times as long as without")
    return ratio
