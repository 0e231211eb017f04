"""Holds the projections against the standing events, a few hundred streams at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from inventory import fold
from inventory.events import Quality, Statement, StreamKind
from inventory.fold import CountValue
from inventory.fold.links import may_link
from inventory.ledger.directory import Directory, OpenStream, naming_in, open_stream
from inventory.ledger.encoding import to_statement
from inventory.ledger.errors import UnreadableState
from inventory.ledger.folding import openings_of
from inventory.ledger.links import misplaced_links
from inventory.ledger.naming import FoldedNamings, misnamed, names_of, stored_naming
from inventory.ledger.packages import NOWHERE, Columns, batch_places
from inventory.ledger.projection import batch_row, listing_row, location_row, lot_row
from inventory.ledger.slots import CountSlot, account_of
from inventory.ledger.standing import standing_events
from inventory.ledger.values import NOTHING_STANDS, values_of
from inventory.matching import codes_in
from inventory.models import Batch, BatchLink, Count, Listing, Location, Stream
from inventory.quantity import from_millionths, from_parts

STREAMS_AT_A_TIME = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """One stream as it is stored, and as its standing events say it should be."""

    stream: OpenStream
    readable: bool
    """Whether the stored state could be read; if not, `stream` stands at the start."""
    statements: list[Statement]
    names: fold.Naming
    """What the names of places mean that its statements use."""
    state: fold.State
    counts: dict[CountSlot, CountValue]
    """What each of its counts should show; every count that is stored has an entry."""
    stored: dict[CountSlot, CountValue]
    batches: dict[int, Columns]
    """Where each batch of a package should be; every batch that has stored counts of it has an entry."""
    described: dict[str, tuple[object, object]]
    """The columns of the rows that it describes which are not as they should be: (stored, should be)."""

    @property
    def tenant(self) -> str:
        return self.statements[-1].tenant if self.statements else ""

    @property
    def state_is_right(self) -> bool:
        return self.readable and self.stream.state == self.state

    @property
    def is_right(self) -> bool:
        return self.state_is_right and not self.wrong_counts and not self.described

    @property
    def wrong_counts(self) -> dict[CountSlot, tuple[CountValue | None, CountValue]]:
        """The counts that are not as they should be: (stored, should be)."""
        return {
            slot: (self.stored.get(slot), value)
            for slot, value in self.counts.items()
            if self.stored.get(slot) != value
        }


def audit_streams() -> Iterator[Audited]:
    """Every stream in turn, folded from its standing events; what is remembered meanwhile does not grow with them."""
    last = 0
    namings = FoldedNamings()
    while rows := list(Stream.objects.filter(pk__gt=last).order_by("pk")[:STREAMS_AT_A_TIME]):
        last = rows[-1].pk
        yield from _audit(rows, Directory(), namings)


def audit_stream(stream_id: int, directory: Directory) -> Audited:
    """One stream, folded from its standing events."""
    return next(_audit([Stream.objects.get(pk=stream_id)], directory, FoldedNamings()))


def _audit(rows: list[Stream], directory: Directory, namings: FoldedNamings) -> Iterator[Audited]:
    ids = [row.pk for row in rows]
    statements: dict[int, list[Statement]] = {pk: [] for pk in ids}
    for event in standing_events().filter(stream_id__in=ids).order_by("id").iterator():
        statements[event.stream_id].append(to_statement(event))
    stored: dict[int, dict[CountSlot, CountValue]] = {pk: {} for pk in ids}
    for count in Count.objects.filter(stream_id__in=ids):
        stored[count.stream_id][CountSlot.parse(count.slot)] = _value(count)
    packaged = {row.pk: {slot.batch_id for slot in stored[row.pk]} for row in rows if row.kind == StreamKind.PACKAGE}
    described = _described_rows(rows, {batch for batches in packaged.values() for batch in batches})
    linked = set(BatchLink.objects.filter(event__stream__in=ids).values_list("event__stream", flat=True))
    for row in rows:
        stream, readable = _opened(row)
        said = statements[row.pk]
        tenant = said[-1].tenant if said else ""
        names = names_of(stream, tenant, namings)
        state = fold.fold(stream.kind, said, openings=openings_of(stream, said), names=names)
        should_show = values_of(stream, state, tenant, directory) if said else {}
        batches = dict.fromkeys(filter(None, packaged.get(row.pk, ())), NOWHERE)
        batches |= batch_places(stream.with_state(state), tenant, directory)
        yield Audited(
            stream=stream,
            readable=readable,
            statements=said,
            names=names,
            state=state,
            counts={**dict.fromkeys(stored[row.pk], NOTHING_STANDS), **should_show},
            stored=stored[row.pk],
            batches=batches,
            described=_misdescribed(
                stream, state, tenant, directory, described, linked=row.pk in linked or any(map(may_link, said))
            )
            | _misplaced_batches(batches, described),
        )


def _opened(row: Stream) -> tuple[OpenStream, bool]:
    try:
        return open_stream(row), True
    except UnreadableState:
        row.state = None
        return open_stream(row), False


def _value(count: Count) -> CountValue:
    return CountValue(quantity=count.quantity, quality=Quality(count.quality), as_of=count.as_of)


def _described_rows(rows: list[Stream], packaged: set[int | None]) -> dict[tuple[str, int], Batch | Listing | Location]:
    others = [row for row in rows if row.kind != "count"]
    batches = Batch.objects.in_bulk({batch for batch in {*packaged, *(row.batch_id for row in others)} if batch})
    listings = Listing.objects.prefetch_related("barcodes").in_bulk(
        {row.listing_id for row in others if row.listing_id}
    )
    locations = Location.objects.in_bulk({row.location_id for row in others if row.location_id})
    found: list[Batch | Listing | Location] = [*batches.values(), *listings.values(), *locations.values()]
    return {(type(row).__name__, row.pk): row for row in found}


def _misdescribed(
    stream: OpenStream,
    state: fold.State,
    tenant: str,
    directory: Directory,
    rows: dict[tuple[str, int], Batch | Listing | Location],
    *,
    linked: bool,
) -> dict[str, tuple[object, object]]:
    match state:
        case fold.LotState():
            row, should = rows["Batch", stream.subject_id], lot_row(stream, state, tenant, directory)
        case fold.DescriptionState() if stream.listing_id:
            row = rows["Listing", stream.listing_id]
            should = {**listing_row(state), "barcodes": sorted(codes_in(state.fields))}
        case fold.DescriptionState() if stream.batch_id:
            row, should = rows["Batch", stream.batch_id], batch_row(state)
        case fold.DescriptionState():
            row, should = rows["Location", stream.subject_id], location_row(state)
            if isinstance(row, Location) and row.identity:
                # Its name is its newest one, which the naming of its account tells.
                del should["name"]
        case fold.NamingState():
            wrong_places = misnamed(*account_of(stream.slot), naming_in(state))
            return {f"location {place.pk}": (stored_naming(place), should_be) for place, should_be in wrong_places}
        case _:
            return {}
    stored = {name: _stored(row, name) for name in should}
    wrong = {name: (stored[name], value) for name, value in should.items() if stored[name] != value}
    if linked and (links := misplaced_links(stream.id, stream.subject_id)) is not None:
        wrong["links"] = links
    return wrong


def _misplaced_batches(
    batches: dict[int, Columns], rows: dict[tuple[str, int], Batch | Listing | Location]
) -> dict[str, tuple[object, object]]:
    """What is not right of the batches of a package; one whose counts are not stored is told by those."""
    wrong: dict[str, tuple[object, object]] = {}
    for batch_id, should in batches.items():
        row = rows.get(("Batch", batch_id))
        stored = {name: getattr(row, name, None) for name in should}
        if row is not None and stored != should:
            wrong[f"batch {batch_id}"] = (stored, should)
    return wrong


def _stored(row: Batch | Listing | Location, name: str) -> object:
    if name == "barcodes" and isinstance(row, Listing):
        return sorted(barcode.code for barcode in row.barcodes.all())
    return getattr(row, name)


def movement_sums(count_ids: Sequence[int], *, up_to: int = 2**63 - 1) -> Iterator[tuple[int, Decimal, Decimal]]:
    """For each of some hundreds of counts: its id, its quantity, and the exact sum of its movements to `up_to`.

    Whole units and millionths are summed apart: SQLite's SUM stops at 64 bits, which a few movements from one end
    of the range to the other would pass on the way.
    """
    if not count_ids:
        return
    places = ", ".join(["%s"] * len(count_ids))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, c.quantity, "  # noqa: S608  # placeholders
            "COALESCE(SUM(m.delta / 1000000), 0), COALESCE(SUM(m.delta %% 1000000), 0) "
            "FROM inventory_count c LEFT JOIN inventory_movement m ON m.count_id = c.id AND m.seq <= %s "
            f"WHERE c.id IN ({places}) GROUP BY c.id, c.quantity ORDER BY c.id",
            [up_to, *count_ids],
        )
        for count_id, quantity, whole, rest in cursor.fetchall():
            yield count_id, from_millionths(quantity), from_parts(whole, rest)
