"""Staff say which product a listing is of, in one step: no stock changes, and no barcode changes it back."""

import pytest
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory import matching
from inventory.admin.display import admin_url
from inventory.models import Barcode, Cause, Listing, Movement, Product, StockEvent
from inventory.reports import stock
from tests.admin_support import make_rows, make_source, make_staff, make_stock

pytestmark = pytest.mark.django_db

GTIN = "4006381333931"


@pytest.fixture
def listing() -> Listing:
    return make_stock(make_source(), 1).listing


def link_page(listing: Listing) -> str:
    return f"/admin/inventory/listing/{listing.pk}/link/"


def read(client: Client, address: str, **asked: str) -> str:
    response = client.get(address, asked)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def history() -> list[tuple[str, str, str]]:
    entries = LogEntry.objects.order_by("pk").select_related("user")
    return [(entry.user.get_username(), entry.object_repr, entry.get_change_message()) for entry in entries]


def match_of(listing: Listing) -> tuple[str, str]:
    listing.refresh_from_db()
    return listing.product.name, listing.match


def test_the_listings_page_and_each_row_of_the_list_lead_to_the_step(admin_client: Client, listing: Listing) -> None:
    link = f'<a href="{link_page(listing)}">Link to product…</a>'
    assert link in read(admin_client, admin_url(Listing, "change", listing.pk))
    assert link in read(admin_client, admin_url(Listing, "changelist"))


def test_a_product_is_found_by_a_search_and_linked_by_one_button(admin_client: Client, listing: Listing) -> None:
    oat = Product.objects.create(name="Oat milk", unit="carton")
    Product.objects.create(name="Barley")
    page = read(admin_client, link_page(listing), q="oat")
    assert f'<button type="submit" class="button" name="product" value="{oat.pk}"> Link to Oat milk </button>' in page
    assert "Barley" not in page
    before = [(row.listing, row.quantity) for row in stock()]
    facts = [model.objects.count() for model in (StockEvent, Cause, Movement)]

    response = admin_client.post(link_page(listing), {"product": str(oat.pk)})
    assert response["Location"] == admin_url(Listing, "change", listing.pk)
    assert match_of(listing) == ("Oat milk", "staff")
    assert history() == [("admin", "Listing 1", "Linked to the product Oat milk; before, it was Product 001.")]
    # Stock is the listing's: it is the same, and nothing was written or replayed for it.
    assert [(row.listing, row.quantity) for row in stock()] == before
    assert [model.objects.count() for model in (StockEvent, Cause, Movement)] == facts
    assert [row.product for row in stock()] == ["Oat milk"]


def test_a_product_of_its_own_undoes_it(admin_client: Client, listing: Listing) -> None:
    oat = Product.objects.create(name="Oat milk")
    twin = make_stock(make_source(2), 2).listing
    for one in (listing, twin):
        admin_client.post(link_page(one), {"product": str(oat.pk)})
    assert "Give it a product of its own" in read(admin_client, link_page(twin))
    admin_client.post(link_page(twin), {"product": ""})
    assert (match_of(listing), match_of(twin)) == (("Oat milk", "staff"), ("Listing 2", "staff"))
    assert twin.product.listings.get() == twin
    assert history()[-1] == ("admin", "Listing 2", "Linked to the product Listing 2; before, it was Oat milk.")


def test_a_listing_that_is_alone_with_its_product_keeps_it(admin_client: Client, listing: Listing) -> None:
    assert "Keep it at the product of its own" in read(admin_client, link_page(listing))
    admin_client.post(link_page(listing), {"product": ""})
    assert match_of(listing) == ("Product 001", "staff")
    assert Product.objects.count() == 1
    assert history() == [("admin", "Listing 1", "Kept at the product Product 001, by staff's own word.")]


def test_what_staff_linked_no_barcode_links_elsewhere(admin_client: Client, listing: Listing) -> None:
    twin = make_stock(make_source(2), 2).listing
    Barcode.objects.create(listing=twin, code=GTIN, gtin=f"0{GTIN}")
    admin_client.post(link_page(listing), {"product": ""})
    matching.follow_description(listing.pk, {"barcodes": [GTIN]})
    assert match_of(listing) == ("Product 001", "staff")


@pytest.mark.parametrize(
    ("made", "stays"),
    [({"name": "Listing 1"}, False), ({"name": "L1"}, False), ({"name": "Ours"}, True), ({"unit": "kg"}, True)],
)
def test_the_product_that_a_listing_came_with_goes_unless_staff_made_it_theirs(
    admin_client: Client, listing: Listing, made: dict[str, str], stays: bool
) -> None:
    came_with = {"name": "Listing 1", "unit": "", "threshold": None, **made}
    Product.objects.filter(pk=listing.product_id).update(**came_with)
    oat = Product.objects.create(name="Oat milk")
    admin_client.post(link_page(listing), {"product": str(oat.pk)})
    assert Product.objects.filter(pk=listing.product_id).exists() is stays


@pytest.mark.parametrize("product", ["999999", "x", "9" * 30, "1\0", "-1"])
def test_a_product_that_is_not_there_is_refused_and_changes_nothing(
    admin_client: Client, listing: Listing, product: str
) -> None:
    response = admin_client.post(link_page(listing), {"product": product})
    assert (response.status_code, b"There is no such product." in response.content) == (400, True)
    assert match_of(listing) == ("Product 001", "unmatched")
    assert history() == []


def test_a_listing_that_is_not_there_is_not_found(admin_client: Client) -> None:
    assert admin_client.get("/admin/inventory/listing/999999/link/").status_code == 404


@pytest.mark.parametrize(
    ("permissions", "answer"),
    [
        (("inventory.view_listing", "inventory.view_product"), 403),
        (("inventory.change_listing",), 403),
        (("inventory.change_listing", "inventory.view_product"), 302),
    ],
)
def test_only_those_may_link_who_may_change_listings_and_see_products(
    client: Client, listing: Listing, permissions: tuple[str, ...], answer: int
) -> None:
    client.force_login(make_staff(*permissions))
    asked = {"product": str(listing.product_id)}
    assert client.post(link_page(listing), asked).status_code == answer
    assert client.get(link_page(listing)).status_code == (403 if answer == 403 else 200)
    offered = [
        "Link to product…" in read(client, address)
        for address in (admin_url(Listing, "changelist"), admin_url(Listing, "change", listing.pk))
    ]
    assert offered == [answer != 403] * 2


def test_a_search_offers_twenty_products_and_says_that_there_are_more(admin_client: Client, listing: Listing) -> None:
    Product.objects.bulk_create(Product(name=f"Tea {number:02}") for number in range(21))
    page = read(admin_client, link_page(listing), q="tea")
    assert page.count('name="product" value="') == 20 + 1
    assert ("Tea 19" in page, "Tea 20" in page, "There are more." in page) == (True, False, True)


@pytest.mark.parametrize("text", ["nothing like it", "a\0b", "%", "“", "x" * 5000, "<b>"])
def test_a_search_for_anything_is_answered(admin_client: Client, listing: Listing, text: str) -> None:
    assert "No other product is found by" in read(admin_client, link_page(listing), q=text)


def test_the_step_asks_as_many_questions_for_200_rows_as_for_10(admin_client: Client) -> None:
    asked = []
    for first, last in ((1, 10), (11, 200)):
        make_rows(first, last)
        address = link_page(Listing.objects.earliest("pk"))
        read(admin_client, address, q="Product")
        with CaptureQueriesContext(connection) as queries:
            read(admin_client, address, q="Product")
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_the_page_holds_nothing_that_the_content_security_policy_forbids(
    admin_client: Client, listing: Listing
) -> None:
    page = read(admin_client, link_page(listing), q="Product")
    assert ("style=" in page, "<script>" in page, " onclick=" in page) == (False, False, False)
