"""Which place stands in which: what was said last of each, but for what would close a circle."""

from collections.abc import Iterable, Mapping

from inventory.events import PlaceDescribed
from tests.laws.reference.values import in_order


def stand_places(said_of: Mapping[str, Iterable[PlaceDescribed]]) -> tuple[dict[str, str], set[str]]:
    """(the parent of each place that has one, the places whose parent is refused)."""
    newest: list[tuple[PlaceDescribed, str, str]] = []
    for place, statements in said_of.items():
        ordered = in_order(statements)
        stated = [said for said in ordered if "parent" in said.fields]
        inferred = [said for said in ordered if "parent_inferred" in said.fields]
        if stated or inferred:
            # Until a node event speaks, it stands where what went into it came from.
            said = (stated or inferred)[-1]
            parent = said.fields["parent" if stated else "parent_inferred"]
            if isinstance(parent, str):
                newest.append((said, place, parent))
    parents: dict[str, str] = {}
    refused: set[str] = set()
    for _, place, parent in sorted(newest, key=lambda edge: (edge[0].occurred, edge[0].rank, edge[0].order_key)):
        above = parent
        while above in parents and above != place:
            above = parents[above]
        if above == place:
            refused.add(place)
        else:
            parents[place] = parent
    return parents, refused
