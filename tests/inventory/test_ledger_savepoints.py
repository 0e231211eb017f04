"""What is rolled back within a transaction of the ledger is forgotten by its book as well."""

from contextlib import suppress
from decimal import Decimal

import pytest

from inventory import ledger
from inventory.events import Statement
from inventory.ledger import Book, Why
from inventory.models import Cause, StockEvent
from tests.inventory.fold.support import born, read
from tests.inventory.ledger_support import make_source, shown

pytestmark = pytest.mark.django_db


class Fault(Exception):
    """What the database says when it cannot end a savepoint."""


def record(book: Book, source_id: int, statement: Statement) -> None:
    book.record(source_id, [statement], Why(kind=Cause.Kind.DELIVERY, reference=statement.key))


def test_what_a_savepoint_takes_back_leaves_nothing_in_the_book_for_the_next_one() -> None:
    """The rows are gone when a savepoint cannot be ended, and SQLite gives their ids to the next that are made."""
    source = make_source()
    with ledger.posting() as book:
        with suppress(Fault), book.savepoint():
            record(book, source.pk, read("a", 1, "10"))
            raise Fault
        record(book, source.pk, born("b", 2, "dock", "60"))
        record(book, source.pk, read("c", 3, "4"))

    assert shown() == {("lot", "dock"): ("60", "exact"), ("coffee", "shop"): ("4", "exact")}
    assert sorted(StockEvent.objects.values_list("key", "quantity")) == [("b", Decimal(60)), ("c", Decimal(4))]
    assert sorted(Cause.objects.values_list("reference", flat=True)) == ["b", "c"]
    assert ledger.prove().breaches == []


def test_what_was_prepared_and_taken_back_is_prepared_again() -> None:
    source = make_source()
    first, second = read("a", 1, "10"), born("b", 2, "dock", "60")
    with ledger.posting() as book:
        with suppress(Fault), book.savepoint():
            book.prepare([(source.pk, [first, second], [])])
            raise Fault
        record(book, source.pk, second)
        record(book, source.pk, first)

    assert shown() == {("lot", "dock"): ("60", "exact"), ("coffee", "shop"): ("10", "exact")}
    assert ledger.prove().breaches == []
