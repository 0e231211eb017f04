"""What fails in a batch: it takes no neighbour along, is tried again, and is quarantined with its last failure."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.db import DataError, OperationalError
from django.utils import timezone

from inventory import ledger
from inventory.models import Cause, Movement, StockEvent
from tests.webhooks import square
from tests.webhooks.inbox_support import NOON, Clock, at, fails_on, fate, store
from tests.webhooks.shop import SquareShop
from webhooks import inbox, worker
from webhooks.models import Delivery
from webhooks.providers import Intake, Parsed
from webhooks.providers.square import Square


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
