"""Count streams: the newest absolute reading, and the adjustments after it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Self

from inventory.events import Adjustment, CountStatement, Position, Quality, Reading, Statement
from inventory.fold.notes import Late, Note, WrongStream
from inventory.fold.positions import belonging, in_order, position_from_json, position_to_json
from inventory.quantity import check_quantity, quantity_text


@dataclass(frozen=True, slots=True, kw_only=True)
class CountValue:
    """What one count shows."""

    quantity: Decimal
    """The last number, kept even while the quality says that it is unknown or untracked; 0 before any."""
    quality: Quality
    as_of: int | None
    """When the newest event that this value reflects occurred: nanoseconds since 1970-01-01 UTC."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountState:
    """One count after the events so far."""

    quantity: Decimal = Decimal(0)
    quality: Quality = Quality.UNKNOWN
    known: bool = False
    """Whether there was ever a number to show: a numeric reading, or adjustments from the very start."""
    anchor: Position | None = None
    """The newest numeric reading: nothing before it matters."""
    head: Position | None = None
    """The newest event."""

    @property
    def as_of(self) -> int | None:
        """When the newest event occurred, in nanoseconds: each one sets the number, moves it or judges it."""
        return None if self.head is None else self.head.occurred

    @property
    def value(self) -> CountValue:
        return CountValue(quantity=self.quantity, quality=self.quality, as_of=self.as_of)

    def advance(self, event: Statement) -> tuple["CountState", Note]:
        """The state after one more event, in constant time, and what the event did.

        Raises Late when the event stands between the newest numeric reading and the head;
        QuantityOutOfRange when the number leaves the range that can be kept; WrongStream when it is not a
        statement about a count.
        """
        statement = belonging(event, CountStatement)
        if self.head is None or statement.position > self.head:
            return _applied(self, statement)
        if self.anchor is not None and statement.position < self.anchor:
            return self, Note.COVERED
        raise Late(statement.key)

    def to_json(self) -> dict[str, Any]:
        """This state as JSON, exactly; equal states give equal JSON."""
        return {
            "quantity": quantity_text(self.quantity),
            "quality": self.quality.value,
            "known": self.known,
            "anchor": position_to_json(self.anchor),
            "head": position_to_json(self.head),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The twin of `to_json`."""
        return cls(
            quantity=Decimal(data["quantity"]),
            quality=Quality(data["quality"]),
            known=data["known"],
            anchor=position_from_json(data["anchor"]),
            head=position_from_json(data["head"]),
        )


START = CountState()
_UNKNOWN = {Quality.UNTRACKED: Note.UNTRACKED, Quality.DOUBTFUL: Note.DOUBTED, Quality.UNKNOWN: Note.UNKNOWN}
"""What a reading without a number does to a count, by the quality that the count has from then on."""


def fold_count(events: Iterable[Statement]) -> CountState:
    """The state after all these events, in any order; raises as `CountState.advance` does, but never Late."""
    state = START
    for event in _from_anchor(in_order(events, CountStatement)):
        state, _ = _applied(state, event)
    return state


def explain_count(events: Iterable[Statement]) -> dict[str, Note]:
    """What each of these standing events does to the count, by its key; raises as `fold_count` does."""
    ordered = in_order(events, CountStatement)
    notes = dict.fromkeys((event.key for event in ordered), Note.COVERED)
    state = START
    for event in _from_anchor(ordered):
        state, notes[event.key] = _applied(state, event)
    return notes


def _from_anchor(ordered: list[CountStatement]) -> list[CountStatement]:
    """The events from the newest numeric reading on.

    What came before is not even added up: a late event that `advance` found covered must not be able to
    bring the sum out of range here.
    """
    for index in range(len(ordered) - 1, -1, -1):
        event = ordered[index]
        if isinstance(event, Reading) and event.quantity is not None:
            return ordered[index:]
    return ordered


def _applied(state: CountState, event: CountStatement) -> tuple[CountState, Note]:
    """The state after an event that comes next, and what the event did."""
    # Made in one step: `replace` after `replace` takes four times as long, and most of what comes is a reading.
    head = event.position
    match event:
        case Reading(quantity=None):
            quality = event.quality
            if quality is not Quality.UNTRACKED and state.known:
                quality = Quality.DOUBTFUL
            return replace(state, quality=quality, head=head), _UNKNOWN[quality]
        case Reading(quantity=Decimal() as quantity):
            return CountState(quantity=quantity, quality=event.quality, known=True, anchor=head, head=head), Note.SET
        case Adjustment():
            moved = replace(state, quantity=check_quantity(state.quantity + event.quantity), head=head)
            if state.head is None:
                # Nobody said what the count was before: the sum of changes is a number, but a doubtful one.
                moved = replace(moved, quality=Quality.DOUBTFUL, known=True)
            return moved, Note.ADJUSTED
        case _:
            raise WrongStream(f"{event.key}: {type(event).__name__} neither reads nor adjusts a count")
