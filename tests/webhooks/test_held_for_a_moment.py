"""What another transaction holds for a moment is waited for: a dying worker's, or one that looked at it in passing."""

import time
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from inventory.models import Count
from tests.webhooks.inbox_support import store
from tests.webhooks.shop import SquareShop
from webhooks import inbox
from webhooks.models import Delivery
from webhooks.processing import process
from webhooks.supervisor import WorkerEnded

pytestmark = pytest.mark.django_db(transaction=True)

A_MOMENT = 0.4


class Held:
    """Holds a delivery's row in a transaction of its own for so many seconds."""

    def __init__(self, pk: int, seconds: float = A_MOMENT) -> None:
        self._pk = pk
        self._seconds = seconds
        self._holds = Event()
        self._thread = Thread(target=self._hold)

    def _hold(self) -> None:
        try:
            with transaction.atomic():
                Delivery.objects.select_for_update().get(pk=self._pk)
                self._holds.set()
                time.sleep(self._seconds)
        finally:
            connection.close()

    def __enter__(self) -> None:
        self._thread.start()
        assert self._holds.wait(10)

    def __exit__(self, *_: object) -> None:
        self._thread.join()


def fates() -> list[tuple[int, int, str]]:
    """Each delivery with its attempts and what its last one failed with, in order of arrival."""
    return list(Delivery.objects.order_by("pk").values_list("pk", "attempts", "reason"))


def test_the_one_that_a_dead_worker_still_holds_for_a_moment_is_waited_for(shop: SquareShop) -> None:
    first, second, third = store(shop, 1, 2, 3)
    assert inbox.claim(10) == [first, second, third]
    with Held(second):
        inbox.give_back([first, second, third], second, WorkerEnded("by signal 9"))
    assert fates() == [(first, 0, ""), (second, 1, "WorkerEnded: by signal 9"), (third, 0, "")]


def test_what_is_held_for_longer_is_left_to_its_stamp(shop: SquareShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "DYING_SECONDS", 0.0)
    [only] = store(shop, 1)
    assert inbox.claim(10) == [only]
    if connection.vendor == "sqlite":
        pytest.skip("SQLite locks no rows: whoever writes waits")
    with Held(only):
        inbox.give_back([only], only, WorkerEnded("by signal 9"))
        assert fates() == [(only, 1, "")]


def test_whoever_was_at_one_that_is_settled_by_now_is_not_waited_for(shop: SquareShop) -> None:
    [only] = store(shop, 1)
    assert inbox.claim(10) == [only]
    inbox.settle(Delivery.objects.get(pk=only), Delivery.State.PROCESSED)
    began = time.monotonic()
    inbox.give_back([only], only, WorkerEnded("by signal 9"))
    assert time.monotonic() - began < inbox.DYING_SECONDS
    assert fates() == [(only, 1, "")]


def test_what_another_claim_looked_at_in_passing_is_worked_on_all_the_same(shop: SquareShop) -> None:
    ids = store(shop, 1, 2, 3)
    assert inbox.claim(10) == ids
    with Held(ids[1], seconds=inbox.CLAIM_SECONDS * 1.5):
        assert process(ids) == {"processed": 3}
    assert [listing for (listing,) in Count.objects.order_by("listing").values_list("listing__external_id")] == [
        "V1",
        "V2",
        "V3",
    ]


def test_what_another_worker_has_settled_is_not_waited_for(shop: SquareShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "CLAIM_SECONDS", 3600.0)
    ids = store(shop, 1, 2)
    assert inbox.claim(10) == ids
    inbox.settle(Delivery.objects.get(pk=ids[0]), Delivery.State.PROCESSED)
    assert process(ids) == {"processed": 1}


def test_what_another_worker_works_on_is_left_to_it(shop: SquareShop) -> None:
    ids = store(shop, 1, 2, 3)
    assert inbox.claim(10) == ids
    if connection.vendor == "sqlite":
        pytest.skip("SQLite locks no rows: whoever writes waits")
    with Held(ids[1]):
        assert process(ids) == {"processed": 2}
    assert [state for (state,) in Delivery.objects.order_by("pk").values_list("state")] == [
        "processed",
        "pending",
        "processed",
    ]
