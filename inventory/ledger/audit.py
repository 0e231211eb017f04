"""Holds the projections against the standing events, some hundreds of streams at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

from inventory import fold
from inventory.events import Statement, StreamKind
from inventory.fold import CountValue
from inventory.identity import References
from inventory.ledger.directory import Directory
from inventory.ledger.links import misplaced_links
from inventory.ledger.naming import FoldedNamings, misnamed, stored_naming
from inventory.ledger.packages import NOWHERE, Columns, batch_places
from inventory.ledger.pages import Page, pages
from inventory.ledger.projection import batch_row, listing_row, location_row, lot_row
from inventory.ledger.slots import CountSlot, account_of
from inventory.ledger.streams import OpenStream, naming_in
from inventory.ledger.values import NOTHING_STANDS, names_in, values_of
from inventory.matching import codes_in
from inventory.models import Batch, Listing, Location, Stream


@dataclass(frozen=True, slots=True, kw_only=True)
class Audited:
    """One stream as it is stored, and as its standing events say it should be."""

    stream: OpenStream
    readable: bool
    """Whether the stored state could be read; if not, `stream` stands at the start."""
    statements: list[Statement]
    openings: fold.Openings
    """Where the lots opened that it says were split off."""
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
    """Every stream in turn, folded from its standing events; see `pages` for what is remembered meanwhile."""
    namings = FoldedNamings()
    for rows in pages():
        yield from _audit(Page(rows, namings), Directory())


def audit_stream(stream_id: int, directory: Directory) -> Audited:
    """One stream, folded from its standing events."""
    return next(_audit(Page([Stream.objects.get(pk=stream_id)], FoldedNamings()), directory))


def _audit(page: Page, directory: Directory) -> Iterator[Audited]:
    """The streams of a page; how many queries that takes does not hang on how many they are."""
    names = References()
    for found in page.streams:
        names.update(names_in(found.state, found.stream.source_id, found.tenant))
    directory.cover_names(names)
    links = misplaced_links(list(page.linked_lots()))
    for found in page.streams:
        stream, state, tenant = found.stream, found.state, found.tenant
        stored = page.stored[stream.id]
        should_show = values_of(stream, state, tenant, directory) if found.said else {}
        batches: dict[int, Columns] = {}
        if stream.kind is StreamKind.PACKAGE:
            batches = {slot.batch_id: NOWHERE for slot in stored if slot.batch_id}
            batches |= batch_places(stream.with_state(state), tenant, directory)
        described = _misdescribed(stream, state, tenant, directory, page.described)
        described |= _misplaced_batches(batches, page.described)
        if stream.id in links:
            described["links"] = links[stream.id]
        yield Audited(
            stream=stream,
            readable=found.readable,
            statements=found.said,
            openings=found.openings,
            names=found.names,
            state=state,
            counts={**dict.fromkeys(stored, NOTHING_STANDS), **should_show},
            stored=stored,
            batches=batches,
            described=described,
        )


def _misdescribed(
    stream: OpenStream,
    state: fold.State,
    tenant: str,
    directory: Directory,
    rows: dict[tuple[str, int], Batch | Listing | Location],
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
    return {name: (stored[name], value) for name, value in should.items() if stored[name] != value}


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
