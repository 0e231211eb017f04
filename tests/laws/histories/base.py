"""What a history is made of: deliveries in their senders' shapes, and what staff say in between."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from hypothesis import strategies as st

from inventory.events import Statement

Drawn = TypeVar("Drawn")

SECOND = 1_000_000_000
EPOCH = 1_705_276_800 * SECOND
"""2024-01-15T00:00:00Z, when every history begins: nanoseconds since 1970."""

LATEST = 12
"""No history has more instants than this."""


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


@st.composite
def arrivals(draw: st.DrawFn, history: History) -> Arrival:
    """Any permutation, up to three of them once more, cut anywhere into batches."""
    many = len(history.happenings)
    order = draw(st.permutations(range(many)))
    again = draw(st.lists(st.integers(0, many - 1), max_size=3))
    cuts = draw(st.lists(st.integers(0, many + len(again)), max_size=3))
    every = [*order, *again]
    edges = [0, *sorted(cuts), len(every)]
    batches = [every[start:end] for start, end in zip(edges, edges[1:], strict=False) if start < end]
    return Arrival(batches)


def moment(tick: int, *, fraction: str = "") -> str:
    """The instant `tick` in text."""
    return f"2024-01-15T{time_of_day(tick)}{fraction}Z"


def time_of_day(tick: int) -> str:
    return f"{tick // 3600:02d}:{tick // 60 % 60:02d}:{tick % 60:02d}"


def instant(tick: int) -> int:
    """The instant `tick` in nanoseconds since 1970."""
    return EPOCH + tick * SECOND
