"""Jetti, from proved request to stock: each test tells a story with its numbers."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from inventory import ledger
from inventory.models import Listing, Location, StockEvent
from inventory.reports import Clock
from tests.webhooks import jetti
from tests.webhooks.account import Account
from tests.webhooks.jetti import ABSENT, inventory
from webhooks import inbox, processing, worker
from webhooks.models import Delivery, Refusal
from webhooks.providers import PROVIDERS, Intake, Parsed

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def channel(db: None) -> Account:
    return Account("jetti", jetti.prove, name="Jetti, web shop")


@pytest.fixture(autouse=True)
def _every_story_ends_in_a_ledger_that_holds(db: None) -> Iterator[None]:
    yield
    assert ledger.prove().breaches == []
    assert list(ledger.differences()) == []


def shown(quantity: str | None, quality: str = "exact") -> list[tuple[str, str | None, str, str | None, str]]:
    return [("10", "21", "channel", quantity, quality)]


def test_the_captured_payload_ends_in_5_available_in_the_channel(channel: Account) -> None:
    with time_machine.travel(NOON, tick=False):
        (delivery,) = channel.receive(jetti.CAPTURED)
    assert (delivery.state, delivery.reason, delivery.event_kind) == ("processed", "", "inventory")
    assert channel.shown() == shown("5")
    (row,) = channel.rows()
    # 2026-03-01T12:00:00Z is 1772366400 s after 1970: when it came, since Jetti does not say when it was so.
    assert (row.state, row.batch, row.as_of) == ("", None, 1_772_366_400_000_000_000)
    listing = Listing.objects.get()
    assert (listing.tenant, listing.external_id) == ("11/21", "10")
    assert listing.description == {"channelVariantId": "9", "externalId": "123", "externalSku": None}
    place = Location.objects.get()
    assert (place.tenant, place.external_id) == ("11/21", "21")
    assert place.description == {"includeBackorderQuantity": True, "warehouseId": "11"}


def test_five_then_three_then_five_again_are_three_facts(channel: Account) -> None:
    """The first and the last body are equal, and both are real."""
    delivered = channel.receive(inventory(5), inventory(3), inventory(5))
    assert [delivery.state for delivery in delivered] == ["processed", "processed", "processed"]
    assert channel.shown() == shown("5")
    assert channel.deltas() == ["5", "-2", "2"]


def test_from_a_number_to_untracked_to_doubt_and_back(channel: Account) -> None:
    """5, not tracked, 5 that nobody vouches for, 7: the number is kept throughout, and moves once."""
    channel.receive(inventory(5))
    channel.receive(inventory(99, policy="deny"))
    assert channel.shown() == shown(None, "untracked")
    channel.receive(inventory(None))
    assert channel.shown() == shown("5", "doubtful")
    channel.receive(inventory(7))
    assert channel.shown() == shown("7")
    assert channel.deltas() == ["5", "0", "0", "2"]


@pytest.mark.parametrize("policy", ["deny", "continue", "Track", "", None, ABSENT])
def test_only_the_policy_track_makes_the_number_one_of_stock(channel: Account, policy: object) -> None:
    channel.receive(inventory(5, policy=policy))
    assert channel.shown() == shown(None, "untracked")


@pytest.mark.parametrize("available", [None, ABSENT])
def test_no_number_is_unknown_and_never_zero(channel: Account, available: object) -> None:
    channel.receive(inventory(available))
    assert channel.shown() == shown(None, "unknown")


def test_no_inventory_at_all_is_unknown_and_leaves_a_known_number_in_doubt(channel: Account) -> None:
    without = json.loads(jetti.CAPTURED)
    del without["inventory"]
    channel.receive(jetti.CAPTURED)
    channel.receive(json.dumps(without).encode())
    assert channel.shown() == shown("5", "doubtful")


def test_zero_less_than_zero_and_fractions_are_kept_as_they_are(channel: Account) -> None:
    channel.receive(inventory(0), inventory(-2), inventory("1.25"))
    assert channel.shown() == shown("1.25")
    assert channel.deltas() == ["0", "-2", "3.25"]


def test_what_arrived_last_counts_though_another_worker_is_done_with_it_first(channel: Account) -> None:
    """8, 6 and 4 arrive in this order; the workers end with 4, 8 and 6."""
    eight, six, four = (delivery.pk for delivery in channel.store(inventory(8), inventory(6), inventory(4)))
    for delivery in (four, eight, six):
        assert processing.process([delivery]) == {"processed": 1}
    assert channel.shown() == shown("4")
    assert channel.deltas() == ["4"]


def test_of_two_that_arrive_at_one_instant_the_one_stored_later_counts(channel: Account) -> None:
    with time_machine.travel(NOON, tick=False):
        first, second = (delivery.pk for delivery in channel.store(inventory(2), inventory(1)))
        processing.process([second])
        processing.process([first])
    assert channel.shown() == shown("1")


def test_the_tenth_delivery_is_newer_than_the_ninth_of_the_same_instant() -> None:
    """Told by their numbers, and not by their texts, in which 10 comes before 9."""
    positions = []
    for number in (9, 10):
        said = PROVIDERS["jetti"].parse(
            Intake(number=number, received=1_772_366_400_000_000_000, headers={}, body=jetti.CAPTURED, settings={})
        )
        assert isinstance(said, Parsed)
        assert [statement.key for statement in said.statements] == [f"{number}:0", f"{number}:1", f"{number}:2"]
        positions.append([statement.position for statement in said.statements])
    ninth, tenth = positions
    assert len({*ninth, *tenth}) == 6
    assert all(earlier < later for earlier, later in zip(ninth, tenth, strict=True))


def test_a_replay_keeps_the_time_of_arrival(channel: Account) -> None:
    """9 came before 4; to process the 9 again tomorrow does not make it the newer."""
    with time_machine.travel(NOON, tick=False) as clock:
        (nine,) = channel.receive(inventory(9))
        clock.shift(timedelta(minutes=1))
        channel.receive(inventory(4))
        clock.shift(timedelta(days=1))
        inbox.replay([nine.pk])
        worker.drain()
    assert channel.shown() == shown("4")
    assert channel.deltas() == ["9", "-5"]
    (row,) = channel.rows(as_of=NOON + timedelta(seconds=30), clock=Clock.TRUE)
    assert row.quantity == 9


def test_two_channels_and_two_companies_keep_their_own_counts(channel: Account) -> None:
    channel.receive(inventory(1), inventory(2, channel=22), inventory(3, company=12))
    rows = Listing.objects.order_by("tenant").values_list("tenant", "external_id")
    assert list(rows) == [("11/21", "10"), ("11/22", "10"), ("12/21", "10")]
    assert sorted(channel.shown()) == [
        ("10", "21", "channel", "1", "exact"),
        ("10", "21", "channel", "3", "exact"),
        ("10", "22", "channel", "2", "exact"),
    ]


def test_what_is_shown_of_an_item_follows_what_arrives(channel: Account) -> None:
    channel.receive(inventory(1, externalId="A-1", externalSku="SKU", channel=21))
    channel.receive(inventory(1, externalId="A-2"))
    channel.receive(inventory(1, externalSku=None))
    assert channel.listing("10").description == {"channelVariantId": "9", "externalId": "A-2", "externalSku": None}
    assert not StockEvent.objects.filter(kind="place_described").exists()


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (inventory("many"), "inventory.available: must be a JSON number or text of plain decimal digits ('many')"),
        (inventory(1.0000001), "inventory.available: 1.0000001 has more than 6 decimals (1.0000001)"),
        (inventory(1, variant=None), "variant.id: must be an identifier: text or a whole number (null)"),
        (
            inventory(1, channel={}),
            "channelVariant.channelId: must be an identifier: text or a whole number (object of 0)",
        ),
        (inventory(1, policy=1), "variant.inventoryPolicy: must be text (1)"),
        (b'{"variant": {"id": 10}}', "channelVariant: is missing"),
        (b"[]", "document: must be an object (array of 0)"),
    ],
)
def test_what_is_not_as_documented_waits_for_a_person(channel: Account, body: bytes, reason: str) -> None:
    (delivery,) = channel.receive(body)
    assert (delivery.state, delivery.reason) == ("quarantined", reason)
    assert not Listing.objects.exists()


def test_either_name_of_the_header_proves_and_a_wrong_value_under_either_does_not(channel: Account) -> None:
    right = channel.secret
    assert len(right) >= 43
    answers = [
        channel.post(jetti.CAPTURED, headers=headers).status_code
        for headers in (
            {"onport-hash": right},
            {"jetti-hash": right},
            {"onport-hash": right, "jetti-hash": right},
            {"onport-hash": "wrong"},
            {"jetti-hash": right[:-1]},
            {"onport-hash": right, "jetti-hash": "wrong"},
            {"jetti-webhook-hash": right},
            {},
        )
    ]
    assert answers == [200, 200, 200, 401, 401, 401, 401, 401]
    assert (Delivery.objects.count(), Refusal.objects.count()) == (3, 5)


def test_a_hash_that_staff_chose_before_proves_as_well(db: None) -> None:
    channel = Account("jetti", jetti.prove, secret="chosen in Jetti years ago")
    assert channel.made.generated_secret is None
    assert channel.post(jetti.CAPTURED).status_code == 200
