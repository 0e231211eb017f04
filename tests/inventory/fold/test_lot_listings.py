"""What a lot is a lot of, and when that becomes known."""

import pytest

from inventory.events import LotStatement
from inventory.fold import Note
from tests.inventory.fold.support import (
    ENDED,
    EXACT,
    LIVE,
    Outcome,
    born,
    ended,
    ends,
    flour,
    gone,
    lived,
    modified,
    moved,
    shows,
    told,
)

STORIES: dict[str, tuple[list[LotStatement], Outcome]] = {
    "without a listing there are no counts": (
        [born("a", 1, "dock", "100", listing="")],
        ends(LIVE, {}, [Note.OPENED]),
    ),
    "a listing learned later covers the places left before": (
        [
            born("a", 1, "dock", "100", listing=""),
            moved("b", 2, "dock", "shop", listing=""),
            moved("c", 3, "shop", "yard"),
        ],
        ends(
            LIVE,
            flour(dock=gone(2), shop=gone(3), yard=shows("100", EXACT, 3)),
            [Note.OPENED, Note.MOVED, Note.MOVED],
        ),
    ),
    "the end itself may tell what it ended": (
        [born("a", 1, "dock", "100", listing=""), ended("b", 2, listing="flour")],
        ends(ENDED, flour(dock=gone(2)), [Note.OPENED, Note.ENDED]),
    ),
    "even what does not open a lot may tell": (
        [modified("a", 1, listing="flour"), moved("b", 2, "dock", "shop", "30", listing="")],
        ends(LIVE, flour(shop=shows("30", EXACT, 2)), [Note.NOT_OPEN, Note.OPENED_BY_MOVE]),
    ),
    "even a second end may tell": (
        [born("a", 1, "dock", "100", listing=""), ended("b", 2), ended("c", 3, listing="flour")],
        ends(ENDED, flour(dock=gone(2)), [Note.OPENED, Note.ENDED, Note.ALREADY_ENDED]),
    ),
    "a mere modification may tell": (
        [born("a", 1, "dock", "100", listing=""), modified("b", 2, listing="flour")],
        ends(LIVE, flour(dock=shows("100", EXACT, 1)), [Note.OPENED, Note.DESCRIBED_ONLY]),
    ),
    "another listing leaves a zero under the first and is flagged": (
        [born("a", 1, "dock", "100", listing="rye"), born("b", 2, "dock", "100")],
        ends(
            LIVE,
            {("rye", "dock"): gone(2), ("flour", "dock"): shows("100", EXACT, 2)},
            [Note.OPENED, Note.BORN_AGAIN],
            Note.LISTING_CHANGED,
        ),
    ),
    "a move under another listing leaves one zero only": (
        [born("a", 1, "dock", "100", listing="rye"), moved("b", 2, "dock", "shop")],
        ends(
            LIVE,
            {("rye", "dock"): gone(2), ("flour", "shop"): shows("100", EXACT, 2)},
            [Note.OPENED, Note.MOVED],
            Note.LISTING_CHANGED,
        ),
    ),
}


@pytest.mark.parametrize(("events", "outcome"), STORIES.values(), ids=STORIES.keys())
def test_a_listing_ends_as_worked_out_by_hand(events: list[LotStatement], outcome: Outcome) -> None:
    assert told(events) == outcome
    assert lived(events) == outcome
