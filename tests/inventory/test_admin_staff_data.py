"""What staff may change in stock's admin, and that nothing else changes with it."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from inventory.admin.display import admin_url
from inventory.models import Listing, Location, Product, Site, Source
from tests.admin_support import make_source, make_stock

pytestmark = pytest.mark.django_db


def post(client: Client, row: Any, **fields: object) -> int:
    return client.post(admin_url(type(row), "change", row.pk), fields).status_code


def test_choosing_another_product_for_a_listing_makes_the_match_staffs(admin_client: Client) -> None:
    listing = make_stock(make_source(), 1).listing
    other = Product.objects.create(name="Oat milk")
    assert post(admin_client, listing, product=other.pk, unit="carton", unit_factor="6") == 302
    listing.refresh_from_db()
    assert (listing.product, listing.match, listing.unit, listing.unit_factor) == (other, "staff", "carton", Decimal(6))


def test_a_listings_match_stays_when_only_its_unit_is_changed(admin_client: Client) -> None:
    listing = make_stock(make_source(), 1).listing
    assert post(admin_client, listing, product=listing.product_id, unit="carton", unit_factor="1") == 302
    listing.refresh_from_db()
    assert (listing.match, listing.unit) == ("unmatched", "carton")


def test_what_a_source_says_cannot_be_changed_by_staff(admin_client: Client) -> None:
    listing = make_stock(make_source(), 1).listing
    post(admin_client, listing, product=listing.product_id, unit_factor="1", name="Mine", external_id="mine")
    assert Listing.objects.values_list("name", "external_id", "active").get() == ("Listing 1", "L1", True)


def test_saving_writes_only_what_was_edited(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    listing = make_stock(make_source(), 1).listing
    written: list[object] = []
    save = Listing.save

    def note_and_save(self: Listing, **asked: Any) -> None:
        written.append(asked["update_fields"])
        save(self, **asked)

    monkeypatch.setattr(Listing, "save", note_and_save)
    post(admin_client, listing, product=listing.product_id, unit="carton", unit_factor="1")
    assert written == [["unit"]]


@pytest.mark.parametrize("factor", ["0", "-1", "1e400000", "9000000000001", "0.0000001", "NaN", ""])
def test_a_factor_that_is_no_factor_is_refused(admin_client: Client, factor: str) -> None:
    listing = make_stock(make_source(), 1).listing
    assert post(admin_client, listing, product=listing.product_id, unit_factor=factor) == 200
    listing.refresh_from_db()
    assert listing.unit_factor == Decimal(1)


@pytest.mark.parametrize(("threshold", "stored"), [("2.5", Decimal("2.5")), ("", None), ("0", Decimal(0))])
def test_a_threshold_is_set_and_taken_away(admin_client: Client, threshold: str, stored: Decimal | None) -> None:
    product = make_stock(make_source(), 1).listing.product
    assert post(admin_client, product, name=product.name, threshold=threshold) == 302
    product.refresh_from_db()
    assert product.threshold == stored


def test_a_stored_quantity_is_asked_for_again_without_idle_zeros(admin_client: Client) -> None:
    product = make_stock(make_source(), 1).listing.product
    page = admin_client.get(admin_url(Product, "change", product.pk)).content.decode()
    assert 'name="threshold" value="3"' in page


def test_a_location_is_put_on_a_site_and_made_sellable(admin_client: Client) -> None:
    location = make_stock(make_source(), 1).location
    assert location is not None
    site = Site.objects.create(name="Main Street")
    assert post(admin_client, location, site=site.pk, sellable="true") == 302
    location.refresh_from_db()
    assert (location.site, location.sellable, location.name) == (site, True, "Shelf 1")


def test_a_source_is_renamed_but_never_added_or_deleted(admin_client: Client) -> None:
    source = make_source()
    assert post(admin_client, source, name="Square, Main Street", sellable_by_default="on") == 302
    source.refresh_from_db()
    assert (source.name, source.sellable_by_default, source.provider) == ("Square, Main Street", True, "square")
    assert admin_client.get(admin_url(Source, "add")).status_code == 403
    assert admin_client.post(admin_url(Source, "delete", source.pk), {"post": "yes"}).status_code == 403
    assert LogEntry.objects.get().get_change_message() == "Changed Name and Sellable by default."


def test_a_product_without_listings_can_be_deleted_and_no_other(admin_client: Client) -> None:
    used = make_stock(make_source(), 1).listing.product
    idle = Product.objects.create(name="Mistake")
    answers = [
        admin_client.post(admin_url(Product, "delete", product.pk), {"post": "yes"}).status_code
        for product in (used, idle)
    ]
    assert answers == [403, 302]
    assert list(Product.objects.all()) == [used]


def test_a_site_with_locations_cannot_be_deleted(admin_client: Client) -> None:
    make_stock(make_source(), 1)
    site = Site.objects.get()
    assert admin_client.post(admin_url(Site, "delete", site.pk), {"post": "yes"}).status_code == 403
    Location.objects.update(site=None)
    assert admin_client.post(admin_url(Site, "delete", site.pk), {"post": "yes"}).status_code == 302


@pytest.mark.parametrize("text", ["Product 00", "product 001", "code-1", "L1"])
def test_a_product_is_found_by_its_name_and_by_its_listings(admin_client: Client, text: str) -> None:
    product = make_stock(make_source(), 1).listing.product
    Product.objects.create(name="Oat milk")
    response = admin_client.get(admin_url(Product, "changelist"), {"q": text})
    assert list(response.context["cl"].result_list) == [product]


def test_products_are_offered_while_typing(admin_client: Client) -> None:
    product = Product.objects.create(name="Oat milk")
    asked = {"term": "oat m", "app_label": "inventory", "model_name": "listing", "field_name": "product"}
    answer = admin_client.get("/admin/autocomplete/", asked).json()
    assert answer == {"results": [{"id": str(product.pk), "text": "Oat milk"}], "pagination": {"more": False}}
