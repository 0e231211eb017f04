"""Batches on pages: the lists by number and by expiry, and all that is known of one batch."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import F, QuerySet

from inventory import fold
from inventory.events import Statement
from inventory.fold import Note
from inventory.keyset import Order
from inventory.ledger.encoding import to_statement
from inventory.ledger.folding import openings_of
from inventory.ledger.naming import StoredNamings, names_of
from inventory.ledger.standing import standing_events, which_stand
from inventory.ledger.streams import open_stream
from inventory.models import Batch, BatchLink, Count, Location, Product, StockEvent, Stream
from inventory.quantity import from_parts
from inventory.reports.totals import SUMS, SUMS_VALUES
from inventory.totals import ON_HAND

NEWEST = Order(columns=(("id", int),), descending=True)
BY_EXPIRY = Order(columns=(("expires_on", date), ("id", int)))
LAST_EXPIRED = Order(columns=(("expires_on", date), ("id", int)), descending=True)
COUNTS_BY_NUMBER = Order(columns=(("id", int),))

SOON = timedelta(days=14)
OF_ONE = 5000
"""How many batches of one product are looked at."""
IN_USE = 20
"""How many of them are shown with it."""
AT_ONE_PLACE = 50
"""How many batches at a place are."""
LOOKED_THROUGH = 2000
"""How many counts at a place are looked through for them."""
LINKS = 50
"""How many links to other batches are shown in each direction."""
EVENTS = 20
"""How many of its newest events are."""
STREAMS = 20
"""In how many of its streams they are looked for."""
EXPLAINED = 1000
"""How long the history of these streams may be for their effect to be worked out on a page."""


def batches() -> QuerySet[Batch]:
    """Batches with what a row of a list shows."""
    found = Batch.objects.select_related("source", "listing__product", "location")
    return found.defer("description", "listing__description", "location__description", "source__settings")


def batches_of(product: Product) -> QuerySet[Batch]:
    """The batches of a product: those that are said to be of one of its listings, and those that are counted as one."""
    listings = list(product.listings.values_list("pk", flat=True))
    said = Batch.objects.filter(listing__in=listings).order_by("-id").values_list("pk", flat=True)[:OF_ONE]
    counted = Count.objects.filter(listing__in=listings, batch__isnull=False).order_by("-batch_id")
    return batches().filter(pk__in={*said, *counted.values_list("batch_id", flat=True).distinct()[:OF_ONE]})


def batches_at(location: Location) -> list[Batch]:
    """The first batches in use that stand there or are counted there; one more than AT_ONE_PLACE if there are."""
    placed = location.batches.exclude(status=Batch.Status.ENDED).order_by("id").values_list("pk", flat=True)
    most = AT_ONE_PLACE + 1
    # In the order of the index; a place may have more counts than there is time to look through.
    seen = Count.objects.filter(location=location).order_by("bucket", "id").values_list("batch_id", flat=True)
    counted = Batch.objects.filter(pk__among={pk for pk in seen[:LOOKED_THROUGH] if pk is not None})
    numbers = counted.exclude(status=Batch.Status.ENDED).order_by("id").values_list("pk", flat=True)
    return list(batches().filter(pk__in={*placed[:most], *numbers[:most]}).order_by("id")[:most])


def in_use(found: QuerySet[Batch]) -> list[Batch]:
    """Those that have not ended, the first to expire first; one more than IN_USE if there are."""
    live = found.exclude(status=Batch.Status.ENDED)
    return list(live.order_by(F("expires_on").asc(nulls_last=True), "id")[: IN_USE + 1])


def products_of(found: Sequence[Batch]) -> dict[int, list[Product]]:
    """What each batch is of, by its number: what it is said to be, then what else it is counted as."""
    products: dict[int, dict[int, Product]] = {batch.pk: {} for batch in found}
    for batch in found:
        if batch.listing is not None:
            products[batch.pk][batch.listing.product_id] = batch.listing.product
    counted = Count.objects.filter(batch__in=list(products)).order_by("batch_id", "listing__product_id")
    names = ("batch_id", "listing__product_id", "listing__product__name")
    for batch_id, product_id, name in counted.values_list(*names).distinct():
        if batch_id is not None:
            products[batch_id].setdefault(product_id, Product(pk=product_id, name=name))
    return {batch_id: list(of_one.values()) for batch_id, of_one in products.items()}


def expiring(today: date) -> QuerySet[Batch]:
    """The batches that expire from today on, within SOON."""
    return batches().filter(expires_on__gte=today, expires_on__lte=today + SOON)


def expired(today: date) -> QuerySet[Batch]:
    """The batches whose last day was before today."""
    return batches().filter(expires_on__lt=today)


def undated() -> QuerySet[Batch]:
    """The batches of which nobody has said when they expire."""
    return batches().filter(expires_on__isnull=True)


class Left(NamedTuple):
    """What is on hand of a batch, as one listing."""

    quantity: Decimal | None
    """None where no number is known."""
    unit: str
    """'' where it is not known."""
    unknown: int
    """How many of its counts have no number."""
    unsure: int
    """How many are estimated or doubtful."""


_LEFT = """
SELECT c.batch_id, l.unit,
    {sums}
FROM inventory_count c
JOIN inventory_listing l ON l.id = c.listing_id
WHERE c.batch_id IN ({batches}) AND c.bucket IN ({buckets})
GROUP BY c.batch_id, c.listing_id, l.unit
ORDER BY c.batch_id, c.listing_id
"""


def left_of(batch_ids: Sequence[int]) -> dict[int, list[Left]]:
    """What is on hand of each of some hundreds of batches; one entry for each listing that it is counted as."""
    found: dict[int, list[Left]] = {pk: [] for pk in batch_ids}
    if not batch_ids:
        return found
    buckets = sorted(bucket.value for bucket in ON_HAND)
    query = _LEFT.format(
        sums=SUMS, batches=", ".join(["%s"] * len(batch_ids)), buckets=", ".join(["%s"] * len(buckets))
    )
    with connection.cursor() as cursor:
        cursor.execute(query, [*SUMS_VALUES, *batch_ids, *buckets])
        for batch_id, unit, whole, rest, known, unknown, unsure in cursor.fetchall():
            quantity = from_parts(whole, rest) if known else None
            found[batch_id].append(Left(quantity=quantity, unit=unit, unknown=unknown, unsure=unsure))
    return found


class Descent(NamedTuple):
    """A link of a batch to another one."""

    link: BatchLink
    other: Batch
    is_onward: bool
    """Whether the other one came out of this one."""


def links_of(batch: Batch) -> list[Descent]:
    """The first links of a batch, those to what it came out of first; at most LINKS in each direction."""
    rows = BatchLink.objects.select_related("event", "ended_by", "origin", "result").defer(
        "event__data",
        "event__order_key",
        "ended_by__data",
        "ended_by__order_key",
        "origin__description",
        "result__description",
    )
    back = rows.filter(result=batch).order_by("id")[:LINKS]
    onward = rows.filter(origin=batch).order_by("id")[:LINKS]
    return [
        *(Descent(link, link.origin, is_onward=False) for link in back),
        *(Descent(link, link.result, is_onward=True) for link in onward),
    ]


def counts_of(batch: Batch) -> QuerySet[Count]:
    """What is counted of a batch."""
    return Count.objects.filter(batch=batch)


class Told(NamedTuple):
    """One event, and what it does."""

    event: StockEvent
    stands: bool
    """Whether nobody has taken it back."""
    note: Note | None
    """None where it was taken back, and where the history is too long to work it out on a page."""


# Each stream's newest by its own index; one sort over all of them would read their whole history.
_NEWEST_OF_ONE = """SELECT id, occurred FROM (
    SELECT id, occurred FROM inventory_stockevent WHERE stream_id = %s ORDER BY occurred DESC, id DESC LIMIT %s
) newest"""


def events_of(batch: Batch) -> list[Told]:
    """The newest events about a batch, the last that happened first."""
    own = Stream.objects.filter(batch=batch).order_by("id").values_list("pk", flat=True)[:STREAMS]
    counted = counts_of(batch).order_by("id").values_list("stream_id", flat=True)[:STREAMS]
    stream_ids = sorted({*own, *counted})
    if not stream_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            " UNION ALL ".join([_NEWEST_OF_ONE] * len(stream_ids)),
            [value for pk in stream_ids for value in (pk, EVENTS)],
        )
        newest = sorted(cursor.fetchall(), key=lambda row: (row[1], row[0]), reverse=True)[:EVENTS]
    ids = [pk for pk, _ in newest]
    events = StockEvent.objects.select_related("cause").defer("data", "order_key", "cause__note").in_bulk(ids)
    standing = which_stand(ids)
    notes = _notes({events[pk].stream_id for pk in ids})
    return [
        Told(
            event=events[pk],
            stands=pk in standing,
            note=notes.get((events[pk].stream_id, events[pk].key)) if pk in standing else None,
        )
        for pk in ids
    ]


def _notes(stream_ids: set[int]) -> dict[tuple[int, str], Note]:
    """What each standing event of these streams does, by stream and key; nothing where there are too many."""
    events = list(standing_events().filter(stream__in=stream_ids)[: EXPLAINED + 1])
    if len(events) > EXPLAINED:
        return {}
    said: dict[int, list[Statement]] = {}
    for event in sorted(events, key=lambda event: event.pk):
        said.setdefault(event.stream_id, []).append(to_statement(event))
    found: dict[tuple[int, str], Note] = {}
    namings = StoredNamings()
    for row in Stream.objects.filter(pk__in=said).defer("state"):
        # What its events say is worked out from them alone: its stored state is not even read.
        row.state = None
        stream = open_stream(row)
        notes = fold.explain(
            stream.kind,
            said[row.pk],
            openings=openings_of(stream, said[row.pk]),
            names=names_of(stream, said[row.pk][0].tenant, namings),
        )
        found |= {(row.pk, key): note for key, note in notes.items()}
    return found
