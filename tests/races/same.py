"""One delivery, brought over many connections in the same moment, again and again."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from threading import Barrier

from tests.e2e.stand import PATIENCE, STORED, Stand, ask
from tests.races.square_posts import Say, post_of, quantile

WEB_WORKERS = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """So many deliveries, each brought by so many connections at once."""

    number: int
    connections: int


def bring_at_once(stand: Stand, rounds: Rounds, say: Say) -> None:
    """Every round leaves one row, and every connection is answered 200."""
    endpoint = stand.add_square("Square")
    stand.start_server("--workers", str(WEB_WORKERS))
    posts = [post_of(number, variations=1, event=f"round-{number}") for number in range(rounds.number)]
    together = Barrier(rounds.connections)

    def bring() -> list[tuple[int, bytes, float]]:
        answers = []
        with closing(stand.connect()) as connection:
            for post in posts:
                together.wait(timeout=PATIENCE)
                answer = ask(connection, "POST", endpoint.path, post.body, endpoint.signed(post.body))
                answers.append((answer.status, answer.body, answer.seconds))
        return answers

    with ThreadPoolExecutor(rounds.connections) as pool:
        lines = [pool.submit(bring) for _ in range(rounds.connections)]
        answers = [answer for line in lines for answer in line.result()]
    assert Counter(answer[:2] for answer in answers) == {STORED: rounds.number * rounds.connections}
    rows = stand.rows("SELECT dedup_key, COUNT(*) FROM webhooks_delivery GROUP BY dedup_key")
    assert sorted(rows) == sorted((post.event, 1) for post in posts)
    slowest = quantile([seconds for *_, seconds in answers], 0.99)
    say(
        f"{rounds.number} deliveries, each over {rounds.connections} connections at once: "
        f"{len(rows)} rows, {len(answers)} times 200, 99% within {slowest:.3f} s"
    )
