"""A lot of flour comes back."""

import pytest

from inventory.events import LotStatement
from inventory.fold import Note
from tests.inventory.fold.support import (
    DOUBTFUL,
    ENDED,
    EXACT,
    LIVE,
    UNKNOWN,
    Outcome,
    adjusted,
    born,
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
    "an undone merge brings back the quantity before it, at its node": (
        [
            born("a", 1, "dock", "100"),
            adjusted("b", 2, "-25"),
            ended("c", 3, "merged"),
            revived("d", 4, "mixer", "unmerged"),
        ],
        ends(
            LIVE,
            flour(dock=gone(3), mixer=shows("75", EXACT, 4)),
            [Note.OPENED, Note.ADJUSTED, Note.ENDED, Note.REVIVED],
        ),
    ),
    "a restored lot is back in the place where it ended": (
        [born("a", 1, "dock", "100"), ended("b", 2), revived("c", 3, "dock")],
        ends(LIVE, flour(dock=shows("100", EXACT, 3)), [Note.OPENED, Note.ENDED, Note.REVIVED]),
    ),
    "a restored lot whose node is not named is back where it was": (
        [born("a", 1, "dock", "100"), ended("b", 2), revived("c", 3, "")],
        ends(LIVE, flour(dock=shows("100", EXACT, 3)), [Note.OPENED, Note.ENDED, Note.REVIVED]),
    ),
    "a restored lot is as doubtful as it was": (
        [born("a", 1, "dock", "100"), modified("b", 2, "half"), ended("c", 3), revived("d", 4, "dock")],
        ends(LIVE, flour(dock=shows("100", DOUBTFUL, 4)), [Note.OPENED, Note.SPLIT, Note.ENDED, Note.REVIVED]),
    ),
    "a revival that states a quantity is a reading": (
        [born("a", 1, "dock", "100"), ended("b", 2), revived("c", 3, "dock", quantity="40")],
        ends(LIVE, flour(dock=shows("40", EXACT, 3)), [Note.OPENED, Note.ENDED, Note.REVIVED]),
    ),
    "an end that states what it ended keeps that for the revival": (
        [born("a", 1, "dock"), ended("b", 2, quantity="12"), revived("c", 3, "dock")],
        ends(LIVE, flour(dock=shows("12", EXACT, 3)), [Note.OPENED, Note.ENDED, Note.REVIVED]),
    ),
    "a tombstone revived is live with unknown quantity": (
        [ended("a", 1), revived("b", 2, "dock", listing="flour")],
        ends(LIVE, flour(dock=shows("0", UNKNOWN, 2)), [Note.ENDED_UNSEEN, Note.REVIVED]),
    ),
    "a late birth still tells what a revived tombstone is a lot of": (
        [ended("a", 1), born("b", 2, "shop", "100"), revived("c", 3, "dock")],
        ends(LIVE, flour(dock=shows("0", UNKNOWN, 3)), [Note.ENDED_UNSEEN, Note.AFTER_END, Note.REVIVED]),
    ),
    "a revival of a live lot sets the place and casts doubt on the quantity": (
        [born("a", 1, "dock", "100"), revived("b", 2, "mixer")],
        ends(
            LIVE,
            flour(dock=gone(2), mixer=shows("100", DOUBTFUL, 2)),
            [Note.OPENED, Note.REVIVED_WHILE_LIVE],
            Note.REVIVED_WHILE_LIVE,
        ),
    ),
    "a revival of a live lot of unknown quantity leaves it unknown": (
        [born("a", 1, "dock"), revived("b", 2, "mixer")],
        ends(
            LIVE,
            flour(dock=gone(2), mixer=shows("0", UNKNOWN, 2)),
            [Note.OPENED, Note.REVIVED_WHILE_LIVE],
            Note.REVIVED_WHILE_LIVE,
        ),
    ),
    "a revival of a live lot that states its quantity is flagged, not doubted": (
        [born("a", 1, "dock", "100"), revived("b", 2, "mixer", quantity="70")],
        ends(
            LIVE,
            flour(dock=gone(2), mixer=shows("70", EXACT, 2)),
            [Note.OPENED, Note.REVIVED_WHILE_LIVE],
            Note.REVIVED_WHILE_LIVE,
        ),
    ),
    "a revival opens an unknown lot with unknown quantity": (
        [revived("a", 1, "dock", listing="flour")],
        ends(LIVE, flour(dock=shows("0", UNKNOWN, 1)), [Note.OPENED_BY_REVIVAL]),
    ),
    "a revived lot lives on: it moves and ends": (
        [
            born("a", 1, "dock", "100"),
            ended("b", 2),
            revived("c", 3, "mixer"),
            moved("d", 4, "mixer", "shop"),
            ended("e", 5),
        ],
        ends(
            ENDED,
            flour(dock=gone(2), mixer=gone(4), shop=gone(5)),
            [Note.OPENED, Note.ENDED, Note.REVIVED, Note.MOVED, Note.ENDED],
        ),
    ),
}


@pytest.mark.parametrize(("events", "outcome"), STORIES.values(), ids=STORIES.keys())
def test_a_revival_ends_as_worked_out_by_hand(events: list[LotStatement], outcome: Outcome) -> None:
    assert told(events) == outcome
    assert lived(events) == outcome
