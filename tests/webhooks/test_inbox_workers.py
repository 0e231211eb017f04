"""Workers on the inbox: one drains it, two share it, and a clock that is set back hides nothing."""

import signal
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from inventory import ledger
from inventory.models import Movement, StockEvent
from tests.threads import at_once
from tests.webhooks import square
from tests.webhooks.inbox_support import Clock, at, fails_on, fate, store
from tests.webhooks.shop import SquareShop
from webhooks import inbox, worker
from webhooks.models import Delivery
from webhooks.processing import process
from webhooks.providers.square import Square
from webhooks.stop import Stop


@pytest.fixture
def _signals_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_signals_as_before")
def test_worker_once_drains_everything_and_prints_what_was_done(
    shop: SquareShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(shop, 1, 2, 3)
    shop.post(square.event("payment.created", {}, event_id="event-4"))
    shop.post(b"not json")
    store(shop, 6)
    monkeypatch.setattr(Square, "parse", fails_on("event-6"))
    printed = StringIO()
    call_command("worker", once=True, stdout=printed)
    assert printed.getvalue() == "processed: 3\nignored: 1\nquarantined: 1\nfailed: 1\n"


class OtherWorker(Stop):
    """Never asks to stop; in the time that is waited it does what the other worker would have done."""

    def __init__(self, work: Callable[[], object]) -> None:
        Stop.__init__(self)
        self.work = work
        self.waited: list[float] = []

    def wait(self, seconds: float) -> bool:
        self.waited.append(seconds)
        if len(self.waited) == 3:
            self.work()
        return False


def test_draining_waits_for_what_another_worker_holds(shop: SquareShop, clock: Clock) -> None:
    (held,) = store(shop, 1)
    assert inbox.claim(1) == [held]
    other = OtherWorker(lambda: process([held]))
    assert worker.drain(other) == {}
    assert len(other.waited) == 3
    assert fate(held)[0] == "processed"


def test_draining_takes_over_what_a_worker_that_died_had_claimed(shop: SquareShop, clock: Clock) -> None:
    (held,) = store(shop, 1)
    assert inbox.claim(1) == [held]
    assert worker.drain(OtherWorker(lambda: clock.shift(5))) == {"processed": 1}
    assert fate(held) == ("processed", 2, at(seconds=25), "")


def test_draining_does_not_wait_for_one_that_has_failed_and_is_tried_later(
    shop: SquareShop, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(shop, 1)
    monkeypatch.setattr(Square, "parse", fails_on("event-1"))
    other = OtherWorker(lambda: None)
    assert worker.drain(other) == {"failed": 1}
    assert other.waited == []


@pytest.mark.django_db(transaction=True)
def test_two_workers_claim_what_the_other_does_not() -> None:
    shop = SquareShop()
    ids = store(shop, *range(1, 41))
    claimed: list[list[int]] = [[], []]

    def work(mine: list[int]) -> None:
        while batch := inbox.claim(3):
            mine += batch

    at_once(*(partial(work, mine) for mine in claimed))
    assert sorted(claimed[0] + claimed[1]) == ids
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_deliveries_process_each_once() -> None:
    shop = SquareShop()
    ids = store(shop, *range(1, 21))
    done: list[int] = []

    def work() -> None:
        done.append(process(ids)["processed"])

    at_once(work, work)
    assert sum(done) == 20
    assert (StockEvent.objects.count(), Movement.objects.count()) == (20, 20)
    assert ledger.prove().holds


def test_a_clock_that_was_set_back_hides_nothing(shop: SquareShop) -> None:
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    with time_machine.travel(noon, tick=False):
        shop.post(square.CAPTURED)
    with time_machine.travel(noon - timedelta(hours=1), tick=False):
        assert worker.drain() == {"processed": 1}
    assert shop.stock() == {(square.VARIATION, square.PLACE, "IN_STOCK"): "90"}


def test_a_claimed_delivery_falls_due_though_the_clock_was_set_back(shop: SquareShop) -> None:
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    with time_machine.travel(noon, tick=False):
        shop.post(square.CAPTURED)
        assert len(inbox.claim(1)) == 1
        assert inbox.claim(1) == []
    with time_machine.travel(noon - timedelta(hours=1), tick=False):
        assert len(inbox.claim(1)) == 1
