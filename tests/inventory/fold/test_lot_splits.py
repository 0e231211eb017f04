"""A lot of flour is split off another one: where it opens, and where the other was at that moment."""

import pytest

from inventory.events import LotStatement, Position
from inventory.fold import Late, Note, Openings, explain_lot, fold_lot, place_at
from inventory.fold.lots import START
from tests.inventory.fold.support import (
    EXACT,
    UNKNOWN,
    Counts,
    born,
    ended,
    flour,
    gone,
    modified,
    moved,
    revived,
    shows,
    spawned,
)


@pytest.mark.parametrize(
    ("events", "openings", "counts", "notes"),
    [
        pytest.param(
            [spawned("a", 1)],
            {"a": ("dock", "flour")},
            flour(dock=shows("0", UNKNOWN, 1)),
            [Note.OPENED_BY_SPLIT],
            id="opens at its parent's place with unknown quantity",
        ),
        pytest.param(
            [spawned("a", 1, quantity="40")],
            {"a": ("dock", "flour")},
            flour(dock=shows("40", EXACT, 1)),
            [Note.OPENED_BY_SPLIT],
            id="a stated quantity is a reading",
        ),
        pytest.param(
            [spawned("a", 1, listing="flour")],
            {"a": ("dock", "rye")},
            flour(dock=shows("0", UNKNOWN, 1)),
            [Note.OPENED_BY_SPLIT],
            id="its own listing is believed before its parent's",
        ),
        pytest.param([spawned("a", 1)], {}, {}, [Note.OPENED_BY_SPLIT], id="without an opening, no counts"),
        pytest.param(
            [spawned("a", 1), moved("b", 2, "dock", "shop")],
            {},
            flour(shop=shows("0", UNKNOWN, 2)),
            [Note.OPENED_BY_SPLIT, Note.MOVED],
            id="without an opening, a move tells the place and contradicts nothing",
        ),
        pytest.param(
            [born("a", 1, "shop", "40"), spawned("b", 2)],
            {"b": ("dock", "rye")},
            flour(shop=shows("40", EXACT, 2)),
            [Note.OPENED, Note.ALREADY_OPEN],
            id="a live lot keeps the place and listing stated about itself",
        ),
        pytest.param(
            [born("a", 1, "", "40", listing=""), spawned("b", 2)],
            {"b": ("dock", "flour")},
            flour(dock=shows("40", EXACT, 2)),
            [Note.OPENED, Note.ALREADY_OPEN],
            id="a live lot takes over what it lacks",
        ),
        pytest.param(
            [born("a", 1, "dock", "40"), ended("b", 2), spawned("c", 3)],
            {"c": ("shop", "flour")},
            flour(dock=gone(2)),
            [Note.OPENED, Note.ENDED, Note.AFTER_END],
            id="an ended lot stays ended",
        ),
    ],
)
def test_a_lot_split_off_another_one(
    events: list[LotStatement],
    openings: Openings,
    counts: Counts,
    notes: list[Note],
) -> None:
    assert fold_lot(events, openings).counts == counts
    assert explain_lot(events, openings) == {event.key: note for event, note in zip(events, notes, strict=True)}


def test_a_split_is_late_until_its_opening_is_given() -> None:
    opening = {"a": ("dock", "flour")}

    with pytest.raises(Late, match="a"):
        START.advance(spawned("a", 1))
    assert START.advance(spawned("a", 1), opening) == (
        fold_lot([spawned("a", 1)], opening),
        Note.OPENED_BY_SPLIT,
    )


PARENT = [
    born("a", 10, "dock", "100"),
    moved("b", 20, "dock", "mixer"),
    modified("c", 20, "half"),
    moved("d", 30, "mixer", "shop"),
    ended("e", 40),
    revived("f", 50, "yard"),
    modified("g", 50, "third"),
]


@pytest.mark.parametrize(
    ("position", "place"),
    [
        pytest.param(Position(5, 0, b""), ("", ""), id="before it was heard of"),
        pytest.param(Position(10, 0, b"x"), ("dock", "flour"), id="as it is born"),
        pytest.param(Position(15, 0, b"x"), ("dock", "flour"), id="later"),
        pytest.param(Position(20, 0, b"x"), ("dock", "flour"), id="the split precedes the move of its instant"),
        pytest.param(Position(20, 1, b"c"), ("dock", "flour"), id="asked with the modification's own position"),
        pytest.param(Position(25, 0, b"x"), ("mixer", "flour"), id="after the move"),
        pytest.param(Position(30, 0, b"x"), ("mixer", "flour"), id="as it moves, where nothing was split"),
        pytest.param(Position(45, 0, b"x"), ("shop", "flour"), id="after its end, where it last was"),
        pytest.param(Position(50, 0, b"x"), ("yard", "flour"), id="the revival precedes a split that needs it"),
    ],
)
def test_where_a_lot_was_when_others_were_split_off_it(position: Position, place: tuple[str, str]) -> None:
    assert place_at(PARENT, position) == place
    assert place_at(reversed(PARENT), position) == place


def test_a_grandchild_opens_where_the_child_had_opened() -> None:
    child = [spawned("a", 1), modified("b", 2, "crumb")]

    assert place_at(child, Position(2, 0, b"x"), {"a": ("dock", "flour")}) == ("dock", "flour")
    assert place_at(child, Position(2, 0, b"x")) == ("", "")


def test_a_grandchild_that_is_split_off_in_the_instant_of_the_child_opens_there_too() -> None:
    opening = {"a": ("dock", "flour")}
    assert place_at([spawned("a", 2), modified("b", 2, "crumb")], Position(2, 0, b"x"), opening) == ("dock", "flour")
    assert place_at([spawned("a", 2)], Position(2, 0, b"x"), opening) == ("dock", "flour")
