"""One package: rows set their counts, batches move, and what is absent means what the source's setting says."""

import json
from collections.abc import Sequence
from decimal import Decimal
from itertools import permutations

import pytest

from inventory.events import (
    Bucket,
    InvalidStatement,
    PackageCorrection,
    PackageRow,
    PackageStatement,
    PlacesNamed,
    Quality,
)
from inventory.fold import (
    Late,
    Naming,
    Note,
    PackageState,
    Whereabouts,
    WrongStream,
    explain_package,
    fold_naming,
    fold_package,
)
from inventory.fold.packages import START
from tests.inventory.fold.package_support import CHANGED, UNSURE, WHOLE, adjusted, counted, package, row, shown
from tests.inventory.fold.support import read as count_read

EXACT, DOUBTFUL = Quality.EXACT, Quality.DOUBTFUL


def lived(events: Sequence[PackageStatement]) -> tuple[PackageState, list[Note]]:
    """One event at a time, the state written down as JSON and read again after each."""
    state, notes = START, []
    for event in events:
        state, note = state.advance(event)
        state = PackageState.from_json(json.loads(json.dumps(state.to_json())))
        notes.append(note)
    return state, notes


@pytest.mark.parametrize(
    ("events", "counts", "notes"),
    [
        pytest.param(
            [package("a", 1, row("b1", "case", "5", reserved="2"))],
            {("b1", "case", "available"): (5, EXACT, 1), ("b1", "case", "reserved"): (2, EXACT, 1)},
            [Note.PACKAGE_READ],
            id="a row sets what it states",
        ),
        pytest.param(
            [package("a", 1, row("b1", "case", "5", reserved="2")), package("b", 2, row("b1", "case", "4"))],
            {("b1", "case", "available"): (4, EXACT, 2), ("b1", "case", "reserved"): (2, EXACT, 1)},
            [Note.PACKAGE_READ, Note.PACKAGE_READ],
            id="a part that is missing leaves its count",
        ),
        pytest.param(
            [package("a", 1, row("b1", "case", "5", reserved="2")), package("b", 2, row("b1", "vault", "7"))],
            {
                ("b1", "case", "available"): (0, EXACT, 2),
                ("b1", "case", "reserved"): (0, EXACT, 2),
                ("b1", "vault", "available"): (7, EXACT, 2),
            },
            [Note.PACKAGE_READ, Note.BATCH_MOVED],
            id="a batch told at another place only has moved",
        ),
        pytest.param(
            [
                package("a", 1, row("b1", "case", "5")),
                package("b", 2, row("b1", "vault", "7")),
                package("c", 3, row("b1", "case", "6")),
            ],
            {("b1", "case", "available"): (6, EXACT, 3), ("b1", "vault", "available"): (0, EXACT, 3)},
            [Note.PACKAGE_READ, Note.BATCH_MOVED, Note.BATCH_MOVED],
            id="and may come back",
        ),
        pytest.param(
            [package("a", 1, row("b1", "case", "5")), package("b", 2, row("b1", "case", "4"), row("b1", "vault", "1"))],
            {("b1", "case", "available"): (4, EXACT, 2), ("b1", "vault", "available"): (1, EXACT, 2)},
            [Note.PACKAGE_READ, Note.PACKAGE_READ],
            id="a batch told at two places is at both",
        ),
        pytest.param(
            [
                package("a", 1, row("b1", "yard", "9"), absent=UNSURE),
                package("b", 2, row("b1", "case", "4"), row("b1", "vault", "1"), absent=UNSURE),
            ],
            {
                ("b1", "yard", "available"): (9, DOUBTFUL, 2),
                ("b1", "case", "available"): (4, EXACT, 2),
                ("b1", "vault", "available"): (1, EXACT, 2),
            },
            [Note.PACKAGE_READ, Note.ABSENT_DOUBTED],
            id="and perhaps at a third where it was",
        ),
        pytest.param(
            [
                package("a", 1, row("b1", "case", "5"), row("b2", "case", "3")),
                package("b", 2, row("b1", "case", "4"), absent=WHOLE),
            ],
            {("b1", "case", "available"): (4, EXACT, 2), ("b2", "case", "available"): (0, EXACT, 2)},
            [Note.PACKAGE_READ, Note.ABSENT_ENDED],
            id="of the whole package, nothing is left of what is absent",
        ),
        pytest.param(
            [
                package("a", 1, row("b1", "case", "5"), row("b2", "case", "3")),
                package("b", 2, row("b1", "case", "4"), absent=CHANGED),
            ],
            {("b1", "case", "available"): (4, EXACT, 2), ("b2", "case", "available"): (3, EXACT, 1)},
            [Note.PACKAGE_READ, Note.PACKAGE_READ],
            id="where only changes are told, what is absent stays",
        ),
        pytest.param(
            [
                package("a", 1, row("b1", "case", "5"), row("b2", "case", "3")),
                package("b", 2, row("b1", "case", "4"), absent=UNSURE),
                package("c", 3, row("b1", "case", "2"), absent=UNSURE),
            ],
            {("b1", "case", "available"): (2, EXACT, 3), ("b2", "case", "available"): (3, DOUBTFUL, 2)},
            [Note.PACKAGE_READ, Note.ABSENT_DOUBTED, Note.ABSENT_DOUBTED],
            id="where it is not known, what is absent stays and is doubtful",
        ),
        pytest.param(
            [
                package("a", 1, row("b1", "case", "5"), row("b2", "case", "3", packed="1")),
                package("b", 2, row("b1", "case", "4"), absent=UNSURE),
                package("c", 3, row("b2", "case", "3"), absent=CHANGED),
            ],
            {
                ("b1", "case", "available"): (4, EXACT, 2),
                ("b2", "case", "available"): (3, EXACT, 3),
                ("b2", "case", "packed"): (1, DOUBTFUL, 2),
            },
            [Note.PACKAGE_READ, Note.ABSENT_DOUBTED, Note.PACKAGE_READ],
            id="until each part of it is read again",
        ),
        pytest.param(
            [
                package("a", 1, row("b1", "case", "5"), row("b2", "case", "3")),
                package("b", 2, row("b1", "vault", "5"), row("b2", "case", "3")),
                package("c", 3, row("b2", "case", "2"), absent=UNSURE),
            ],
            {
                ("b1", "case", "available"): (0, EXACT, 2),
                ("b1", "vault", "available"): (5, DOUBTFUL, 3),
                ("b2", "case", "available"): (2, EXACT, 3),
            },
            [Note.PACKAGE_READ, Note.BATCH_MOVED, Note.ABSENT_DOUBTED],
            id="that a batch left a place is not in doubt afterwards",
        ),
        pytest.param(
            [package("a", 1, row("b1", "case", "5")), package("b", 2, absent=UNSURE)],
            {("b1", "case", "available"): (5, DOUBTFUL, 2)},
            [Note.PACKAGE_READ, Note.ABSENT_DOUBTED],
            id="a reading without rows tells none of them",
        ),
        pytest.param(
            [package("a", 1, row("b1", "case")), package("b", 2, row("b1", "case", "5"))],
            {("b1", "case", "available"): (5, EXACT, 2)},
            [Note.PACKAGE_READ, Note.PACKAGE_READ],
            id="what is there in an unknown number is known when it is read",
        ),
        pytest.param(
            [package("a", 1, row("b1", "case", "5")), package("b", 2, row("b1", "vault"))],
            {("b1", "case", "available"): (0, EXACT, 2), ("b1", "vault", "available"): (0, Quality.UNKNOWN, 2)},
            [Note.PACKAGE_READ, Note.BATCH_MOVED],
            id="a batch that moved without a number is unknown where it went",
        ),
        pytest.param(
            [package("a", 1, row("b1", "case", "5")), adjusted("b", 2, "b1", "case", "-2")],
            {("b1", "case", "available"): (3, EXACT, 2)},
            [Note.PACKAGE_READ, Note.ADJUSTED],
            id="an adjustment by hand adds to what was read",
        ),
        pytest.param(
            [package("a", 1, row("b1", "case", reserved="5")), adjusted("b", 2, "b1", "case", "-2")],
            {("b1", "case", "reserved"): (5, EXACT, 1), ("b1", "case", "available"): (-2, DOUBTFUL, 2)},
            [Note.PACKAGE_READ, Note.ADJUSTED],
            id="and is doubtful where nothing was",
        ),
        pytest.param(
            [
                package("a", 1, row("b1", "case", "5")),
                counted("b", 2, "b1", "case", "4"),
                package("c", 2, row("b1", "case", "3")),
            ],
            {("b1", "case", "available"): (3, EXACT, 2)},
            [Note.PACKAGE_READ, Note.SET, Note.PACKAGE_READ],
            id="at one instant a reading has seen what was counted by hand",
        ),
    ],
)
def test_a_package_story_in_order_and_in_every_other(
    events: list[PackageStatement],
    counts: dict[tuple[str, str, str], tuple[int, Quality, int | None]],
    notes: list[Note],
) -> None:
    state, told = lived(events)
    assert shown(state) == counts
    assert told == notes
    for order in permutations(events):
        assert fold_package([*order, order[0]]) == state
        assert explain_package(order) == dict(zip([event.key for event in events], notes, strict=True))


def test_what_was_sold_under_another_listing_is_there_no_more() -> None:
    """Staff at the source put the package under another product: its units are counted once."""
    state = fold_package(
        [
            package("a", 1, row("b1", "case", "5"), row("b1", "vault", "1"), listing="mints"),
            package("b", 2, row("b1", "case", "5"), row("b1", "vault", "1"), listing="gums"),
        ]
    )
    assert sorted((*cell.spot, int(value.quantity), value.quality) for cell, value in state.counts.items()) == [
        ("gums", "b1", "case", 5, EXACT),
        ("gums", "b1", "vault", 1, EXACT),
        ("mints", "b1", "case", 0, EXACT),
        ("mints", "b1", "vault", 0, EXACT),
    ]


def test_what_comes_before_the_newest_event_is_late() -> None:
    state, _ = lived([package("b", 2, row("b1", "case", "4"))])
    with pytest.raises(Late, match="a"):
        state.advance(package("a", 1, row("b1", "case", "5")))


def test_a_reading_of_one_count_says_nothing_about_a_package() -> None:
    with pytest.raises(WrongStream):
        START.advance(count_read("a", 1, "5"))


def test_the_newest_event_told_again_has_to_be_folded_anew() -> None:
    reading = package("a", 1, row("b1", "case", "5"))
    state, _ = START.advance(reading)
    with pytest.raises(Late, match="a"):
        state.advance(reading)


def test_what_is_counted_by_hand_is_so_from_that_moment_at_the_place_that_the_name_meant_then() -> None:
    names = Naming(
        fold_naming(
            [
                PlacesNamed(key="n", occurred=1, order_key=b"n", places={"vault": "U"}),
                PlacesNamed(key="m", occurred=5, order_key=b"m", places={"vault": "V", "vault 2": "U"}),
            ]
        ).runs
    )
    told = [package("a", 2, row("b1", "vault", "5")), counted("c", 3, "b1", "vault", "4")]
    assert shown(fold_package(told, names)) == {("b1", "vault", "available"): (4, EXACT, 3)}
    later = [*told, counted("d", 6, "b1", "vault", "9")]
    assert shown(fold_package(later, names)) == {
        ("b1", "vault", "available"): (4, EXACT, 3),
        ("b1", "V", "available"): (9, EXACT, 6),
    }


def test_what_is_counted_where_nothing_was_left_is_there_again() -> None:
    """The batch moved to the vault; somebody finds two in the case, of which the next reading says nothing."""
    moved = [package("a", 1, row("b1", "case", "5")), package("b", 2, row("b1", "vault", "5"))]
    found = [*moved, counted("c", 3, "b1", "case", "2")]
    assert fold_package(moved).whereabouts == {"b1": Whereabouts("mints", "vault")}
    assert fold_package(found).whereabouts == {"b1": Whereabouts("mints", "")}
    assert shown(fold_package([*found, package("d", 4, row("b1", "vault", "5"), row("b1", "shelf", "1"))])) == {
        ("b1", "vault", "available"): (5, EXACT, 4),
        ("b1", "shelf", "available"): (1, EXACT, 4),
        ("b1", "case", "available"): (2, DOUBTFUL, 4),
    }


def test_a_new_kind_of_statement_about_packages_is_not_passed_over_in_silence() -> None:
    class PackageShaken(PackageStatement):
        rank = 1

    class PackageGuessed(PackageCorrection):
        pass

    shaken = PackageShaken(key="s", occurred=1, order_key=b"s", package="P", listing="mints")
    with pytest.raises(WrongStream, match="s: PackageShaken neither reads nor corrects a package"):
        fold_package([shaken])
    guessed = PackageGuessed(
        key="g",
        occurred=1,
        order_key=b"g",
        package="P",
        listing="mints",
        batch="b1",
        location="case",
        bucket=Bucket.AVAILABLE,
        quantity=Decimal(1),
    )
    with pytest.raises(WrongStream, match="g: PackageGuessed corrects no package"):
        fold_package([guessed])


def test_an_event_takes_nothing_from_the_state_before_it() -> None:
    first, _ = START.advance(package("a", 1, row("b1", "case", "5")))
    first.advance(package("b", 2, row("b1", "vault", "4")))
    assert shown(first) == {("b1", "case", "available"): (5, EXACT, 1)}


@pytest.mark.parametrize(
    ("make", "problem"),
    [
        (lambda: package("a", 1, row("b1", "case", "5"), row("b1", "case", "1")), "one batch twice at one place"),
        (
            lambda: PackageRow(
                batch="b1", location="case", parts=((Bucket.HELD, Decimal(1)), (Bucket.HELD, Decimal(2)))
            ),
            "one bucket twice",
        ),
        (lambda: row("b1", "case", "0.0000001"), "more than 6 decimals"),
        (lambda: row("", "case", "1"), "batch: it is needed"),
        (lambda: row("b1", "", "1"), "location: it is needed"),
        (lambda: package("a", 1, listing=""), "listing: it is needed"),
    ],
)
def test_what_cannot_be_true_of_a_package_is_refused_at_birth(make, problem: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InvalidStatement, match=problem):
        make()
