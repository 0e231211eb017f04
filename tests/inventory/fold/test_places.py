"""Worked examples of places that stand in each other."""

from itertools import permutations

import pytest

from inventory.events import FieldValue, PlaceDescribed, Position
from inventory.fold import ParentEdge, Register, fold_description, parent_of, standing_parents


def node(key: str, at: int, **fields: FieldValue) -> PlaceDescribed:
    return PlaceDescribed(key=key, occurred=at, order_key=key.encode(), location="crate", fields=fields)


def edge(parent: str, at: int) -> ParentEdge:
    return ParentEdge(parent, Position(at, 0, parent.encode()))


STORIES: dict[str, tuple[dict[str, ParentEdge], dict[str, str], set[str]]] = {
    "no places": ({}, {}, set()),
    "a crate on a pallet in the hall": (
        {"crate": edge("pallet", 2), "pallet": edge("hall", 1)},
        {"crate": "pallet", "pallet": "hall"},
        set(),
    ),
    "a place without a parent": (
        {"hall": edge("", 3), "crate": edge("hall", 1)},
        {"crate": "hall"},
        set(),
    ),
    "a place without a parent, told before one that has one": (
        {"hall": edge("", 1), "crate": edge("hall", 3)},
        {"crate": "hall"},
        set(),
    ),
    "a place in itself is refused": ({"crate": edge("crate", 1)}, {}, {"crate"}),
    "of two places in each other the newer edge is refused": (
        {"crate": edge("pallet", 1), "pallet": edge("crate", 2)},
        {"crate": "pallet"},
        {"pallet"},
    ),
    "of three places in a circle the newest edge is refused": (
        {"crate": edge("pallet", 3), "pallet": edge("hall", 1), "hall": edge("crate", 2)},
        {"pallet": "hall", "hall": "crate"},
        {"crate"},
    ),
    "a refused edge does not stand in another one's way": (
        {"crate": edge("pallet", 1), "pallet": edge("crate", 2), "box": edge("pallet", 3)},
        {"crate": "pallet", "box": "pallet"},
        {"pallet"},
    ),
    "two circles, each broken at its newest edge": (
        {"a": edge("b", 1), "b": edge("a", 4), "c": edge("d", 3), "d": edge("c", 2)},
        {"a": "b", "d": "c"},
        {"b", "c"},
    ),
    "equal positions: the places' own names decide": (
        {
            "crate": ParentEdge("pallet", Position(1, 0, b"same")),
            "pallet": ParentEdge("crate", Position(1, 0, b"same")),
        },
        {"crate": "pallet"},
        {"pallet"},
    ),
}


@pytest.mark.parametrize(("edges", "parents", "refused"), STORIES.values(), ids=STORIES.keys())
def test_places_stand_as_worked_out_by_hand_in_any_order(
    edges: dict[str, ParentEdge], parents: dict[str, str], refused: set[str]
) -> None:
    for order in permutations(edges.items()):
        outcome = standing_parents(dict(order))

        assert outcome.parents == parents
        assert outcome.refused == {place: edges[place] for place in refused}


@pytest.mark.parametrize(
    ("events", "register"),
    [
        pytest.param([], None, id="nothing was said"),
        pytest.param([node("a", 1, name="Crate 7")], None, id="only a name was said"),
        pytest.param(
            [node("a", 1, parent_inferred="dock"), node("b", 2, parent_inferred="hall")],
            Register("hall", Position(2, 0, b"b")),
            id="until a node event speaks, the newest inferred parent",
        ),
        pytest.param(
            [node("a", 1, parent="hall"), node("b", 2, parent_inferred="dock")],
            Register("hall", Position(1, 0, b"a")),
            id="a stated parent wins over a newer inferred one",
        ),
        pytest.param(
            [node("a", 1, parent_inferred="dock"), node("b", 2, parent=None)],
            Register(None, Position(2, 0, b"b")),
            id="a stated none wins over an inferred parent",
        ),
    ],
)
def test_which_statement_names_the_parent(events: list[PlaceDescribed], register: Register | None) -> None:
    assert parent_of(fold_description(events)) == register
