"""From stored events to a stream's state: read as little as the fold needs."""

from collections.abc import Iterable

from django.db.models import QuerySet

from inventory import fold
from inventory.events import LotSpawned, Position, Statement, StreamKind
from inventory.fold import NO_NAMING, NO_OPENINGS, CountState, Naming, Openings
from inventory.identity import Identifier, by_owner
from inventory.ledger.encoding import KEPT, Kept, to_statement
from inventory.ledger.standing import standing_events
from inventory.ledger.streams import OpenStream
from inventory.models import StockEvent


def statements_of(stream_id: int, *, since: int | None = None, until: int | None = None) -> list[Statement]:
    """The standing statements of a stream that occurred at or after `since` (nanoseconds), up to the event `until`."""
    events = _standing(stream_id, until)
    if since is not None:
        events = events.filter(occurred__gte=since)
    return [to_statement(event) for event in events.order_by("occurred", "id")]


def refold(stream: OpenStream, first: Position, names: Naming = NO_NAMING, *, until: int | None = None) -> fold.State:
    """The state of a stream in which things were added or taken back, the first of them at `first`.

    `names` are what the names of places mean by now; they matter to packages only. Events after `until` are left out:
    they are stored already, and their turn comes later.
    """
    since = _count_base(stream, first, until) if stream.kind is StreamKind.COUNT else None
    statements = statements_of(stream.id, since=since, until=until)
    return fold.fold(stream.kind, statements, openings=openings_of(stream, statements), names=names)


def _count_base(stream: OpenStream, first: Position, until: int | None) -> int | None:
    """From which instant a count's events have to be folded anew: its newest numeric reading that still counts."""
    anchor = stream.state.anchor if isinstance(stream.state, CountState) else None
    if anchor is not None and anchor < first:
        return anchor.occurred
    readings = _standing(stream.id, until).filter(kind="reading", quantity__isnull=False)
    newest = readings.order_by("-occurred", "-id").first()
    return None if newest is None else newest.occurred


def _standing(stream_id: int, until: int | None) -> QuerySet[StockEvent]:
    events = standing_events().filter(stream_id=stream_id)
    return events if until is None else events.filter(pk__lte=until)


class LotHistories:
    """The standing statements of lots that others were split off, each lot's read once."""

    def __init__(self) -> None:
        self._known: dict[Identifier, list[Statement]] = {}

    def cover(self, said: Iterable[tuple[int, Statement]]) -> None:
        """Read, with few queries, all that the openings of the lots in these (source id, statement) hang on.

        The lots that they were split off, those that these were split off, and so on.
        """
        wanted = _parents(said) - self._known.keys()
        while wanted:
            for owner, names in by_owner(sorted(wanted)):
                self._read(owner, names)
            above = ((name.source_id, statement) for name in wanted for statement in self._known[name])
            wanted = _parents(above) - self._known.keys()

    def before(self, parent: Identifier, occurred: int) -> list[Statement]:
        """What had been said of a covered lot that occurred by an instant, in nanoseconds."""
        return [statement for statement in self._known[parent] if statement.occurred <= occurred]

    def _read(self, owner: tuple[int, str], names: list[str]) -> None:
        self._known |= {Identifier(*owner, name): [] for name in names}
        events = standing_events().filter(
            stream__kind=StreamKind.LOT,
            stream__batch__source_id=owner[0],
            stream__batch__tenant=owner[1],
            stream__batch__external_id__among=names,
        )
        for name, *kept in events.order_by("id").values_list("stream__batch__external_id", *KEPT):
            self._known[Identifier(*owner, name)].append(to_statement(Kept(*kept)))


def _parents(said: Iterable[tuple[int, Statement]]) -> set[Identifier]:
    return {
        Identifier(source_id, statement.tenant, statement.parent)
        for source_id, statement in said
        if isinstance(statement, LotSpawned)
    }


def openings_of(stream: OpenStream, statements: list[Statement], histories: LotHistories | None = None) -> Openings:
    """Where the lots that were split off opened: the place and listing of their parent at that moment.

    Whoever asks for many streams gives `histories` that cover them all.
    """
    if histories is None:
        histories = LotHistories()
        histories.cover((stream.source_id, statement) for statement in statements)
    return _openings(stream.source_id, statements, histories, frozenset())


def _openings(
    source_id: int, statements: list[Statement], histories: LotHistories, followed: frozenset[str]
) -> Openings:
    """As `openings_of`, on the way from the lots in `followed`; those open nowhere, so that a circle has an end."""
    found: dict[str, tuple[str, str]] = {}
    for statement in statements:
        if isinstance(statement, LotSpawned):
            parent = Identifier(source_id, statement.tenant, statement.parent)
            history = histories.before(parent, statement.occurred)
            way = followed | {statement.batch}
            openings = NO_OPENINGS if statement.parent in way else _openings(source_id, history, histories, way)
            found[statement.key] = fold.place_at(history, statement.position, openings)
    return found
