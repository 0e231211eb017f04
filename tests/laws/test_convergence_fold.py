"""Any order, duplication, split and restart ends where a second opinion does: every provider's histories, pure."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.events import Quality, Statement
from tests.laws.effort import FOLD, tries
from tests.laws.histories import FEEDS, History, arrivals, tracktile
from tests.laws.parsing import statements_in
from tests.laws.reference import difference, worlds
from tests.laws.shelf import Shelf, shelves

# That a branch is tried is for the worked examples to show; tracing these thousands would only take time.
pytestmark = pytest.mark.no_cover


def end_in_one_world(data: st.DataObject, feed: str) -> None:
    history = data.draw(FEEDS[feed]())
    arrival = data.draw(arrivals(history))
    said = statements_in(history)
    every = [statement for statements in said for statement in statements]

    live = shelves([statement for index in batch for statement in said[index]] for batch in arrival.batches)
    once = {tenant: dict(shelf.states) for tenant, shelf in live.items()}

    assert difference({tenant: shelf.world() for tenant, shelf in live.items()}, worlds(every)) == []
    assert {tenant: shelf.rebuilt().states for tenant, shelf in live.items()} == once
    for shelf in live.values():
        shelf.take(every_of(shelf))
    assert {tenant: shelf.states for tenant, shelf in live.items()} == once


def every_of(shelf: Shelf) -> list[Statement]:
    return [statement for statements in shelf.said.values() for statement in statements.values()]


@pytest.mark.parametrize("feed", FEEDS)
def test_any_arrival_ends_where_the_second_opinion_does(feed: str) -> None:
    """A rebuild gives what is there, and hearing everything twice changes nothing."""

    @tries(FOLD)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        end_in_one_world(data, feed)

    holds()


@tries(FOLD)
@given(st.data(), tracktile.movings())
def test_units_that_are_moved_merged_and_unmerged_are_neither_made_nor_lost(
    data: st.DataObject, drawn: tuple[History, Decimal]
) -> None:
    history, born = drawn
    arrival = data.draw(arrivals(history))
    said = statements_in(history)
    (shelf,) = shelves(
        [statement for index in batch for statement in said[index]] for batch in arrival.batches
    ).values()
    counts = shelf.world().counts.values()
    assert {value.quality for value in counts} == {Quality.EXACT}
    assert sum(value.number for value in counts) == born
