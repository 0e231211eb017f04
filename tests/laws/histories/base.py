"""What a history is made of: deliveries in their senders' shapes, and what staff say in between."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from random import Random
from typing import TypeVar

from hypothesis import strategies as st

from inventory.events import Statement

Drawn = TypeVar("Drawn")

SECOND = 1_000_000_000
EPOCH = 1_705_276_800 * SECOND
"""2024-01-15T00:00:00Z, when every history begins: nanoseconds since 1970."""


@dataclass(frozen=True)
class Happening:
    """One thing that happens: a delivery, or what somebody here says."""

    body: bytes = b""
    hand: Statement | None = None
    tick: int = 0
    """Its instant in the world, in seconds since EPOCH; for a sender without a clock also when it arrives."""


@dataclass(frozen=True)
class History:
    """What happens at one account of one provider."""

    provider: str
    happenings: Sequence[Happening]
    settings: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Arrival:
    """In which order, how often and in which batches the happenings of a history come; indices into it."""

    batches: Sequence[Sequence[int]]


quantities = st.sampled_from(["0", "1", "2.5", "7", "-3", "40", "0.000001"])

steps = st.sampled_from([0, 1, 1, 1, 1])
"""From one event to the next: a fifth of them happen in the instant of the one before."""


def told(events: st.SearchStrategy[Drawn], *, most: int = 7) -> st.SearchStrategy[list[tuple[int, Drawn]]]:
    """Up to `most` events, each with its instant."""

    def timed(drawn: list[tuple[int, Drawn]]) -> list[tuple[int, Drawn]]:
        tick, events = 1, []
        for step, event in drawn:
            tick += step
            events.append((tick, event))
        return events

    return st.lists(st.tuples(steps, events), min_size=1, max_size=most).map(timed)


def arrivals(history: History, *, again: int = 3, cuts: int = 3) -> st.SearchStrategy[Arrival]:
    """Any permutation, up to `again` of them once more, cut anywhere into batches, at most `cuts` times.

    One number stands for all of it, 0 for the plainest: to draw each step by itself costs more than to fold.
    """
    return st.integers(0, 2**24 - 1).map(lambda seed: _arrival(len(history.happenings), seed, again, cuts))


def _arrival(many: int, seed: int, again: int, cuts: int) -> Arrival:
    if not seed:
        return Arrival([list(range(many))])
    dice = Random(seed)  # noqa: S311  # it hides nothing
    order = dice.sample(range(many), many)
    for index in dice.choices(range(many), k=dice.randint(0, again)):
        order.insert(dice.randint(0, len(order)), index)
    edges = sorted({0, len(order), *(dice.randint(0, len(order)) for _ in range(dice.randint(0, cuts)))})
    return Arrival([order[start:end] for start, end in pairwise(edges)])


def moment(tick: int, *, fraction: str = "") -> str:
    """The instant `tick` in text."""
    return f"2024-01-15T{time_of_day(tick)}{fraction}Z"


def time_of_day(tick: int) -> str:
    return f"{tick // 3600:02d}:{tick // 60 % 60:02d}:{tick % 60:02d}"


def instant(tick: int) -> int:
    """The instant `tick` in nanoseconds since 1970."""
    return EPOCH + tick * SECOND
