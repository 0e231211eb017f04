"""Deliveries that cannot be prepared together with their batch: none takes a neighbour with it for good."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from django.db import transaction

from inventory import ledger
from inventory.events import Statement
from tests.inventory.fold.support import born, read
from tests.inventory.ledger_support import Rumour
from tests.webhooks import square
from tests.webhooks.inbox_support import Clock, at, fate, store
from tests.webhooks.shop import SquareShop
from webhooks import inbox
from webhooks.processing import process
from webhooks.providers import Ignored, Intake, Parsed
from webhooks.providers.square import Square

RUMOUR = Rumour(key="rumour", occurred=1, order_key=b"rumour")
# One batch that lives as a lot and is counted by readings too: no source of ours says both.
CROSSED = (born("born", 1, "bay", "1"), replace(read("read", 2, "1"), batch="lot"))


def says(event: str, *statements: Statement) -> Callable[[Square, Intake], Parsed | Ignored]:
    """Square's parser, by which one event says these statements."""
    parse = Square.parse

    def parsed(self: Square, intake: Intake) -> Parsed | Ignored:
        if event.encode() in intake.body:
            return Parsed(event_kind="rumour", tenant=square.MERCHANT, statements=statements)  # type: ignore[arg-type]
        return parse(self, intake)

    return parsed


def alone(ids: Sequence[int], clock: Clock) -> list[dict[str, int]]:
    """Once their pause is over, they are claimed and processed one by one."""
    clock.shift(5)
    claims = [inbox.claim(10) for _ in ids]
    assert claims == [[pk] for pk in ids]
    return [dict(process(claim)) for claim in claims]


def test_one_that_the_ledger_does_not_know_fails_its_batch_once_and_is_then_failed_alone(
    shop: SquareShop, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = store(shop, 1, 2, 3)
    monkeypatch.setattr(Square, "parse", says("event-2", RUMOUR))
    assert inbox.claim(10) == ids
    with pytest.raises(TypeError, match="Rumour is no statement that identity knows"), transaction.atomic():
        process(ids)
    assert alone(ids, clock) == [{"processed": 1}, {"failed": 1}, {"processed": 1}]
    assert fate(ids[1]) == ("pending", 2, at(seconds=25), "TypeError: Rumour is no statement that identity knows")
    assert shop.stock() == {(f"V{number}", square.PLACE, "IN_STOCK"): str(number) for number in (1, 3)}
    assert ledger.prove().breaches == []


def test_one_that_says_a_batch_both_ways_is_quarantined_and_its_batch_goes_through(
    shop: SquareShop, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = store(shop, 1, 2, 3)
    monkeypatch.setattr(Square, "parse", says("event-2", *CROSSED))
    assert inbox.claim(10) == ids
    assert dict(process(ids)) == {"processed": 2, "quarantined": 1}
    state, _, _, reason = fate(ids[1])
    assert (state, reason) == (
        "quarantined",
        "batch lot: it is followed as a lot and counted by readings, both at once",
    )
    assert shop.stock() == {(f"V{number}", square.PLACE, "IN_STOCK"): str(number) for number in (1, 3)}
    assert ledger.prove().breaches == []
