"""Genuine, and nothing to do: every ignored kind with its reason; and genuine, but for somebody to look at first."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from inventory import ledger
from inventory.models import Cause, Movement, Source, StockEvent
from tests.webhooks import square
from tests.webhooks.shop import SquareShop
from webhooks import inbox, worker
from webhooks.models import Delivery

AVAILABLE = (square.VARIATION, square.PLACE, "IN_STOCK")
REVOKED = "oauth.authorization.revoked"
REVOKED_REASON = "Square ended the connection to this account: nothing more will come until it is connected again"
SANDBOX_REASON = "it is sandbox traffic, at an endpoint of a production source"
NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def revocation(at: str, *, event_id: str = "event-1") -> bytes:
    """As the reference shows it: data.object.revocation{revoked_at, revoker_type}."""
    data = {"type": "revocation", "object": {"revocation": {"revoked_at": at, "revoker_type": "MERCHANT"}}}
    return square.event(REVOKED, data, event_id=event_id)


def outcome(delivery: Delivery) -> tuple[str, str, str]:
    return delivery.state, delivery.event_kind, delivery.reason


# --- Kinds -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "data", "reason"),
    [
        (
            "webhooks.test_notification",
            {"type": "webhooks", "id": "bc368e64-01aa-407e-b46e-3231809b1129"},
            "a test notification from Square: it says nothing about stock",
        ),
        (
            "catalog.version.updated",
            {"type": "catalog", "object": {"catalog_version": {"updated_at": "2019-05-14T02:30:11.228Z"}}},
            "it says that the catalogue changed, but not how",
        ),
        (
            "catalog.version.updated",  # as the older documents show it
            {"type": "catalog_version", "catalog_version": {"updated_at": "2019-05-14T02:30:11.228Z"}},
            "it says that the catalogue changed, but not how",
        ),
        (
            "location.created",
            {"type": "Location", "id": "L1"},
            "it names a new or changed location, but carries nothing about it",
        ),
        (
            "location.updated",
            {"type": "location", "id": "L1"},
            "it names a new or changed location, but carries nothing about it",
        ),
        ("payment.created", {"object": {"payment": {}}}, "Stockroom does not map the event payment.created"),
        ("vendor.updated", {"object": {"vendor": {}}}, "Stockroom does not map the event vendor.updated"),
        ("transfer_order.updated", {}, "Stockroom does not map the event transfer_order.updated"),
        ("locations.updated", {}, "Stockroom does not map the event locations.updated"),
        ("catalog.version", {}, "Stockroom does not map the event catalog.version"),
        ("Inventory.Count.Updated", {}, "Stockroom does not map the event Inventory.Count.Updated"),
        ("inventory.count.updated.v2", {}, "Stockroom does not map the event inventory.count.updated.v2"),
        ("<b>ü</b>", {}, "Stockroom does not map the event <b>ü</b>"),
    ],
)
def test_a_kind_that_says_nothing_about_stock_is_ignored_with_its_reason(
    shop: SquareShop, kind: str, data: dict[str, Any], reason: str
) -> None:
    (delivery,) = shop.receive(square.event(kind, data))
    assert outcome(delivery) == ("ignored", kind, reason)
    assert delivery.settled_at is not None
    assert not StockEvent.objects.exists()
    assert not Cause.objects.exists()
    assert not shop.source.is_dead


def test_a_kind_as_long_as_a_text_may_be_is_told_in_full_in_the_reason(shop: SquareShop) -> None:
    kind = "k" * 255
    (delivery,) = shop.receive(square.event(kind, {}))
    assert outcome(delivery) == ("ignored", "k" * 100, f"Stockroom does not map the event {kind}")


def test_counts_of_nothing_are_ignored(shop: SquareShop) -> None:
    (delivery,) = shop.receive(square.counts_updated([]))
    assert outcome(delivery) == (
        "ignored",
        "inventory.count.updated",
        "it is of a kind that we map, but says nothing",
    )


def test_the_retry_number_and_the_environment_are_kept(shop: SquareShop) -> None:
    (delivery,) = shop.receive(
        square.CAPTURED,
        **{
            "square-environment": "Production",
            "square-retry-number": "3",
            "square-retry-reason": "http_timeout",
            "square-initial-delivery-timestamp": "2020-12-29T18:38:46Z",
            "authorization": "Bearer never kept",
            "x-forwarded-for": "192.0.2.7",
        },
    )
    assert sorted(map(tuple, delivery.headers)) == [
        ("content-length", str(len(square.CAPTURED))),
        ("content-type", "application/json"),
        ("square-environment", "Production"),
        ("square-initial-delivery-timestamp", "2020-12-29T18:38:46Z"),
        ("square-retry-number", "3"),
        ("square-retry-reason", "http_timeout"),
    ]


# --- The connection ended --------------------------------------------------------------------------------


def test_a_revocation_marks_the_source_dead_since_the_moment_that_it_names(shop: SquareShop) -> None:
    (delivery,) = shop.receive(revocation("2020-08-14T15:51:04.246373287Z"))
    assert outcome(delivery) == ("ignored", REVOKED, REVOKED_REASON)
    assert shop.source.revoked_at == datetime(2020, 8, 14, 15, 51, 4, 246373, tzinfo=UTC)
    assert shop.source.is_dead


def test_an_older_revocation_does_not_move_the_moment_back_and_a_newer_one_moves_it_on(shop: SquareShop) -> None:
    shop.receive(revocation("2020-08-14T15:51:04Z", event_id="event-1"))
    shop.receive(revocation("2020-08-13T00:00:00Z", event_id="event-2"))
    assert shop.source.revoked_at == datetime(2020, 8, 14, 15, 51, 4, tzinfo=UTC)
    shop.receive(revocation("2020-08-15T02:00:00+02:00", event_id="event-3"))
    assert shop.source.revoked_at == datetime(2020, 8, 15, tzinfo=UTC)


def test_a_source_that_was_connected_again_lives_until_its_next_revocation(shop: SquareShop) -> None:
    shop.receive(revocation("2020-08-14T15:51:04Z", event_id="event-1"))
    Source.objects.update(reconnected_at=datetime(2020, 8, 20, tzinfo=UTC))
    assert not shop.source.is_dead
    shop.receive(revocation("2020-08-19T00:00:00Z", event_id="event-2"))
    assert not shop.source.is_dead
    shop.receive(revocation("2020-08-21T00:00:00Z", event_id="event-3"))
    assert shop.source.is_dead


def test_a_revocation_without_its_moment_counts_from_when_it_was_made(shop: SquareShop) -> None:
    (delivery,) = shop.receive(square.event(REVOKED, {"object": {"revocation": {"revoker_type": "MERCHANT"}}}))
    assert (delivery.state, shop.source.is_dead) == ("ignored", True)
    # The event's created_at, which Square writes to the nanosecond.
    assert shop.source.revoked_at == datetime(2022, 7, 13, 20, 30, 59, 37339, tzinfo=UTC)


def test_a_dead_source_is_still_believed(shop: SquareShop) -> None:
    """What was under way when the connection ended is as true as ever."""
    shop.receive(revocation("2020-08-14T15:51:04Z"))
    assert [delivery.state for delivery in shop.receive(square.CAPTURED)] == ["processed"]
    assert shop.stock() == {AVAILABLE: "90"}


def test_a_revocation_from_the_future_waits_for_a_person(shop: SquareShop) -> None:
    """No connecting again could outlive one that is dated 2200."""
    with time_machine.travel(NOON, tick=False):
        (delivery,) = shop.receive(revocation("2200-01-01T00:00:00Z"))
    assert outcome(delivery) == (
        "quarantined",
        REVOKED,
        (
            f"{REVOKED}: it says that it occurred at 2200-01-01T00:00:00Z, "
            "more than 10 minutes after it was received (2024-05-01T12:00:00Z)"
        ),
    )
    assert not shop.source.is_dead


# --- Sandbox ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["Sandbox", "sandbox", "SANDBOX"])
def test_sandbox_traffic_at_a_production_endpoint_waits_for_a_person(shop: SquareShop, word: str) -> None:
    (delivery,) = shop.receive(square.CAPTURED, **{"square-environment": word})
    assert outcome(delivery) == ("quarantined", "inventory.count.updated", SANDBOX_REASON)
    assert shop.stock() == {}


def test_a_sandbox_revocation_does_not_end_the_production_source(shop: SquareShop) -> None:
    (delivery,) = shop.receive(revocation("2020-08-14T15:51:04Z"), **{"square-environment": "Sandbox"})
    assert outcome(delivery) == ("quarantined", REVOKED, SANDBOX_REASON)
    assert shop.source.revoked_at is None


def test_sandbox_traffic_is_processed_where_it_belongs(db: None) -> None:
    sandbox = SquareShop("Square sandbox", environment="sandbox")
    (delivery,) = sandbox.receive(square.CAPTURED, **{"square-environment": "Sandbox"})
    assert outcome(delivery) == ("processed", "inventory.count.updated", "")
    assert sandbox.stock() == {AVAILABLE: "90"}


@pytest.mark.parametrize("headers", [{"square-environment": "Production"}, {}, {"square-environment": "Staging"}])
def test_production_traffic_and_what_does_not_say_is_processed(shop: SquareShop, headers: dict[str, str]) -> None:
    (delivery,) = shop.receive(square.CAPTURED, **headers)
    assert outcome(delivery) == ("processed", "inventory.count.updated", "")


def test_one_click_accepts_sandbox_traffic(shop: SquareShop) -> None:
    (delivery,) = shop.receive(square.CAPTURED, **{"square-environment": "Sandbox"})
    assert inbox.replay([delivery.pk], waive=["environment"]) == 1
    assert worker.drain() == {"processed": 1}
    assert shop.stock() == {AVAILABLE: "90"}


# --- Tenants ---------------------------------------------------------------------------------------------


def test_an_account_that_is_not_accepted_waits_for_a_person_who_accepts_it(db: None) -> None:
    shop = SquareShop(tenants=["MLEFBHHSJGVHD", "MZZZZZZZZZZZZ"])
    (delivery,) = shop.receive(square.CAPTURED)
    assert outcome(delivery) == (
        "quarantined",
        "inventory.count.updated",
        "it names the account '6SSW7HV8K2ST5', which this endpoint does not accept",
    )
    assert (shop.stock(), Movement.objects.count()) == ({}, 0)

    assert inbox.replay([delivery.pk], waive=("tenant",)) == 1
    assert worker.drain() == {"processed": 1}
    delivery.refresh_from_db()
    assert outcome(delivery) == ("processed", "inventory.count.updated", "")
    assert (delivery.waived, delivery.replays) == (["tenant"], 1)
    assert [(cause.kind, cause.reference) for cause in Cause.objects.all()] == [("replay", delivery.reference)]
    assert shop.stock() == {AVAILABLE: "90"}
    assert ledger.prove().holds


def test_another_check_set_aside_does_not_accept_the_account(db: None) -> None:
    shop = SquareShop(tenants=["MLEFBHHSJGVHD"])
    (delivery,) = shop.receive(square.CAPTURED)
    inbox.replay([delivery.pk], waive=["environment", "clock", "conflict"])
    assert worker.drain() == {"quarantined": 1}


def test_an_accepted_account_is_processed_and_a_nameless_one_waits(db: None) -> None:
    shop = SquareShop(tenants=[square.MERCHANT])
    nameless = square.CAPTURED.replace(b'"merchant_id": "6SSW7HV8K2ST5",', b"").replace(b"df5f3813", b"ef5f3813")
    accepted, waiting = shop.receive(square.CAPTURED, nameless)
    assert outcome(accepted) == ("processed", "inventory.count.updated", "")
    assert outcome(waiting) == (
        "quarantined",
        "inventory.count.updated",
        "it names the account '', which this endpoint does not accept",
    )


def test_an_unmapped_kind_of_an_account_that_is_not_accepted_waits_as_well(db: None) -> None:
    shop = SquareShop(tenants=["MLEFBHHSJGVHD"])
    (delivery,) = shop.receive(square.event("payment.created", {}))
    assert outcome(delivery) == (
        "quarantined",
        "payment.created",
        "it names the account '6SSW7HV8K2ST5', which this endpoint does not accept",
    )


# --- The clock -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", ["2024-05-01T12:10:00Z", "2024-05-01T12:09:59.999999999Z", "2024-05-01T14:10:00+02:00"])
def test_an_event_up_to_ten_minutes_ahead_of_our_clock_is_processed(shop: SquareShop, at: str) -> None:
    with time_machine.travel(NOON, tick=False):
        (delivery,) = shop.receive(square.counts_updated([square.count("3", at=at)]))
    assert outcome(delivery) == ("processed", "inventory.count.updated", "")


def test_a_nanosecond_more_waits_for_a_person_who_accepts_it(shop: SquareShop) -> None:
    with time_machine.travel(NOON, tick=False):
        rows = [
            square.count("3", at="2024-05-01T12:10:00Z"),
            square.count("4", at="2024-05-01T12:10:00.000000001Z", state="WASTE"),
        ]
        (delivery,) = shop.receive(square.counts_updated(rows))
    assert outcome(delivery) == (
        "quarantined",
        "inventory.count.updated",
        (
            "event-1:1: it says that it occurred at 2024-05-01T12:10:00.000000001Z, "
            "more than 10 minutes after it was received (2024-05-01T12:00:00Z)"
        ),
    )
    assert shop.stock() == {}
    inbox.replay([delivery.pk], waive=["clock"])
    assert worker.drain() == {"processed": 1}
    assert shop.stock() == {AVAILABLE: "3", (square.VARIATION, square.PLACE, "WASTE"): "4"}


def test_it_is_the_receipt_that_counts_and_not_the_hour_of_processing(shop: SquareShop) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        shop.post(square.counts_updated([square.count("3", at="2024-05-01T12:20:00Z")]))
        clock.shift(timedelta(hours=1))
        assert worker.drain() == {"quarantined": 1}


def test_an_event_that_is_years_late_is_as_good_as_any(shop: SquareShop) -> None:
    with time_machine.travel(NOON, tick=False):
        (delivery,) = shop.receive(square.counts_updated([square.count("3", at="1970-01-01T00:00:00Z")]))
    assert outcome(delivery) == ("processed", "inventory.count.updated", "")
    assert shop.stock() == {AVAILABLE: "3"}
