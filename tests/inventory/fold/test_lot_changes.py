"""A lot of flour is split, adjusted and counted."""

import pytest

from inventory.events import LotStatement
from inventory.fold import Note
from tests.inventory.fold.support import (
    DOUBTFUL,
    EXACT,
    LIVE,
    UNKNOWN,
    Outcome,
    adjusted,
    born,
    counted,
    ended,
    ends,
    flour,
    gone,
    lived,
    modified,
    moved,
    revived,
    shows,
    told,
)

STORIES: dict[str, tuple[list[LotStatement], Outcome]] = {
    "attributes leave the stock as it is": (
        [born("a", 1, "dock", "100"), modified("b", 2)],
        ends(LIVE, flour(dock=shows("100", EXACT, 1)), [Note.OPENED, Note.DESCRIBED_ONLY]),
    ),
    "a split makes the parent doubtful": (
        [born("a", 1, "dock", "100"), modified("b", 2, "half")],
        ends(LIVE, flour(dock=shows("100", DOUBTFUL, 2)), [Note.OPENED, Note.SPLIT]),
    ),
    "doubt moves with the lot": (
        [born("a", 1, "dock", "100"), modified("b", 2, "half"), moved("c", 3, "dock", "shop")],
        ends(LIVE, flour(dock=gone(3), shop=shows("100", DOUBTFUL, 3)), [Note.OPENED, Note.SPLIT, Note.MOVED]),
    ),
    "the next stated quantity ends the doubt": (
        [born("a", 1, "dock", "100"), modified("b", 2, "half"), moved("c", 3, "dock", "shop", "60")],
        ends(LIVE, flour(dock=gone(3), shop=shows("60", EXACT, 3)), [Note.OPENED, Note.SPLIT, Note.MOVED]),
    ),
    "a count by hand ends the doubt": (
        [born("a", 1, "dock", "100"), modified("b", 2, "half"), counted("c", 3, "55")],
        ends(LIVE, flour(dock=shows("55", EXACT, 3)), [Note.OPENED, Note.SPLIT, Note.SET]),
    ),
    "a split that states what is left is a reading": (
        [born("a", 1, "dock", "100"), modified("b", 2, "half", quantity="50")],
        ends(LIVE, flour(dock=shows("50", EXACT, 2)), [Note.OPENED, Note.SET]),
    ),
    "a split of an unknown quantity leaves it unknown": (
        [born("a", 1, "dock"), modified("b", 2, "half")],
        ends(LIVE, flour(dock=shows("0", UNKNOWN, 2)), [Note.OPENED, Note.SPLIT]),
    ),
    "a modification of a lot that is not open yet does nothing": (
        [modified("a", 1, "half", quantity="9"), born("b", 2, "dock", "100")],
        ends(LIVE, flour(dock=shows("100", EXACT, 2)), [Note.NOT_OPEN, Note.OPENED]),
    ),
    "a modification of an ended lot does nothing": (
        [born("a", 1, "dock", "100"), ended("b", 2), modified("c", 3, "half"), revived("d", 4, "dock")],
        ends(LIVE, flour(dock=shows("100", EXACT, 4)), [Note.OPENED, Note.ENDED, Note.AFTER_END, Note.REVIVED]),
    ),
    "100 adjusted by minus 4 is 96, and as exact": (
        [born("a", 1, "dock", "100"), adjusted("b", 2, "-4")],
        ends(LIVE, flour(dock=shows("96", EXACT, 2)), [Note.OPENED, Note.ADJUSTED]),
    ),
    "an adjustment may take a lot below zero": (
        [born("a", 1, "dock", "1"), adjusted("b", 2, "-4")],
        ends(LIVE, flour(dock=shows("-3", EXACT, 2)), [Note.OPENED, Note.ADJUSTED]),
    ),
    "an adjustment of a doubtful quantity leaves it doubtful": (
        [born("a", 1, "dock", "100"), modified("b", 2, "half"), adjusted("c", 3, "-4")],
        ends(LIVE, flour(dock=shows("96", DOUBTFUL, 3)), [Note.OPENED, Note.SPLIT, Note.ADJUSTED]),
    ),
    "an adjustment of an unknown quantity moves it and leaves it unknown": (
        [born("a", 1, "dock"), adjusted("b", 2, "-4")],
        ends(LIVE, flour(dock=shows("-4", UNKNOWN, 2)), [Note.OPENED, Note.ADJUSTED]),
    ),
    "an adjustment that states the result is a reading": (
        [born("a", 1, "dock"), adjusted("b", 2, "-4", quantity="96")],
        ends(LIVE, flour(dock=shows("96", EXACT, 2)), [Note.OPENED, Note.ADJUSTED]),
    ),
    "a count by hand makes an unknown quantity known": (
        [born("a", 1, "dock"), counted("b", 2, "88")],
        ends(LIVE, flour(dock=shows("88", EXACT, 2)), [Note.OPENED, Note.SET]),
    ),
    "neither adjustment nor count opens a lot": (
        [adjusted("a", 1, "-4"), counted("b", 2, "88"), moved("c", 3, "dock", "shop")],
        ends(LIVE, flour(shop=shows("0", UNKNOWN, 3)), [Note.NOT_OPEN, Note.NOT_OPEN, Note.OPENED_BY_MOVE]),
    ),
    "neither adjustment nor count touches an ended lot": (
        [
            born("a", 1, "dock", "100"),
            ended("b", 2),
            adjusted("c", 3, "-4"),
            counted("d", 4, "88"),
            revived("e", 5, "dock"),
        ],
        ends(
            LIVE,
            flour(dock=shows("100", EXACT, 5)),
            [Note.OPENED, Note.ENDED, Note.AFTER_END, Note.AFTER_END, Note.REVIVED],
        ),
    ),
}


@pytest.mark.parametrize(("events", "outcome"), STORIES.values(), ids=STORIES.keys())
def test_a_change_ends_as_worked_out_by_hand(events: list[LotStatement], outcome: Outcome) -> None:
    assert told(events) == outcome
    assert lived(events) == outcome
