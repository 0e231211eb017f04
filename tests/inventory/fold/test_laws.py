"""Every state is a pure function of the set of its events, for whatever histories a machine can think of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.events import Statement, StreamKind
from inventory.fold import Note, explain, fold, load, start
from tests.inventory.fold.histories import counts, descriptions, histories, hold, lots, packages
from tests.inventory.fold.support import (
    described,
    read,
    spawned,
)
from tests.laws.effort import SHORT, tries


@tries(SHORT)
@given(st.data(), histories(counts))
def test_the_laws_hold_for_any_count(data: st.DataObject, events: list[Statement]) -> None:
    hold(StreamKind.COUNT, events, data.draw(st.permutations(events)))


@tries(SHORT)
@given(st.data(), histories(lots))
def test_the_laws_hold_for_any_lot(data: st.DataObject, events: list[Statement]) -> None:
    hold(StreamKind.LOT, events, data.draw(st.permutations(events)))


@tries(SHORT)
@given(st.data(), histories(descriptions))
def test_the_laws_hold_for_any_description(data: st.DataObject, events: list[Statement]) -> None:
    hold(StreamKind.LISTING, events, data.draw(st.permutations(events)))


@tries(SHORT)
@given(st.data(), histories(packages))
def test_the_laws_hold_for_any_package(data: st.DataObject, events: list[Statement]) -> None:
    hold(StreamKind.PACKAGE, events, data.draw(st.permutations(events)))


@pytest.mark.parametrize("kind", StreamKind)
def test_a_stream_without_events_is_at_its_start(kind: StreamKind) -> None:
    assert fold(kind, []) == start(kind)
    assert explain(kind, []) == {}
    assert load(kind, start(kind).to_json()) == start(kind)


def test_every_kind_of_stream_is_folded_by_its_own_rules() -> None:
    count = fold(StreamKind.COUNT, [read("a", 1, "10")])
    lot = fold(StreamKind.LOT, [spawned("a", 1)], openings={"a": ("dock", "flour")})
    listing, batch, place = (
        fold(kind, [described("a", 1, name="Coffee")])
        for kind in (StreamKind.LISTING, StreamKind.BATCH, StreamKind.PLACE)
    )

    assert count.to_json()["quantity"] == "10"
    assert lot.to_json()["place"] == "dock"
    assert listing == batch == place
    assert listing.to_json() == {"registers": {"name": {"value": "Coffee", "position": [1, 0, "61"]}}}


@pytest.mark.parametrize("note", Note)
def test_every_note_says_in_a_sentence_what_it_means(note: Note) -> None:
    assert note.meaning[0].isupper()
    assert note.meaning.endswith(".")
    assert Note(note.value) is note
