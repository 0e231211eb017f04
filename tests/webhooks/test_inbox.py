"""The inbox: what is stored once, what conflicts, and what is replayed."""

from functools import partial
from io import StringIO
from unittest.mock import patch

import pytest
from django.core.management import call_command
from django.db import connection

from inventory import ledger
from inventory.models import Cause, Movement, StockEvent
from tests.threads import at_once
from tests.webhooks import square
from tests.webhooks.inbox_support import NOON, Clock, reading, store
from tests.webhooks.shop import SquareShop
from webhooks import inbox, intake, lookup, worker
from webhooks.door import Doorway
from webhooks.models import Delivery
from webhooks.processing import process
from webhooks.verification import SignedRequest, Verified

CONFLICT = "an earlier delivery has the same event id and another body"


# --- Stored once -----------------------------------------------------------------------------------------


def test_what_is_stored_is_the_whole_request(shop: SquareShop, clock: Clock) -> None:
    shop.post(square.CAPTURED)
    delivery = Delivery.objects.get()
    assert (bytes(delivery.body), delivery.dedup_key, delivery.body_digest) == (
        square.CAPTURED,
        "df5f3813-a913-45a1-94e9-fdc3f7d5e3b6",
        # sha256sum of the file
        "f04537840fe82237583045382a13446bfb609b770d200769afdf0e1ecd3aae15",
    )
    assert (delivery.endpoint_id, delivery.token_id) == (shop.made.endpoint.pk, shop.made.token.pk)
    assert delivery.secret == shop.made.endpoint.secrets.get()
    assert (delivery.received_at, delivery.due_at) == (NOON, NOON)
    assert (delivery.state, delivery.reason, delivery.event_kind, delivery.attempts) == ("pending", "", "", 0)
    assert (delivery.failed_at, delivery.settled_at, delivery.replays, delivery.waived) == (None, None, 0, [])


def test_a_body_of_any_bytes_is_stored_as_it_came(shop: SquareShop) -> None:
    body = bytes(range(256)) * 4
    shop.post(body)
    assert bytes(Delivery.objects.get().body) == body


def test_a_repeat_is_known_before_and_after_it_was_processed(shop: SquareShop) -> None:
    shop.post(reading(1))
    shop.post(reading(1))
    assert worker.drain() == {"processed": 1}
    shop.post(reading(1))
    assert worker.drain() == {}
    assert Delivery.objects.count() == 1


def test_the_same_event_at_two_endpoints_is_two_deliveries_and_one_event(shop: SquareShop) -> None:
    other = SquareShop()
    assert other.made.endpoint.source_id == shop.made.endpoint.source_id
    shop.post(reading(5))
    other.post(reading(5))
    assert worker.drain() == {"processed": 2}
    assert (StockEvent.objects.count(), Movement.objects.count(), Cause.objects.count()) == (1, 1, 2)
    assert shop.stock() == {("V5", square.PLACE, "IN_STOCK"): "5"}


def test_an_event_id_may_be_as_long_as_a_key_and_one_longer_is_known_by_its_bytes(shop: SquareShop) -> None:
    for length in (255, 256):
        body = square.counts_updated([square.count("1")], event_id="e" * length)
        shop.post(body)
    short, long = Delivery.objects.order_by("pk")
    assert short.dedup_key == "e" * 255
    assert long.dedup_key == f"sha256:{long.body_digest}"


@pytest.mark.django_db(transaction=True)
def test_eight_threads_with_one_body_store_it_once() -> None:
    shop = SquareShop()
    token = shop.made.token
    doorway = lookup.find_doorway(token.value)
    assert doorway is not None

    def accept(round_: int) -> None:
        inbox.accept(*accepted(doorway, reading(round_)))

    for round_ in range(5):
        at_once(*[partial(accept, round_)] * 8)
    assert list(Delivery.objects.order_by("pk").values_list("dedup_key", flat=True)) == [
        "event-0",
        "event-1",
        "event-2",
        "event-3",
        "event-4",
    ]


def accepted(doorway: Doorway, body: bytes) -> tuple[Doorway, SignedRequest, Verified, str]:
    request = SignedRequest(method="POST", headers=(), body=body, received_at=1_714_564_800_000_000_000)
    return doorway, request, Verified(secret_id=None), doorway.provider.dedup_key({}, body)


# --- Conflicts -------------------------------------------------------------------------------------------


def test_one_event_id_with_other_bytes_is_kept_beside_the_first_whose_numbers_stand(shop: SquareShop) -> None:
    first, second = shop.receive(reading(1, quantity="5"), reading(1, quantity="7"))
    assert (first.state, first.reason) == ("processed", "")
    assert (second.state, second.event_kind, second.reason) == ("quarantined", "inventory.count.updated", CONFLICT)
    assert first.dedup_key == second.dedup_key == "event-1"
    assert shop.stock() == {("V1", square.PLACE, "IN_STOCK"): "5"}


def test_a_conflict_is_one_whichever_worker_comes_to_it_first(shop: SquareShop) -> None:
    shop.post(reading(1, quantity="5"))
    shop.post(reading(1, quantity="7"))
    _, second = Delivery.objects.order_by("pk")
    assert process([second.pk]) == {"quarantined": 1}
    assert worker.drain() == {"processed": 1}
    assert shop.stock() == {("V1", square.PLACE, "IN_STOCK"): "5"}


def test_a_conflict_that_is_accepted_takes_the_first_ones_place(shop: SquareShop) -> None:
    first, second = shop.receive(reading(1, quantity="5"), reading(1, quantity="7"))
    assert shop.stock() == {("V1", square.PLACE, "IN_STOCK"): "5"}

    inbox.replay([second.pk], waive=["conflict"])
    assert worker.drain() == {"processed": 1}
    second.refresh_from_db()
    assert (second.state, second.reason, second.waived, second.replays) == ("processed", "", ["conflict"], 1)
    assert shop.stock() == {("V1", square.PLACE, "IN_STOCK"): "7"}
    assert ledger.prove().holds

    # Both cannot be right: whoever replays the first again is told so, and nothing moves.
    inbox.replay([first.pk])
    assert worker.drain() == {"quarantined": 1}
    first.refresh_from_db()
    assert first.reason == "event-1:0: another delivery says something else under this key"
    assert shop.stock() == {("V1", square.PLACE, "IN_STOCK"): "7"}


def test_a_sender_that_mends_its_own_body_under_one_id_is_accepted_by_hand(shop: SquareShop) -> None:
    malformed, mended = shop.receive(reading(1, quantity="five"), reading(1, quantity="5"))
    assert (malformed.state, mended.state, mended.reason) == ("quarantined", "quarantined", CONFLICT)
    inbox.replay([mended.pk], waive=["conflict"])
    assert worker.drain() == {"processed": 1}
    assert shop.stock() == {("V1", square.PLACE, "IN_STOCK"): "5"}


# --- Replayed --------------------------------------------------------------------------------------------


def test_replaying_several_changes_nothing_that_was_right(shop: SquareShop) -> None:
    processed, ignored, quarantined = shop.receive(
        reading(1), square.event("payment.created", {}, event_id="event-2"), b"not json"
    )
    (waiting,) = store(shop, 4)
    assert inbox.replay([processed.pk, ignored.pk, quarantined.pk, waiting, 999_999]) == 3
    assert worker.drain() == {"processed": 2, "ignored": 1, "quarantined": 1}
    assert list(Delivery.objects.order_by("pk").values_list("state", "replays", "waived")) == [
        ("processed", 1, []),
        ("ignored", 1, []),
        ("quarantined", 1, []),
        ("processed", 0, []),
    ]
    assert (StockEvent.objects.count(), Movement.objects.count()) == (2, 2)
    assert ledger.prove().holds


def test_the_command_puts_back_and_says_how_many(shop: SquareShop) -> None:
    first, second = shop.receive(
        *(square.counts_updated([square.count("1")], event_id=f"event-{number}") for number in (1, 2)),
        **{"square-environment": "Sandbox"},
    )
    printed = StringIO()
    call_command("replay", first.pk, second.pk, waive=["environment"], stdout=printed)
    assert printed.getvalue() == "put back: 2\n"
    assert worker.drain() == {"processed": 2}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has as many writers as are wanted")
def test_whoever_does_not_get_a_turn_to_write_in_time_is_asked_to_try_again(shop: SquareShop) -> None:
    with patch.dict(connection.settings_dict["OPTIONS"], timeout=0.05), intake._writing:
        assert shop.post(square.CAPTURED).status_code == 503
    assert Delivery.objects.count() == 0
    assert shop.post(square.CAPTURED).status_code == 200
