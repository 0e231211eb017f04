"""Totals as the database adds them: exact, by the places' own settings, in few queries."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from inventory.events import Bucket, Quality
from inventory.models import Location, Product
from inventory.reports.totals import stock_of
from inventory.totals import Sum
from tests.admin_support import make_rows
from tests.inventory.page_support import read, source

pytestmark = pytest.mark.django_db


def total() -> Sum | None:
    (stock,) = stock_of([Product.objects.get()])
    return stock.total


def test_what_may_be_sold_follows_the_place_and_else_the_source() -> None:
    """Of 1 + 2 + 4 units the source would sell all; the cellar sells none, whatever its source says."""
    till = source("Till", *(read("tea", place, units, at=1) for place, units in (("a", "1"), ("b", "2"), ("c", "4"))))
    Location.objects.filter(external_id="b").update(sellable=False)
    assert total() == Sum(unit="", on_hand=Decimal(7), sellable=Decimal(5), unknown=0, unsure=0, as_of=1)
    till.sellable_by_default = False
    till.save()
    Location.objects.filter(external_id="c").update(sellable=True)
    assert total() == Sum(unit="", on_hand=Decimal(7), sellable=Decimal(4), unknown=0, unsure=0, as_of=1)


def test_sums_beyond_sixty_four_bits_of_millionths_are_exact() -> None:
    source(
        "Till",
        read("tea", "a", "9000000000000", at=1),
        read("tea", "b", "8999999999999.999999", at=2),
        read("tea", "c", "-0.000002", at=3),
    )
    found = total()
    assert found is not None
    assert found.on_hand == Decimal("17999999999999.999997")


def test_hidden_and_unsure_counts_are_told_apart() -> None:
    """A number that was tracked once does not enter, though it is still stored."""
    source(
        "Till",
        read("tea", "a", "5", at=1),
        read("tea", "a", None, at=2, quality=Quality.UNTRACKED),
        read("tea", "b", None, at=3),
        read("tea", "c", "4", at=4, quality=Quality.ESTIMATED),
        read("tea", "d", "2", at=5, bucket=Bucket.HELD),
    )
    assert total() == Sum(unit="", on_hand=Decimal(6), sellable=Decimal(4), unknown=2, unsure=1, as_of=5)


def test_products_come_in_the_order_asked_for_in_as_many_queries_for_ten_as_for_two_hundred() -> None:
    def cost() -> int:
        products = list(Product.objects.order_by("-name"))
        with CaptureQueriesContext(connection) as queries:
            found = stock_of(products)
        assert [stock.product.name for stock in found] == [product.name for product in products]
        return len(queries)

    make_rows(1, 10)
    few = cost()
    make_rows(11, 200)
    assert cost() == few == 4
    assert stock_of([]) == []
