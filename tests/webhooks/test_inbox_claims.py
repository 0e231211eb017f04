"""Claims on the inbox: what they take and stamp, and what is given back."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.webhooks.inbox_support import NOON, Clock, at, fate, reading, store
from tests.webhooks.shop import SquareShop
from webhooks import inbox, worker
from webhooks.models import Delivery
from webhooks.processing import SLICE, process
from webhooks.supervisor import WorkerEnded


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
