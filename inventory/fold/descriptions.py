"""Description streams: each field is a register that keeps its newest value."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Self

from inventory.events import Description, FieldValue, Position, Statement
from inventory.fold.notes import Note
from inventory.fold.positions import belonging, in_order, position_to_json, some_position


class Register(NamedTuple):
    """One field: its newest value (None: not provided) and the position of the statement that said so."""

    value: FieldValue
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class DescriptionState:
    """One listing, batch or place as described so far."""

    registers: Mapping[str, Register] = field(default_factory=dict)

    @property
    def fields(self) -> dict[str, FieldValue]:
        """Each field ever stated with its newest value; None where the source says that there is none."""
        return {name: register.value for name, register in self.registers.items()}

    def advance(self, event: Statement) -> tuple["DescriptionState", Note]:
        """The state after one more event, which may come in any order, and what the event did.

        Raises WrongStream when the event describes nothing.
        """
        described = belonging(event, Description)
        at = described.position
        newer = {
            name: Register(value, at)
            for name, value in described.fields.items()
            if name not in self.registers or at > self.registers[name].position
        }
        after = DescriptionState(registers={**self.registers, **newer})
        return after, _note(described, after)

    def to_json(self) -> dict[str, Any]:
        """This state as JSON, exactly; equal states give equal JSON."""
        return {
            "registers": {
                name: {"value": register.value, "position": position_to_json(register.position)}
                for name, register in sorted(self.registers.items())
            }
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The twin of `to_json`."""
        return cls(
            registers={
                name: Register(register["value"], some_position(register["position"]))
                for name, register in data["registers"].items()
            }
        )


START = DescriptionState()


def fold_description(events: Iterable[Statement]) -> DescriptionState:
    """The state after all these events, in any order; raises WrongStream when one describes nothing."""
    state = START
    for event in in_order(events, Description):
        state, _ = state.advance(event)
    return state


def explain_description(events: Iterable[Statement]) -> dict[str, Note]:
    """How much of each of these events stands, by its key; raises as `fold_description` does."""
    ordered = in_order(events, Description)
    state = fold_description(ordered)
    return {event.key: _note(event, state) for event in ordered}


def _note(event: Description, state: DescriptionState) -> Note:
    """How much of the event stands in `state`, which has seen it."""
    if not event.fields:
        return Note.NOTHING_DESCRIBED
    standing = sum(state.registers[name].position == event.position for name in event.fields)
    if standing == len(event.fields):
        return Note.DESCRIBED
    return Note.DESCRIBED_IN_PART if standing else Note.DESCRIPTION_COVERED
