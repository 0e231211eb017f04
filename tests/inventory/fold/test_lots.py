"""The state of a lot: as JSON, one event at a time, and what it refuses."""

from decimal import Decimal

import pytest

from inventory.events import LotStatement, Position
from inventory.fold import Late, LotState, LotStatus, WrongStream, fold_lot
from inventory.fold.lots import START
from inventory.quantity import QuantityOutOfRange
from tests.inventory.fold.support import EXACT, adjusted, born, ended, moved, read


def test_the_state_of_a_lot_as_json() -> None:
    state = fold_lot([born("a", 1, "dock", "100.50"), moved("b", 2, "cellar", "shop"), moved("c", 3, "shop", "attic")])

    assert state.to_json() == {
        "status": "live",
        "listing": "flour",
        "place": "attic",
        "quantity": "100.5",
        "quality": "exact",
        "as_of": 3,
        "left": [["flour", "dock", 2], ["flour", "shop", 3]],
        "flags": ["moved_from_elsewhere"],
        "head": [3, 4, "63"],
    }


def test_the_whole_state_of_a_lot_that_came_back_by_two_moves_of_one_instant() -> None:
    events = [born("b", 1, "dock", "100"), moved("z", 2, "dock", "mixer"), moved("a", 2, "mixer", "dock")]

    assert fold_lot(events) == LotState(
        status=LotStatus.LIVE,
        listing="flour",
        place="dock",
        quantity=Decimal(100),
        quality=EXACT,
        as_of=2,
        left={("flour", "mixer"): 2},
        flags=(),
        head=Position(2, 4, b"z"),
    )


def test_an_empty_lot_as_json() -> None:
    assert START.to_json() == {
        "status": "unknown",
        "listing": "",
        "place": "",
        "quantity": "0",
        "quality": "unknown",
        "as_of": None,
        "left": [],
        "flags": [],
        "head": None,
    }
    assert (LotState.from_json(START.to_json()), START.status, START.counts) == (START, LotStatus.UNKNOWN, {})


@pytest.mark.parametrize("late", [moved("m", 4, "dock", "shop"), born("0", 5, "dock"), ended("z", 5)])
def test_an_event_that_does_not_occur_after_the_head_is_late(late: LotStatement) -> None:
    state = fold_lot([born("a", 1, "dock", "100"), moved("b", 5, "dock", "shop")])

    with pytest.raises(Late, match=late.key):
        state.advance(late)


def test_a_quantity_that_leaves_the_range_is_refused() -> None:
    full = born("a", 1, "dock", "-9000000000000")

    with pytest.raises(QuantityOutOfRange):
        fold_lot([full, adjusted("b", 2, "-1")])
    with pytest.raises(QuantityOutOfRange):
        fold_lot([full]).advance(adjusted("b", 2, "-1"))


def test_a_reading_of_a_count_is_no_statement_about_a_lot() -> None:
    stray = read("r", 1, "10")

    with pytest.raises(WrongStream, match="r: Reading"):
        START.advance(stray)
    with pytest.raises(WrongStream, match="r: Reading"):
        fold_lot([stray])


def test_a_new_kind_of_statement_about_lots_is_not_passed_over_in_silence() -> None:
    class LotPainted(LotStatement):
        rank = 3

    with pytest.raises(WrongStream, match="LotPainted does nothing"):
        fold_lot([born("a", 1, "dock"), LotPainted(key="p", occurred=2, order_key=b"p", batch="lot")])
