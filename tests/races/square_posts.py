"""Deliveries of Square for a race, each with one count, and connections that post them."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass

from tests.e2e.stand import Answer, SquareEndpoint, Stand, ask
from tests.webhooks import square


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One delivery to be posted."""

    event: str
    body: bytes


def post_of(number: int, *, variations: int, event: str = "") -> Post:
    """Delivery `number`, about one of so many variations: each says a number of its own, newer than all before it."""
    event = event or f"good-{number}"
    row = square.count(str(number), variation=f"V{number % variations:04}", at=moment(number))
    return Post(event=event, body=square.counts_updated([row], event_id=event))


def moment(number: int) -> str:
    """Second `number` of 2022, as Square writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_640_995_200 + number))


def post_all(
    stand: Stand, endpoint: SquareEndpoint, posts: Sequence[Post], *, connections: int, rate: float = 0.0
) -> list[Answer]:
    """Post these over so many connections, `rate` a second in all (0: as fast as may be); return the answers."""
    pause = connections / rate if rate else 0.0

    def post(line: int) -> list[Answer]:
        answers = []
        due = time.monotonic() + pause * line / connections
        with closing(stand.connect()) as connection:
            for each in posts[line::connections]:
                time.sleep(max(due - time.monotonic(), 0))
                due += pause
                answers.append(ask(connection, "POST", endpoint.path, each.body, endpoint.signed(each.body)))
        return answers

    with ThreadPoolExecutor(connections) as pool:
        return [answer for answers in pool.map(post, range(connections)) for answer in answers]


def quantile(values: Sequence[float], share: float) -> float:
    """The value that `share` of them do not exceed; 0 of none."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0


def spread(seconds: Sequence[float]) -> str:
    """How long the middle one took, nine tenths, all but a hundredth, and the longest, in words."""
    return ", ".join(f"{share:.0%} within {quantile(seconds, share):.3f} s" for share in (0.5, 0.9, 0.99, 1.0))


Say = Callable[[str], None]
