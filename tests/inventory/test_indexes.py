"""Lists that are narrowed to few rows of many are read by an index: by its plan, since no table of a test is large."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from inventory.models import Batch, Listing, Location, Product, Source

pytestmark = pytest.mark.django_db

ROWS = 1_000


@pytest.fixture(autouse=True)
def _many() -> None:
    """A thousand listings and batches; all but ten batches have ended, and ten are in the attic."""
    source = Source.objects.create(name="Till", provider="square")
    busy, attic = (Location.objects.create(source=source, external_id=name) for name in ("busy", "attic"))
    product = Product.objects.create(name="Tea")
    Listing.objects.bulk_create(
        Listing(
            source=source,
            external_id=f"L{number}",
            name=f"{'Rare' if number % 100 == 0 else 'Tea'} {number}",
            product=product,
            match="staff" if number % 100 == 0 else "barcode",
            active=number % 100 != 0,
        )
        for number in range(ROWS)
    )
    Batch.objects.bulk_create(
        Batch(
            source=source,
            external_id=f"B{number}",
            location=attic if number % 100 == 1 else busy,
            status="live" if number % 100 == 0 else "ended",
        )
        for number in range(ROWS)
    )
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # What earlier tests rolled back is still in the pages of tables and indexes, and is counted as cost.
            cursor.execute("REINDEX TABLE inventory_listing")
            cursor.execute("REINDEX TABLE inventory_batch")
        cursor.execute("ANALYZE")


def at(place: str) -> QuerySet[Batch]:
    return Location.objects.get(external_id=place).batches.order_by("id")


NARROWED: dict[str, Callable[[], QuerySet[Any, Any]]] = {
    "listing_match": lambda: Listing.objects.filter(match="staff").order_by("id")[:100],
    "listing_inactive": lambda: Listing.objects.filter(active=False).order_by("id")[:100],
    "listing_upper_name": lambda: Listing.objects.filter(name__istartswith="rare")[:100],
    "batch_location": lambda: at("attic").values("pk")[:100],
    "batch_in_use": lambda: at("busy").exclude(status="ended").values("pk")[:51],
}


@pytest.mark.parametrize("index", NARROWED)
def test_what_is_rare_in_a_list_is_read_by_an_index(index: str) -> None:
    if index == "listing_upper_name" and connection.vendor == "sqlite":
        pytest.skip("SQLite has no index for the beginning of a name: it reads the names")
    assert index in NARROWED[index]().explain()
