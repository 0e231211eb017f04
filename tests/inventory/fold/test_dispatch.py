"""The five kinds of streams by one set of words: start, advance, fold, explain, load."""

from collections.abc import Sequence

import pytest

from inventory.events import Statement, StreamKind
from inventory.fold import (
    CountState,
    DescriptionState,
    LotState,
    Naming,
    NamingState,
    Note,
    PackageState,
    State,
    advance,
    explain,
    fold,
    fold_naming,
    load,
    start,
)
from tests.inventory.fold.package_support import named, package, row, shown
from tests.inventory.fold.support import adjust, born, described, modified, moved, read, spawned

# A package is read at both names of one vault; a lot is split off one that was in the bay, and moved from elsewhere.
NAMES = Naming(fold_naming([named("n", 1, vault="U"), named("m", 2, vault_2="U")]).runs)
OPENINGS = {"split": ("bay", "flour")}

STORIES: list[tuple[StreamKind, type, Sequence[Statement], Sequence[Note]]] = [
    (StreamKind.COUNT, CountState, [read("a", 1, "5"), adjust("b", 2, "-1")], [Note.SET, Note.ADJUSTED]),
    (
        StreamKind.LOT,
        LotState,
        [spawned("split", 1), moved("m", 2, "dock", "shop")],
        [Note.OPENED_BY_SPLIT, Note.MOVED_FROM_ELSEWHERE],
    ),
    (
        StreamKind.PACKAGE,
        PackageState,
        [package("o", 3, row("b1", "vault", "7")), package("p", 4, row("b1", "vault_2", "7"))],
        [Note.PACKAGE_READ, Note.PACKAGE_READ],
    ),
    (StreamKind.NAMING, NamingState, [named("n", 1, vault="U")], [Note.NAMED]),
    (StreamKind.LISTING, DescriptionState, [described("d", 1, name="Tea")], [Note.DESCRIBED]),
    (StreamKind.BATCH, DescriptionState, [described("d", 1, name="Tea")], [Note.DESCRIBED]),
    (StreamKind.PLACE, DescriptionState, [described("d", 1, name="Tea")], [Note.DESCRIBED]),
]
every_story = pytest.mark.parametrize(("kind", "state", "events", "notes"), STORIES)


def told(kind: StreamKind, events: Sequence[Statement]) -> State:
    return fold(kind, events, openings=OPENINGS, names=NAMES)


def test_every_kind_of_stream_has_its_story() -> None:
    assert [kind for kind, *_ in STORIES] == [
        StreamKind.COUNT,
        StreamKind.LOT,
        StreamKind.PACKAGE,
        StreamKind.NAMING,
        StreamKind.LISTING,
        StreamKind.BATCH,
        StreamKind.PLACE,
    ]
    assert {kind for kind, *_ in STORIES} == set(StreamKind)


@every_story
def test_a_stream_without_events_is_at_its_start(
    kind: StreamKind, state: type, events: Sequence[Statement], notes: Sequence[Note]
) -> None:
    assert start(kind) == state() == told(kind, [])
    assert type(start(kind)) is state


@every_story
def test_its_events_are_folded_explained_and_read_again(
    kind: StreamKind, state: type, events: Sequence[Statement], notes: Sequence[Note]
) -> None:
    made = told(kind, events)
    assert type(made) is state
    assert made != start(kind)
    assert load(kind, made.to_json()) == made
    told_notes = explain(kind, events, openings=OPENINGS, names=NAMES)
    assert told_notes == dict(zip([event.key for event in events], notes, strict=True))


@every_story
def test_one_more_event_takes_a_stream_where_the_fold_does(
    kind: StreamKind, state: type, events: Sequence[Statement], notes: Sequence[Note]
) -> None:
    *before, last = events
    assert advance(told(kind, before), last, names=NAMES) == (told(kind, events), notes[-1])


def test_names_reach_the_package_and_openings_the_lot() -> None:
    reading = package("p", 3, row("b1", "vault_2", "7"))
    for made in (told(StreamKind.PACKAGE, [reading]), advance(start(StreamKind.PACKAGE), reading, names=NAMES)[0]):
        assert isinstance(made, PackageState)
        assert list(shown(made)) == [("b1", "vault", "available")]
    lot = told(StreamKind.LOT, [spawned("split", 1)])
    assert isinstance(lot, LotState)
    assert (lot.place, lot.listing) == ("bay", "flour")


def test_without_names_and_openings_every_word_stands_for_itself() -> None:
    (_, _, lots, _), (_, _, packages, _) = STORIES[1:3]
    assert list(explain(StreamKind.LOT, lots).values()) == [Note.OPENED_BY_SPLIT, Note.MOVED]
    assert list(explain(StreamKind.PACKAGE, packages).values()) == [Note.PACKAGE_READ, Note.BATCH_MOVED]
    made, _ = advance(start(StreamKind.PACKAGE), package("p", 3, row("b1", "vault_2", "7")))
    assert isinstance(made, PackageState)
    assert list(shown(made)) == [("b1", "vault_2", "available")]
    assert fold(StreamKind.PACKAGE, [package("p", 3, row("b1", "vault_2", "7"))]) == made
    lot = fold(StreamKind.LOT, [born("b", 1, "bay", "5"), modified("m", 2, "half")])
    assert isinstance(lot, LotState)
    assert lot.place == "bay"
