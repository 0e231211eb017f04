"""Which place stands in which: the parents that can stand together without a cycle."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from inventory.events import Position
from inventory.fold.descriptions import DescriptionState, Register

STATED = "parent"
INFERRED = "parent_inferred"


class ParentEdge(NamedTuple):
    """One place's parent ('' where it has none), and the position of the statement that said so."""

    parent: str
    position: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingParents:
    """The outcome for all the places of one source and tenant."""

    parents: dict[str, str]
    """Each place that stands in another, and that other place."""
    refused: dict[str, ParentEdge]
    """The edges that would close a cycle: kept and to be shown, not applied."""


def parent_of(state: DescriptionState) -> Register | None:
    """The register that names a place's parent, or None when nothing does.

    What a node event stated wins, even a stated "none"; only until one speaks does an inferred parent count.
    """
    return state.registers.get(STATED) or state.registers.get(INFERRED)


def standing_parents(edges: Mapping[str, ParentEdge]) -> StandingParents:
    """Apply the edges in the order of their positions; an edge that would close a cycle is refused.

    The outcome depends on the set of edges alone, never on the order in which they are given.
    """
    parents: dict[str, str] = {}
    refused: dict[str, ParentEdge] = {}
    for place, edge in sorted(edges.items(), key=lambda item: (item[1].position, item[0])):
        if not edge.parent:
            continue
        if _leads_to(place, edge.parent, parents):
            refused[place] = edge
        else:
            parents[place] = edge.parent
    return StandingParents(parents=parents, refused=refused)


def _leads_to(place: str, start: str, parents: Mapping[str, str]) -> bool:
    """Whether the way up from `start` meets `place`; it ends, because no cycle was ever let in."""
    step: str | None = start
    while step is not None:
        if step == place:
            return True
        step = parents.get(step)
    return False
