"""The pages of products: found by name or by a scan, and every number of one product with its way onward."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.test import Client

from inventory.events import Bucket
from inventory.instants import from_datetime
from inventory.models import Batch, Count, Listing, Location, Product, Site, Source
from inventory.templatetags.stock import MINUS
from tests.inventory.fold.support import adjust, described, read, unknown
from tests.inventory.ledger_support import make_source, write
from tests.inventory.page_reader import (
    assert_asks_for,
    assert_has_no_such_row,
    assert_refuses_forged_marks,
    assert_refuses_hostile_searches,
    page,
    queries_of,
    viewer,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
NOON_NS = from_datetime(NOON)
LIST = "/products/"


def shop(name: str = "Main Street") -> Source:
    """A source whose stock may be sold."""
    source = make_source(name)
    source.sellable_by_default = True
    source.save()
    return source


def stocked(source: Source, listing: str, quantity: str, name: str = "") -> Product:
    """A product with so many available at the shop, called `name` by its source."""
    said = [replace(read(f"{listing}:q", NOON_NS, quantity), listing=listing)]
    if name:
        write(source, replace(described(f"{listing}:n", NOON_NS, name=name), listing=listing))
    write(source, *said)
    return Product.objects.get(listings__external_id=listing, listings__source=source)


def names(client: Client, **asked: str) -> list[str]:
    """The products that the list shows."""
    tables = page(client, LIST, **asked).tables
    return [row[0] for row in tables[0].rows] if tables else []


def test_the_list_shows_what_is_on_hand_and_what_may_be_sold_of_it() -> None:
    """90 available and 10 reserved are 100 on hand, of which 90 may be sold; 5 incoming are neither."""
    source = shop()
    with time_machine.travel(NOON + timedelta(hours=3), tick=False):
        stocked(source, "coffee", "90", "Dark Roast")
        write(source, replace(read("r", NOON_NS, "10"), bucket=Bucket.RESERVED))
        write(source, replace(read("i", NOON_NS, "5"), bucket=Bucket.INCOMING))
        (table,) = page(viewer(), LIST).tables
    assert table.head == ["Product", "Unit", "On hand", "Sellable", "By source", "Newest"]
    assert [[cell.replace("\xa0", " ") for cell in row] for row in table.rows] == [
        ["Dark Roast", "—", "100", "90", "Main Street: 100", "3 hours ago"]
    ]


def test_two_sources_at_one_site_are_not_added_up_and_the_page_says_why() -> None:
    product = stocked(shop(), "coffee", "90", "Dark Roast")
    other = shop("Vault")
    write(other, read("v", NOON_NS, "30"))
    Listing.objects.filter(source=other).update(product=product)
    Location.objects.update(site=Site.objects.create(name="Corner"))
    client = viewer()
    rows = [row for row in page(client, LIST).tables[0].rows if row[0] == "Dark Roast"]
    assert [row[2:4] for row in rows] == [["no total", "Main Street (Corner): 90 Vault (Corner): 30"]]
    told = page(client, f"{LIST}{product.pk}/").text
    assert "Several sources report it at one site and may mean the same units." in told


def test_a_sum_that_leaves_something_out_says_so() -> None:
    source = shop()
    stocked(source, "coffee", "90")
    write(source, replace(unknown("u", NOON_NS), location="cellar"))
    assert [row[2] for row in page(viewer(), LIST).tables[0].rows] == ["90 not all known"]


def test_products_below_their_threshold_are_those_of_which_too_few_may_be_sold() -> None:
    """90 < 95 is below, 90 = 90 is not; of what is not known at all nothing is said."""
    source = shop()
    for listing, threshold in (("low", "95"), ("even", "90"), ("none", None)):
        product = stocked(source, listing, "90")
        product.threshold = None if threshold is None else Decimal(threshold)
        product.save()
    write(source, replace(unknown("u", NOON_NS), listing="mystery"))
    Product.objects.filter(name="mystery").update(threshold=Decimal(1))
    client = viewer()
    shown = page(client, LIST, tab="below")
    assert [(row[0], row[3], row[4]) for row in shown.tables[0].rows] == [("low", "90", "95")]
    assert "3 products with a threshold were looked at for this page" in shown.text
    assert "1 cannot be compared with its threshold. mystery : No number is known." in shown.text


def test_unmatched_products_are_those_with_a_listing_that_nobody_has_matched() -> None:
    source = shop()
    stocked(source, "new", "1")
    stocked(source, "old", "1")
    Listing.objects.filter(external_id="old").update(match="staff")
    assert names(viewer(), tab="unmatched") == ["new"]


def test_products_below_zero_are_listed_with_the_counts_that_are() -> None:
    source = shop()
    stocked(source, "fine", "1")
    stocked(source, "sold", "-2")
    write(source, replace(read("c", NOON_NS, "-0.5"), listing="sold", location="cellar"))
    write(source, replace(adjust("h", NOON_NS, "-7"), listing="hidden"))
    Count.objects.filter(listing__external_id="hidden").update(quality="untracked")
    (table,) = page(viewer(), LIST, tab="negative").tables
    assert [row[:2] for row in table.rows] == [
        ["sold", f"{MINUS}2 Main Street, shop, available {MINUS}0.5 Main Street, cellar, available"]
    ]


def test_a_name_is_found_by_its_beginning_in_capitals_or_not() -> None:
    source = shop()
    for number, name in enumerate(["Peach Ringz", "peach tea", "Ripe Peach", "100% Peach"]):
        stocked(source, f"L{number}", "1", name)
    client = viewer()
    assert names(client, q=" PEACH ") == ["Peach Ringz", "peach tea"]
    assert names(client, q="100%") == ["100% Peach"]
    assert names(client, q="%each") == []
    assert "No product's name begins with “_each”" in page(client, LIST, q="_each").text.replace("&#x27;", "'")


@pytest.mark.parametrize(
    "scanned", ["SKU-1", "4006381333931", "04006381333931", "036000291452", "00036000291452", "PLU 7"]
)
def test_a_scan_that_hits_exactly_one_product_goes_straight_to_its_page(scanned: str) -> None:
    """4006381333931 has 13 digits and 036000291452 has 12; either may be scanned with its 14."""
    source = shop()
    codes = described("b", NOON_NS, name="Mug", barcodes=["4006381333931", "036000291452", "PLU 7"])
    write(source, replace(codes, listing="SKU-1"), replace(described("o", NOON_NS, name="Cup"), listing="SKU-2"))
    answer = viewer().get(LIST, {"q": f" {scanned} "})
    mug = Product.objects.get(name="Mug")
    assert (answer.status_code, answer["Location"]) == (302, f"/products/{mug.pk}/")


@pytest.mark.parametrize("scanned", ["LOT-9", "b9"])
def test_a_scanned_batch_goes_straight_to_the_batch_for_those_who_may_see_it(scanned: str) -> None:
    source = shop()
    write(source, replace(read("a", NOON_NS, "1"), batch="b9"))
    batch = Batch.objects.get()
    Batch.objects.update(label="LOT-9")
    assert viewer().get(LIST, {"q": scanned})["Location"] == f"/batches/{batch.pk}/"


def test_a_batch_is_hidden_from_those_who_may_not_see_batches() -> None:
    write(shop(), replace(read("a", NOON_NS, "1"), batch="b9"))
    answer = viewer("product", "count").get(LIST, {"q": "b9"})
    assert answer.status_code == 200
    assert b"/batches/" not in answer.content


def test_a_scan_that_several_things_carry_lists_them_all() -> None:
    one, two = shop("one"), shop("two")
    first, second = stocked(one, "77", "1", "Mug"), stocked(two, "77", "1", "Cup")
    write(one, replace(read("b", NOON_NS, "1"), batch="77"))
    shown = page(viewer(), LIST, q="77")
    assert shown.headings == ["Products", "Exactly this code"]
    assert (shown.links["Mug"], shown.links["Cup"]) == (f"/products/{first.pk}/", f"/products/{second.pk}/")
    assert shown.links["77"] == f"/batches/{Batch.objects.get().pk}/"


def test_fifty_products_are_on_a_page_and_the_rest_on_the_next() -> None:
    Product.objects.bulk_create([Product(name=f"P{number:02}") for number in range(60)])
    client = viewer()
    first = page(client, LIST)
    second = page(client, LIST + first.links["Next page"])
    assert [row[0] for row in first.tables[0].rows] == [f"P{number:02}" for number in range(50)]
    assert [row[0] for row in second.tables[0].rows] == [f"P{number:02}" for number in range(50, 60)]
    assert page(client, LIST + second.links["Previous page"]).tables == first.tables


def test_a_page_of_a_search_is_followed_by_the_next_of_that_search() -> None:
    Product.objects.bulk_create([Product(name=f"{kind}{number:02}") for number in range(60) for kind in "AB"])
    client = viewer()
    first = page(client, LIST, q="b")
    second = page(client, LIST + first.links["Next page"])
    assert [row[0] for row in second.tables[0].rows] == [f"B{number:02}" for number in range(50, 60)]


def test_an_empty_list_says_how_products_come_about() -> None:
    assert "There is no product yet. Products appear with what sources send." in page(viewer(), LIST).text


@pytest.fixture
def coffee() -> Product:
    """In the shop 90 exact and 10 reserved, said at noon; in the cellar a number that was lost an hour ago."""
    source = shop()
    with time_machine.travel(NOON, tick=False):
        product = stocked(source, "coffee", "90", "Dark Roast")
        write(source, replace(read("r", NOON_NS, "10"), bucket=Bucket.RESERVED, state="RESERVED_FOR_SALE"))
        cellar = replace(read("c", NOON_NS, "4"), location="cellar", batch="sack")
        write(source, cellar, by="delivery:8")
        hour = 3_600_000_000_000
        write(source, replace(unknown("d", NOON_NS + hour), location="cellar", batch="sack"), by="delivery:9")
        write(source, replace(unknown("e", NOON_NS), location="attic"), by="delivery:10")
    return product


def test_stock_now_is_told_by_source_place_and_batch_with_a_column_for_each_bucket(coffee: Product) -> None:
    with time_machine.travel(NOON + timedelta(hours=3), tick=False):
        shown = page(viewer(), f"{LIST}{coffee.pk}/")
    table = shown.tables[0]
    assert table.head == ["Source", "Location", "Batch", "Available", "Reserved", "Said"]
    assert [[cell.replace("\xa0", " ") for cell in row] for row in table.rows] == [
        ["Main Street Dark Roast", "attic", "—", "not known", "—", "3 hours ago"],
        ["Main Street Dark Roast", "cellar", "sack", "4 doubtful", "—", "2 hours ago"],
        ["Main Street Dark Roast", "shop", "—", "90", "10 RESERVED_FOR_SALE", "3 hours ago"],
    ]
    reserved = Count.objects.get(bucket="reserved")
    assert shown.links["10"] == f"/counts/{reserved.pk}/"


def test_the_newest_movements_of_a_product_are_those_of_all_its_counts(coffee: Product) -> None:
    table = page(viewer(), f"{LIST}{coffee.pk}/").tables[2]
    assert table.head == ["Recorded", "Change", "What", "Source", "Location", "In", "Evidence"]
    assert [(row[1], row[2], row[4], row[5], row[6]) for row in table.rows] == [
        ("±0 not known", "Count stated", "attic", "available", "delivery 10"),
        ("±0 doubtful", "Count stated", "cellar sack", "available", "delivery 9"),
        ("+4", "Count stated", "cellar sack", "available", "delivery 8"),
        ("+10", "Count stated", "shop", "reserved", "delivery 1"),
        ("+90", "Count stated", "shop", "available", "delivery 1"),
    ]


def test_only_the_newest_twenty_movements_are_shown() -> None:
    source = shop()
    for number in range(30):
        place = f"place {number % 7}"
        write(
            source, replace(read(f"k{number}", NOON_NS + number, str(1000 + number)), location=place), by=f"m:{number}"
        )
    product = Product.objects.get()
    table = page(viewer(), f"{LIST}{product.pk}/").tables[1]
    assert [row[4] for row in table.rows] == [f"place {number % 7}" for number in range(29, 9, -1)]


def test_batches_in_use_are_told_by_the_day_on_which_they_expire(coffee: Product) -> None:
    listing = Listing.objects.get()
    for label, day, status in (
        ("late", datetime(2026, 8, 1, tzinfo=UTC), "live"),
        ("gone", datetime(2026, 4, 30, tzinfo=UTC), "live"),
        ("soon", datetime(2026, 5, 6, tzinfo=UTC), "unknown"),
        ("today", datetime(2026, 5, 1, tzinfo=UTC), "live"),
        ("over", datetime(2026, 1, 1, tzinfo=UTC), "ended"),
    ):
        Batch.objects.create(
            source=listing.source, external_id=label, listing=listing, status=status, expires_on=day.date()
        )
    with time_machine.travel(NOON, tick=False):
        table = page(viewer(), f"{LIST}{coffee.pk}/").tables[1]
    assert [row[:2] for row in table.rows] == [
        ["gone", "2026-04-30 expired"],
        ["today", "2026-05-01 last day is today"],
        ["soon", "2026-05-06 5 days left"],
        ["late", "2026-08-01 92 days left"],
        ["sack", "—"],
    ]


def test_listings_are_told_with_what_they_are_scanned_by(coffee: Product) -> None:
    codes = described("b", NOON_NS + 1, name="Dark Roast", barcodes=["PLU 7", "PLU 8"])
    write(Source.objects.get(), codes)
    Listing.objects.update(unit="bag", unit_factor=Decimal("0.5"))
    Product.objects.update(unit="kg")
    shown = page(viewer(), f"{LIST}{coffee.pk}/")
    assert shown.tables[-1].rows == [
        ["Dark Roast", "Main Street", "coffee", "nobody has matched it yet", "bag = 0.5 kg", "PLU 7, PLU 8"]
    ]
    assert "Edit this product" not in shown.links
    assert shown.links.get("Dark Roast", "").startswith("/admin/") is False


def test_those_who_may_edit_are_led_to_where_it_is_done(coffee: Product, admin_client: Client) -> None:
    shown = page(admin_client, f"{LIST}{coffee.pk}/")
    assert shown.links["Edit this product"] == f"/admin/inventory/product/{coffee.pk}/change/"
    assert shown.links["Dark Roast"] == f"/admin/inventory/listing/{Listing.objects.get().pk}/change/"


def test_a_product_that_nobody_counts_says_so() -> None:
    product = Product.objects.create(name="Idea")
    told = page(viewer(), f"{LIST}{product.pk}/").text
    for sentence in (
        "No source has counted it yet.",
        "Nothing has moved yet.",
        "No number on hand was known in this time.",
        "No source lists this product.",
    ):
        assert sentence in told


def test_a_product_with_many_counts_is_told_by_pages() -> None:
    source = shop()
    many = [replace(read(f"k{number:03}", NOON_NS, "1"), location=f"place {number:03}") for number in range(130)]
    write(source, *many)
    product = Product.objects.get()
    client = viewer()
    first = page(client, f"{LIST}{product.pk}/")
    second = page(client, f"{LIST}{product.pk}/" + first.links["Next page"].partition("#")[0])
    assert [len(shown.tables[0].rows) for shown in (first, second)] == [100, 30]
    places = [row[1] for shown in (first, second) for row in shown.tables[0].rows]
    assert sorted(places) == [f"place {number:03}" for number in range(130)]


def test_hostile_names_are_shown_as_text_and_long_ones_may_be_broken() -> None:
    source = shop()
    nasty = "<script>alert('x')</script><img src=x onerror=alert(1)>"
    stocked(source, "L1", "1", nasty)
    long = stocked(source, "L2", "1", "W" * 500)
    client = viewer()
    shown = page(client, LIST)
    assert [row[0] for row in shown.tables[0].rows] == [nasty, "W" * 500]
    for tag in ("<script>alert", "<img", "onerror=alert(1)>"):
        assert tag not in shown.source
    assert '<th scope="row" class="name">' in shown.source
    assert page(client, f"{LIST}{long.pk}/").headings[0] == "W" * 500


def test_the_pages_ask_for_their_permissions(coffee: Product) -> None:
    assert_asks_for(LIST, "product", "count")
    assert_asks_for(f"{LIST}{coffee.pk}/", "product", "count")


def test_hostile_addresses_are_refused(coffee: Product) -> None:
    client = viewer()
    assert_refuses_forged_marks(client, LIST)
    for tab in ("below", "unmatched", "negative"):
        assert_refuses_forged_marks(client, LIST, tab=tab)
    assert_refuses_forged_marks(client, f"{LIST}{coffee.pk}/")
    assert_refuses_hostile_searches(client, LIST)
    assert_has_no_such_row(client, LIST + "{}/")
    assert [client.get(LIST, {"tab": tab}).status_code for tab in ("", "x", "\0", "a" * 4000)] == [400] * 4


@pytest.mark.parametrize("tab", ["all", "below", "unmatched", "negative"])
def test_the_number_of_queries_does_not_grow_with_the_products(tab: str) -> None:
    source = shop()
    client = viewer()
    costs = []
    for first, last in ((0, 10), (10, 200)):
        write(source, *(replace(read(f"k{n}", NOON_NS, "-1"), listing=f"L{n}") for n in range(first, last)))
        Product.objects.update(threshold=Decimal(1))
        costs.append(queries_of(client, f"{LIST}?tab={tab}"))
    assert costs[0] == costs[1]


def test_the_number_of_queries_does_not_grow_with_the_counts_of_a_product() -> None:
    source = shop()
    client = viewer()
    costs = []
    for first, last in ((0, 10), (10, 200)):
        said = [
            replace(read(f"k{n}", NOON_NS, "1"), location=f"place {n}", batch=f"batch {n}") for n in range(first, last)
        ]
        write(source, *said)
        costs.append(queries_of(client, f"{LIST}{Product.objects.get().pk}/"))
    assert costs[0] == costs[1]
