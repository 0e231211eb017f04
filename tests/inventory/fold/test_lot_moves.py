"""A lot of flour moves."""

import pytest

from inventory.events import LotStatement
from inventory.fold import Note
from tests.inventory.fold.support import (
    ENDED,
    EXACT,
    LIVE,
    UNKNOWN,
    Outcome,
    born,
    ended,
    ends,
    flour,
    gone,
    lived,
    moved,
    shows,
    told,
)

STORIES: dict[str, tuple[list[LotStatement], Outcome]] = {
    "moved from the dock to the shop: zero here, all there": (
        [born("a", 1, "dock", "100"), moved("b", 2, "dock", "shop")],
        ends(LIVE, flour(dock=gone(2), shop=shows("100", EXACT, 2)), [Note.OPENED, Note.MOVED]),
    ),
    "bundled onto a pallet with 98 stated": (
        [born("a", 1, "dock", "100"), moved("b", 2, "dock", "pallet", "98", role="bundled")],
        ends(LIVE, flour(dock=gone(2), pallet=shows("98", EXACT, 2)), [Note.OPENED, Note.MOVED]),
    ),
    "moved there and back again": (
        [born("a", 1, "dock", "100"), moved("b", 2, "dock", "shop"), moved("c", 3, "shop", "dock")],
        ends(LIVE, flour(dock=shows("100", EXACT, 3), shop=gone(3)), [Note.OPENED, Note.MOVED, Note.MOVED]),
    ),
    "a move opens an unknown lot with unknown quantity": (
        [moved("a", 1, "dock", "shop")],
        ends(LIVE, flour(shop=shows("0", UNKNOWN, 1)), [Note.OPENED_BY_MOVE]),
    ),
    "a move opens an unknown lot with the quantity that it states": (
        [moved("a", 1, "dock", "shop", "30")],
        ends(LIVE, flour(shop=shows("30", EXACT, 1)), [Note.OPENED_BY_MOVE]),
    ),
    "a move from elsewhere is believed and flagged": (
        [born("a", 1, "dock", "100"), moved("b", 2, "cellar", "shop")],
        ends(
            LIVE,
            flour(dock=gone(2), shop=shows("100", EXACT, 2)),
            [Note.OPENED, Note.MOVED_FROM_ELSEWHERE],
            Note.MOVED_FROM_ELSEWHERE,
        ),
    ),
    "two moves from elsewhere are flagged once": (
        [born("a", 1, "dock", "100"), moved("b", 2, "cellar", "shop"), moved("c", 3, "cellar", "yard")],
        ends(
            LIVE,
            flour(dock=gone(2), shop=gone(3), yard=shows("100", EXACT, 3)),
            [Note.OPENED, Note.MOVED_FROM_ELSEWHERE, Note.MOVED_FROM_ELSEWHERE],
            Note.MOVED_FROM_ELSEWHERE,
        ),
    ),
    "a move that does not say where it started contradicts nothing": (
        [born("a", 1, "dock", "100"), moved("b", 2, "", "shop")],
        ends(LIVE, flour(dock=gone(2), shop=shows("100", EXACT, 2)), [Note.OPENED, Note.MOVED]),
    ),
    "an ended lot does not move": (
        [born("a", 1, "dock", "100"), ended("b", 2), moved("c", 3, "dock", "shop")],
        ends(ENDED, flour(dock=gone(2)), [Note.OPENED, Note.ENDED, Note.AFTER_END]),
    ),
}


@pytest.mark.parametrize(("events", "outcome"), STORIES.values(), ids=STORIES.keys())
def test_a_move_ends_as_worked_out_by_hand(events: list[LotStatement], outcome: Outcome) -> None:
    assert told(events) == outcome
    assert lived(events) == outcome
