"""A place that its source renamed is one place: it is added up once, and a site lists it once."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from inventory.models import Location, Product, Site
from inventory.reports.totals import stock_of
from tests.inventory.page_support import open_page
from tests.webhooks import treez
from tests.webhooks.account import Account
from tests.webhooks.treez import VAULT, inventory, product, row

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
VAULT_ID = "5f3c1d8e-6f0b-4f7e-9a51-0d3b1f9f0002"
LOCATIONS = "Locations of this site, each below the one that it stands in"


def teaches(name: str, minutes: int) -> bytes:
    detail = {"inventory_type": "ADULT", "location": name, "location_id": VAULT_ID, "sellable_quantity": 1}
    return product(sellable_quantity_detail=[detail], last_updated_at=(NOON + timedelta(minutes=minutes)).isoformat())


def test_a_renamed_vault_is_added_up_and_listed_once(admin_client: Client) -> None:
    """Ten units in the vault; it is renamed, and nine are left."""
    store = Account("treez", treez.prove, name="Treez", secret=treez.TOKEN)
    bodies = [
        inventory(row(10, location=VAULT)),
        teaches(VAULT, 2),
        inventory(row(9, location="VAULT 2")),
        teaches("VAULT 2", 4),
    ]
    for minutes, body in enumerate(bodies, start=1):
        with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
            store.receive(body)
    site = Site.objects.create(name="Main Street")
    Location.objects.update(site=site)
    (stock,) = stock_of(list(Product.objects.all()))
    assert stock.total is not None
    assert (stock.total.on_hand, stock.total.unknown, stock.lines) == (9, 0, 1)
    page = open_page(admin_client, f"/sites/{site.pk}/")
    assert [row[0].split(" ")[0:2] for row in page.tables[LOCATIONS]] == [["VAULT", "2"]]
