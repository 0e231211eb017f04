"""From stored events to a stream's state: read as little as the fold needs."""

from inventory import fold
from inventory.events import LotSpawned, Position, Statement, StreamKind
from inventory.fold import NO_NAMING, NO_OPENINGS, CountState, Naming, Openings
from inventory.ledger.directory import OpenStream
from inventory.ledger.encoding import to_statement
from inventory.ledger.standing import standing_events


def statements_of(stream_id: int, *, since: int | None = None) -> list[Statement]:
    """The standing statements of a stream that occurred at or after `since` (nanoseconds)."""
    events = standing_events().filter(stream_id=stream_id)
    if since is not None:
        events = events.filter(occurred__gte=since)
    return [to_statement(event) for event in events.order_by("occurred", "id")]


def refold(stream: OpenStream, first: Position, names: Naming = NO_NAMING) -> fold.State:
    """The state of a stream in which things were added or taken back, the first of them at `first`.

    `names` are what the names of places mean by now; they matter to packages only.
    """
    since = _count_base(stream, first) if stream.kind is StreamKind.COUNT else None
    statements = statements_of(stream.id, since=since)
    return fold.fold(stream.kind, statements, openings=openings_of(stream, statements), names=names)


def _count_base(stream: OpenStream, first: Position) -> int | None:
    """From which instant a count's events have to be folded anew: its newest numeric reading that still counts."""
    anchor = stream.state.anchor if isinstance(stream.state, CountState) else None
    if anchor is not None and anchor < first:
        return anchor.occurred
    readings = standing_events().filter(stream_id=stream.id, kind="reading", quantity__isnull=False)
    newest = readings.order_by("-occurred", "-id").first()
    return None if newest is None else newest.occurred


def openings_of(stream: OpenStream, statements: list[Statement]) -> Openings:
    """Where the lots that were split off opened: the place and listing of their parent at that moment."""
    return _openings(stream.source_id, statements, frozenset())


def _openings(source_id: int, statements: list[Statement], followed: frozenset[str]) -> Openings:
    """As `openings_of`, on the way from the lots in `followed`; those open nowhere, so that a circle has an end."""
    found: dict[str, tuple[str, str]] = {}
    for statement in statements:
        if isinstance(statement, LotSpawned):
            parents = standing_events().filter(
                stream__kind=StreamKind.LOT,
                stream__batch__source_id=source_id,
                stream__batch__tenant=statement.tenant,
                stream__batch__external_id=statement.parent,
                occurred__lte=statement.occurred,
            )
            history: list[Statement] = [to_statement(event) for event in parents]
            way = followed | {statement.batch}
            openings = NO_OPENINGS if statement.parent in way else _openings(source_id, history, way)
            found[statement.key] = fold.place_at(history, statement.position, openings)
    return found
