"""What staff write into the ledger: adjustments, counts by hand, and withdrawals."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.utils import timezone

from inventory.events import (
    Adjustment,
    Bucket,
    LotAdjusted,
    LotCounted,
    LotStatement,
    PackageAdjusted,
    PackageCorrection,
    PackageCounted,
    PackageRead,
    Reading,
    Statement,
    StreamKind,
)
from inventory.fold import CountState, LotState, PackageState
from inventory.instants import from_datetime
from inventory.ledger.book import Recorded, Why, posting
from inventory.ledger.errors import UnknownCount
from inventory.ledger.streams import open_stream
from inventory.models import Batch, Cause, Count, Location, StockEvent


def adjust(count_id: int, change: Decimal, *, actor: str, note: str = "") -> Recorded:
    """Change a count by a signed amount, now.

    Raises UnknownCount when there is no such count or its lot is elsewhere, QuantityOutOfRange when the change or the
    result is beyond what can be kept.
    """
    count = _count(count_id)
    if count.stream.kind == StreamKind.LOT:
        statement: Statement = LotAdjusted(**_by_hand(count), batch=_batch(count), change=change)
    elif count.stream.kind == StreamKind.PACKAGE:
        statement = PackageAdjusted(**_by_hand(count), **_in_package(count), quantity=change)
    else:
        statement = Adjustment(**_by_hand(count), **_what(count), quantity=change)
    return _write(count, statement, Why(kind=Cause.Kind.MANUAL, reference=statement.key, actor=actor, note=note))


def count_by_hand(count_id: int, quantity: Decimal, *, actor: str, note: str = "") -> Recorded:
    """Set a count to what somebody counted, now; raises as `adjust` does."""
    count = _count(count_id)
    if count.stream.kind == StreamKind.LOT:
        statement: Statement = LotCounted(**_by_hand(count), batch=_batch(count), quantity=quantity)
    elif count.stream.kind == StreamKind.PACKAGE:
        statement = PackageCounted(**_by_hand(count), **_in_package(count), quantity=quantity)
    else:
        statement = Reading(**_by_hand(count), **_what(count), quantity=quantity)
    return _write(count, statement, Why(kind=Cause.Kind.COUNT, reference=statement.key, actor=actor, note=note))


def retract(reference: str, source_id: int, *, actor: str, note: str = "") -> Recorded:
    """Take back everything that the causes of one reference stated (a canned sample, an adjustment made in error)."""
    with posting() as book:
        return book.record(source_id, (), Why(kind=Cause.Kind.MANUAL, actor=actor, note=note), replaces=(reference,))


def _by_hand(count: Count) -> dict[str, Any]:
    identity = uuid4()
    return {
        "key": f"manual:{identity}",
        "occurred": _after_all_that_is_known(count),
        "order_key": b"manual" + identity.bytes,
        "tenant": count.listing.tenant,
    }


def _after_all_that_is_known(count: Count) -> int:
    """Now, in nanoseconds, or just after the newest event: its sender's clock may be ahead of ours.

    Whoever corrects a number means the number that is shown; what took place before it would correct nothing.
    """
    now = from_datetime(timezone.now())
    state = open_stream(count.stream).state
    head = state.head if isinstance(state, CountState | LotState | PackageState) else None
    return now if head is None else max(now, head.occurred + 1)


def _what(count: Count) -> dict[str, Any]:
    return {
        "listing": count.listing.external_id,
        "batch": _batch(count),
        "location": _place(count.location) if count.location else "",
        "bucket": Bucket(count.bucket),
        "state": count.state,
    }


def _place(location: Location) -> str:
    """What a source calls a place for good, where that is known: its name may be another place's by now."""
    return location.identity or location.external_id


def _in_package(count: Count) -> dict[str, Any]:
    told = StockEvent.objects.filter(stream=count.stream_id, kind=PackageRead.kind).order_by("-id")[0]
    what = _what(count)
    del what["state"]
    return {**what, "package": told.data["package"]}


def _write(count: Count, statement: Statement, why: Why) -> Recorded:
    with posting() as book:
        if isinstance(statement, LotStatement):
            book.prepare([(count.source_id, (statement,), ())])
            _check_that_the_lot_is_there(count)
        elif isinstance(statement, PackageCorrection):
            book.prepare([(count.source_id, (statement,), ())])
            _check_that_the_place_is_one(count)
        return book.record(count.source_id, (statement,), why)


def _check_that_the_lot_is_there(count: Count) -> None:
    """A lot is in one place: what is said of it where it no longer is would change the count where it went."""
    batch = Batch.objects.get(counts=count.pk)
    is_there = (batch.listing_id, batch.location_id) == (count.listing_id, count.location_id)
    if batch.status != Batch.Status.LIVE or not is_there:
        raise UnknownCount(f"the lot {batch} is not at {count.location} any more")


def _check_that_the_place_is_one(count: Count) -> None:
    """Under the lock of its account's naming: what is only a name of another place has no counts of its own."""
    location = Location.objects.select_related("same_as").get(counts=count.pk)
    if location.same_as is not None:
        raise UnknownCount(f"{location} is another name of {location.same_as}: the count is kept there")


def _count(count_id: int) -> Count:
    rows = Count.objects.select_related("stream", "listing", "batch", "location")
    try:
        return rows.get(pk=count_id)
    except Count.DoesNotExist as error:
        raise UnknownCount(f"there is no count {count_id}") from error


def _batch(count: Count) -> str:
    return count.batch.external_id if count.batch else ""
