"""The streams that one transaction has locked, and the rows that its identifiers stand for."""

from collections.abc import Iterable

from django.db.models import Q, QuerySet

from inventory import fold
from inventory.events import (
    BatchDescribed,
    CountStatement,
    ListingDescribed,
    LotSpawned,
    LotStatement,
    PackageCorrection,
    PackageRead,
    PackageStatement,
    PlaceDescribed,
    PlacesNamed,
    Statement,
    StreamKind,
)
from inventory.identity import (
    Identifier,
    References,
    find_or_make_batches,
    find_or_make_listings,
    find_or_make_locations,
)
from inventory.ledger.errors import ConflictingStatement
from inventory.ledger.slots import AccountName, CountSlot, PackageName, stream_slot
from inventory.ledger.splits import split_off
from inventory.ledger.streams import OpenStream, lock_streams, naming_in
from inventory.models import Batch, Count, Stream


class Directory:
    """What a transaction has found, made and locked so far.

    Everything is found or made in sorted order, over all the statements given at once: two transactions that cover
    the same things wait for each other and cannot deadlock.
    """

    def __init__(self) -> None:
        self.listings: dict[Identifier, int] = {}
        self.batches: dict[Identifier, int] = {}
        self.locations: dict[Identifier, int] = {}
        self.streams: dict[str, OpenStream] = {}
        self._packaged: set[int] = set()
        """The batches that a package's readings tell and that are locked."""
        self._beside: set[int] = set()
        """The batches that lots are split off, or were, and that are locked."""

    def copy(self) -> "Directory":
        """As it is now, to go back to when a savepoint is rolled back."""
        twin = Directory()
        twin.listings |= self.listings
        twin.batches |= self.batches
        twin.locations |= self.locations
        twin.streams |= self.streams
        twin._packaged |= self._packaged
        twin._beside |= self._beside
        return twin

    def cover(self, items: Iterable[tuple[int, Statement]]) -> None:
        """Find or make, and lock, everything that these (source id, statement) pairs speak of.

        First of all the naming of the places of each account whose packages or names are spoken of: what a package's
        counts are hangs on it, and it is locked by whoever writes either, so that neither changes under the other.
        With each lot, the lots that were split off it, which opened where it was; with a lot that is split off, the row
        of the one that it came from, whose history says where.
        """
        pairs = list(items)
        references = References()
        for source_id, statement in pairs:
            references.add(source_id, statement)
        self.cover_names(references)
        self._lock_namings(
            AccountName(source_id, statement.tenant)
            for source_id, statement in pairs
            if isinstance(statement, PackageStatement | PlacesNamed)
        )
        wanted = {self.slot_of(source_id, statement): (source_id, statement) for source_id, statement in pairs}
        packaged = {
            self.batches[Identifier(source_id, statement.tenant, batch)]
            for source_id, statement in pairs
            for batch in _packaged(statement)
        }
        parents, changed = self._parents(pairs), self._changed_lots(pairs)
        children = split_off(changed).keys()
        while True:
            unlocked = {slot: pair for slot, pair in wanted.items() if slot not in self.streams}
            self._lock(unlocked, packaged, parents | children, self._unlocked_lots(children) - unlocked.keys())
            # Asked again under the locks: somebody may have split off one more in the meantime.
            children = split_off(changed).keys()
            if not self._unlocked_lots(children):
                break

    def cover_names(self, references: References) -> None:
        """Find or make the rows of these identifiers, without opening a stream."""
        self.listings |= find_or_make_listings(_unknown(references.listings, self.listings))
        self.batches |= find_or_make_batches(_unknown(references.batches, self.batches))
        self.locations |= find_or_make_locations(_unknown(references.locations, self.locations))

    def cover_streams(self, slots: Iterable[str]) -> None:
        """Lock these streams, which are there."""
        self.streams |= lock_streams(sorted(set(slots) - self.streams.keys()))

    def names_of(self, stream: OpenStream, tenant: str) -> fold.Naming:
        """What the names of places mean by now that a covered stream's statements use; see `naming.names_of`."""
        if stream.kind is not StreamKind.PACKAGE:
            return fold.NO_NAMING
        return naming_in(self.streams[stream_slot(StreamKind.NAMING, AccountName(stream.source_id, tenant))].state)

    def stream_of(self, source_id: int, statement: Statement) -> OpenStream:
        """The open stream that a covered statement belongs to."""
        return self.streams[self.slot_of(source_id, statement)]

    def slot_of(self, source_id: int, statement: Statement) -> str:
        """The slot of the stream that `statement` belongs to; its identifiers must be known."""

        def named(ids: dict[Identifier, int], external_id: str) -> int:
            return ids[Identifier(source_id, statement.tenant, external_id)]

        match statement:
            case CountStatement():
                return stream_slot(
                    StreamKind.COUNT,
                    CountSlot(
                        named(self.listings, statement.listing),
                        named(self.batches, statement.batch) if statement.batch else None,
                        named(self.locations, statement.location) if statement.location else None,
                        statement.bucket,
                        statement.state,
                    ),
                )
            case LotStatement():
                return stream_slot(StreamKind.LOT, named(self.batches, statement.batch))
            case PackageStatement() | PlacesNamed():
                return stream_slot(statement.stream, _own_name(source_id, statement))
            case ListingDescribed():
                return stream_slot(StreamKind.LISTING, named(self.listings, statement.listing))
            case BatchDescribed():
                return stream_slot(StreamKind.BATCH, named(self.batches, statement.batch))
            case PlaceDescribed():
                return stream_slot(StreamKind.PLACE, named(self.locations, statement.location))
            case _:
                raise TypeError(f"{type(statement).__name__} belongs to no stream")

    def _parents(self, pairs: Iterable[tuple[int, Statement]]) -> set[int]:
        """The batches off which lots are said to be split."""
        return {
            self.batches[Identifier(source_id, statement.tenant, statement.parent)]
            for source_id, statement in pairs
            if isinstance(statement, LotSpawned) and statement.parent
        }

    def _changed_lots(self, pairs: Iterable[tuple[int, Statement]]) -> dict[int, int]:
        """The batches of the lots that are spoken of, each with the first instant of which something is said."""
        changed: dict[int, int] = {}
        for source_id, statement in pairs:
            if isinstance(statement, LotStatement):
                batch = self.batches[Identifier(source_id, statement.tenant, statement.batch)]
                changed[batch] = min(statement.occurred, changed.get(batch, statement.occurred))
        return changed

    def _unlocked_lots(self, batches: Iterable[int]) -> set[str]:
        return {stream_slot(StreamKind.LOT, batch) for batch in batches} - self.streams.keys()

    def _lock_namings(self, accounts: Iterable[AccountName]) -> None:
        named = {stream_slot(StreamKind.NAMING, account): account for account in accounts}
        wanted = sorted(named.keys() - self.streams.keys())
        if not wanted:
            return
        found = lock_streams(wanted)
        missing = [slot for slot in wanted if slot not in found]
        if missing:
            Stream.objects.bulk_create(
                [Stream(source_id=named[slot].source_id, kind=StreamKind.NAMING, slot=slot) for slot in missing],
                ignore_conflicts=True,
            )
            found |= lock_streams(missing)
        self.streams |= found

    def _lock(
        self, wanted: dict[str, tuple[int, Statement]], packaged: set[int], beside: set[int], children: set[str]
    ) -> None:
        """Lock the streams that are wanted, and the batches that packages tell: new ones may join a known package.

        Also the rows of the batches `beside` them, and the streams of `children`, which are there.
        """
        if not wanted and not children and packaged <= self._packaged and beside <= self._beside:
            return
        self._lock_batches(wanted.values(), packaged - self._packaged, beside - self._beside)
        self._packaged |= packaged
        self._beside |= beside
        found = lock_streams(sorted(wanted.keys() | children))
        missing = sorted(wanted.keys() - found.keys())
        if missing:
            Stream.objects.bulk_create(
                [self._new_stream(slot, *wanted[slot]) for slot in missing], ignore_conflicts=True
            )
            found |= lock_streams(missing)
        self.streams |= found

    def _lock_batches(self, wanted: Iterable[tuple[int, Statement]], packaged: set[int], beside: set[int]) -> None:
        """Lock the rows of the batches that are spoken of: several streams write one batch's row, or its counts.

        Raises ConflictingStatement for a batch that is a lot with a life of its own and also has counts that are read,
        by themselves or with their package: both would write the same counts.
        """
        batches: dict[StreamKind, set[int]] = {StreamKind.PACKAGE: packaged}
        for source_id, statement in wanted:
            if isinstance(statement, LotStatement | BatchDescribed | CountStatement) and statement.batch:
                batch_id = self.batches[Identifier(source_id, statement.tenant, statement.batch)]
                batches.setdefault(statement.stream, set()).add(batch_id)
        every = beside.union(*batches.values())
        if not every:
            return
        list(Batch.objects.filter(pk__among=every).order_by("pk").select_for_update(no_key=True).values_list("pk"))
        lots, counted = batches.get(StreamKind.LOT, set()), batches.get(StreamKind.COUNT, set())
        known = Stream.objects.filter(
            Q(kind=StreamKind.LOT, batch__among=counted) | Q(kind=StreamKind.COUNT, batch__among=lots)
        )
        if clashing := lots & counted or _batches_of(known):
            batch = Batch.objects.get(pk=min(clashing))
            raise ConflictingStatement(f"batch {batch}: it is followed as a lot and counted by readings, both at once")
        alone = lots | counted
        on_their_own = Stream.objects.filter(kind__in=[StreamKind.LOT, StreamKind.COUNT], batch__among=packaged)
        in_packages = Count.objects.filter(stream__kind=StreamKind.PACKAGE, batch__among=alone)
        if clashing := alone & packaged or _batches_of(on_their_own) or _batches_of(in_packages):
            batch = Batch.objects.get(pk=min(clashing))
            raise ConflictingStatement(f"batch {batch}: it is told with its package and by itself, both at once")

    def _new_stream(self, slot: str, source_id: int, statement: Statement) -> Stream:
        if isinstance(statement, PackageStatement):
            return Stream(source_id=source_id, kind=statement.stream, slot=slot)

        def row(ids: dict[Identifier, int], name: str) -> int | None:
            external_id = getattr(statement, name, "")
            return ids[Identifier(source_id, statement.tenant, external_id)] if external_id else None

        by_count = isinstance(statement, CountStatement)
        return Stream(
            source_id=source_id,
            kind=statement.stream,
            slot=slot,
            listing_id=row(self.listings, "listing") if by_count or isinstance(statement, ListingDescribed) else None,
            batch_id=row(self.batches, "batch"),
            location_id=row(self.locations, "location") if by_count or isinstance(statement, PlaceDescribed) else None,
        )


def _unknown(names: set[Identifier], known: dict[Identifier, int]) -> list[Identifier]:
    """Those of these names that are not known. A difference of sets would go through all that is known, each time."""
    return [name for name in names if name not in known]


def _batches_of(rows: QuerySet[Stream] | QuerySet[Count]) -> set[int]:
    """The batches of these rows, each of which has one; nearly always there is no row."""
    # All of them, in no order: told to find the first, PostgreSQL may go through all streams there are.
    return {batch_id for batch_id in rows.order_by().values_list("batch_id", flat=True) if batch_id}


def _packaged(statement: Statement) -> tuple[str, ...]:
    """The batches whose counts belong to the package that `statement` is about."""
    match statement:
        case PackageRead():
            return tuple(row.batch for row in statement.rows)
        case PackageCorrection():
            return (statement.batch,)
        case _:
            return ()


def _own_name(source_id: int, statement: PackageStatement | PlacesNamed) -> PackageName | AccountName:
    if isinstance(statement, PlacesNamed):
        return AccountName(source_id, statement.tenant)
    return PackageName(source_id, statement.tenant, statement.package)
