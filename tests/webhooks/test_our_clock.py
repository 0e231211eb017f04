"""Our own clock is wrong, jumps, or stands in an odd zone: the numbers are right all the same."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from inventory import ledger
from inventory.models import Count
from inventory.reports import Clock
from tests.webhooks import jetti, tracktile, treez
from tests.webhooks.account import Account, Prove
from tests.webhooks.jetti import inventory
from webhooks.models import Delivery, Refusal

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _every_story_ends_in_a_ledger_that_holds(db: None) -> Iterator[None]:
    yield
    assert ledger.prove().breaches == []
    assert list(ledger.differences()) == []


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def channel(db: None) -> Account:
    return Account("jetti", jetti.prove, name="Jetti, web shop")


def prove_at(seconds: int) -> Prove:
    """Tracktile's proof, signed at this second of its own clock."""
    return lambda secret, body: {"x-tracktile-signature": tracktile.signature(body, secret, at=seconds)}


def available(account: Account) -> str | None:
    (row,) = account.shown()
    return row[3]


@pytest.mark.parametrize("back", [timedelta(microseconds=1), timedelta(seconds=1), HOUR, timedelta(days=400)])
def test_what_came_last_stands_though_our_clock_was_set_back_before_it(
    channel: Account, clock: time_machine.Traveller, back: timedelta
) -> None:
    channel.receive(inventory(5))
    clock.shift(-back)
    (later,) = channel.receive(inventory(3))
    assert available(channel) == "3"
    assert later.received_at == NOON + timedelta(microseconds=1)
    clock.shift(back + HOUR)
    (last,) = channel.receive(inventory(4))
    assert available(channel) == "4"
    assert last.received_at == NOON + HOUR


def test_however_many_come_in_one_instant_they_keep_their_order(
    channel: Account, clock: time_machine.Traveller
) -> None:
    """The last microsecond of a second is followed by the first of the next."""
    clock.move_to(NOON - timedelta(microseconds=2))
    stored = channel.store(*(inventory(number) for number in (5, 3, 4, 6)))
    channel.receive()
    assert [delivery.received_at - NOON for delivery in stored] == [
        timedelta(microseconds=offset) for offset in (-2, -1, 0, 1)
    ]
    assert available(channel) == "6"


def test_it_stands_too_if_both_are_read_only_later_and_in_one_batch(
    channel: Account, clock: time_machine.Traveller
) -> None:
    channel.store(inventory(5))
    clock.shift(-HOUR)
    channel.store(inventory(3))
    clock.shift(HOUR)
    channel.receive(inventory(3))
    assert sum(map(int, channel.deltas())) == 3
    assert available(channel) == "3"


def test_a_package_of_treez_keeps_its_order_too(clock: time_machine.Traveller, db: None) -> None:
    shop = Account("treez", treez.prove, name="Treez, the shop", secret=treez.TOKEN)
    shop.receive(treez.inventory(treez.row(795.0, 198.0)))
    clock.shift(-HOUR)
    shop.receive(treez.inventory(treez.row(794.0, 199.0)))
    assert {(row[2], row[3]) for row in shop.shown() if row[2] in {"available", "reserved"}} == {
        ("available", "794"),
        ("reserved", "199"),
    }


def test_another_endpoint_does_not_go_by_the_clock_of_this_one(channel: Account, clock: time_machine.Traveller) -> None:
    channel.receive(inventory(5))
    other = Account("jetti", jetti.prove, name="Jetti, market")
    clock.shift(-HOUR)
    (delivery,) = other.receive(inventory(3))
    assert delivery.received_at == NOON - HOUR


def test_both_clocks_of_the_report_agree_on_what_stands(channel: Account, clock: time_machine.Traveller) -> None:
    channel.receive(inventory(5))
    clock.shift(-HOUR)
    channel.receive(inventory(3))
    for moment in (NOON + timedelta(microseconds=1), NOON + HOUR):
        for asked in Clock:
            (row,) = channel.rows(as_of=moment, clock=asked)
            assert row.quantity == Decimal(3), (moment, asked)


def test_what_staff_count_after_it_is_the_newest_too(channel: Account, clock: time_machine.Traveller) -> None:
    channel.receive(inventory(5))
    clock.shift(-HOUR)
    count = Count.objects.get()
    ledger.adjust(count.pk, Decimal(-1), actor="kim")
    assert available(channel) == "4"
    ledger.count_by_hand(count.pk, Decimal(9), actor="kim")
    assert available(channel) == "9"
    channel.receive(inventory(7))
    assert available(channel) == "7"


def test_a_delivery_that_was_stored_before_the_jump_is_not_kept_waiting(
    channel: Account, clock: time_machine.Traveller
) -> None:
    (stored,) = channel.store(inventory(5))
    clock.shift(-HOUR)
    assert [delivery.state for delivery in channel.receive()] == []
    assert Delivery.objects.get(pk=stored.pk).state == "processed"


# Seconds of the sender's clock against ours, and the answer: 300 s to either side are let in, to the second.
WINDOW = [
    (-301, 401),
    (-300, 200),
    (-299, 200),
    (0, 200),
    (299, 200),
    (300, 200),
    (301, 401),
    (-3600, 401),
    (3600, 401),
]


@pytest.mark.parametrize(("skew", "answer"), WINDOW)
def test_the_window_around_a_signed_time_is_exact_at_the_door(
    clock: time_machine.Traveller, db: None, skew: int, answer: int
) -> None:
    bakery = Account("tracktile", prove_at(int(NOON.timestamp()) + skew), name="Bakery", secret=tracktile.SECRET)
    body = tracktile.received("e1", "10:00:00", "lot", 100, "dock")
    assert bakery.post(body).status_code == answer
    assert Delivery.objects.count() == (answer == 200)
    causes = {True: "stale", False: "future"}
    assert list(Refusal.objects.values_list("cause", flat=True)) == ([] if answer == 200 else [causes[skew < 0]])


def test_while_our_clock_is_an_hour_behind_good_requests_are_refused_and_taken_when_it_is_right_again(
    clock: time_machine.Traveller, db: None
) -> None:
    bakery = Account("tracktile", prove_at(int(NOON.timestamp())), name="Bakery", secret=tracktile.SECRET)
    body = tracktile.received("e1", "10:00:00", "lot", 100, "dock")
    clock.shift(-HOUR)
    assert bakery.post(body).status_code == 401
    assert (Refusal.objects.get().cause, Refusal.objects.get().detail) == (
        "future",
        "Signed 3600 s ahead of our clock; at most 300 s is accepted.",
    )
    clock.shift(HOUR)
    bakery.receive(body)
    assert bakery.shown() == [("flour", "dock", "available", "100", "exact")]
