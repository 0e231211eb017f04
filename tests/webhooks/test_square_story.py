"""Square, from signed request to stock: each test tells a story with its numbers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from inventory import ledger
from inventory.events import Quality
from inventory.models import Cause, Count, Listing, Location, Movement, Product, StockEvent
from inventory.reports import Clock
from tests.webhooks import square
from tests.webhooks.shop import SquareShop
from webhooks import inbox, worker
from webhooks.providers.square import BUCKETS

AVAILABLE = (square.VARIATION, square.PLACE, "IN_STOCK")
RESERVED = (square.VARIATION, square.PLACE, "RESERVED_FOR_SALE")


def deltas() -> list[tuple[str, str]]:
    """(state, signed effect) of every movement, in the ledger's order."""
    rows = Movement.objects.order_by("seq").select_related("count")
    return [(row.count.state, f"{row.delta.normalize():f}") for row in rows]


@pytest.fixture(autouse=True)
def _every_story_ends_in_a_ledger_that_holds(db: None) -> Iterator[None]:
    yield
    assert ledger.prove().breaches == []
    assert list(ledger.differences()) == []


def test_the_captured_payload_ends_in_90_available_units(shop: SquareShop) -> None:
    (delivery,) = shop.receive(square.CAPTURED)
    assert (delivery.state, delivery.reason, delivery.event_kind) == ("processed", "", "inventory.count.updated")
    assert bytes(delivery.body) == square.CAPTURED
    (row,) = shop.rows()
    assert (row.source, row.listing, row.batch, row.location, row.product, row.location_path) == (
        "Square, Main Street",
        "6F4K33KPNUVDWKZ43KUIFH6K",
        None,
        "EF6D9SACKWBKZ",
        "6F4K33KPNUVDWKZ43KUIFH6K",
        "EF6D9SACKWBKZ",
    )
    assert (row.bucket, row.state, row.quantity, row.quality) == ("available", "IN_STOCK", 90, "exact")
    # 2020-12-29T18:38:45Z is 1609267125 s after 1970; the payload adds .10296 s.
    assert row.as_of == 1_609_267_125_102_960_000
    listing = Listing.objects.get()
    assert (listing.tenant, listing.match) == ("6SSW7HV8K2ST5", "unmatched")


def test_a_state_change_moves_two_rows_at_once(shop: SquareShop) -> None:
    """Ten of 90 units are put aside for a customer: Square sends both states after the change."""
    shop.receive(square.CAPTURED)
    at = "2020-12-29T19:00:00Z"
    shop.receive(
        square.counts_updated(
            [square.count("80", at=at), square.count("10", at=at, state="RESERVED_FOR_SALE")], event_id="reserve"
        )
    )
    assert shop.stock() == {AVAILABLE: "80", RESERVED: "10"}
    assert deltas() == [("IN_STOCK", "90"), ("IN_STOCK", "-10"), ("RESERVED_FOR_SALE", "10")]


def test_a_late_reading_does_not_move_a_newer_count(shop: SquareShop) -> None:
    """85 was counted at 18:45, 88 at 18:40; the 88 comes last and changes nothing."""
    newer = square.counts_updated([square.count("85", at="2020-12-29T18:45:00Z")], event_id="newer")
    late = square.counts_updated([square.count("88", at="2020-12-29T18:40:00Z")], event_id="late")
    delivered = shop.receive(newer, late)
    assert [delivery.state for delivery in delivered] == ["processed", "processed"]
    assert shop.stock() == {AVAILABLE: "85"}
    assert deltas() == [("IN_STOCK", "85")]
    assert StockEvent.objects.count() == 2


def test_a_late_reading_is_told_by_the_clock_of_what_was_true(shop: SquareShop) -> None:
    shop.receive(
        square.counts_updated([square.count("85", at="2020-12-29T18:45:00Z")], event_id="newer"),
        square.counts_updated([square.count("88", at="2020-12-29T18:40:00Z")], event_id="late"),
    )
    between = datetime(2020, 12, 29, 18, 42, tzinfo=UTC)
    assert shop.stock(as_of=between, clock=Clock.TRUE) == {AVAILABLE: "88"}
    # Our ledger had not been told anything in 2020.
    assert shop.stock(as_of=between, clock=Clock.KNOWN) == {}


def test_a_duplicate_changes_nothing(shop: SquareShop) -> None:
    assert len(shop.receive(square.CAPTURED, square.CAPTURED)) == 1
    assert shop.stock() == {AVAILABLE: "90"}
    assert deltas() == [("IN_STOCK", "90")]


def test_of_two_readings_at_one_instant_the_event_made_later_counts(shop: SquareShop) -> None:
    """Both were calculated at 18:45; the 7 was announced a nanosecond after the 9, and arrives first."""
    at = "2020-12-29T18:45:00Z"
    nine = square.counts_updated([square.count("9", at=at)], event_id="z", created_at="2020-12-29T18:45:01.000000001Z")
    seven = square.counts_updated([square.count("7", at=at)], event_id="a", created_at="2020-12-29T18:45:01.000000002Z")
    shop.receive(seven, nine)
    assert shop.stock() == {AVAILABLE: "7"}


def test_readings_a_nanosecond_apart_are_told_apart(shop: SquareShop) -> None:
    shop.receive(
        square.counts_updated([square.count("2", at="2020-12-29T18:45:00.000000002Z")], event_id="second"),
        square.counts_updated([square.count("1", at="2020-12-29T18:45:00.000000001Z")], event_id="first"),
    )
    assert shop.stock() == {AVAILABLE: "2"}


def test_negative_stock_is_recorded_and_shown(shop: SquareShop) -> None:
    """Three were sold of one: Square says -2, and so do we."""
    shop.receive(
        square.counts_updated([square.count("1")], event_id="one"),
        square.counts_updated([square.count("-2", at="2020-12-29T20:00:00Z")], event_id="oversold"),
    )
    assert shop.stock() == {AVAILABLE: "-2"}
    assert deltas() == [("IN_STOCK", "1"), ("IN_STOCK", "-3")]


def test_a_glass_from_a_bottle_leaves_a_fraction(shop: SquareShop) -> None:
    """Selling a glass moves the bottle by 0.4: 12 bottles less 0.4 less 0.4 are 11.2, exactly."""
    shop.receive(
        square.counts_updated([square.count("12.00000")], event_id="full"),
        square.counts_updated([square.count("11.60000", at="2020-12-29T20:00:00Z")], event_id="glass"),
        square.counts_updated([square.count("11.20000", at="2020-12-29T20:01:00Z")], event_id="another"),
    )
    assert shop.stock() == {AVAILABLE: "11.2"}
    assert deltas() == [("IN_STOCK", "12"), ("IN_STOCK", "-0.4"), ("IN_STOCK", "-0.4")]


def test_an_unknown_state_is_kept_as_a_count_of_its_own(shop: SquareShop) -> None:
    shop.receive(square.counts_updated([square.count("4", state="SOLD_ONLINE"), square.count("6")]))
    assert {(row.state, row.bucket): row.quantity for row in shop.rows()} == {
        ("SOLD_ONLINE", "other"): 4,
        ("IN_STOCK", "available"): 6,
    }


@pytest.mark.parametrize(
    ("state", "bucket"),
    [
        ("IN_STOCK", "available"),
        ("RESERVED_FOR_SALE", "reserved"),
        ("RETURNED_BY_CUSTOMER", "returned"),
        ("RECEIVED_FROM_VENDOR", "received"),
        ("ORDERED_FROM_VENDOR", "incoming"),
        ("IN_TRANSIT", "in_transit"),
        ("IN_TRANSIT_TO", "in_transit"),
        ("WASTE", "waste"),
        ("SOLD", "other"),
        ("UNTRACKED", "other"),
        ("A_WORD_OF_2031", "other"),
    ],
)
def test_each_state_has_its_bucket(shop: SquareShop, state: str, bucket: str) -> None:
    shop.receive(square.counts_updated([square.count("3", state=state)]))
    (row,) = shop.rows()
    assert (row.state, row.bucket, row.quantity) == (state, bucket, 3)


def test_a_count_without_the_time_of_its_event_is_read_all_the_same(shop: SquareShop) -> None:
    """created_at only decides between readings of one instant."""
    body = square.counts_updated([square.count("5")]).replace(b'"created_at"', b'"sent_at"')
    assert [delivery.state for delivery in shop.receive(body)] == ["processed"]
    assert shop.stock() == {AVAILABLE: "5"}


def test_every_documented_state_is_in_the_table() -> None:
    assert len(BUCKETS) == 8


def test_a_hundred_counts_of_one_delivery_all_arrive(shop: SquareShop) -> None:
    rows = [square.count(str(number), variation=f"V{number:03}") for number in range(100)]
    (delivery,) = shop.receive(square.counts_updated(rows))
    assert delivery.state == "processed"
    assert shop.stock() == {(f"V{number:03}", square.PLACE, "IN_STOCK"): str(number) for number in range(100)}
    # 0 + 1 + ... + 99
    assert sum(row.quantity or 0 for row in shop.rows()) == 4950
    assert Cause.objects.count() == 1


def test_an_estimated_count_says_so(shop: SquareShop) -> None:
    shop.receive(square.counts_updated([square.count("5", is_estimated=True)]))
    (row,) = shop.rows()
    assert (row.quantity, row.quality) == (5, Quality.ESTIMATED)


def test_a_null_quantity_is_unknown_and_not_zero(shop: SquareShop) -> None:
    shop.receive(square.counts_updated([square.count(None)]))
    (row,) = shop.rows()
    assert (row.quantity, row.quality) == (None, Quality.UNKNOWN)


def test_a_null_quantity_leaves_the_last_number_in_doubt(shop: SquareShop) -> None:
    shop.receive(
        square.counts_updated([square.count("5")], event_id="five"),
        square.counts_updated([square.count(None, at="2020-12-29T20:00:00Z")], event_id="null"),
    )
    (row,) = shop.rows()
    assert (row.quantity, row.quality) == (5, Quality.DOUBTFUL)


def test_a_count_of_zero_is_known_to_be_zero_and_stays(shop: SquareShop) -> None:
    shop.receive(square.counts_updated([square.count("0")]))
    assert shop.stock() == {AVAILABLE: "0"}
    assert deltas() == [("IN_STOCK", "0")]


def test_from_one_end_of_the_range_to_the_other_is_two_movements(shop: SquareShop) -> None:
    top, bottom = "9000000000000", "-9000000000000"
    shop.receive(
        square.counts_updated([square.count(top)], event_id="top"),
        square.counts_updated([square.count(bottom, at="2020-12-29T20:00:00Z")], event_id="bottom"),
    )
    assert shop.stock() == {AVAILABLE: bottom}
    assert deltas() == [("IN_STOCK", top), ("IN_STOCK", f"-{top}"), ("IN_STOCK", bottom)]


def test_one_id_with_other_bytes_is_a_conflict_and_changes_nothing(shop: SquareShop) -> None:
    first, second = shop.receive(
        square.counts_updated([square.count("5")], event_id="same"),
        square.counts_updated([square.count("6")], event_id="same"),
    )
    assert (first.state, second.state) == ("processed", "quarantined")
    assert second.reason == "an earlier delivery has the same event id and another body"
    assert shop.stock() == {AVAILABLE: "5"}


def test_two_merchants_behind_one_endpoint_keep_two_counts(shop: SquareShop) -> None:
    shop.receive(
        square.counts_updated([square.count("1")], event_id="a", merchant="M1"),
        square.counts_updated([square.count("2")], event_id="b", merchant="M2"),
    )
    rows = {count.listing.tenant: count.quantity for count in Count.objects.select_related("listing")}
    assert rows == {"M1": 1, "M2": 2}
    assert (Listing.objects.count(), Location.objects.count(), Product.objects.count()) == (2, 2, 2)


def test_a_quarantined_delivery_is_mended_by_replay(shop: SquareShop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Square spells a quantity in a way that we cannot read; once we can, the kept bytes give the number."""
    (delivery,) = shop.receive(square.counts_updated([square.count(90)], event_id="as a number"))
    assert (delivery.state, delivery.reason) == (
        "quarantined",
        "data.object.inventory_counts[0].quantity: must be text of plain decimal digits (90)",
    )
    assert shop.stock() == {}

    monkeypatch.setattr("webhooks.providers.square._quantity", lambda row: row["quantity"].decimal())
    assert inbox.replay([delivery.pk]) == 1
    assert dict(worker.drain()) == {"processed": 1}
    delivery.refresh_from_db()
    assert (delivery.state, delivery.reason, delivery.replays) == ("processed", "", 1)
    assert shop.stock() == {AVAILABLE: "90"}


def test_replaying_what_says_the_same_writes_nothing(shop: SquareShop) -> None:
    (delivery,) = shop.receive(square.CAPTURED)
    inbox.replay([delivery.pk])
    worker.drain()
    assert shop.stock() == {AVAILABLE: "90"}
    assert (StockEvent.objects.count(), Movement.objects.count(), Cause.objects.count()) == (1, 1, 1)


def test_replay_after_a_changed_mapping_takes_back_only_the_difference(
    shop: SquareShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mapping fix sends IN_TRANSIT elsewhere: its 4 leave one bucket for the other, the 90 are not touched."""
    (delivery,) = shop.receive(square.counts_updated([square.count("90"), square.count("4", state="IN_TRANSIT")]))
    monkeypatch.setitem(BUCKETS, "IN_TRANSIT", BUCKETS["ORDERED_FROM_VENDOR"])
    inbox.replay([delivery.pk])
    worker.drain()
    assert {(row.state, row.bucket): row.quantity for row in shop.rows()} == {
        ("IN_STOCK", "available"): 90,
        ("IN_TRANSIT", "in_transit"): None,
        ("IN_TRANSIT", "incoming"): 4,
    }
    assert deltas() == [("IN_STOCK", "90"), ("IN_TRANSIT", "4"), ("IN_TRANSIT", "-4"), ("IN_TRANSIT", "4")]
    kinds = Cause.objects.order_by("pk").values_list("kind", "reference")
    assert list(kinds) == [("delivery", delivery.reference), ("replay", delivery.reference)]

    # And back again: what was taken back stands once more.
    monkeypatch.undo()
    inbox.replay([delivery.pk])
    worker.drain()
    assert {(row.state, row.bucket): row.quantity for row in shop.rows()} == {
        ("IN_STOCK", "available"): 90,
        ("IN_TRANSIT", "in_transit"): 4,
        ("IN_TRANSIT", "incoming"): None,
    }
    assert StockEvent.objects.count() == 3


def test_a_canned_sample_is_undone_as_a_whole(shop: SquareShop) -> None:
    """The vendor's test sends made-up ids: withdrawing the delivery takes its 90 back, and says unknown, not 0."""
    (delivery,) = shop.receive(square.CAPTURED)
    ledger.retract(delivery.reference, shop.source.pk, actor="kim", note="Square's sample")
    assert shop.stock() == {AVAILABLE: None}
    assert deltas() == [("IN_STOCK", "90"), ("IN_STOCK", "-90")]
    newest = Movement.objects.order_by("-seq").select_related("cause", "retraction").first()
    assert newest is not None
    assert (newest.event, newest.cause.actor, newest.cause.note) == (None, "kim", "Square's sample")


def test_an_adjustment_by_hand_stands_on_the_newest_reading_before_it(shop: SquareShop) -> None:
    """90 read in 2020, 3 broken today: 87. A reading of 86 from 2021 comes late: 86 less 3 are 83."""
    shop.receive(square.CAPTURED)
    ledger.adjust(Count.objects.get().pk, Decimal(-3), actor="kim", note="broken")
    assert shop.stock() == {AVAILABLE: "87"}
    assert deltas() == [("IN_STOCK", "90"), ("IN_STOCK", "-3")]
    (delivery,) = shop.receive(square.counts_updated([square.count("86", at="2021-01-01T00:00:00Z")], event_id="old"))
    assert (delivery.state, shop.stock()) == ("processed", {AVAILABLE: "83"})


def test_a_count_by_hand_sets_the_number(shop: SquareShop) -> None:
    shop.receive(square.CAPTURED)
    ledger.count_by_hand(Count.objects.get().pk, Decimal("88.5"), actor="kim")
    assert shop.stock() == {AVAILABLE: "88.5"}
    assert Cause.objects.order_by("-pk").values_list("kind", "actor").first() == ("count", "kim")
