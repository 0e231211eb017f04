"""Jetti sends at once, without an id and without a clock: what arrived last counts, whoever processes it when."""

import json
import threading
from collections.abc import Callable, Iterator
from copy import copy
from datetime import UTC, datetime

import pytest
import time_machine
from django.test import Client

from inventory import ledger
from inventory.models import Count, StockEvent
from inventory.quantity import quantity_text
from tests.threads import at_once
from tests.webhooks import jetti
from tests.webhooks.account import Account
from webhooks import worker
from webhooks.models import Delivery

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SENDERS = 6
EACH = 8
VARIANTS = (10, 11, 12)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def channel(transactional_db: None) -> Account:
    return Account("jetti", jetti.prove, name="Jetti, web shop")


@pytest.fixture
def frozen() -> Iterator[None]:
    """Every request reaches the door at one instant: only the numbers tell them apart."""
    with time_machine.travel(NOON, tick=False):
        yield


def sending(channel: Account, sender: int) -> Callable[[], None]:
    """A job that posts EACH numbers for every variant, each number told by this sender only."""

    def send() -> None:
        own = copy(channel)
        own.client = Client()
        for round_ in range(EACH):
            for variant in VARIANTS:
                # 1000 and more: sender 3, round 5 of variant 11 tells of 3051 in its channel.
                told = 1000 * (sender + 1) + 10 * round_ + VARIANTS.index(variant)
                assert own.post(jetti.inventory(told, variant=variant)).status_code == 200

    return send


def draining(sent: threading.Event) -> Callable[[], None]:
    """A job that works for as long as something is sent, and until nothing is left."""

    def work() -> None:
        while not sent.is_set():
            worker.step()
        worker.drain()

    return work


def arrived_last(order: str) -> dict[str, str]:
    """variant -> the number in the bytes that came last: no number of Stockroom's own making is looked at."""
    last: dict[str, str] = {}
    for delivery in Delivery.objects.order_by(*order.split()):
        said = json.loads(bytes(delivery.body))
        last[str(said["variant"]["id"])] = str(said["inventory"]["available"])
    return last


def in_stock() -> dict[str, str]:
    rows = Count.objects.select_related("listing")
    return {row.listing.external_id: quantity_text(row.quantity) for row in rows}


def send_and_work_at_once(channel: Account) -> None:
    sent = threading.Event()
    left = iter(range(SENDERS - 1, -1, -1))
    last = threading.Lock()

    def send_and_tell(send: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            try:
                send()
            finally:
                with last:
                    if next(left) == 0:
                        sent.set()

        return run

    senders = [send_and_tell(sending(channel, sender)) for sender in range(SENDERS)]
    at_once(*senders, draining(sent), draining(sent))
    worker.drain()


@pytest.mark.usefixtures("frozen")
def test_of_what_many_senders_bring_at_one_instant_the_highest_delivery_number_counts(channel: Account) -> None:
    send_and_work_at_once(channel)
    number = SENDERS * EACH * len(VARIANTS)  # 144
    assert Delivery.objects.filter(state="processed", attempts=1).count() == number
    assert in_stock() == arrived_last("pk")
    assert StockEvent.objects.filter(kind="reading").count() == number
    assert ledger.prove().breaches == []
    assert list(ledger.differences()) == []


def test_of_what_many_senders_bring_while_time_passes_the_last_to_reach_the_door_counts(channel: Account) -> None:
    send_and_work_at_once(channel)
    assert not Delivery.objects.exclude(state="processed").exists()
    assert in_stock() == arrived_last("received_at pk")
    assert ledger.prove().breaches == []
    assert list(ledger.differences()) == []


def test_two_workers_that_drain_a_full_inbox_end_with_what_arrived_last(channel: Account) -> None:
    """Nobody works while 60 arrive, one after another; then two do, and each has a share of every variant."""
    numbers = [(variant, told) for told in range(20) for variant in VARIANTS]
    channel.store(*(jetti.inventory(told, variant=variant) for variant, told in numbers))

    def work() -> None:
        while worker.step():
            pass

    at_once(work, work)
    worker.drain()
    assert in_stock() == {"10": "19", "11": "19", "12": "19"}
    assert StockEvent.objects.filter(kind="reading").count() == 60
    assert ledger.prove().breaches == []
