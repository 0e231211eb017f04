"""Where events stand in their stream: their order, and a position as JSON."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from inventory.events import Position, Statement
from inventory.fold.notes import WrongStream

S = TypeVar("S", bound=Statement)


def belonging(event: Statement, kind: type[S]) -> S:
    """Return `event` when it is of `kind`; raise WrongStream when it belongs to another kind of stream."""
    if not isinstance(event, kind):
        raise WrongStream(f"{event.key}: {type(event).__name__} is no {kind.__name__}")
    return event


def in_order(events: Iterable[Statement], kind: type[S]) -> list[S]:
    """The events by position, each key once; raises WrongStream as `belonging` does.

    A key is unique among the standing events of a source, so events of equal keys are one event.
    """
    distinct: dict[str, S] = {}
    for event in sorted((belonging(event, kind) for event in events), key=lambda e: (e.position, e.key)):
        distinct.setdefault(event.key, event)
    return list(distinct.values())


def position_to_json(position: Position | None) -> list[int | str] | None:
    """A position as [nanoseconds, rank, order key in hexadecimal]."""
    if position is None:
        return None
    return [position.occurred, int(position.rank), position.order_key.hex()]


def position_from_json(data: Sequence[Any] | None) -> Position | None:
    """The twin of `position_to_json`."""
    return None if data is None else some_position(data)


def some_position(data: Sequence[Any]) -> Position:
    """As `position_from_json`, where there must be one."""
    occurred, rank, order_key = data
    return Position(occurred, rank, bytes.fromhex(order_key))
