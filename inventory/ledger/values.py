"""What a stream's state means for the counts, and what changed between two states."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from inventory.events import Bucket, Quality
from inventory.fold import CountState, CountValue, LotState, PackageState, State
from inventory.identity import Identifier, References
from inventory.ledger.directory import Directory
from inventory.ledger.slots import CountSlot, count_slot_of
from inventory.ledger.streams import OpenStream
from inventory.quantity import LIMIT

NOTHING_STANDS = CountValue(quantity=Decimal(0), quality=Quality.UNKNOWN, as_of=None)
"""What a count shows when no standing event speaks of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountChange:
    """One count before and after."""

    slot: CountSlot
    before: CountValue | None
    """None when the count was not there."""
    after: CountValue

    @property
    def deltas(self) -> tuple[Decimal, ...]:
        """The signed effects to be written as movements.

        None when only the moment changed. Two when one would not fit the column: from one end of the range to the
        other is further than the range.
        """
        before = self.before or NOTHING_STANDS
        if self.before and (before.quantity, before.quality) == (self.after.quantity, self.after.quality):
            return ()
        delta = self.after.quantity - before.quantity
        return (delta,) if abs(delta) <= LIMIT else (-before.quantity, self.after.quantity)


def changes_between(before: OpenStream, after: OpenStream, tenant: str, directory: Directory) -> list[CountChange]:
    """What differs between the counts of a stream in two states; a new one's counts are told even where they show 0."""
    if isinstance(after.state, CountState) and isinstance(before.state, CountState):
        # Most of what comes; made the way of all others it takes three times as long.
        was, now = None if before.is_new else before.state.value, after.state.value
        return [] if was == now else [CountChange(slot=count_slot_of(after.slot), before=was, after=now)]
    return changes(
        {} if before.is_new else values_of(before, before.state, tenant, directory),
        values_of(after, after.state, tenant, directory),
        is_new=before.is_new,
    )


def values_of(stream: OpenStream, state: State, tenant: str, directory: Directory) -> dict[CountSlot, CountValue]:
    """What each count of a stream shows in `state`, by our ids."""
    match state:
        case CountState():
            return {count_slot_of(stream.slot): state.value}
        case LotState():
            return dict(_lot_values(stream, state, tenant, directory))
        case PackageState():
            return dict(_package_values(stream, state, tenant, directory))
        case _:
            return {}


def names_in(state: State, source_id: int, tenant: str) -> References:
    """The identifiers that the counts and the described rows of a stream in `state` hang on."""

    def named(external_ids: Iterable[str]) -> set[Identifier]:
        return {Identifier(source_id, tenant, text) for text in external_ids if text}

    references = References()
    match state:
        case LotState():
            counts = state.counts
            references.listings = named((state.listing, *(listing for listing, _ in counts)))
            references.locations = named((state.place, *(place for _, place in counts)))
        case PackageState():
            spots = {spot for spot, _ in state.counts}
            references.listings = named(spot.listing for spot in spots)
            references.batches = named(spot.batch for spot in spots)
            references.locations = named(spot.location for spot in spots)
        case _:
            pass
    return references


def _lot_values(
    stream: OpenStream, state: LotState, tenant: str, directory: Directory
) -> Iterator[tuple[CountSlot, CountValue]]:
    directory.cover_names(names_in(state, stream.source_id, tenant))
    for (listing, place), value in state.counts.items():
        yield (
            CountSlot(
                directory.listings[Identifier(stream.source_id, tenant, listing)],
                stream.batch_id,
                directory.locations[Identifier(stream.source_id, tenant, place)],
                Bucket.AVAILABLE,
                "",
            ),
            value,
        )


def _package_values(
    stream: OpenStream, state: PackageState, tenant: str, directory: Directory
) -> Iterator[tuple[CountSlot, CountValue]]:
    def named(external_id: str) -> Identifier:
        return Identifier(stream.source_id, tenant, external_id)

    directory.cover_names(names_in(state, stream.source_id, tenant))
    for ((listing, batch, place), bucket), value in state.counts.items():
        yield (
            CountSlot(
                directory.listings[named(listing)],
                directory.batches[named(batch)],
                directory.locations[named(place)],
                bucket,
                "",
            ),
            value,
        )


def changes(
    before: dict[CountSlot, CountValue], after: dict[CountSlot, CountValue], *, is_new: bool
) -> list[CountChange]:
    """What differs between two sets of values; a count that nothing speaks of any more shows NOTHING_STANDS."""
    return [
        CountChange(
            slot=slot,
            before=None if is_new else before.get(slot),
            after=after.get(slot, NOTHING_STANDS),
        )
        for slot in sorted({*before, *after}, key=lambda slot: slot.order)
        if is_new or before.get(slot) != after.get(slot, NOTHING_STANDS)
    ]
