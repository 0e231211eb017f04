"""The first page, over HTTP: what needs a person, then what there is, where from, and how old it is."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory.events import Bucket, Quality
from inventory.instants import from_datetime
from inventory.models import Location, Movement, Product, Site
from inventory.reports import newest
from tests.admin_support import make_rows, make_source, make_staff
from tests.inventory.page_support import Page, one_product, open_page, read, source

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
STOCK = "Stock of the products that moved last, by site and source"
MINUS = "\N{MINUS SIGN}"
MOVEMENTS = "The newest movements of stock"


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


def ago(**time: float) -> int:
    return from_datetime(NOON - timedelta(**time))


def overview(client: Client) -> Page:
    return open_page(client, "/")


# --- what there is ---------------------------------------------------------------------------------------


def test_every_number_has_its_site_its_source_its_unit_and_its_age(admin_client: Client) -> None:
    """The Till has 7 bags to sell and 2.5 reserved at Main Street; the Tracker 4 in a store room without a site."""
    till = source(
        "Till",
        read("coffee", "shop", "7", at=ago(hours=3)),
        read("coffee", "shop", "2.5", at=ago(hours=2), bucket=Bucket.RESERVED),
    )
    one_product("Coffee", "coffee", unit="bag")
    Location.objects.update(site=Site.objects.create(name="Main Street"))
    source("Tracker", read("flour", "store", "4", at=ago(days=3)), sellable=False)
    page = overview(admin_client)
    assert page.tables[STOCK] == [
        ["flour", "no site yet", "Tracker", "4", "0", "not known", "3 days ago"],
        ["Coffee", "Main Street", "Till", "9.5", "7", "bag", "2 hours ago"],
    ]
    assert page.links["Main Street"] == f"/sites/{Site.objects.get().pk}/"
    assert page.links["Till"] == f"/admin/inventory/source/{till.pk}/change/"


def test_two_sources_at_one_site_are_not_added_until_one_of_them_is_its_authority(admin_client: Client) -> None:
    till = source("Till", read("coffee", "shop", "7", at=ago(hours=1)))
    source("Books", read("SKU-1", "counter", "9", at=ago(days=1)))
    one_product("Coffee", "coffee", "SKU-1", unit="bag")
    site = Site.objects.create(name="Main Street")
    Location.objects.update(site=site)
    why = "Several sources report it at one site and may mean the same units. Choose whose counts hold there."
    assert overview(admin_client).tables[STOCK] == [
        ["Coffee", f"No total {why}"],
        ["Main Street", "Books not added", "9", "9", "bag", "1 day ago"],
        ["Till not added", "7", "7", "bag", "1 hour ago"],
    ]
    site.authority = till
    site.save()
    assert overview(admin_client).tables[STOCK] == [
        ["Coffee", "Total", "7", "7", "bag", "1 hour ago"],
        ["Main Street", "Books to compare", "9", "9", "bag", "1 day ago"],
        ["Till authority", "7", "7", "bag", "1 hour ago"],
    ]


def test_what_is_not_known_is_a_dash_and_never_a_zero(admin_client: Client) -> None:
    source(
        "Till",
        read("coffee", "shop", None, at=ago(hours=1)),
        read("tea", "shop", "5", at=ago(hours=1), quality=Quality.ESTIMATED),
        read("tea", "cellar", None, at=ago(hours=1)),
    )
    rows = overview(admin_client).tables[STOCK]
    assert sorted(rows) == [
        ["coffee", "no site yet", "Till", "—", "—", "not known", "1 hour ago 1 count not known"],
        [
            "tea",
            "no site yet",
            "Till",
            "5",
            "5",
            "not known",
            "1 hour ago 1 count not known, 1 count not certain",
        ],
    ]


def test_a_negative_number_and_a_channels_number_are_shown_as_what_they_are(admin_client: Client) -> None:
    source("Shop", read("tea", "web", "30", at=ago(hours=1), bucket=Bucket.CHANNEL))
    source("Till", read("coffee", "shop", "-2", at=ago(hours=1)))
    assert overview(admin_client).tables[STOCK] == [
        ["coffee", "no site yet", "Till", f"{MINUS}2", f"{MINUS}2", "not known", "1 hour ago"],
        ["tea", "No source reports any on hand."],
        ["no site yet", "Shop to compare", "—", "—", "not known", "1 hour ago its channel shows 30"],
    ]


def test_the_ten_products_that_moved_last_are_shown_and_ten_movements(admin_client: Client) -> None:
    readings = [read(f"p{number:02}", "shop", "1", at=ago(hours=1)) for number in range(25)]
    source("Till", *readings)
    page = overview(admin_client)
    newest = list(Movement.objects.order_by("-seq").values_list("count__listing__external_id", flat=True))
    assert [row[0] for row in page.tables[STOCK]] == newest[:10]
    assert [row[1] for row in page.tables[MOVEMENTS]] == newest[:10]
    assert "The 10 products that moved last, the newest first." in page.text


def test_the_products_that_moved_last_are_looked_for_only_so_far_back(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Coffee moved three times after tea, and tea after milk and bread: four movements back are coffee and tea."""
    for name, times in (("bread", 1), ("milk", 1), ("tea", 1), ("coffee", 3)):
        source(f"Till of {name}", *(read(name, "shop", str(time), at=ago(hours=9 - time)) for time in range(times)))
    monkeypatch.setattr(newest, "LOOKED_BACK", 4)
    assert [row[0] for row in overview(admin_client).tables[STOCK]] == ["coffee", "tea"]
    monkeypatch.setattr(newest, "LOOKED_BACK", 5)
    assert [row[0] for row in overview(admin_client).tables[STOCK]] == ["coffee", "tea", "milk"]


def test_a_movement_leads_to_its_product_its_place_its_count_and_its_delivery(admin_client: Client) -> None:
    till = source("Till", read("coffee", "shop", "7", at=ago(hours=3)), by="delivery:17")
    page = overview(admin_client)
    assert page.tables[MOVEMENTS] == [["just now", "coffee", "shop available", "+7", "Till", "delivery 17"]]
    movement = Movement.objects.get()
    assert {text: page.links[text] for text in ("shop", "+7", "delivery 17")} == {
        "shop": f"/locations/{Location.objects.get(source=till).pk}/",
        "+7": f"/counts/{movement.count_id}/",
        "delivery 17": "/admin/webhooks/delivery/17/change/",
    }


def test_a_senders_name_is_text_and_no_markup(admin_client: Client) -> None:
    source("Till", read("<script>alert(1)</script>", "<b>", "7", at=ago(hours=3)))
    html = admin_client.get("/").content.decode()
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


# --- what needs a person ---------------------------------------------------------------------------------


def test_where_numbers_are_wrong_comes_first(admin_client: Client) -> None:
    source("Till", read("coffee", "shop", "-2", at=ago(hours=1)), read("tea", "shop", "3", at=ago(hours=1)))
    Product.objects.filter(name="tea").update(threshold=4)
    page = overview(admin_client)
    assert page.cards == [
        ("1", "count below zero", "More went out than ever came in: something was not reported, or twice."),
        ("1", "product is running low", "tea"),
        ("2", "listings are not matched", "Each is a product of its own until you say which product it is."),
    ]
    assert page.links["count below zero"] == "/products/?tab=negative"
    assert page.links["listings are not matched"] == "/products/?tab=unmatched"


def test_a_product_without_a_total_is_named_among_what_needs_a_person(admin_client: Client) -> None:
    source("Till", read("coffee", "shop", "7", at=ago(hours=1)))
    source("Books", read("SKU-1", "counter", "9", at=ago(days=1)))
    one_product("Coffee", "coffee", "SKU-1")
    assert overview(admin_client).cards == [("1", "product below has no total", "Coffee: the table says why.")]


def test_when_nothing_needs_a_person_one_line_says_so(admin_client: Client) -> None:
    source("Till", read("coffee", "shop", "7", at=ago(hours=1)))
    one_product("Coffee", "coffee")
    page = overview(admin_client)
    assert page.cards == []
    assert "Nothing needs you." in page.text


def test_staff_are_shown_only_what_they_may_see(client: Client) -> None:
    source("Till", read("coffee", "shop", "-2", at=ago(hours=1)))
    client.force_login(make_staff("inventory.view_count"))
    page = overview(client)
    assert [title for _, title, _ in page.cards] == ["count below zero"]
    assert page.headings == ["Overview", "What needs you", "Stock by product and site", "Newest movements"]


# --- the beginning ---------------------------------------------------------------------------------------


def test_an_empty_stockroom_says_what_it_does_and_how_to_begin(admin_client: Client) -> None:
    page = overview(admin_client)
    assert page.headings == ["Welcome to Stockroom"]
    assert page.links["Add the first endpoint"] == "/admin/webhooks/endpoint/add/"
    assert "make demo" in page.text


def test_staff_who_may_not_add_an_endpoint_are_told_who_can(client: Client) -> None:
    client.force_login(make_staff("inventory.view_count"))
    page = overview(client)
    assert "Add the first endpoint" not in page.links
    assert "An administrator can add the first endpoint." in page.text


def test_before_the_first_delivery_every_part_says_what_is_missing(admin_client: Client) -> None:
    make_source()
    page = overview(admin_client)
    assert "No stock yet. It appears as soon as the first delivery about stock is processed." in page.text
    assert "Nothing has moved yet." in page.text


# --- who may, and what it costs --------------------------------------------------------------------------


def test_the_overview_is_for_staff_who_may_see_counts(client: Client) -> None:
    assert client.get("/")["Location"] == "/admin/login/?next=/"
    staff = make_staff()
    client.force_login(staff)
    assert client.get("/").status_code == 403
    staff.is_staff = False
    staff.save()
    assert client.get("/")["Location"] == "/admin/login/?next=/"


def test_the_overview_costs_the_same_queries_at_ten_rows_and_at_two_hundred(admin_client: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            overview(admin_client)
        return len(queries)

    make_rows(1, 10)
    few = cost()
    make_rows(11, 200)
    assert cost() == few
