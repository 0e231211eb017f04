"""Worked examples of one listing's description: every field is a register of its own."""

import json
from itertools import permutations

import pytest

from inventory.events import Description, FieldValue, Position
from inventory.fold import (
    DescriptionState,
    Note,
    Register,
    WrongStream,
    explain_description,
    fold_description,
)
from inventory.fold.descriptions import START
from tests.inventory.fold.support import described, read

STORIES: dict[str, tuple[list[Description], dict[str, FieldValue], list[Note]]] = {
    "nothing was ever said": ([], {}, []),
    "a field is what was said": (
        [described("a", 1, name="Coffee", tags=["hot"], size={"value": "1", "unit": "kg"})],
        {"name": "Coffee", "tags": ["hot"], "size": {"value": "1", "unit": "kg"}},
        [Note.DESCRIBED],
    ),
    "a newer statement replaces the fields that it states and leaves the others": (
        [described("a", 1, name="Coffee", brand="Moka"), described("b", 2, name="Espresso")],
        {"name": "Espresso", "brand": "Moka"},
        [Note.DESCRIBED_IN_PART, Note.DESCRIBED],
    ),
    "a late statement fills in only what no newer one said": (
        [described("b", 2, name="Espresso"), described("a", 1, name="Coffee", brand="Moka")],
        {"name": "Espresso", "brand": "Moka"},
        [Note.DESCRIBED, Note.DESCRIBED_IN_PART],
    ),
    "a late statement of old fields does nothing": (
        [described("b", 2, name="Espresso"), described("a", 1, name="Coffee")],
        {"name": "Espresso"},
        [Note.DESCRIBED, Note.DESCRIPTION_COVERED],
    ),
    "null sets not provided": (
        [described("a", 1, name="Coffee", brand="Moka"), described("b", 2, brand=None)],
        {"name": "Coffee", "brand": None},
        [Note.DESCRIBED_IN_PART, Note.DESCRIBED],
    ),
    "a null that comes late does not unset": (
        [described("b", 2, brand="Moka"), described("a", 1, brand=None)],
        {"brand": "Moka"},
        [Note.DESCRIBED, Note.DESCRIPTION_COVERED],
    ),
    "delisted, and listed again": (
        [described("a", 1, active=True), described("b", 2, active=False), described("c", 3, active=True)],
        {"active": True},
        [Note.DESCRIPTION_COVERED, Note.DESCRIPTION_COVERED, Note.DESCRIBED],
    ),
    "at one instant the greater order key wins": (
        [described("b", 1, name="Espresso"), described("a", 1, name="Coffee")],
        {"name": "Espresso"},
        [Note.DESCRIBED, Note.DESCRIPTION_COVERED],
    ),
    "order keys compare as bytes, not as a database would collate them": (
        [described("b", 1, name="small"), described("Z", 1, name="large")],
        {"name": "small"},
        [Note.DESCRIBED, Note.DESCRIPTION_COVERED],
    ),
    "a statement without fields": ([described("a", 1)], {}, [Note.NOTHING_DESCRIBED]),
    "one statement told twice": (
        [described("a", 1, name="Coffee"), described("a", 1, name="Coffee")],
        {"name": "Coffee"},
        [Note.DESCRIBED, Note.DESCRIBED],
    ),
}


@pytest.mark.parametrize(("events", "fields", "notes"), STORIES.values(), ids=STORIES.keys())
def test_the_description_reads_as_worked_out_by_hand(
    events: list[Description], fields: dict[str, FieldValue], notes: list[Note]
) -> None:
    assert fold_description(events).fields == fields
    assert explain_description(events) == {event.key: note for event, note in zip(events, notes, strict=True)}


@pytest.mark.parametrize("events", [story[0] for story in STORIES.values()], ids=STORIES.keys())
def test_every_order_of_arrival_ends_in_the_same_description(events: list[Description]) -> None:
    for order in permutations(events):
        state = START
        for event in order:
            state, _ = state.advance(event)
        assert json.dumps(state.to_json()) == json.dumps(fold_description(events).to_json())


def test_what_one_more_statement_does() -> None:
    state = fold_description([described("b", 5, name="Espresso")])

    assert state.advance(described("a", 3, name="Coffee", brand="Moka")) == (
        DescriptionState(
            registers={
                "name": Register("Espresso", Position(5, 0, b"b")),
                "brand": Register("Moka", Position(3, 0, b"a")),
            }
        ),
        Note.DESCRIBED_IN_PART,
    )
    assert state.advance(described("a", 3, name="Coffee")) == (state, Note.DESCRIPTION_COVERED)
    assert state.advance(described("b", 5, name="Espresso")) == (state, Note.DESCRIBED)
    assert state.advance(described("c", 9)) == (state, Note.NOTHING_DESCRIBED)


def test_the_state_of_a_description_as_json() -> None:
    state = fold_description([described("b", 2, name="Espresso"), described("a", 1, brand=None)])

    assert state.to_json() == {
        "registers": {
            "brand": {"value": None, "position": [1, 0, "61"]},
            "name": {"value": "Espresso", "position": [2, 0, "62"]},
        }
    }
    assert DescriptionState.from_json(json.loads(json.dumps(state.to_json()))) == state
    assert DescriptionState.from_json(START.to_json()) == START


def test_a_reading_describes_nothing() -> None:
    with pytest.raises(WrongStream, match="r: Reading"):
        START.advance(read("r", 1, "10"))
    with pytest.raises(WrongStream, match="r: Reading"):
        fold_description([read("r", 1, "10")])
