"""Counts one by one: as they are, as they were known, and as they were true."""

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from django.db.models import Max, Q, QuerySet

from inventory import fold
from inventory.events import HIDDEN, Quality, Statement
from inventory.fold import CountValue
from inventory.identity import References
from inventory.instants import from_datetime
from inventory.ledger.directory import Directory
from inventory.ledger.encoding import to_statement
from inventory.ledger.folding import openings_of
from inventory.ledger.naming import StoredNamings, names_of
from inventory.ledger.places import parents_then
from inventory.ledger.standing import standing_events
from inventory.ledger.streams import open_stream
from inventory.ledger.sums import movement_sums
from inventory.ledger.values import NOTHING_STANDS, values_of
from inventory.models import Count, Location, Movement, StockEvent, Stream
from inventory.snapshot import read_snapshot

ROWS_AT_A_TIME = 500
SHOWN = (
    *("id", "slot", "stream", "bucket", "state", "quantity", "quality", "as_of"),
    *("source__name", "listing__external_id", "listing__product__name", "batch__external_id"),
    *("location__external_id", "location__same_as__external_id"),
)
"""All that a row is made of: with whole descriptions of everything that it names an export took 1.7 x as long."""


class Clock(StrEnum):
    """Two clocks, two answers to what the stock was at a moment."""

    KNOWN = "known"
    """What our ledger showed then."""
    TRUE = "true"
    """What was so then, as far as is known today."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRow:
    """One count as it is, or was."""

    count_id: int
    source: str
    listing: str
    batch: str | None
    location: str | None
    product: str
    location_path: str | None
    bucket: str
    state: str
    quantity: Decimal | None
    """None where it is unknown or untracked."""
    quality: Quality
    as_of: int | None
    """Nanoseconds since 1970-01-01 UTC."""


def stock(
    *, product: str = "", source: str = "", as_of: datetime | None = None, clock: Clock = Clock.KNOWN
) -> Generator[StockRow]:
    """The counts of the products whose name holds `product` (or whose identifier it is), of the source so named.

    With `as_of`, what they were then by `clock`; what was not there then is left out. Product links, names and sites
    are always today's. Everything is read in one snapshot.
    """
    with read_snapshot():
        values = values_at(as_of, clock)
        places = _Places() if as_of is None else _PlacesThen(as_of, clock)
        last = 0
        wanted = _wanted(product, source)
        while counts := list(wanted.filter(pk__gt=last)[:ROWS_AT_A_TIME]):
            last = counts[-1].pk
            places.learn({location.same_as_id or location.pk for count in counts if (location := count.location)})
            then = values(counts)
            yield from (
                _row(count, then[count.pk], places)
                for count in counts
                if count.pk in then and not _is_gone(count, then[count.pk])
            )


def _wanted(product: str, source: str) -> QuerySet[Count]:
    counts = Count.objects.select_related("source", "listing__product", "batch", "location__same_as").only(*SHOWN)
    counts = counts.order_by("pk")
    if source:
        counts = counts.filter(source__name=source)
    if product:
        counts = counts.filter(Q(listing__product__name__icontains=product) | Q(listing__external_id=product))
    return counts


def _is_gone(count: Count, value: CountValue) -> bool:
    """Whether a count was kept at what is only another name of its place, and is kept at the place itself by now."""
    return value == NOTHING_STANDS and count.location is not None and count.location.same_as_id is not None


def _row(count: Count, value: CountValue, places: "_Places") -> StockRow:
    hidden = value.quality in HIDDEN
    location = count.location and (count.location.same_as or count.location)
    return StockRow(
        count_id=count.pk,
        source=count.source.name,
        listing=count.listing.external_id,
        batch=count.batch.external_id if count.batch else None,
        location=location.external_id if location else None,
        product=count.listing.product.name,
        location_path=places.path(location.pk) if location else None,
        bucket=count.bucket,
        state=count.state,
        quantity=None if hidden else value.quantity,
        quality=value.quality,
        as_of=value.as_of,
    )


Values = Callable[[Sequence[Count]], dict[int, CountValue]]
"""What some hundreds of counts were, by their id; those that were not there are left out."""


def values_at(as_of: datetime | None, clock: Clock) -> Values:
    """What tells the values of counts at `as_of` by `clock`, and without it those of now, page by page.

    To be asked within the read_snapshot() in which the counts are read.
    """
    if as_of is None:
        return lambda counts: {
            count.pk: CountValue(quantity=count.quantity, quality=Quality(count.quality), as_of=count.as_of)
            for count in counts
        }
    if clock is Clock.TRUE:
        directory = Directory()
        namings = StoredNamings()
        instant = from_datetime(as_of)
        return lambda counts: _true_then(counts, instant, directory, namings)
    newest = Movement.objects.filter(recorded_at__lte=as_of).order_by("-recorded_at", "-seq").first()
    seq = 0 if newest is None else newest.seq
    return lambda counts: _known_then(counts, seq)


def _known_then(counts: Sequence[Count], seq: int) -> dict[int, CountValue]:
    """What the movements up to `seq` add up to."""
    ids = [count.pk for count in counts]
    last_seqs = (
        Movement.objects.filter(count_id__in=ids, seq__lte=seq)
        .order_by()
        .values("count_id")
        .annotate(last=Max("seq"))
        .values_list("last", flat=True)
    )
    last = {movement.count_id: movement for movement in Movement.objects.filter(seq__in=list(last_seqs))}
    sums = {count_id: told for count_id, _, told in movement_sums(ids, up_to=seq) if count_id in last}
    return {
        pk: CountValue(quantity=told, quality=Quality(last[pk].quality), as_of=last[pk].as_of)
        for pk, told in sums.items()
    }


def _true_then(
    counts: Sequence[Count], instant: int, directory: Directory, namings: StoredNamings
) -> dict[int, CountValue]:
    """What the events that occurred by `instant` make."""
    by_slot = {count.slot: count.pk for count in counts}
    streams = Stream.objects.in_bulk({count.stream_id for count in counts})
    said: dict[int, list[Statement]] = {pk: [] for pk in streams}
    references = References()
    events = standing_events().filter(stream_id__in=list(streams), occurred__lte=instant)
    for event in events.order_by("id"):
        statement = to_statement(event)
        said[event.stream_id].append(statement)
        references.add(event.source_id, statement)
    # At once for the whole page: stream by stream it would be a few queries for each.
    directory.cover_names(references)
    found: dict[int, CountValue] = {}
    for pk, statements in said.items():
        if statements:
            stream = open_stream(streams[pk])
            tenant = statements[-1].tenant
            names = names_of(stream, tenant, namings)
            state = fold.fold(stream.kind, statements, openings=openings_of(stream, statements), names=names)
            for slot, value in values_of(stream, state, tenant, directory).items():
                if slot.text in by_slot:
                    found[by_slot[slot.text]] = value
    return found


class _Places:
    """The paths of locations as they are, read level by level."""

    def __init__(self) -> None:
        self._rows: dict[int, Location] = {}

    def parent_of(self, row: Location) -> int | None:
        return row.parent_id

    def learn(self, ids: set[int]) -> None:
        """Read these locations and all that they stand in."""
        missing = ids - self._rows.keys()
        while missing:
            found = Location.objects.in_bulk(missing)
            self._rows |= found
            parents = {self.parent_of(row) for row in found.values()}
            missing = {parent for parent in parents if parent is not None} - self._rows.keys()

    def path(self, location_id: int) -> str:
        """The names from the outermost place to this one."""
        names: list[str] = []
        step: int | None = location_id
        while step is not None and len(names) < len(self._rows):
            names.append(str(self._rows[step]))
            step = self.parent_of(self._rows[step])
        return " / ".join(reversed(names))


class _PlacesThen(_Places):
    """The paths of locations as they were: a container that has moved since stands where it stood.

    Names are today's.
    """

    def __init__(self, as_of: datetime, clock: Clock) -> None:
        super().__init__()
        self._as_of = as_of
        self._clock = clock
        self._parents: dict[int, int] = {}
        self._known: set[tuple[int, str]] = set()

    def parent_of(self, row: Location) -> int | None:
        owner = (row.source_id, row.tenant)
        if owner not in self._known:
            self._known.add(owner)
            self._parents |= parents_then(*owner, self._events())
        return self._parents.get(row.pk)

    def _events(self) -> QuerySet[StockEvent]:
        if self._clock is Clock.TRUE:
            return standing_events().filter(occurred__lte=from_datetime(self._as_of))
        return standing_events(self._as_of)
