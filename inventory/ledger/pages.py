"""All streams in turn, some hundreds at a time, each with what is stored of it and with the state that its events make.

How many queries a page takes does not hang on how many streams it has.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Count as Number

from inventory import fold
from inventory.events import Quality, Statement, StreamKind
from inventory.fold import CountValue
from inventory.fold.links import may_link
from inventory.ledger.encoding import KEPT, Kept, to_statement
from inventory.ledger.errors import UnreadableState
from inventory.ledger.folding import LotHistories, openings_of
from inventory.ledger.links import LinkedLot
from inventory.ledger.naming import FoldedNamings, names_of
from inventory.ledger.slots import CountSlot
from inventory.ledger.standing import standing_events
from inventory.ledger.streams import OpenStream, open_stream
from inventory.models import Batch, BatchLink, Count, Listing, Location, StockEvent, Stream

STREAMS_AT_A_TIME = 1_000
EVENTS_AT_A_TIME = 5_000
"""Of how many events streams are read together; one that has more is read alone."""


def pages() -> Iterator[list[Stream]]:
    """Every stream, in pieces of so few events that memory grows with the longest stream only, not with the ledger."""
    last = 0
    while rows := list(Stream.objects.filter(pk__gt=last).order_by("pk")[:STREAMS_AT_A_TIME]):
        last = rows[-1].pk
        told = StockEvent.objects.filter(stream__gte=rows[0].pk, stream__lte=last).order_by()
        numbers = dict(told.values_list("stream").annotate(number=Number("pk")))
        page: list[Stream] = []
        events = 0
        for row in rows:
            number = numbers.get(row.pk, 0)
            if page and events + number > EVENTS_AT_A_TIME:
                yield page
                page, events = [], 0
            page.append(row)
            events += number
        yield page


@dataclass(frozen=True, slots=True, kw_only=True)
class Folded:
    """One stream as it is stored, what stands of it, and the state that this makes."""

    stream: OpenStream
    readable: bool
    said: list[Statement]
    openings: fold.Openings
    names: fold.Naming
    state: fold.State

    @property
    def tenant(self) -> str:
        return self.said[-1].tenant if self.said else ""


class Page:
    """Some streams whose ids follow one another, with all that is stored of them."""

    def __init__(self, rows: list[Stream], namings: FoldedNamings) -> None:
        self._within = {"stream__gte": rows[0].pk, "stream__lte": rows[-1].pk}
        self.stored = self._stored_counts(rows)
        self.batches = self._batches(rows)
        self.described = self._described_rows(rows)
        self.streams = list(self._folded(rows, namings))

    def linked_lots(self) -> Iterator[LinkedLot]:
        """The lots that are tied to others, by what is stored or by what is said of them."""
        lots = [found.stream.id for found in self.streams if found.stream.kind is StreamKind.LOT]
        if not lots:
            return
        linked = set(BatchLink.objects.filter(event__stream__in=lots).values_list("event__stream", flat=True))
        for found in self.streams:
            stream = found.stream
            if stream.kind is StreamKind.LOT and (stream.id in linked or any(map(may_link, found.said))):
                yield LinkedLot(stream.id, self.batches[stream.subject_id], found.said)

    def _folded(self, rows: list[Stream], namings: FoldedNamings) -> Iterator[Folded]:
        statements = self._statements(rows)
        histories = LotHistories()
        histories.cover(
            (row.source_id, said) for row in rows if row.kind == StreamKind.LOT for said in statements[row.pk]
        )
        for row in rows:
            stream, readable = _opened(row)
            said = statements[row.pk]
            names = names_of(stream, said[-1].tenant if said else "", namings)
            openings = openings_of(stream, said, histories)
            state = fold.fold(stream.kind, said, openings=openings, names=names)
            yield Folded(stream=stream, readable=readable, said=said, openings=openings, names=names, state=state)

    def _statements(self, rows: list[Stream]) -> dict[int, list[Statement]]:
        found: dict[int, list[Statement]] = {row.pk: [] for row in rows}
        events = standing_events().filter(**self._within).order_by("id")
        for stream_id, *kept in events.values_list("stream_id", *KEPT):
            found[stream_id].append(to_statement(Kept(*kept)))
        return found

    def _stored_counts(self, rows: list[Stream]) -> dict[int, dict[CountSlot, CountValue]]:
        found: dict[int, dict[CountSlot, CountValue]] = {row.pk: {} for row in rows}
        counts = Count.objects.filter(**self._within).order_by("id")
        for stream_id, slot, quantity, quality, as_of in counts.values_list(
            "stream_id", "slot", "quantity", "quality", "as_of"
        ):
            value = CountValue(quantity=quantity, quality=Quality(quality), as_of=as_of)
            found[stream_id][CountSlot.parse(slot)] = value
        return found

    def _batches(self, rows: list[Stream]) -> dict[int, Batch]:
        """Those that the streams are about, or that the packages among them tell."""
        packages = [row.pk for row in rows if row.kind == StreamKind.PACKAGE]
        packaged = {slot.batch_id for package in packages for slot in self.stored[package]}
        about = {row.batch_id for row in rows if row.kind != StreamKind.COUNT}
        return Batch.objects.in_bulk({batch for batch in packaged | about if batch})

    def _described_rows(self, rows: list[Stream]) -> dict[tuple[str, int], Batch | Listing | Location]:
        """What the streams describe: the batches, and the one subject of all others but counts."""
        others = [row for row in rows if row.kind != StreamKind.COUNT]
        listings = Listing.objects.prefetch_related("barcodes").in_bulk(
            {row.listing_id for row in others if row.listing_id}
        )
        locations = Location.objects.in_bulk({row.location_id for row in others if row.location_id})
        found: list[Batch | Listing | Location] = [*self.batches.values(), *listings.values(), *locations.values()]
        return {(type(row).__name__, row.pk): row for row in found}


def _opened(row: Stream) -> tuple[OpenStream, bool]:
    try:
        return open_stream(row), True
    except UnreadableState:
        row.state = None
        return open_stream(row), False
