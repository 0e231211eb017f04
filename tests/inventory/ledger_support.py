"""A source and short ways to write into its ledger and to read what it shows."""

from collections.abc import Sequence
from dataclasses import dataclass

from inventory import ledger
from inventory.events import FieldValue, ListingDescribed, PlaceDescribed, Statement, StreamKind
from inventory.ledger import Recorded, Why
from inventory.models import Cause, Count, Movement, Source
from inventory.quantity import quantity_text
from inventory.reports import stock

GTIN = "4006381333931"
"""GS1's own example."""
OTHER = "96385074"
"""The textbook's GTIN-8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rumour(Statement):
    """A kind of statement that the ledger has never heard of."""

    stream = StreamKind.COUNT
    kind = "rumour"
    rank = 0


def make_source(name: str = "Main Street") -> Source:
    return Source.objects.create(name=name, provider="square")


def write(source: Source, *statements: Statement, by: str = "delivery:1", replaces: Sequence[str] = ()) -> Recorded:
    """Record these statements in one transaction, as one delivery."""
    with ledger.posting() as book:
        return book.record(source.pk, statements, Why(kind=Cause.Kind.DELIVERY, reference=by), replaces=replaces)


def write_apart(source: Source, statements: Sequence[Statement]) -> None:
    """Record each statement in a transaction of its own."""
    for number, statement in enumerate(statements):
        write(source, statement, by=f"delivery:{number}")


def shown() -> dict[tuple[str, str], tuple[str | None, str]]:
    """(batch or listing, location) -> (quantity, quality) of every count."""
    counts = Count.objects.select_related("listing", "batch", "location")
    return {
        (_what(count), count.location.external_id if count.location else ""): (
            None if count.shown is None else quantity_text(count.shown),
            count.quality,
        )
        for count in counts
    }


def movements() -> list[tuple[str, str]]:
    """(batch or listing @ location, signed effect), in the ledger's order."""
    rows = Movement.objects.order_by("seq").select_related("count__listing", "count__batch", "count__location")
    return [(f"{_what(row.count)}@{row.count.location or ''}", quantity_text(row.delta)) for row in rows]


def _what(count: Count) -> str:
    return count.batch.external_id if count.batch else count.listing.external_id


def describe(source: Source, listing: str, at: int = 1, **fields: FieldValue) -> None:
    key = f"{listing}@{at}"
    write(
        source,
        ListingDescribed(key=key, occurred=at, order_key=key.encode(), listing=listing, fields=fields),
        by=f"delivery:{source.pk}:{key}",
    )


def quantities() -> dict[str, str | None]:
    """ "batch@place" -> quantity with its quality."""
    return {f"{batch}@{place}": f"{quantity} {quality}" for (batch, place), (quantity, quality) in shown().items()}


def counts() -> dict[str, str]:
    """ "batch@place" -> quantity with its quality, as a report shows them."""
    lines = list(stock())
    numbers = ["" if line.quantity is None else quantity_text(line.quantity) for line in lines]
    return {
        f"{line.batch}@{line.location}": f"{number} {line.quality}" for line, number in zip(lines, numbers, strict=True)
    }


def place(location: str, at: int, **fields: FieldValue) -> PlaceDescribed:
    key = f"{location}@{at}"
    return PlaceDescribed(key=key, occurred=at, order_key=key.encode(), location=location, fields=fields)
