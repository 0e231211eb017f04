"""The fold: the standing events of one stream make its state.

Every state is a pure function of the set of its events: any order of arrival, any duplication and any split
into batches ends in the same one. Nothing here knows a database, a clock or a provider.

A state's `advance(event)` takes one more event in constant time, or raises Late: then the stream's events
must be folded anew.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from inventory.events import Statement, StreamKind
from inventory.fold import counts, descriptions, lots, naming, packages
from inventory.fold.counts import CountState, CountValue, explain_count, fold_count
from inventory.fold.descriptions import DescriptionState, Register, explain_description, fold_description
from inventory.fold.lot import LotStatus
from inventory.fold.lot_effects import NO_OPENINGS, Openings
from inventory.fold.lots import LotState, explain_lot, fold_lot, place_at
from inventory.fold.naming import NO_NAMING, NamedPlace, Naming, NamingState, explain_naming, fold_naming
from inventory.fold.notes import Late, Note, WrongStream
from inventory.fold.packages import PackageCell, PackageSpot, PackageState, Whereabouts, explain_package, fold_package
from inventory.fold.places import ParentEdge, StandingParents, parent_of, standing_parents

__all__ = [
    "NO_NAMING",
    "NO_OPENINGS",
    "CountState",
    "CountValue",
    "DescriptionState",
    "Late",
    "LotState",
    "LotStatus",
    "NamedPlace",
    "Naming",
    "NamingState",
    "Note",
    "Openings",
    "PackageCell",
    "PackageSpot",
    "PackageState",
    "ParentEdge",
    "Register",
    "StandingParents",
    "State",
    "Whereabouts",
    "WrongStream",
    "advance",
    "explain",
    "explain_count",
    "explain_description",
    "explain_lot",
    "explain_naming",
    "explain_package",
    "fold",
    "fold_count",
    "fold_description",
    "fold_lot",
    "fold_naming",
    "fold_package",
    "load",
    "parent_of",
    "place_at",
    "standing_parents",
    "start",
]

State: TypeAlias = CountState | LotState | DescriptionState | PackageState | NamingState


def start(kind: StreamKind) -> State:
    """The state of a stream without events."""
    match kind:
        case StreamKind.COUNT:
            return counts.START
        case StreamKind.LOT:
            return lots.START
        case StreamKind.PACKAGE:
            return packages.START
        case StreamKind.NAMING:
            return naming.START
        case _:
            return descriptions.START


def advance(state: State, event: Statement, *, names: Naming = NO_NAMING) -> tuple[State, Note]:
    """The state after one more event, and what the event did; `names` matters to packages only.

    Raises Late when the stream must be folded anew, and otherwise as `fold` does.
    """
    return state.advance(event, names) if isinstance(state, PackageState) else state.advance(event)


def fold(
    kind: StreamKind, events: Iterable[Statement], *, openings: Openings = NO_OPENINGS, names: Naming = NO_NAMING
) -> State:
    """The state of a stream after all these events, in any order.

    `openings` matters to lots only, `names` to packages. Raises QuantityOutOfRange when a number leaves the range that
    can be kept, WrongStream when an event is of another kind of stream.
    """
    match kind:
        case StreamKind.COUNT:
            return fold_count(events)
        case StreamKind.LOT:
            return fold_lot(events, openings)
        case StreamKind.PACKAGE:
            return fold_package(events, names)
        case StreamKind.NAMING:
            return fold_naming(events)
        case _:
            return fold_description(events)


def explain(
    kind: StreamKind, events: Iterable[Statement], *, openings: Openings = NO_OPENINGS, names: Naming = NO_NAMING
) -> dict[str, Note]:
    """What each of these standing events does to the stream, by the event's key; raises as `fold` does."""
    match kind:
        case StreamKind.COUNT:
            return explain_count(events)
        case StreamKind.LOT:
            return explain_lot(events, openings)
        case StreamKind.PACKAGE:
            return explain_package(events, names)
        case StreamKind.NAMING:
            return explain_naming(events)
        case _:
            return explain_description(events)


def load(kind: StreamKind, data: Mapping[str, Any]) -> State:
    """The state of which `data` is the `to_json()`."""
    match kind:
        case StreamKind.COUNT:
            return CountState.from_json(data)
        case StreamKind.LOT:
            return LotState.from_json(data)
        case StreamKind.PACKAGE:
            return PackageState.from_json(data)
        case StreamKind.NAMING:
            return NamingState.from_json(data)
        case _:
            return DescriptionState.from_json(data)
