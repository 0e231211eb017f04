"""Products on pages: the list by name, what needs attention in it, and all that is known of one product."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import QuerySet

from inventory.events import HIDDEN, Bucket
from inventory.keyset import Order
from inventory.models import Barcode, Count, Listing, Product
from inventory.reports.location import Paths
from inventory.reports.totals import stock_of
from inventory.totals import ProductStock

BY_NAME = Order(columns=(("name", str), ("id", int)))
BY_ID = Order(columns=(("id", int),))
COUNTS_BY_LISTING = Order(columns=(("listing_id", int), ("id", int)))

LISTINGS = 50
"""How many listings of a product are shown."""
CODES = 500
"""How many barcodes are, of all of them together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductRow:
    """A product in a list."""

    product: Product
    stock: ProductStock
    negative: tuple[Count, ...] = ()
    """The counts below zero for which it is listed."""

    @property
    def newest(self) -> int | None:
        """The newest moment that its stock speaks of."""
        moments = [line.sum.as_of for place in self.stock.places for line in place.subtotals]
        return max((at for at in moments if at is not None), default=None)

    @property
    def is_below_threshold(self) -> bool | None:
        """Whether fewer units may be sold than its threshold; None where there is no threshold or no total."""
        total = self.stock.total
        if self.product.threshold is None or total is None or total.sellable is None:
            return None
        return total.sellable < self.product.threshold


def product_rows(
    products: Sequence[Product], negative: Mapping[int, tuple[Count, ...]] | None = None
) -> list[ProductRow]:
    """What the list shows of each of these products; as many queries however many they are."""
    return [
        ProductRow(product=product, stock=stock, negative=(negative or {}).get(product.pk, ()))
        for product, stock in zip(products, stock_of(products), strict=True)
    ]


def named(beginning: str) -> QuerySet[Product]:
    """The products whose name begins so, in capitals or not."""
    return Product.objects.filter(name__istartswith=beginning) if beginning else Product.objects.all()


def with_threshold() -> QuerySet[Product]:
    """The products that staff gave a threshold."""
    return Product.objects.filter(threshold__isnull=False)


def unmatched_listings() -> QuerySet[Listing]:
    """The listings of which nobody has said what product they are."""
    return Listing.objects.filter(match=Listing.Match.UNMATCHED).select_related("product").defer("description")


def negative_counts() -> QuerySet[Count]:
    """The counts that show a number below zero."""
    below = Count.objects.filter(is_negative=True).exclude(quality__in=HIDDEN)
    return below.select_related("listing__product", "location", "source").defer(
        "listing__description", "location__description"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingRow:
    """A source's record of a product, and the codes that it is scanned by."""

    listing: Listing
    codes: tuple[str, ...]


def listings_of(product: Product) -> list[ListingRow]:
    """The first listings of a product, each with its first codes; one more than LISTINGS if there are."""
    found = list(product.listings.select_related("source").defer("description").order_by("id")[: LISTINGS + 1])
    codes: dict[int, list[str]] = {listing.pk: [] for listing in found}
    for barcode in Barcode.objects.filter(listing__in=list(codes)).order_by("listing_id", "code")[:CODES]:
        codes[barcode.listing_id].append(barcode.code)
    return [ListingRow(listing=listing, codes=tuple(codes[listing.pk])) for listing in found]


def counts_of(product: Product) -> QuerySet[Count]:
    """The counts of all listings of a product."""
    listings = list(product.listings.order_by("id").values_list("pk", flat=True))
    return Count.objects.filter(listing__in=listings)


def with_names(counts: QuerySet[Count]) -> QuerySet[Count]:
    """With each count, in the same query, what it is called."""
    return counts.select_related("source", "listing__product", "batch", "location").defer(
        "source__settings", "listing__description", "batch__description", "location__description"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRow:
    """The counts of one listing of a source at one place, of one batch."""

    count: Count
    """One of them, for its source, listing, place and batch."""
    path: str
    cells: tuple[tuple[Count, ...], ...]
    """For each bucket that occurs on the page, the counts in it: several where a sender has several words for it."""
    as_of: int | None
    """The oldest moment that one of them speaks of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StockTable:
    """Counts by source, place and batch, a column for each bucket that occurs."""

    buckets: tuple[str, ...]
    rows: tuple[StockRow, ...]

    @property
    def has_batches(self) -> bool:
        return any(row.count.batch_id for row in self.rows)


def stock_table(counts: Iterable[Count], paths: Paths) -> StockTable:
    """Put counts into rows and columns; they come with their source, listing, place and batch."""
    found = list(counts)
    present = {count.bucket for count in found}
    buckets = tuple(bucket.value for bucket in Bucket if bucket.value in present)
    rows: dict[tuple[object, ...], list[Count]] = {}
    for count in sorted(found, key=lambda count: _in_order(count, paths)):
        rows.setdefault((count.source_id, count.listing_id, count.location_id, count.batch_id), []).append(count)
    return StockTable(
        buckets=buckets,
        rows=tuple(
            StockRow(
                count=row[0],
                path=paths.text(row[0].location_id),
                cells=tuple(tuple(count for count in row if count.bucket == bucket) for bucket in buckets),
                as_of=min((count.as_of for count in row if count.as_of is not None), default=None),
            )
            for row in rows.values()
        ),
    )


def _in_order(count: Count, paths: Paths) -> tuple[str, int, str, str, int]:
    return (count.source.name, count.source_id, paths.text(count.location_id), str(count.batch or ""), count.pk)
