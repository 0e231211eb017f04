"""Senders' clocks tick in seconds: what one lot's events of one instant come to, in any order of arrival."""

import json
from itertools import permutations

import pytest

from inventory.events import LotStatement
from inventory.fold import Late, Note, fold_lot
from inventory.fold.lots import START
from tests.inventory.fold.support import (
    DOUBTFUL,
    ENDED,
    EXACT,
    LIVE,
    Outcome,
    adjusted,
    born,
    counted,
    ended,
    ends,
    flour,
    gone,
    modified,
    moved,
    revived,
    shows,
    told,
)

STORIES: dict[str, tuple[list[LotStatement], Outcome]] = {
    "received and moved on": (
        [born("z", 1, "dock", "100"), moved("a", 1, "dock", "shop")],
        ends(LIVE, flour(dock=gone(1), shop=shows("100", EXACT, 1)), [Note.OPENED, Note.MOVED]),
    ),
    "two moves in a row, the later one with the lesser key": (
        [born("b", 1, "dock", "100"), moved("z", 2, "dock", "mixer"), moved("a", 2, "mixer", "shop")],
        ends(
            LIVE,
            flour(dock=gone(2), mixer=gone(2), shop=shows("100", EXACT, 2)),
            [Note.OPENED, Note.MOVED, Note.MOVED],
        ),
    ),
    "there and back": (
        [born("b", 1, "dock", "100"), moved("z", 2, "dock", "mixer"), moved("a", 2, "mixer", "dock")],
        ends(
            LIVE,
            flour(dock=shows("100", EXACT, 2), mixer=gone(2)),
            [Note.OPENED, Note.MOVED, Note.MOVED],
        ),
    ),
    "two moves out of one place: the second by key finds the lot elsewhere": (
        [born("c", 1, "dock", "100"), moved("a", 2, "dock", "shop"), moved("b", 2, "dock", "yard")],
        ends(
            LIVE,
            flour(dock=gone(2), shop=gone(2), yard=shows("100", EXACT, 2)),
            [Note.OPENED, Note.MOVED, Note.MOVED_FROM_ELSEWHERE],
            Note.MOVED_FROM_ELSEWHERE,
        ),
    ),
    "received, adjusted from 100 to 96, counted as 95, moved and consumed": (
        [
            born("e", 1, "dock", "100"),
            adjusted("d", 1, "-4"),
            counted("c", 1, "95"),
            moved("b", 1, "dock", "oven"),
            ended("a", 1),
        ],
        ends(
            ENDED,
            flour(dock=gone(1), oven=gone(1)),
            [Note.OPENED, Note.ADJUSTED, Note.SET, Note.MOVED, Note.ENDED],
        ),
    ),
    "split before it moved": (
        [born("c", 1, "dock", "100"), moved("a", 2, "dock", "shop"), modified("b", 2, "half")],
        ends(
            LIVE,
            flour(dock=gone(2), shop=shows("100", DOUBTFUL, 2)),
            [Note.OPENED, Note.MOVED, Note.SPLIT],
        ),
    ),
    "restored and moved on: an ended lot cannot move first": (
        [
            born("d", 1, "dock", "100"),
            ended("c", 2),
            revived("b", 3, "mixer"),
            moved("a", 3, "mixer", "shop"),
        ],
        ends(
            LIVE,
            flour(dock=gone(2), mixer=gone(3), shop=shows("100", EXACT, 3)),
            [Note.OPENED, Note.ENDED, Note.REVIVED, Note.MOVED],
        ),
    ),
    "merged away and brought back": (
        [born("c", 1, "dock", "100"), ended("b", 2, "merged"), revived("a", 2, "mixer", "unmerged")],
        ends(
            LIVE,
            flour(dock=gone(2), mixer=shows("100", EXACT, 2)),
            [Note.OPENED, Note.ENDED, Note.REVIVED],
        ),
    ),
    "an ended lot brought back and ended again": (
        [born("d", 1, "dock", "100"), ended("c", 2), ended("a", 3, "wasted"), revived("b", 3, "mixer")],
        ends(
            ENDED,
            flour(dock=gone(2), mixer=gone(3)),
            [Note.OPENED, Note.ENDED, Note.ENDED, Note.REVIVED],
        ),
    ),
    "a second birth fits nothing and comes last": (
        [born("c", 1, "dock", "100"), born("a", 2, "yard", "80"), moved("b", 2, "dock", "shop")],
        ends(
            LIVE,
            flour(dock=gone(2), shop=gone(2), yard=shows("80", EXACT, 2)),
            [Note.OPENED, Note.BORN_AGAIN, Note.MOVED],
        ),
    ),
    "neither a birth nor a revival fits a live lot: by rank": (
        [born("c", 1, "dock", "100"), revived("a", 2, "mixer"), born("b", 2, "yard", "80")],
        ends(
            LIVE,
            flour(dock=gone(2), yard=gone(2), mixer=shows("80", DOUBTFUL, 2)),
            [Note.OPENED, Note.REVIVED_WHILE_LIVE, Note.BORN_AGAIN],
            Note.REVIVED_WHILE_LIVE,
        ),
    ),
    "nothing fits a lot not yet heard of: by rank, then by key": (
        [ended("a", 1, "wasted"), ended("b", 1), adjusted("c", 1, "-4"), moved("z", 1, "dock", "shop", "7")],
        ends(
            ENDED,
            flour(shop=gone(1)),
            [Note.ENDED, Note.ALREADY_ENDED, Note.NOT_OPEN, Note.OPENED_BY_MOVE],
        ),
    ),
}


@pytest.mark.parametrize(("events", "outcome"), STORIES.values(), ids=STORIES.keys())
def test_events_of_one_instant_come_to_what_was_worked_out_by_hand(
    events: list[LotStatement], outcome: Outcome
) -> None:
    assert told(events) == outcome


@pytest.mark.parametrize("events", [story[0] for story in STORIES.values()], ids=STORIES.keys())
def test_every_order_of_arrival_ends_in_the_same_lot(events: list[LotStatement]) -> None:
    state = fold_lot(events)

    assert {json.dumps(fold_lot(order).to_json()) for order in permutations(events)} == {json.dumps(state.to_json())}


@pytest.mark.parametrize("events", [story[0] for story in STORIES.values()], ids=STORIES.keys())
def test_every_order_of_arrival_ends_in_the_same_lot_one_event_at_a_time(events: list[LotStatement]) -> None:
    for order in permutations(events):
        state = START
        for index, event in enumerate(order):
            try:
                state, _ = state.advance(event)
            except Late:
                state = fold_lot(order[: index + 1])
        assert state == fold_lot(events)


def test_a_merge_and_its_undo_over_three_lots() -> None:
    """100 and 60 become a heap of 160; the undo ends the heap and brings back 100 and 60 at the mixer."""
    sack = [born("s1", 1, "dock", "100"), ended("s2", 2, "merged"), revived("s3", 3, "mixer", "unmerged")]
    bag = [born("b1", 1, "yard", "60"), ended("b2", 2, "merged"), revived("b3", 3, "mixer", "unmerged")]
    heap = [born("h1", 2, "mixer", "160", role="merged"), ended("h2", 3, "reverted")]

    assert [fold_lot(lot).counts for lot in (sack, bag, heap)] == [
        flour(dock=gone(2), mixer=shows("100", EXACT, 3)),
        flour(yard=gone(2), mixer=shows("60", EXACT, 3)),
        flour(mixer=gone(3)),
    ]
