"""What of stock needs a person: found with bounded cost, and counted no further than a card needs."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from inventory.events import Bucket, Quality
from inventory.instants import from_datetime
from inventory.models import Batch, Count, Listing, Location, Product, Site, Source
from inventory.reports import exceptions
from tests.admin_support import make_rows
from tests.inventory.page_support import one_product, read, source
from tests.task_support import titles, told

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
AT = from_datetime(NOON - timedelta(hours=1))


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def test_counts_below_zero_are_counted_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inventory.tasks.MOST", 2)
    source("Till", read("a", "shop", "-1", at=AT), read("b", "shop", "0", at=AT))
    assert titles(exceptions.negative_counts(NOON)) == ["1 count below zero"]
    for name in ("c", "d"):
        source(f"Till {name}", read(name, "shop", "-0.000001", at=AT))
    with CaptureQueriesContext(connection) as queries:
        assert titles(exceptions.negative_counts(NOON)) == ["2+ counts below zero"]
    assert "LIMIT 3" in queries.captured_queries[0]["sql"]


def test_what_is_not_tracked_any_more_is_not_below_zero() -> None:
    untracked = read("a", "shop", None, at=AT + 1, quality=Quality.UNTRACKED)
    source("Till", read("a", "shop", "-1", at=AT), untracked)
    assert Count.objects.get().quantity == -1
    assert exceptions.negative_counts(NOON) == []


def batch(name: str, expires_on: date, quantity: str | None, bucket: Bucket = Bucket.AVAILABLE) -> None:
    source(f"Source of {name}", read("milk", "fridge", quantity, at=AT, batch=name, bucket=bucket))
    Batch.objects.filter(external_id=name).update(expires_on=expires_on)


def test_a_batch_with_stock_in_two_places_is_one_batch() -> None:
    here, there = (read("milk", place, "3", at=AT, batch="passed") for place in ("fridge", "shelf"))
    source("Till", here, there)
    Batch.objects.filter(external_id="passed").update(expires_on=date(2026, 2, 28))
    assert Count.objects.filter(batch__external_id="passed").count() == 2
    assert titles(exceptions.expiring_batches(NOON)) == ["1 batch past its date with stock left"]


def test_a_batch_needs_somebody_while_it_has_stock() -> None:
    """Today is the first of March: the fourteenth day ahead is the fifteenth."""
    batch("passed", date(2026, 2, 28), "3")
    batch("passed and gone", date(2026, 2, 28), "0")
    batch("passed and wasted", date(2026, 2, 28), "3", Bucket.WASTE)
    batch("passed and not known", date(2026, 2, 28), None)
    batch("today", date(2026, 3, 1), "1")
    batch("in a fortnight", date(2026, 3, 15), "1", Bucket.HELD)
    batch("the day after", date(2026, 3, 16), "1")
    assert told(exceptions.expiring_batches(NOON)) == [
        (
            "1 batch past its date with stock left",
            "Take them out of sale, and record what becomes of them.",
            True,
        ),
        ("2 batches expire soon", "Within 14 days, with stock left.", False),
    ]


def test_batches_long_gone_are_read_only_so_far_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exceptions, "LOOKED_THROUGH", (1, 3))
    for name, day, left in (("oldest", 1, "3"), ("older", 2, "3"), ("newer", 3, "0"), ("newest", 4, "3")):
        batch(name, date(2026, 2, day), left)
    assert titles(exceptions.expiring_batches(NOON)) == ["2 batches past their date with stock left"]
    monkeypatch.setattr(exceptions, "LOOKED_THROUGH", (1, 2))
    assert titles(exceptions.expiring_batches(NOON)) == ["1 batch past its date with stock left"]


def test_no_further_back_than_there_are_more_than_are_counted(
    monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    monkeypatch.setattr(exceptions, "MOST", 2)
    monkeypatch.setattr(exceptions, "LOOKED_THROUGH", (3, 1000))
    for day in range(1, 9):
        batch(f"of the {day}th", date(2026, 2, day), "3")
    # Two for what has passed, and one for what passes soon, of which there is nothing.
    with django_assert_num_queries(3):
        assert titles(exceptions.expiring_batches(NOON)) == ["2+ batches past their date with stock left"]


def test_listings_that_nobody_has_matched_are_counted() -> None:
    source("Till", read("a", "shop", "1", at=AT), read("b", "shop", "1", at=AT))
    assert titles(exceptions.unmatched_listings(NOON)) == ["2 listings are not matched"]
    Listing.objects.update(match=Listing.Match.STAFF)
    assert exceptions.unmatched_listings(NOON) == []


def test_a_product_runs_low_by_what_can_be_sold_of_it() -> None:
    """Ten bags are there, and four of them may be sold: a threshold of 4 is kept, one of 4.5 is not."""
    source("Till", read("coffee", "shop", "4", at=AT), read("coffee", "shop", "6", at=AT, bucket=Bucket.HELD))
    Product.objects.update(threshold=4)
    assert exceptions.products_below_threshold(NOON) == []
    Product.objects.update(threshold="4.5")
    assert told(exceptions.products_below_threshold(NOON)) == [("1 product is running low", "coffee", False)]


def test_a_product_without_a_total_or_without_a_number_is_not_said_to_run_low() -> None:
    source("Till", read("coffee", "shop", "1", at=AT), read("tea", "shop", None, at=AT))
    source("Books", read("SKU-1", "counter", "1", at=AT))
    one_product("Coffee", "coffee", "SKU-1")
    Product.objects.update(threshold=100)
    assert exceptions.products_below_threshold(NOON) == []


def test_thresholds_are_looked_at_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    source("Till", *(read(name, "shop", "1", at=AT) for name in "abcd"))
    Product.objects.update(threshold=5)
    assert told(exceptions.products_below_threshold(NOON)) == [("4 products are running low", "a, b, c …", False)]
    monkeypatch.setattr(exceptions, "THRESHOLDS", 2)
    only = "Only the first 2 products with a threshold are added up here."
    assert told(exceptions.products_below_threshold(NOON)) == [("2+ products are running low", f"a, b. {only}", False)]
    # Even where none of those runs low nobody is told that all is well.
    Product.objects.filter(name__in=["a", "b"]).update(threshold=1)
    assert told(exceptions.products_below_threshold(NOON)) == [("0+ products are running low", only, False)]


def test_a_site_needs_an_authority_where_several_sources_count_stock() -> None:
    till = source("Till", read("coffee", "shop", "1", at=AT))
    books = source("Books", read("SKU-1", "counter", "1", at=AT))
    web = source("Web shop", read("W1", "web", "1", at=AT, bucket=Bucket.CHANNEL))
    trial = source("Trial", read("T1", "trial", "1", at=AT), environment="sandbox")
    alone, shared = Site.objects.create(name="Mill"), Site.objects.create(name="Main Street")
    Location.objects.filter(source__in=[till, web, trial]).update(site=alone)
    assert exceptions.sites_without_authority(NOON) == []
    Location.objects.filter(source__in=[till, books]).update(site=shared)
    assert told(exceptions.sites_without_authority(NOON)) == [
        (
            "1 site without an authority",
            "Main Street: several sources count stock there. Choose whose counts hold.",
            False,
        )
    ]
    shared.authority = books
    shared.save()
    assert exceptions.sites_without_authority(NOON) == []


def test_a_place_that_is_said_to_be_inside_of_itself_is_told() -> None:
    till = Source.objects.create(name="Till", provider="square")
    Location.objects.create(source=till, external_id="a", parent_refused=True)
    Location.objects.create(source=till, external_id="b")
    assert titles(exceptions.refused_parents(NOON)) == ["1 place inside of itself"]


def test_looking_for_exceptions_costs_the_same_at_ten_rows_and_at_two_hundred() -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            for finder in exceptions.FINDERS:
                finder.find(NOON)
        return len(queries)

    make_rows(1, 10)
    few = cost()
    make_rows(11, 200)
    assert cost() == few
