"""Our own JSON, from proved request to stock: each test tells a story with its numbers."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
import time_machine

from inventory import ledger
from inventory.models import Batch, Listing, Location, StockEvent
from tests.webhooks import budsense, generic
from tests.webhooks.account import Account
from tests.webhooks.generic import PROOFS, adjustment, description, event, reading
from webhooks.models import Delivery, Refusal

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _the_day_after() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def sender(db: None) -> Account:
    return Account("generic", generic.standard_webhooks, name="Own script")


@pytest.fixture(autouse=True)
def _every_story_ends_in_a_ledger_that_holds(db: None) -> Iterator[None]:
    yield
    assert ledger.prove().breaches == []
    assert list(ledger.differences()) == []


def shown(quantity: str | None, quality: str = "exact") -> list[tuple[str, str | None, str, str | None, str]]:
    return [("SKU-1", "shop", "available", quantity, quality)]


def outcome(delivery: Delivery) -> tuple[str, str]:
    return delivery.state, delivery.reason


def test_the_published_example_ends_in_22_and_a_half(sender: Account) -> None:
    """24 were counted at noon, and one and a half went half an hour later."""
    (delivery,) = sender.receive(generic.EXAMPLE)
    assert (delivery.state, delivery.reason, delivery.event_kind) == ("processed", "", "statements")
    assert sender.shown() == [("SKU-1001", "back-room", "available", "22.5", "exact")]
    assert sender.deltas() in (["24", "-1.5"], ["22.5"])
    (row,) = sender.rows()
    # 2026-03-01T12:30:00Z is 1772368200 s after 1970.
    assert (row.batch, row.as_of) == ("LOT-7", 1_772_368_200_000_000_000)
    listing = Listing.objects.get()
    assert (listing.tenant, listing.name) == ("", "Roasted coffee, 1 kg")
    assert listing.description == {
        "name": "Roasted coffee, 1 kg",
        "barcodes": ["4006381333931"],
        "roast": "dark",
    }
    batch, place = Batch.objects.get(), Location.objects.get()
    assert (batch.label, batch.expires_on) == ("Lot 7", date(2026, 12, 31))
    assert (place.external_id, place.name, place.kind) == ("back-room", "Back room", "room")


def test_adjustments_stand_on_the_newest_reading_before_them_in_any_order(sender: Account) -> None:
    """10 at noon, 3 went at 13:00, 2 came at 14:00: 9. A count of 20 at 13:30 makes it 22."""
    sender.receive(
        event(adjustment(2, at="2026-03-01T14:00:00Z"), event_id="came"),
        event(reading(10), event_id="counted"),
        event(adjustment("-3", at="2026-03-01T13:00:00Z"), event_id="went"),
    )
    assert sender.shown() == shown("9")
    sender.receive(event(reading(20, at="2026-03-01T14:30:00+01:00"), event_id="recounted"))
    assert sender.shown() == shown("22")


def test_of_readings_of_one_instant_in_one_event_the_last_counts(sender: Account) -> None:
    sender.receive(event(*(reading(number) for number in range(300))))
    assert sender.shown() == shown("299")


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        (reading(4), ("4", "exact")),
        (reading(4, quality=None), ("4", "exact")),
        (reading(4, quality="exact"), ("4", "exact")),
        (reading("4.5", quality="estimated"), ("4.5", "estimated")),
        (reading(-4, quality="doubtful"), ("-4", "doubtful")),
        (reading(None), (None, "unknown")),
        (reading(None, quality="unknown"), (None, "unknown")),
        (reading(None, quality="untracked"), (None, "untracked")),
    ],
)
def test_a_reading_says_how_far_its_number_can_be_believed(
    sender: Account, statement: dict[str, object], expected: tuple[str | None, str]
) -> None:
    sender.receive(event(statement))
    assert sender.shown() == shown(*expected)


def test_a_count_may_have_no_place_and_a_word_of_the_senders_own(sender: Account) -> None:
    sender.receive(event(reading(3, location=None, bucket="waste", state="BROKEN")))
    (row,) = sender.rows()
    assert (row.location, row.batch, row.bucket, row.state, row.quantity) == (None, None, "waste", "BROKEN", 3)


def test_a_description_follows_its_own_time_field_by_field(sender: Account) -> None:
    sender.receive(
        event(description({"name": "New", "active": False}, at="2026-03-01T13:00:00Z"), event_id="2"),
        event(description({"name": "Old", "colour": "red", "weight": 1.50}), event_id="1"),
        event(description({"active": True, "colour": None}, at="2026-03-01T14:00:00Z"), event_id="3"),
    )
    listing = sender.listing("SKU-1")
    assert (listing.name, listing.active) == ("New", True)
    assert listing.description == {"name": "New", "active": True, "colour": None, "weight": "1.5"}


def test_a_location_may_be_in_another(sender: Account) -> None:
    sender.receive(event(description({"name": "Shelf", "parent": "shop"}, location="shelf-1")))
    parent = sender.location("shelf-1").parent
    assert parent is not None
    assert parent.external_id == "shop"


def test_two_tenants_of_one_sender_keep_their_own_counts(sender: Account) -> None:
    sender.receive(event(reading(1), tenant="north"), event(reading(2), tenant="south", event_id="event-2"))
    assert sorted(Listing.objects.values_list("tenant", flat=True)) == ["north", "south"]
    assert [row[3] for row in sender.shown()] == ["1", "2"]


def test_an_event_that_is_sent_again_is_one_delivery_whatever_its_message_id(sender: Account) -> None:
    body = event(reading(5))
    sender.receive(body)
    again = sender.post(body, headers=generic.standard_webhooks(sender.secret, body, message_id="msg_2"))
    assert again.status_code == 200
    assert [delivery.dedup_key for delivery in Delivery.objects.all()] == ["event-1"]


def test_one_id_with_another_body_waits_for_a_person(sender: Account) -> None:
    first, second = sender.receive(event(reading(5)), event(reading(6)))
    assert (first.state, second.state) == ("processed", "quarantined")
    assert sender.shown() == shown("5")


@pytest.mark.parametrize(
    "body",
    [
        b"{}",
        b"[]",
        b"7",
        b"null",
        b'"statements"',
        b'{"id": "x", "stock": 5}',
        b'[{"id": "x", "statements": []}]',
        b'{"event": {"statements": []}}',
    ],
)
def test_any_other_body_is_ignored_for_it_has_no_mapping(sender: Account, body: bytes) -> None:
    (delivery,) = sender.receive(body)
    assert outcome(delivery) == ("ignored", "no mapping")


def test_somebody_elses_body_is_one_event_by_its_message_id_and_else_never_dropped(db: None) -> None:
    """5, then 4, then 5 again: without an id, equal bytes are no proof of one event."""
    standard = Account("generic", generic.standard_webhooks, name="With ids")
    standard.receive(b'{"stock": 5}', b'{"stock": 5}')
    assert [delivery.dedup_key for delivery in Delivery.objects.all()] == ["msg_1"]
    plain = Account("generic", generic.static_header, name="Without", settings={"scheme": "static_header"})
    assert len(plain.receive(b'{"stock": 5}', b'{"stock": 4}', b'{"stock": 5}')) == 3


def test_an_event_that_says_nothing_is_ignored(sender: Account) -> None:
    (delivery,) = sender.receive(event())
    assert outcome(delivery) == ("ignored", "it is of a kind that we map, but says nothing")


def test_one_wrong_field_keeps_the_whole_delivery_for_a_person(sender: Account) -> None:
    (delivery,) = sender.receive(event(reading(5), reading(5, bucket="shelf")))
    buckets = "available, held, reserved, packed, returned, received, incoming, in_transit, waste, channel or other"
    assert outcome(delivery) == ("quarantined", f"statements[1].bucket: must be {buckets} ('shelf')")
    assert not StockEvent.objects.exists()


def test_what_has_not_happened_yet_waits_for_a_person(sender: Account) -> None:
    (delivery,) = sender.receive(event(reading(5, at="2026-03-02T09:10:01Z")))
    assert delivery.state == "quarantined"
    assert delivery.reason.startswith("event-1:0: it says that it occurred at 2026-03-02T09:10:01Z")


@pytest.mark.parametrize("scheme", sorted(PROOFS))
def test_each_proof_that_staff_may_choose_is_accepted_and_a_wrong_one_is_not(db: None, scheme: str) -> None:
    sender = Account("generic", PROOFS[scheme], settings={"scheme": scheme})
    assert sender.made.generated_secret == sender.secret != ""
    wrong_secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" if scheme == "standard_webhooks" else "user:wrong"
    if scheme == "bearer_token":
        wrong_secret = "wrong"
    body = event(reading(5))
    assert sender.post(body, secret=wrong_secret).status_code == 401
    assert sender.post(body, headers={}).status_code == 401
    for other in PROOFS.keys() - {scheme}:
        key = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" if other == "standard_webhooks" else sender.secret
        assert sender.post(body, headers=PROOFS[other](key, body)).status_code == 401
    if scheme in {"standard_webhooks", "body_hmac", "timestamped_hmac"}:
        signed = PROOFS[scheme](sender.secret, event(reading(500)))
        assert sender.post(body, headers=signed).status_code == 401
    assert not Delivery.objects.exists()
    refused = Refusal.objects.count()
    sender.receive(body)
    assert (sender.shown(), Refusal.objects.count()) == (shown("5"), refused)


def test_where_the_url_is_all_the_proof_no_secret_is_made(db: None) -> None:
    sender = Account("generic", budsense.prove, settings={"scheme": "url_token"})
    assert (sender.made.generated_secret, sender.made.needs_secret) == (None, False)
    sender.receive(event(reading(5)))
    assert sender.shown() == shown("5")


def test_a_message_id_is_kept_with_its_delivery(sender: Account) -> None:
    (delivery,) = sender.receive(generic.EXAMPLE)
    kept = dict(delivery.headers)
    assert kept["webhook-id"] == "msg_1"
    assert sender.secret not in json.dumps(kept)
    assert "webhook-signature" not in kept
