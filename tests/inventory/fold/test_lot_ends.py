"""A lot of flour ends."""

import pytest

from inventory.events import LotStatement
from inventory.fold import Note
from tests.inventory.fold.support import (
    ENDED,
    Outcome,
    born,
    ended,
    ends,
    flour,
    gone,
    lived,
    moved,
    told,
)

STORIES: dict[str, tuple[list[LotStatement], Outcome]] = {
    **{
        f"{role}: zero where it was": (
            [born("a", 1, "dock", "100"), ended("b", 2, role)],
            ends(ENDED, flour(dock=gone(2)), [Note.OPENED, Note.ENDED]),
        )
        for role in ("destroyed", "wasted", "merged", "reverted", "deconstructed")
    },
    "an ended lot is at zero in every place where it ever was": (
        [born("a", 1, "dock", "100"), moved("b", 2, "dock", "shop"), ended("c", 3)],
        ends(ENDED, flour(dock=gone(2), shop=gone(3)), [Note.OPENED, Note.MOVED, Note.ENDED]),
    ),
    "the end of an unknown lot is a tombstone without counts": (
        [ended("a", 1)],
        ends(ENDED, {}, [Note.ENDED_UNSEEN]),
    ),
    "a birth after the tombstone does not resurrect": (
        [ended("a", 1), born("b", 2, "dock", "100")],
        ends(ENDED, {}, [Note.ENDED_UNSEEN, Note.AFTER_END]),
    ),
    "a birth that arrives late but came before the end is folded in its order": (
        [ended("b", 2), born("a", 1, "dock", "100")],
        ends(ENDED, flour(dock=gone(2)), [Note.ENDED, Note.OPENED]),
    ),
    "a second end does nothing": (
        [born("a", 1, "dock", "100"), ended("b", 2), ended("c", 3, "wasted")],
        ends(ENDED, flour(dock=gone(2)), [Note.OPENED, Note.ENDED, Note.ALREADY_ENDED]),
    ),
    "an undone merge whose result had ended already is flagged": (
        [born("a", 1, "dock", "200", role="merged"), ended("b", 2), ended("c", 3, "reverted")],
        ends(
            ENDED,
            flour(dock=gone(2)),
            [Note.OPENED, Note.ENDED, Note.REVERTED_AFTER_END],
            Note.REVERTED_AFTER_END,
        ),
    ),
}


@pytest.mark.parametrize(("events", "outcome"), STORIES.values(), ids=STORIES.keys())
def test_an_end_ends_as_worked_out_by_hand(events: list[LotStatement], outcome: Outcome) -> None:
    assert told(events) == outcome
    assert lived(events) == outcome
