"""Claims: who works on what, what is tried again, given up and given back, and what a drain waits for."""

import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.core.management import call_command
from django.db import DataError, OperationalError
from django.utils import timezone

from inventory import ledger
from inventory.models import Cause, Movement, StockEvent
from tests.webhooks import square
from tests.webhooks.inbox_support import NOON, Clock, at, fate, in_threads, reading, store
from tests.webhooks.shop import SquareShop
from webhooks import inbox, worker
from webhooks.models import Delivery
from webhooks.processing import SLICE, process
from webhooks.providers import Ignored, Intake, Parsed
from webhooks.providers.square import Square
from webhooks.stop import Stop
from webhooks.supervisor import WorkerEnded

# --- Claims ----------------------------------------------------------------------------------------------


def test_a_claim_stamps_what_it_takes_and_leaves_the_rest(shop: SquareShop, clock: Clock) -> None:
    first, second, third = store(shop, 1, 2, 3)
    assert inbox.claim(2) == [first, second]
    assert fate(first) == ("pending", 1, at(seconds=5), "")
    assert fate(second) == ("pending", 1, at(seconds=5), "")
    assert fate(third) == ("pending", 0, NOON, "")
    assert inbox.claim(2) == [third]
    assert inbox.claim(2) == []
    assert (inbox.is_anything_due(), inbox.is_anything_held()) == (False, True)


def test_a_claim_takes_no_more_bodies_than_can_be_held_at_once_but_always_one(
    shop: SquareShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = store(shop, 1, 2, 3)
    size = len(reading(1))
    monkeypatch.setattr(inbox, "MOST_BYTES", 2 * size)
    assert inbox.claim(9) == [first, second]
    monkeypatch.setattr(inbox, "MOST_BYTES", size - 1)
    assert inbox.claim(9) == [third]


def test_one_that_was_stamped_and_not_settled_comes_alone(shop: SquareShop, clock: Clock) -> None:
    first, second = store(shop, 1, 2)
    assert inbox.claim(10) == [first, second]
    clock.shift(5)
    third, fourth = store(shop, 3, 4)
    assert inbox.claim(10) == [first]
    assert inbox.claim(10) == [second]
    assert inbox.claim(10) == [third, fourth]
    assert fate(first) == ("pending", 2, at(seconds=25), "")


def test_a_batch_of_fresh_ones_leaves_out_a_stamped_one_behind_them(shop: SquareShop, clock: Clock) -> None:
    (stamped,) = store(shop, 1)
    assert inbox.claim(10) == [stamped]
    clock.shift(1)
    second, third = store(shop, 2, 3)
    clock.shift(10)
    assert inbox.claim(10) == [second, third]
    assert inbox.claim(10) == [stamped]


def test_after_five_attempts_that_came_to_no_end_it_is_quarantined(shop: SquareShop, clock: Clock) -> None:
    (poison,) = store(shop, 1)
    for attempt, wait in enumerate([5, 20, 120, 600, 1800], start=1):
        assert inbox.claim(10) == [poison]
        due = timezone.now() + timedelta(seconds=wait)
        assert fate(poison) == ("pending", attempt, due, "")
        clock.shift(wait - 1)
        assert inbox.claim(10) == []
        clock.shift(1)
    assert inbox.claim(10) == []
    reason = "it was tried 5 times, and no attempt came to an end"
    assert fate(poison) == ("quarantined", 5, at(seconds=2545), reason)
    assert Delivery.objects.get().settled_at == at(seconds=2545)
    assert inbox.replay([poison]) == 1
    assert worker.drain() == {"processed": 1}


# --- Failures --------------------------------------------------------------------------------------------


def fails_on(event: str) -> Callable[[Square, Intake], Parsed | Ignored]:
    """Square's parser with a fault that one event brings out."""
    parse = Square.parse

    def faulty(self: Square, intake: Intake) -> Parsed | Ignored:
        if event.encode() in intake.body:
            raise RuntimeError(f"{event} is too much")
        return parse(self, intake)

    return faulty


def test_one_that_the_parser_fails_on_takes_no_neighbour_with_it_and_is_tried_again(
    shop: SquareShop, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = store(shop, 1, 2, 3)
    with monkeypatch.context() as patched:
        patched.setattr(Square, "parse", fails_on("event-2"))
        assert worker.drain() == {"processed": 2, "failed": 1}
    assert fate(first) == ("processed", 1, at(seconds=5), "")
    assert fate(second) == ("pending", 1, at(seconds=5), "RuntimeError: event-2 is too much")
    assert fate(third) == ("processed", 1, at(seconds=5), "")
    assert Delivery.objects.get(pk=second).failed_at == NOON
    assert (inbox.is_anything_due(), inbox.is_anything_held()) == (False, False)

    clock.shift(5)
    assert worker.drain() == {"processed": 1}
    assert fate(second) == ("processed", 2, at(seconds=25), "")
    assert shop.stock() == {(f"V{number}", square.PLACE, "IN_STOCK"): str(number) for number in (1, 2, 3)}


def test_one_that_fails_five_times_is_quarantined_with_its_last_failure(
    shop: SquareShop, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    (poison,) = store(shop, 1)
    with monkeypatch.context() as patched:
        patched.setattr(Square, "parse", fails_on("event-1"))
        for attempt, wait in enumerate([5, 20, 120, 600], start=1):
            assert worker.drain() == {"failed": 1}
            due = timezone.now() + timedelta(seconds=wait)
            assert fate(poison) == ("pending", attempt, due, "RuntimeError: event-1 is too much")
            clock.shift(wait - 1)
            assert worker.drain() == {}
            clock.shift(1)
        assert worker.drain() == {"failed": 1}
    state, attempts, _, reason = fate(poison)
    assert (state, attempts) == ("quarantined", 5)
    assert reason == "failed 5 times; the last time: RuntimeError: event-1 is too much"

    inbox.replay([poison])
    assert worker.drain() == {"processed": 1}
    assert shop.stock() == {("V1", square.PLACE, "IN_STOCK"): "1"}


def is_about(reference: str, thing: object) -> bool:
    """Whether a cause or a delivery of this reference is what is given, or in it."""
    if isinstance(thing, list | tuple):
        return any(is_about(reference, part) for part in thing)
    return getattr(thing, "reference", "") == reference


@pytest.mark.parametrize(
    ("owner", "verbs"), [(inbox, ("settle", "settle_all")), (ledger.Book, ("record", "record_together"))]
)
def test_one_that_the_database_refuses_takes_no_neighbour_with_it_and_leaves_nothing_half_done(
    shop: SquareShop, clock: Clock, monkeypatch: pytest.MonkeyPatch, owner: Any, verbs: tuple[str, str]
) -> None:
    first, second, third = store(shop, 1, 2, 3)

    def refusing(write: Callable[..., Any]) -> Callable[..., Any]:
        """The same, refused by the database where it is about the second delivery, too."""

        def refused(*arguments: Any, **options: Any) -> Any:
            if is_about(f"delivery:{second}", arguments):
                raise DataError("value out of range")
            return write(*arguments, **options)

        return refused

    with monkeypatch.context() as patched:
        for verb in verbs:
            patched.setattr(owner, verb, refusing(getattr(owner, verb)))
        assert worker.drain() == {"processed": 2, "failed": 1}
    assert fate(second) == ("pending", 1, at(seconds=5), "DataError: value out of range")
    assert [fate(pk)[0] for pk in (first, third)] == ["processed", "processed"]
    assert shop.stock() == {(f"V{number}", square.PLACE, "IN_STOCK"): str(number) for number in (1, 3)}
    assert (StockEvent.objects.count(), Movement.objects.count(), Cause.objects.count()) == (2, 2, 2)
    assert ledger.prove().holds
    clock.shift(5)
    assert worker.drain() == {"processed": 1}


def test_a_batch_that_fails_as_a_whole_is_tried_one_by_one_at_once(
    shop: SquareShop, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, third = store(shop, 1, 2, 3)
    lock = inbox.lock

    def refused(ids: Sequence[int]) -> list[Delivery]:
        """The database's refusal of every transaction that has to do with the second delivery."""
        if second in ids:
            raise OperationalError("canceling statement due to statement timeout")
        return lock(ids)

    with monkeypatch.context() as patched:
        patched.setattr(inbox, "lock", refused)
        assert worker.drain() == {"processed": 2, "failed": 1}
    assert fate(first) == ("processed", 1, at(seconds=5), "")
    reason = "OperationalError: canceling statement due to statement timeout"
    assert fate(second) == ("pending", 1, at(seconds=5), reason)
    assert fate(third) == ("processed", 1, at(seconds=5), "")


def test_a_failure_whose_words_hold_a_nul_can_be_noted(shop: SquareShop, monkeypatch: pytest.MonkeyPatch) -> None:
    (delivery,) = store(shop, 1)

    def parse(_: Square, __: Intake) -> Parsed:
        raise RuntimeError("\0" + "x" * 5000)

    monkeypatch.setattr(Square, "parse", parse)
    assert worker.drain() == {"failed": 1}
    assert fate(delivery)[3] == r"RuntimeError: \0" + "x" * 1985


def test_one_that_the_ledger_refuses_is_quarantined_and_takes_no_neighbour_with_it(shop: SquareShop) -> None:
    first, other, third = store(shop, 1, 2, 3)
    row = square.count("5", variation="V9")
    bodies = [square.counts_updated([{**row, "quantity": quantity}], event_id="event-9") for quantity in ("5", "6")]
    for body in bodies:
        shop.post(body)
    said, gainsaid = Delivery.objects.filter(dedup_key="event-9").order_by("pk").values_list("pk", flat=True)
    Delivery.objects.filter(pk=gainsaid).update(waived=["conflict"])
    assert worker.drain() == {"processed": 4, "quarantined": 1}
    assert [fate(pk)[0] for pk in (first, other, third, said)] == ["processed"] * 4
    assert fate(gainsaid)[::3] == ("quarantined", "event-9:0: another delivery says something else under this key")


# --- Given back ------------------------------------------------------------------------------------------


def test_what_there_is_no_time_for_is_given_back_as_if_it_had_not_been_claimed(shop: SquareShop, clock: Clock) -> None:
    first, *more = store(shop, *range(1, SLICE + 3))
    *_, before, last = more
    ids = inbox.claim(20)
    clock.shift(2)
    assert process(ids, seconds=0) == {"processed": SLICE}
    assert fate(first) == ("processed", 1, at(seconds=5), "")
    assert fate(before) == ("pending", 0, at(seconds=2), "")
    assert fate(last) == ("pending", 0, at(seconds=2), "")
    assert inbox.claim(20) == [before, last]


def test_release_counts_back_one_attempt(shop: SquareShop, clock: Clock) -> None:
    (pk,) = store(shop, 1)
    inbox.claim(1)
    clock.shift(5)
    inbox.claim(1)
    inbox.release(Delivery.objects.all())
    assert fate(pk) == ("pending", 1, at(seconds=5), "")


def test_what_a_dead_worker_had_is_due_at_once_but_for_the_one_that_it_was_at(shop: SquareShop, clock: Clock) -> None:
    first, second, third = store(shop, 1, 2, 3)
    assert inbox.claim(10) == [first, second, third]
    process([first])
    clock.shift(2)
    inbox.give_back([first, second, third], second, WorkerEnded("by signal 9"))
    assert fate(first) == ("processed", 1, at(seconds=5), "")
    assert fate(second) == ("pending", 1, at(seconds=7), "WorkerEnded: by signal 9")
    assert fate(third) == ("pending", 0, at(seconds=2), "")
    assert inbox.claim(10) == [third]
    clock.shift(5)
    assert inbox.claim(10) == [second]


def test_what_another_worker_took_over_from_a_dead_one_is_not_given_back(shop: SquareShop, clock: Clock) -> None:
    first, second = store(shop, 1, 2)
    inbox.claim(10)
    clock.shift(5)
    assert inbox.claim(10) == [first]
    inbox.give_back([first, second], second, WorkerEnded("by signal 9"))
    assert fate(first) == ("pending", 2, at(seconds=25), "")


def test_where_nobody_knows_which_one_a_dead_worker_was_at_each_is_tried_alone(shop: SquareShop, clock: Clock) -> None:
    first, second = store(shop, 1, 2)
    inbox.claim(10)
    inbox.give_back([first, second], 0, WorkerEnded("by signal 9"))
    clock.shift(5)
    assert inbox.claim(10) == [first]
    assert inbox.claim(10) == [second]


# --- Workers ---------------------------------------------------------------------------------------------


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
    at_once = threading.Barrier(2)

    def work(mine: list[int]) -> None:
        at_once.wait(timeout=30)
        while batch := inbox.claim(3):
            mine += batch

    in_threads([partial(work, mine) for mine in claimed])
    assert sorted(claimed[0] + claimed[1]) == ids
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {1}


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_the_same_deliveries_process_each_once() -> None:
    shop = SquareShop()
    ids = store(shop, *range(1, 21))
    done: list[int] = []
    at_once = threading.Barrier(2)

    def work() -> None:
        at_once.wait(timeout=30)
        done.append(process(ids)["processed"])

    in_threads([work, work])
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
