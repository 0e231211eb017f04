"""What the proof asks of deliveries: each has a state that is one, and what was settled says since when."""

from inventory import ledger
from tests.unchecked import unchecked
from tests.webhooks.inbox_support import Clock, store
from tests.webhooks.shop import SquareShop
from webhooks import worker
from webhooks.models import Delivery


def account() -> tuple[int, list[tuple[str, str, str]]]:
    """How many deliveries the proof counts, and what it finds wrong with them."""
    proof = ledger.prove()
    return proof.accounts, [(breach.law, breach.where, breach.problem) for breach in proof.breaches]


def test_every_delivery_is_counted_whatever_became_of_it(shop: SquareShop, clock: Clock) -> None:
    store(shop, 1, 2)
    shop.post(b"no JSON")
    worker.drain()
    store(shop, 3)
    assert sorted(Delivery.objects.values_list("state", flat=True)) == [
        "pending",
        "processed",
        "processed",
        "quarantined",
    ]
    assert account() == (4, [])


def test_a_delivery_that_was_settled_at_no_time_is_named(shop: SquareShop, clock: Clock) -> None:
    _, second = store(shop, 1, 2)
    worker.drain()
    Delivery.objects.filter(pk=second).update(settled_at=None)
    assert account() == (2, [("4 account", f"delivery {second}", "it is settled, but not since when")])


def test_deliveries_in_no_state_are_counted_together(shop: SquareShop, clock: Clock) -> None:
    store(shop, 1, 2, 3)
    worker.drain()
    with unchecked("webhooks_delivery", "delivery_state_is_known"):
        Delivery.objects.exclude(dedup_key="event-2").update(state="lost")
        assert account() == (3, [("4 account", "2 deliveries", "they are 'lost', which is no state")])
