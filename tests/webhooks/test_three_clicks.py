"""From a product to the bytes that made its number, in three clicks."""

import pytest
from django.test import Client

from inventory.models import Product
from tests.inventory.page_reader import page
from tests.webhooks import square
from tests.webhooks.shop import SquareShop

pytestmark = pytest.mark.django_db


def test_a_number_leads_to_the_raw_bytes_of_its_delivery_in_three_clicks(admin_client: Client) -> None:
    """Square says 90: the number on the product's page, then the evidence on the count's, then the bytes."""
    shop = SquareShop()
    shop.receive(square.CAPTURED)
    product = page(admin_client, f"/products/{Product.objects.get().pk}/")
    count = page(admin_client, product.links["90"])
    assert count.facts["Quantity"] == "90"
    assert [row[1:3] for row in count.tables[0].rows] == [["+90", "90"]]
    (delivery,) = [address for text, address in count.links.items() if text.startswith("delivery ")]
    answer = admin_client.get(delivery)
    assert answer.status_code == 200
    (raw,) = [part for part in answer.content.decode().split('"') if part.endswith("/body/")]
    bytes_kept = admin_client.get(raw)
    assert b"".join(bytes_kept) == square.CAPTURED
