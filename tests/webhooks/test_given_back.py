"""What a killed worker had in hand is given back, also where the database has not noticed its end yet."""

import time
from threading import Event, Thread

import pytest
from django.db import connection, transaction

from tests.webhooks.inbox_support import store
from tests.webhooks.shop import SquareShop
from webhooks import inbox
from webhooks.models import Delivery
from webhooks.supervisor import WorkerEnded

pytestmark = pytest.mark.django_db(transaction=True)

A_MOMENT = 0.4


class Dying:
    """Holds a delivery's row for a moment, as the transaction of a worker that was killed."""

    def __init__(self, pk: int) -> None:
        self._pk = pk
        self._holds = Event()
        self._thread = Thread(target=self._hold)

    def _hold(self) -> None:
        try:
            with transaction.atomic():
                Delivery.objects.select_for_update().get(pk=self._pk)
                self._holds.set()
                time.sleep(A_MOMENT)
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
    with Dying(second):
        inbox.give_back([first, second, third], second, WorkerEnded("by signal 9"))
    assert fates() == [(first, 0, ""), (second, 1, "WorkerEnded: by signal 9"), (third, 0, "")]


def test_what_is_held_for_longer_is_left_to_its_stamp(shop: SquareShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox, "DYING_SECONDS", 0.0)
    [only] = store(shop, 1)
    assert inbox.claim(10) == [only]
    if connection.vendor == "sqlite":
        pytest.skip("SQLite locks no rows: whoever writes waits")
    with Dying(only):
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
