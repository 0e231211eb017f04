"""Lot streams: the order in which the events of one lot take effect, and its state after them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from typing import Any, Self

from inventory.events import (
    LotModified,
    LotRank,
    LotSpawned,
    LotStatement,
    Position,
    Quality,
    Statement,
)
from inventory.fold.lot import Lot, LotStatus
from inventory.fold.lot_effects import NO_OPENINGS, Openings, apply, fits
from inventory.fold.notes import Late, Note
from inventory.fold.positions import belonging, in_order, position_from_json, position_to_json
from inventory.quantity import quantity_text


@dataclass(frozen=True, slots=True, kw_only=True)
class LotState(Lot):
    """One lot after the events so far."""

    head: Position | None = None
    """The newest event."""

    def advance(self, event: Statement, openings: Openings = NO_OPENINGS) -> tuple["LotState", Note]:
        """The state after one more event that occurred after all the others, and what the event did.

        Raises Late when it did not (the events of one instant must be seen together) or when it is a
        LotSpawned without its opening; QuantityOutOfRange when an adjustment takes the number out of the
        range that can be kept; WrongStream when it is not a statement about a lot.
        """
        statement = belonging(event, LotStatement)
        if self.head is not None and statement.occurred <= self.head.occurred:
            raise Late(statement.key)
        if isinstance(statement, LotSpawned) and statement.key not in openings:
            raise Late(statement.key)
        return _applied(self, statement, openings)

    def to_json(self) -> dict[str, Any]:
        """This state as JSON, exactly; equal states give equal JSON."""
        return {
            "status": self.status.value,
            "listing": self.listing,
            "place": self.place,
            "quantity": quantity_text(self.quantity),
            "quality": self.quality.value,
            "as_of": self.as_of,
            "left": [[*pair, left_at] for pair, left_at in sorted(self.left.items())],
            "flags": [flag.value for flag in self.flags],
            "head": position_to_json(self.head),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The twin of `to_json`."""
        return cls(
            status=LotStatus(data["status"]),
            listing=data["listing"],
            place=data["place"],
            quantity=Decimal(data["quantity"]),
            quality=Quality(data["quality"]),
            as_of=data["as_of"],
            left={(listing, place): left_at for listing, place, left_at in data["left"]},
            flags=tuple(Note(flag) for flag in data["flags"]),
            head=position_from_json(data["head"]),
        )


START = LotState()


def fold_lot(events: Iterable[Statement], openings: Openings = NO_OPENINGS) -> LotState:
    """The state after all these events, in any order; raises as `LotState.advance` does, but never Late.

    A LotSpawned without an opening opens its lot at an unknown place.
    """
    return _after(START, in_order(events, LotStatement), openings)


def explain_lot(events: Iterable[Statement], openings: Openings = NO_OPENINGS) -> dict[str, Note]:
    """What each of these standing events did to the lot, by the event's key; raises as `fold_lot` does."""
    steps = _steps(START, in_order(events, LotStatement), openings)
    return {event.key: note for event, _, note in steps}


def place_at(events: Iterable[Statement], position: Position, openings: Openings = NO_OPENINGS) -> tuple[str, str]:
    """The place and the listing ('' where unknown) of a lot when lots were split off it.

    `events` are the parent's; of `position` (the parent's LotModified's, or a child's LotSpawned's) only the
    instant counts, because the two have ranks of their own. The answer is what stands when the first
    LotModified of that instant takes its turn; if there is none, what stands before anything but a birth
    happens in that instant. Raises as `fold_lot` does.
    """
    ordered = in_order(events, LotStatement)
    before = [event for event in ordered if event.occurred < position.occurred]
    moment = [event for event in ordered if event.occurred == position.occurred]
    state = _after(START, before, openings)
    for event, then, _ in _steps(state, moment, openings):
        if isinstance(event, LotModified):
            return then.place, then.listing
    born = _after(state, [event for event in moment if event.rank == LotRank.BIRTH], openings)
    return born.place, born.listing


def _after(state: LotState, ordered: Iterable[LotStatement], openings: Openings) -> LotState:
    for _, then, _ in _steps(state, ordered, openings):
        state = then
    return state


def _steps(
    state: LotState, ordered: Iterable[LotStatement], openings: Openings
) -> Iterator[tuple[LotStatement, LotState, Note]]:
    """Each event in the order in which it takes effect, the state after it, and what it did."""
    for _, moment in groupby(ordered, key=lambda event: event.occurred):
        waiting = list(moment)
        while waiting:
            event = waiting.pop(_next(state, waiting))
            state, note = _applied(state, event, openings)
            yield event, state, note


def _next(state: LotState, waiting: Sequence[LotStatement]) -> int:
    """Which event of one instant comes next: the first by position that fits the state, else the first.

    Senders' clocks tick in seconds and their ids are random, so position alone would move a lot before it is
    born there, or end it before it arrives.
    """
    return next((index for index, event in enumerate(waiting) if fits(state, event)), 0)


def _applied(state: LotState, event: LotStatement, openings: Openings) -> tuple[LotState, Note]:
    after, note = apply(state, event, openings)
    head = event.position if state.head is None else max(state.head, event.position)
    return replace(after, head=head), note
