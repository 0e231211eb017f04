"""Folds everything anew and brings the projections to what the standing events say."""

from collections.abc import Iterator

from django.db import transaction

from inventory.events import StreamKind
from inventory.fold import CountValue
from inventory.ledger.audit import Audited, audit_stream, audit_streams
from inventory.ledger.book import Book, Why, posting
from inventory.ledger.changing import Moved
from inventory.ledger.directory import Directory
from inventory.ledger.links import follow_links
from inventory.ledger.naming import follow_naming
from inventory.ledger.packages import write_batch_places
from inventory.ledger.places import follow_places, misplaced_everywhere
from inventory.ledger.projection import write_all_described, write_counts, write_states
from inventory.ledger.slots import CountSlot, account_of
from inventory.ledger.streams import Changed, naming_in
from inventory.ledger.sums import movement_sums
from inventory.ledger.values import CountChange
from inventory.models import Cause, Retraction, StockEvent, Stream
from inventory.snapshot import read_snapshot


def differences() -> Iterator[Audited]:
    """The streams whose projections are not what a rebuild gives; nothing is written."""
    with read_snapshot():
        for audited in audit_streams():
            if not audited.is_right:
                yield audited


def rebuild(*, actor: str) -> int:
    """Bring every projection that differs to what a rebuild gives; return how many streams were mended.

    Each is mended in a transaction of its own, with a movement for every count whose movements do not add up to it.
    """
    wrong = [audited.stream.id for audited in differences()]
    for stream_id in wrong:
        with posting() as book:
            _mend(book, stream_id, Why(kind=Cause.Kind.MANUAL, reference="rebuild", actor=actor))
    for location, _, _ in list(misplaced_everywhere()):
        with transaction.atomic():
            follow_places(location.source_id, location.tenant)
    return len(wrong)


def _mend(book: Book, stream_id: int, why: Why) -> None:
    Stream.objects.select_for_update().get(pk=stream_id)
    directory = Directory()
    audited = audit_stream(stream_id, directory)
    stream = audited.stream.with_state(audited.state)
    write_states([stream])
    ids = write_counts(
        (stream, CountChange(slot=slot, before=audited.stored.get(slot), after=value))
        for slot, value in audited.counts.items()
    )
    # As if it were described for the first time: its row may say anything.
    write_all_described([Changed(stream._replace(is_new=True), stream, audited.tenant)], directory)
    write_batch_places({}, audited.batches)
    if stream.kind is StreamKind.NAMING:
        follow_naming(*account_of(stream.slot), naming_in(stream.state))
    if stream.kind is StreamKind.LOT:
        follow_links(stream.id, stream.subject_id)
    book.correct([movement for slot in audited.counts for movement in _correction(audited, slot, ids)], why)


def _correction(audited: Audited, slot: CountSlot, ids: dict[str, int]) -> list[Moved]:
    """What has to be added to a count's movements for them to add up; it names the newest event or retraction."""
    count_id, value = ids[slot.text], audited.counts[slot]
    ((_, _, told),) = movement_sums([count_id])
    if told == value.quantity:
        return []
    event = StockEvent.objects.filter(stream_id=audited.stream.id, retractions__isnull=True).order_by("-id").first()
    retraction = (
        None if event else Retraction.objects.filter(event__stream_id=audited.stream.id).order_by("-id").first()
    )
    change = CountChange(
        slot=slot, before=CountValue(quantity=told, quality=value.quality, as_of=value.as_of), after=value
    )
    return [
        Moved(
            count_id=count_id,
            delta=delta,
            quality=value.quality,
            as_of=value.as_of,
            cause_id=0,
            event_id=event.pk if event else None,
            retraction_id=retraction.pk if retraction else None,
        )
        for delta in change.deltas
    ]
