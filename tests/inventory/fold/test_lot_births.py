"""A lot of flour is born."""

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
    shows,
    told,
)

STORIES: dict[str, tuple[list[LotStatement], Outcome]] = {
    "100 received at the dock": (
        [born("a", 1, "dock", "100")],
        ends(LIVE, flour(dock=shows("100", EXACT, 1)), [Note.OPENED]),
    ),
    "50 produced in the bakery": (
        [born("a", 1, "bakery", "50", role="produced")],
        ends(LIVE, flour(bakery=shows("50", EXACT, 1)), [Note.OPENED]),
    ),
    "received without a quantity: unknown, not zero": (
        [born("a", 1, "dock")],
        ends(LIVE, flour(dock=shows("0", UNKNOWN, 1)), [Note.OPENED]),
    ),
    "the result of a merge with its quantity": (
        [born("a", 1, "dock", "200", role="merged")],
        ends(LIVE, flour(dock=shows("200", EXACT, 1)), [Note.OPENED]),
    ),
    "the result of a merge without a quantity is unknown": (
        [born("a", 1, "dock", role="merged")],
        ends(LIVE, flour(dock=shows("0", UNKNOWN, 1)), [Note.OPENED]),
    ),
    "a birth on a live lot is a new reading of place and quantity": (
        [born("a", 1, "dock", "100"), born("b", 2, "shop", "90")],
        ends(LIVE, flour(dock=gone(2), shop=shows("90", EXACT, 2)), [Note.OPENED, Note.BORN_AGAIN]),
    ),
    "a birth on a live lot without a quantity leaves the number": (
        [born("a", 1, "dock", "100"), born("b", 2, "shop")],
        ends(LIVE, flour(dock=gone(2), shop=shows("100", EXACT, 2)), [Note.OPENED, Note.BORN_AGAIN]),
    ),
    "a birth on a live lot that names no place is a reading of the quantity alone": (
        [born("a", 1, "dock", "100"), born("b", 2, "", "90")],
        ends(LIVE, flour(dock=shows("90", EXACT, 2)), [Note.OPENED, Note.BORN_AGAIN]),
    ),
    "a merge into a live lot sets the stated quantity": (
        [born("a", 1, "dock", "100"), born("b", 2, "dock", "160", role="merged")],
        ends(LIVE, flour(dock=shows("160", EXACT, 2)), [Note.OPENED, Note.BORN_AGAIN]),
    ),
    "a merge into a live lot without a quantity makes it unknown, never a sum": (
        [born("a", 1, "dock", "100"), born("b", 2, "dock", role="merged")],
        ends(LIVE, flour(dock=shows("100", UNKNOWN, 2)), [Note.OPENED, Note.MERGED_INTO]),
    ),
    "a birth on an ended lot does nothing": (
        [born("a", 1, "dock", "100"), ended("b", 2), born("c", 3, "shop", "70")],
        ends(ENDED, flour(dock=gone(2)), [Note.OPENED, Note.ENDED, Note.AFTER_END]),
    ),
}


@pytest.mark.parametrize(("events", "outcome"), STORIES.values(), ids=STORIES.keys())
def test_a_birth_ends_as_worked_out_by_hand(events: list[LotStatement], outcome: Outcome) -> None:
    assert told(events) == outcome
    assert lived(events) == outcome
