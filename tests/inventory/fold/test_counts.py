"""Worked examples of one count: what the source says, and what the count then shows."""

import json
from decimal import Decimal
from itertools import permutations

import pytest

from inventory.events import Adjustment, Bucket, CountStatement, Position, Reading
from inventory.fold import CountState, CountValue, Late, Note, WrongStream, explain_count, fold_count
from inventory.fold.counts import START
from inventory.quantity import QuantityOutOfRange
from tests.inventory.fold.support import (
    DOUBTFUL,
    ESTIMATED,
    EXACT,
    UNKNOWN,
    UNTRACKED,
    adjust,
    described,
    read,
    shows,
    unknown,
    untracked,
)

Event = Reading | Adjustment


STORIES = {
    "nothing was ever said": ([], shows("0", UNKNOWN, None), []),
    "a reading sets the number": ([read("a", 1, "10")], shows("10", EXACT, 1), [Note.SET]),
    "an explicit zero is a number": ([read("a", 1, "0")], shows("0", EXACT, 1), [Note.SET]),
    "stock below zero is shown as it is": (
        [read("a", 1, "2"), adjust("b", 2, "-5")],
        shows("-3", EXACT, 2),
        [Note.SET, Note.ADJUSTED],
    ),
    "ten, three sold, one returned makes eight": (
        [read("a", 1, "10"), adjust("b", 2, "-3"), adjust("c", 3, "1")],
        shows("8", EXACT, 3),
        [Note.SET, Note.ADJUSTED, Note.ADJUSTED],
    ),
    "the newest reading wins and covers what came before": (
        [read("a", 1, "10"), adjust("b", 2, "-3"), read("c", 3, "6.5")],
        shows("6.5", EXACT, 3),
        [Note.COVERED, Note.COVERED, Note.SET],
    ),
    "a late sale does not move a newer count": (
        [read("c", 3, "6"), adjust("b", 2, "-3")],
        shows("6", EXACT, 3),
        [Note.SET, Note.COVERED],
    ),
    "at one instant the adjustment precedes the reading, which has seen it": (
        [read("a", 1, "10"), adjust("z", 2, "-3"), read("b", 2, "7")],
        shows("7", EXACT, 2),
        [Note.COVERED, Note.COVERED, Note.SET],
    ),
    "of two readings at one instant the greater order key wins": (
        [read("b", 1, "20"), read("a", 1, "10")],
        shows("20", EXACT, 1),
        [Note.SET, Note.COVERED],
    ),
    "an estimate stays an estimate when it is adjusted": (
        [read("a", 1, "10", ESTIMATED), adjust("b", 2, "-3")],
        shows("7", ESTIMATED, 2),
        [Note.SET, Note.ADJUSTED],
    ),
    "a reading that the source itself doubts": (
        [read("a", 1, "10", DOUBTFUL)],
        shows("10", DOUBTFUL, 1),
        [Note.SET],
    ),
    "adjustments without any reading sum up to a doubtful number": (
        [adjust("a", 1, "5"), adjust("b", 2, "-1.25")],
        shows("3.75", DOUBTFUL, 2),
        [Note.ADJUSTED, Note.ADJUSTED],
    ),
    "not knowing casts doubt on a known number and leaves it": (
        [read("a", 1, "10"), unknown("b", 2)],
        shows("10", DOUBTFUL, 2),
        [Note.SET, Note.DOUBTED],
    ),
    "not knowing leaves a doubtful sum of changes doubtful": (
        [adjust("a", 1, "5"), unknown("b", 2)],
        shows("5", DOUBTFUL, 2),
        [Note.ADJUSTED, Note.DOUBTED],
    ),
    "not knowing from the start is unknown": ([unknown("a", 1)], shows("0", UNKNOWN, 1), [Note.UNKNOWN]),
    "a change of an unknown number moves it and leaves it unknown, however often": (
        [unknown("a", 1), adjust("b", 2, "5"), unknown("c", 3), adjust("d", 4, "1")],
        shows("6", UNKNOWN, 4),
        [Note.UNKNOWN, Note.ADJUSTED, Note.UNKNOWN, Note.ADJUSTED],
    ),
    "a change of a doubted number moves it and leaves it doubtful": (
        [read("a", 1, "10"), unknown("b", 2), adjust("c", 3, "-2")],
        shows("8", DOUBTFUL, 3),
        [Note.SET, Note.DOUBTED, Note.ADJUSTED],
    ),
    "not tracking keeps the number": (
        [read("a", 1, "10"), untracked("b", 2)],
        shows("10", UNTRACKED, 2),
        [Note.SET, Note.UNTRACKED],
    ),
    "a change of an untracked number moves it and leaves it untracked": (
        [read("a", 1, "10"), untracked("b", 2), adjust("c", 3, "-4")],
        shows("6", UNTRACKED, 3),
        [Note.SET, Note.UNTRACKED, Note.ADJUSTED],
    ),
    "no longer tracking, then no longer knowing": (
        [read("a", 1, "10"), untracked("b", 2), unknown("c", 3)],
        shows("10", DOUBTFUL, 3),
        [Note.SET, Note.UNTRACKED, Note.DOUBTED],
    ),
    "a reading after not tracking is as exact as it says": (
        [untracked("a", 1), read("b", 2, "4", ESTIMATED)],
        shows("4", ESTIMATED, 2),
        [Note.COVERED, Note.SET],
    ),
    "a reading after not knowing is as exact as it says": (
        [read("a", 1, "10"), unknown("b", 2), read("c", 3, "9")],
        shows("9", EXACT, 3),
        [Note.COVERED, Note.COVERED, Note.SET],
    ),
    "one event told twice counts once": (
        [read("a", 1, "10"), adjust("b", 2, "-3"), adjust("b", 2, "-3")],
        shows("7", EXACT, 2),
        [Note.SET, Note.ADJUSTED, Note.ADJUSTED],
    ),
}


@pytest.mark.parametrize(("events", "value", "notes"), STORIES.values(), ids=STORIES.keys())
def test_the_count_shows_what_was_worked_out_by_hand(events: list[Event], value: CountValue, notes: list[Note]) -> None:
    assert fold_count(events).value == value
    assert explain_count(events) == {event.key: note for event, note in zip(events, notes, strict=True)}


LONG = [read("a", 1, "10"), adjust("b", 2, "-3"), read("c", 2, "7"), unknown("d", 3), adjust("e", 3, "-1")]
# At instant 3 the adjustment comes first: 7 - 1 = 6, and then the source no longer knows.
LONG_STATE = CountState(
    quantity=Decimal(6),
    quality=DOUBTFUL,
    known=True,
    anchor=Position(2, 1, b"c"),
    head=Position(3, 1, b"d"),
)


def test_every_order_of_arrival_ends_in_the_same_count() -> None:
    assert {json.dumps(fold_count(order).to_json()) for order in permutations(LONG)} == {
        json.dumps(LONG_STATE.to_json())
    }
    assert fold_count(LONG) == LONG_STATE


def test_every_order_of_arrival_ends_in_the_same_count_one_event_at_a_time() -> None:
    for order in permutations(LONG):
        state = START
        for index, event in enumerate(order):
            try:
                state, _ = state.advance(event)
            except Late:
                state = fold_count(order[: index + 1])
            assert state == fold_count(order[: index + 1])
        assert state == LONG_STATE


def test_an_event_after_the_head_is_applied_at_once() -> None:
    state = fold_count([read("a", 1, "10")])

    assert state.advance(adjust("b", 2, "-3")) == (
        CountState(
            quantity=Decimal(7),
            quality=EXACT,
            known=True,
            anchor=Position(1, 1, b"a"),
            head=Position(2, 0, b"b"),
        ),
        Note.ADJUSTED,
    )


@pytest.mark.parametrize(
    "late",
    [adjust("b", 4, "-3"), read("b", 4, "12"), unknown("b", 4), adjust("z", 5, "-3"), read("a", 5, "12")],
    ids=["a sale", "a reading", "an unknown reading", "a sale at its instant", "a reading of lesser key"],
)
def test_an_event_before_the_newest_reading_changes_nothing(late: Event) -> None:
    state = fold_count([read("m", 5, "20"), adjust("n", 9, "1")])

    assert state.advance(late) == (state, Note.COVERED)


@pytest.mark.parametrize(
    "late",
    [adjust("p", 7, "-3"), read("p", 7, "12"), read("m", 5, "20"), adjust("n", 9, "1"), adjust("a", 9, "1")],
    ids=["a sale", "a reading", "the reading itself", "the head itself", "before the head at its instant"],
)
def test_an_event_between_the_newest_reading_and_the_head_is_late(late: Event) -> None:
    state = fold_count([read("m", 5, "20"), adjust("n", 9, "1")])

    with pytest.raises(Late, match=late.key):
        state.advance(late)


def test_an_unknown_reading_is_no_anchor_so_an_earlier_event_is_late() -> None:
    state = fold_count([read("a", 1, "10"), unknown("c", 3)])

    with pytest.raises(Late):
        state.advance(adjust("b", 2, "-3"))


def test_a_number_that_leaves_the_range_is_refused() -> None:
    full = [read("a", 1, "9000000000000")]

    with pytest.raises(QuantityOutOfRange):
        fold_count(full).advance(adjust("b", 2, "0.000001"))
    with pytest.raises(QuantityOutOfRange):
        fold_count([*full, adjust("b", 2, "0.000001")])
    with pytest.raises(QuantityOutOfRange):
        explain_count([*full, adjust("b", 2, "0.000001")])


def test_what_a_newer_reading_covers_cannot_leave_the_range() -> None:
    events = [read("a", 1, "9000000000000"), adjust("b", 2, "1"), read("c", 3, "5")]

    assert fold_count(events).value == shows("5", EXACT, 3)
    assert explain_count(events) == {"a": Note.COVERED, "b": Note.COVERED, "c": Note.SET}


def test_sums_of_millionths_are_exact() -> None:
    events = [read("a", 0, "8999999999999.000001"), *(adjust(f"b{n}", n, "0.1") for n in range(1, 10))]

    assert fold_count(events).value == shows("8999999999999.900001", EXACT, 9)


def test_the_state_of_a_count_as_json() -> None:
    state = fold_count([read("a", 1, "10.50"), adjust("b", 1_700_000_000_123_456_789, "-3")])

    assert state.to_json() == {
        "quantity": "7.5",
        "quality": "exact",
        "known": True,
        "anchor": [1, 1, "61"],
        "head": [1_700_000_000_123_456_789, 0, "62"],
    }
    assert CountState.from_json(json.loads(json.dumps(state.to_json()))) == state


def test_an_empty_count_as_json() -> None:
    assert START.to_json() == {
        "quantity": "0",
        "quality": "unknown",
        "known": False,
        "anchor": None,
        "head": None,
    }
    assert CountState.from_json(START.to_json()) == START


def test_equal_counts_are_equal_json_however_their_numbers_were_written() -> None:
    plain, padded = fold_count([read("a", 1, "100")]), fold_count([read("a", 1, "1.00E+2")])

    assert plain == padded
    assert json.dumps(plain.to_json()) == json.dumps(padded.to_json())


def test_a_description_is_no_statement_about_a_count() -> None:
    stray = described("d", 1, name="Coffee")

    with pytest.raises(WrongStream, match="d: ListingDescribed"):
        START.advance(stray)
    with pytest.raises(WrongStream, match="d: ListingDescribed"):
        fold_count([read("a", 1, "10"), stray])


def test_a_new_kind_of_statement_about_counts_is_not_passed_over_in_silence() -> None:
    class Guess(CountStatement):
        rank = 1

    with pytest.raises(WrongStream, match="Guess neither reads nor adjusts"):
        fold_count([Guess(key="g", occurred=1, order_key=b"g", listing="coffee", bucket=Bucket.AVAILABLE)])
