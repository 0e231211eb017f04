"""Whose batches are whose: each batch is told by one package, which its counts belong to and which says where it is."""

from collections.abc import Iterable, Mapping, Sequence

from inventory.events import StreamKind
from inventory.fold import PackageState
from inventory.identity import Identifier
from inventory.ledger.directory import Directory
from inventory.ledger.errors import ConflictingStatement
from inventory.ledger.streams import Changed, OpenStream, open_stream
from inventory.ledger.values import names_in
from inventory.models import Batch, Count, Stream

Columns = dict[str, int | None]


def follow_packages(changed: Sequence[Changed], directory: Directory) -> None:
    """Bring the batches of these packages up to date, and with them whose counts they are.

    Raises ConflictingStatement for a batch that two packages tell.
    """
    if not changed:
        return
    _claim_batches(((now, tenant) for _, now, tenant in changed), directory)
    before: dict[int, Columns] = {}
    after: dict[int, Columns] = {}
    for stood, stands, tenant in changed:
        before |= batch_places(stood, tenant, directory)
        after |= batch_places(stands, tenant, directory)
    write_batch_places(before, after)


def _claim_batches(changed: Iterable[tuple[OpenStream, str]], directory: Directory) -> None:
    """Let each batch that these (package as it is now, tenant) tell belong to the package that tells it."""
    owners: dict[int, OpenStream] = {}
    for stream, tenant in changed:
        for batch_id in batch_places(stream, tenant, directory):
            if owners.setdefault(batch_id, stream).id != stream.id:
                raise _told_twice(batch_id)
    elsewhere = Count.objects.filter(batch__among=owners, stream__kind=StreamKind.PACKAGE)
    pairs = set(elsewhere.order_by().values_list("batch_id", "stream_id").distinct())
    former = {(batch_id, stream_id) for batch_id, stream_id in pairs if batch_id and owners[batch_id].id != stream_id}
    now = {stream.id: stream for stream in directory.streams.values()}
    rows = Stream.objects.in_bulk({stream_id for _, stream_id in former} - now.keys())
    now |= {stream_id: open_stream(row) for stream_id, row in rows.items()}
    for batch_id, stream_id in sorted(former):
        external_id = Batch.objects.values_list("external_id", flat=True).get(pk=batch_id)
        state = now[stream_id].state
        if isinstance(state, PackageState) and external_id in state.whereabouts:
            raise _told_twice(batch_id)
        Count.objects.filter(batch=batch_id, stream=stream_id).update(stream=owners[batch_id].id)


def _told_twice(batch_id: int) -> ConflictingStatement:
    batch = Batch.objects.get(pk=batch_id)
    return ConflictingStatement(f"batch {batch}: its counts belong to another package already")


def batch_places(stream: OpenStream, tenant: str, directory: Directory) -> dict[int, Columns]:
    """What a package makes of the columns of each batch that it tells."""
    whereabouts = stream.state.whereabouts if isinstance(stream.state, PackageState) else {}

    def named(external_id: str) -> Identifier:
        return Identifier(stream.source_id, tenant, external_id)

    directory.cover_names(names_in(stream.state, stream.source_id, tenant))
    return {
        directory.batches[named(batch)]: {
            "listing_id": directory.listings[named(where.listing)] if where.listing else None,
            "location_id": directory.locations[named(where.location)] if where.location else None,
        }
        for batch, where in whereabouts.items()
    }


NOWHERE: Columns = {"listing_id": None, "location_id": None}


def write_batch_places(before: Mapping[int, Columns], after: Mapping[int, Columns]) -> None:
    """Bring the batches up to date of which packages say something else than before, or nothing any more."""
    for batch_id in sorted({*before, *after}):
        columns = after.get(batch_id, NOWHERE)
        if before.get(batch_id) != columns:
            Batch.objects.filter(pk=batch_id).update(**columns)
