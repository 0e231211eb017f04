"""Treez's other deliveries: PRODUCT describes and never counts, TICKET is ignored."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from inventory import ledger
from inventory.admin.display import admin_url
from inventory.models import Barcode, Count, Listing, Location, StockEvent
from tests.webhooks import treez
from tests.webhooks.account import Account
from tests.webhooks.treez import ABSENT, CASE, VAULT, envelope, product
from webhooks.models import Endpoint

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def store(db: None) -> Account:
    return Account("treez", treez.prove, name="Treez, Main Street", secret=treez.TOKEN)


@pytest.fixture(autouse=True)
def _every_story_ends_in_a_ledger_that_holds(db: None) -> Iterator[None]:
    yield
    assert ledger.prove().breaches == []
    assert list(ledger.differences()) == []


def test_a_product_describes_its_listing_and_counts_nothing(store: Account) -> None:
    (delivery,) = store.receive(product())
    assert (delivery.state, delivery.reason, delivery.event_kind) == ("processed", "", "PRODUCT")
    listing = Listing.objects.get()
    assert (listing.tenant, listing.external_id, listing.name, listing.active) == (
        treez.STORE,
        treez.LISTING,
        "Cinnamon Mints",
        True,
    )
    assert listing.description == {
        "name": "Cinnamon Mints",
        "uom": "MILLIGRAMS",
        "brand": "PETRA",
        "size": "10-PACK",
        "amount": "10",
        "category": "EDIBLE",
        "sku_type": "BASE_SKU",
        "active": True,
        "barcodes": ["00012345600012", "NYW"],
        "images": ["https://images.example.test/mints.png"],
        "e_commerce": {"hide_from_menu": False, "all_images": ["https://images.example.test/mints.png"]},
    }
    assert sorted(Barcode.objects.values_list("code", "gtin")) == [("00012345600012", "00012345600012"), ("NYW", "")]
    assert not Count.objects.exists()
    # 2025-07-29T12:47:37.316-07:00 is 19:47:37.316 UTC, 1753818457.316 s after 1970.
    assert set(StockEvent.objects.values_list("occurred", flat=True)) == {1_753_818_457_316_000_000}


def test_a_product_teaches_the_ids_of_its_places(store: Account) -> None:
    store.receive(product())
    assert sorted(Location.objects.values_list("external_id", "name", "identity", "same_as")) == [
        (CASE, CASE, "loc-1", None),
        (VAULT, VAULT, "loc-2", None),
    ]


def test_the_quantity_that_may_be_sold_never_touches_a_count(store: Account) -> None:
    """500 may be sold, Treez says; the package has 795."""
    store.receive(treez.CAPTURED, product())
    assert Count.objects.get(bucket="available").quantity == 795
    case = Location.objects.get(external_id=CASE)
    assert (case.description, case.identity) == ({"name": CASE}, "loc-1")


def test_the_older_form_names_no_store_and_writes_numbers_as_text(store: Account) -> None:
    fields = {"name": "Gummies", "amount": "1000", "uom": "MILLIGRAMS"}
    body = product(store=ABSENT, product_configurable_fields=fields, sellable_quantity_detail=None, sku_type=ABSENT)
    (delivery,) = store.receive(body)
    assert delivery.state == "processed"
    listing = Listing.objects.get()
    assert (listing.tenant, listing.name, listing.description["amount"]) == ("", "Gummies", "1000")
    assert not Location.objects.exists()


def test_of_two_products_the_one_updated_later_counts_whenever_it_comes(store: Account) -> None:
    newer = product(product_configurable_fields={"name": "New"}, last_updated_at="2025-07-29T12:00:00-07:00")
    older = product(product_configurable_fields={"name": "Old"}, last_updated_at="2025-07-29T18:59:59Z")
    store.receive(newer, older)
    assert Listing.objects.get().name == "New"


def test_a_product_without_a_time_was_true_when_it_came(store: Account) -> None:
    with time_machine.travel(NOON, tick=False):
        store.receive(product(last_updated_at=None, sellable_quantity_detail=ABSENT))
    assert StockEvent.objects.get().occurred == 1_772_366_400_000_000_000


def test_a_product_is_switched_off_and_on(store: Account) -> None:
    store.receive(product(product_status="DEACTIVATED"))
    assert Listing.objects.get().active is False
    store.receive(product(last_updated_at="2025-08-01T00:00:00Z", product_status=None))
    assert Listing.objects.get().active is False
    store.receive(product(last_updated_at="2025-08-02T00:00:00Z"))
    assert Listing.objects.get().active is True


def test_null_leaves_what_a_product_was_known_to_be(store: Account) -> None:
    store.receive(product())
    before = Listing.objects.get().description
    nothing = dict.fromkeys(
        ["category_type", "sku_type", "product_configurable_fields", "product_barcodes", "e_commerce"]
    )
    store.receive(product(last_updated_at="2025-08-01T00:00:00Z", **nothing))
    assert Listing.objects.get().description == before


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("TICKET", "a ticket tells how far a sale has come, not what is in stock"),
        ("CUSTOMER", "Stockroom does not map the event CUSTOMER"),
        ("inventory", "Stockroom does not map the event inventory"),
    ],
)
def test_what_tells_of_no_stock_is_ignored_with_its_reason(store: Account, kind: str, reason: str) -> None:
    (delivery,) = store.receive(envelope(kind, {"ticket_id": "t"}))
    assert (delivery.state, delivery.event_kind, delivery.reason) == ("ignored", kind, reason)
    assert not StockEvent.objects.exists()


def test_staff_see_that_treez_does_not_announce_sales(store: Account, admin_client: Client) -> None:
    page = admin_client.get(admin_url(Endpoint, "change", store.made.endpoint.pk)).content.decode()
    assert "Treez does not announce sales: it tells of stock when some is received, adjusted, reserved or" in page
