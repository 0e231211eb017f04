"""How batches came out of one another, whatever the order in which it is learned."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

import pytest

from inventory import ledger
from inventory.events import LotStatement
from inventory.models import BatchLink
from tests.inventory.fold.support import born, ended, modified, revived, spawned
from tests.inventory.ledger_support import make_source, write_apart


@pytest.fixture(autouse=True)
def _the_ledger_holds_afterwards(db: None) -> Iterator[None]:
    yield
    assert ledger.prove().breaches == []


def links() -> list[tuple[str, str, str, bool]]:
    """(kind, origin, result, whether it stands)."""
    rows = BatchLink.objects.select_related("origin", "result")
    return sorted((row.kind, row.origin.external_id, row.result.external_id, row.ended_by_id is None) for row in rows)


def of(batch: str, statement: LotStatement, transaction: str = "") -> LotStatement:
    return replace(statement, batch=batch, transaction=transaction)


MERGE_AND_UNDO: list[LotStatement] = [
    of("a", born("a1", 1, "bay", "60")),
    replace(ended("a2", 2, role="merged"), batch="a", into="m"),
    of("m", born("m1", 2, "bay", "100", role="merged")),
    of("a", revived("a3", 3, "bay", role="unmerged")),
]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_a_merge_that_was_undone_is_an_ended_link(order: tuple[int, ...]) -> None:
    write_apart(make_source(), [MERGE_AND_UNDO[index] for index in order])
    assert links() == [("merged", "a", "m", False)]


def test_a_merge_stands_until_it_is_undone() -> None:
    write_apart(make_source(), MERGE_AND_UNDO[:3])
    assert links() == [("merged", "a", "m", True)]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_undoing_one_merge_leaves_another_merge_of_the_same_lot_standing(order: tuple[int, ...]) -> None:
    said = [
        of("a", born("a1", 1, "bay", "60")),
        replace(ended("a2", 2, role="merged"), batch="a", into="m"),
        replace(ended("a3", 3, role="merged"), batch="a", into="n"),
        replace(revived("a4", 4, "bay", role="unmerged"), batch="a", source="n"),
    ]
    write_apart(make_source(), [said[index] for index in order])
    assert links() == [("merged", "a", "m", True), ("merged", "a", "n", False)]


def test_a_retracted_undo_lets_the_link_stand_again() -> None:
    source = make_source()
    write_apart(source, MERGE_AND_UNDO)
    ledger.retract("delivery:3", source.pk, actor="kim")
    assert links() == [("merged", "a", "m", True)]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_whatever_was_destroyed_in_a_transaction_went_into_all_that_it_produced(order: tuple[int, ...]) -> None:
    said = [
        of("flour", ended("1", 5), "t1"),
        of("water", ended("2", 5), "t1"),
        of("bread", born("3", 5, "shelf", "40", role="produced"), "t1"),
    ]
    write_apart(make_source(), [said[index] for index in order])
    assert links() == [("consumed", "flour", "bread", True), ("consumed", "water", "bread", True)]


def test_what_another_transaction_destroyed_is_not_linked() -> None:
    said = [of("flour", ended("1", 5), "t1"), of("bread", born("3", 5, "shelf", "40", role="produced"), "t2")]
    write_apart(make_source(), said)
    assert links() == []


def test_splits_restorations_and_correlations_are_links() -> None:
    said = [
        of("sack", born("0", 1, "bay", "100")),
        replace(spawned("1", 2), batch="half", parent="sack"),
        replace(revived("2", 3, "bay", role="restored"), batch="oats", source="muesli"),
        replace(modified("3", 4), batch="sack", correlated=("x", "y")),
        replace(modified("4", 5), batch="sack", uncorrelated=("x",)),
    ]
    write_apart(make_source(), said)
    assert links() == [
        ("correlated", "sack", "x", False),
        ("correlated", "sack", "y", True),
        ("deconstructed", "muesli", "oats", True),
        ("split", "sack", "half", True),
    ]


def test_a_link_that_was_lost_is_told_and_brought_back() -> None:
    write_apart(make_source(), MERGE_AND_UNDO[:3])
    BatchLink.objects.all().delete()
    assert [breach.law for breach in ledger.prove().breaches] == ["3 rebuild"]
    assert ledger.rebuild(actor="kim") == 1
    assert links() == [("merged", "a", "m", True)]
