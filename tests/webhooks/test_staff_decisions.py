"""What staff decide about a delivery, each in one step on its page."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from inventory import ledger
from inventory.models import Movement
from tests.webhooks import square
from tests.webhooks.shop import SquareShop
from webhooks import inbox, worker
from webhooks.models import Delivery

AVAILABLE = (square.VARIATION, square.PLACE, "IN_STOCK")


@pytest.fixture
def kim(admin_user: Any) -> Client:
    client = Client()
    client.force_login(admin_user)
    return client


def decide(client: Client, name: str, delivery: Delivery) -> str:
    """Press the button of this name on a delivery's page; return the page that follows."""
    url = reverse(f"admin:webhooks_delivery_{name}", args=[delivery.pk])
    page = client.post(url, follow=True)
    assert page.status_code == 200
    return page.content.decode()


def page_of(client: Client, delivery: Delivery) -> str:
    return client.get(reverse("admin:webhooks_delivery_change", args=[delivery.pk])).content.decode()


def test_a_canned_sample_is_taken_back_in_one_step(shop: SquareShop, kim: Client) -> None:
    (delivery,) = shop.receive(square.CAPTURED)
    assert "Take back what it said" in page_of(kim, delivery)
    assert "Taken back: 1 statements of delivery" in decide(kim, "take-back", delivery)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason[:20]) == ("ignored", "taken back by admin ")
    assert shop.stock() == {AVAILABLE: None}
    newest = Movement.objects.select_related("cause").order_by("-seq")[0]
    assert (newest.delta, newest.cause.actor) == (-90, "admin")

    assert "it stated nothing that could be taken back" in decide(kim, "take-back", delivery)
    inbox.replay([delivery.pk])
    assert worker.drain() == {"processed": 1}
    assert shop.stock() == {AVAILABLE: "90"}
    assert ledger.prove().breaches == []


def test_an_account_is_accepted_with_all_that_waited_for_it(db: None, kim: Client) -> None:
    shop = SquareShop(tenants=["M1"])
    first, second, other = shop.receive(
        square.counts_updated([square.count("1", variation="A")], event_id="a", merchant="M2"),
        square.counts_updated([square.count("2", variation="B")], event_id="b", merchant="M2"),
        square.counts_updated([square.count("3", variation="C")], event_id="c", merchant="M3"),
    )
    assert [row.state for row in (first, second, other)] == ["quarantined"] * 3
    assert "Accept this account" in page_of(kim, first)
    done = "The account M2 is accepted from now on; deliveries that waited for it: 2."
    assert done in decide(kim, "accept-account", first)
    assert worker.drain() == {"processed": 2}
    shop.made.endpoint.refresh_from_db()
    assert shop.made.endpoint.tenants == ["M1", "M2"]
    assert shop.stock() == {("A", square.PLACE, "IN_STOCK"): "1", ("B", square.PLACE, "IN_STOCK"): "2"}
    assert "does not wait for an account to be accepted" in decide(kim, "accept-account", first)


def test_a_delivery_that_cannot_be_read_waits_for_no_account(db: None, kim: Client) -> None:
    shop = SquareShop(tenants=["M1"])
    (delivery,) = shop.receive(b"not json")
    assert "Accept this account" not in page_of(kim, delivery)
    assert "does not wait for an account to be accepted" in decide(kim, "accept-account", delivery)


@pytest.mark.parametrize("name", ["take-back", "accept-account"])
def test_who_may_only_look_decides_nothing(shop: SquareShop, client: Client, django_user_model: Any, name: str) -> None:
    (delivery,) = shop.receive(square.CAPTURED)
    viewer = django_user_model.objects.create_user("lee", is_staff=True)
    client.force_login(viewer)
    url = reverse(f"admin:webhooks_delivery_{name}", args=[delivery.pk])
    assert client.post(url).status_code == 403
    assert shop.stock() == {AVAILABLE: "90"}
