"""What there is of some products, by site and source, added up as far as the totals rule allows."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db import connection

from inventory.events import HIDDEN, Bucket, Quality
from inventory.models import Listing, Product, Site, Source
from inventory.quantity import from_parts
from inventory.totals import Named, Portion, ProductStock, product_stock

# Of counts `c`: the sum (see quantity.from_parts), how many are known, how many are not, how many are not certain.
SUMS = """SUM(CASE WHEN c.quality IN (%s, %s) THEN 0 ELSE c.quantity / 1000000 END),
    SUM(CASE WHEN c.quality IN (%s, %s) THEN 0 ELSE c.quantity %% 1000000 END),
    SUM(CASE WHEN c.quality IN (%s, %s) THEN 0 ELSE 1 END),
    SUM(CASE WHEN c.quality IN (%s, %s) THEN 1 ELSE 0 END),
    SUM(CASE WHEN c.quality IN (%s, %s) THEN 1 ELSE 0 END)"""
SUMS_VALUES = [quality.value for quality in (*HIDDEN * 4, Quality.ESTIMATED, Quality.DOUBTFUL)]

# A count that was kept under another name of its place is kept at the place itself by now, and says nothing any more.
_GROUPED = """
SELECT l.product_id, p.site_id, c.source_id, c.listing_id, c.bucket, COALESCE(p.sellable, s.sellable_by_default),
    {sums},
    MAX(c.as_of)
FROM inventory_listing l
JOIN inventory_count c ON c.listing_id = l.id
JOIN inventory_source s ON s.id = c.source_id
LEFT JOIN inventory_location p ON p.id = c.location_id
WHERE l.product_id IN ({products})
    AND NOT (p.same_as_id IS NOT NULL AND c.quality = %s AND c.quantity = 0 AND c.as_of IS NULL)
GROUP BY l.product_id, p.site_id, c.source_id, c.listing_id, c.bucket, COALESCE(p.sellable, s.sellable_by_default)
"""


def stock_of(products: Sequence[Product]) -> list[ProductStock]:
    """The stock of each of some hundreds of products, in the order given; four queries however many they are."""
    portions = _portions(products)
    return [product_stock(Named(product.pk, str(product)), product.unit, portions[product.pk]) for product in products]


def _portions(products: Sequence[Product]) -> dict[int, list[Portion]]:
    found: dict[int, list[Portion]] = defaultdict(list)
    by_id = {product.pk: product for product in products}
    rows = _grouped(list(by_id))
    sites = Site.objects.select_related("authority").in_bulk({site_id for _, site_id, *_ in rows if site_id})
    sources = Source.objects.in_bulk({source_id for _, _, source_id, *_ in rows})
    listings = Listing.objects.defer("description").in_bulk({listing_id for _, _, _, listing_id, *_ in rows})
    for (
        product_id,
        site_id,
        source_id,
        listing_id,
        bucket,
        sellable,
        whole,
        rest,
        known,
        unknown,
        unsure,
        as_of,
    ) in rows:
        site, listing = sites[site_id] if site_id else None, listings[listing_id]
        found[product_id].append(
            Portion(
                product=_named(by_id[product_id]),
                product_unit=by_id[product_id].unit,
                site=_named(site) if site else None,
                authority=_named(site.authority) if site and site.authority else None,
                source=_named(sources[source_id]),
                is_sandbox=sources[source_id].environment == Source.Environment.SANDBOX,
                listing=_named(listing),
                listing_unit=listing.unit,
                factor=listing.unit_factor,
                bucket=Bucket(bucket),
                is_sellable_place=bool(sellable),
                quantity=from_parts(whole, rest),
                known=known,
                unknown=unknown,
                unsure=unsure,
                as_of=as_of,
            )
        )
    return found


def _grouped(product_ids: Sequence[int]) -> list[tuple[Any, ...]]:
    if not product_ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            _GROUPED.format(sums=SUMS, products=", ".join(["%s"] * len(product_ids))),
            [*SUMS_VALUES, *product_ids, Quality.UNKNOWN.value],
        )
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def _named(row: Product | Site | Source | Listing) -> Named:
    return Named(row.pk, str(row))
