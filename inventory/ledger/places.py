"""Which place stands in which: a projection over all the places of one source and tenant."""

from collections.abc import Iterable, Iterator

from django.db.models import F, QuerySet

from inventory.events import Statement, StreamKind
from inventory.fold import (
    DescriptionState,
    ParentEdge,
    StandingParents,
    State,
    fold_description,
    parent_of,
    standing_parents,
)
from inventory.ledger.encoding import to_statement
from inventory.ledger.streams import open_stream
from inventory.models import Location, Source, StockEvent, Stream


def edge_of(state: State) -> ParentEdge | None:
    """What a place's description says of its parent; None where it says nothing."""
    register = parent_of(state) if isinstance(state, DescriptionState) else None
    if register is None:
        return None
    return ParentEdge(register.value if isinstance(register.value, str) else "", register.position)


def follow_places(source_id: int, tenant: str) -> None:
    """Bring every place of a source and tenant into what its descriptions say it stands in."""
    # One at a time: whether an edge closes a cycle hangs on all the others.
    Source.objects.select_for_update(no_key=True).get(pk=source_id)
    for location, parent_id, refused in misplaced(source_id, tenant):
        Location.objects.filter(pk=location.pk).update(parent_id=parent_id, parent_refused=refused)


def misplaced(source_id: int, tenant: str) -> list[tuple[Location, int | None, bool]]:
    """The places that do not stand where they should: (place, its parent's id, whether a parent was refused)."""
    streams = Stream.objects.filter(kind=StreamKind.PLACE, source=source_id, location__tenant=tenant)
    states = {
        row.location.external_id: open_stream(row).state for row in streams.select_related("location") if row.location
    }
    parents = parents_among(states.items())
    places = {place.external_id: place for place in Location.objects.filter(source=source_id, tenant=tenant)}
    wrong = []
    for name, place in places.items():
        parent_id = places[parents.parents[name]].pk if name in parents.parents else None
        refused = name in parents.refused
        if (place.parent_id, place.parent_refused) != (parent_id, refused):
            wrong.append((place, parent_id, refused))
    return wrong


def parents_then(source_id: int, tenant: str, events: QuerySet[StockEvent]) -> dict[int, int]:
    """By location, the parent that these events (of any streams) make for the places of a source and tenant."""
    said: dict[str, list[Statement]] = {}
    described = events.filter(stream__kind=StreamKind.PLACE, source=source_id, stream__location__tenant=tenant)
    for event in described.annotate(place=F("stream__location__external_id")):
        said.setdefault(event.place, []).append(to_statement(event))
    parents = parents_among((name, fold_description(statements)) for name, statements in said.items()).parents
    named = {*parents, *parents.values()}
    rows = Location.objects.filter(source=source_id, tenant=tenant, external_id__among=named)
    ids = dict(rows.values_list("external_id", "pk"))
    return {ids[place]: ids[parent] for place, parent in parents.items()}


def parents_among(states: Iterable[tuple[str, State]]) -> StandingParents:
    """The parents that stand together, from the states of all the places of one source and tenant."""
    edges = {name: edge_of(state) for name, state in states}
    return standing_parents({name: edge for name, edge in edges.items() if edge is not None})


def misplaced_everywhere() -> Iterator[tuple[Location, int | None, bool]]:
    """As `misplaced`, for every source and tenant that has places which somebody described."""
    described = Stream.objects.filter(kind=StreamKind.PLACE).order_by()
    for source_id, tenant in described.values_list("source_id", "location__tenant").distinct():
        yield from misplaced(source_id, tenant or "")
