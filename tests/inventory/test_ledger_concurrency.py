"""Several transactions at once: one row each, no deadlock, and numbers in the order of the commits."""

import functools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import DatabaseError, connection
from django.utils import timezone

from inventory import ledger
from inventory.events import BatchDescribed, LotBorn, Reading
from inventory.models import Cause, Count, Listing, Location, Movement, Product, Retraction, Source, Stream
from inventory.reports import Clock, stock
from inventory.snapshot import read_snapshot
from tests.inventory.fold.support import born, read
from tests.inventory.ledger_support import make_source, shown, write
from tests.threads import at_once

ROUNDS = 20


def of(listing: str, key: str, at: int, quantity: str) -> Reading:
    return replace(read(key, at, quantity), listing=listing)


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_meet_a_new_product_make_one_of_each_row() -> None:
    source = make_source()
    at_once(*(lambda n=n: write(source, read(f"k{n}", n, str(n)), by=f"delivery:{n}") for n in range(1, 5)))
    assert shown() == {("coffee", "shop"): ("4", "exact")}
    assert [model.objects.count() for model in (Product, Listing, Location, Stream, Count)] == [1, 1, 1, 1, 1]
    assert ledger.prove().breaches == []


@pytest.mark.django_db(transaction=True)
def test_opposite_orders_of_the_same_counts_do_not_deadlock() -> None:
    source = make_source()

    def rounds(names: Sequence[str], who: str) -> None:
        for number in range(ROUNDS):
            write(source, *(of(name, f"{who}{number}{name}", number, "1") for name in names), by=f"delivery:{who}")

    at_once(lambda: rounds("abc", "x"), lambda: rounds("cba", "y"))
    assert shown() == {(name, "shop"): ("1", "exact") for name in "abc"}
    assert ledger.prove().breaches == []


@pytest.mark.django_db(transaction=True)
def test_movements_are_numbered_without_gaps_in_the_order_of_their_commits() -> None:
    source = make_source()

    def rounds(name: str) -> None:
        for number in range(1, ROUNDS + 1):
            write(source, of(name, f"{name}{number}", number, str(number)), by=f"delivery:{name}")

    at_once(*(lambda name=name: rounds(name) for name in "abcd"))
    rows = list(Movement.objects.order_by("seq").values_list("seq", "recorded_at"))
    assert [seq for seq, _ in rows] == list(range(1, 4 * ROUNDS + 1))
    times = [recorded_at for _, recorded_at in rows]
    assert times == sorted(times)


@pytest.mark.django_db
def test_the_recorded_time_never_goes_back_with_the_clock() -> None:
    source = make_source()
    noon = datetime(2026, 5, 1, 12, tzinfo=UTC)
    with time_machine.travel(noon, tick=False):
        write(source, read("a", 1, "1"), by="delivery:1")
    with time_machine.travel(noon - timedelta(hours=1), tick=False):
        write(source, read("b", 2, "2"), by="delivery:2")
    assert list(Movement.objects.order_by("seq").values_list("recorded_at", flat=True)) == [noon, noon]


@pytest.mark.django_db(transaction=True)
def test_a_reader_sees_nothing_of_a_transaction_that_has_not_posted() -> None:
    """A report that began before a commit keeps its view, and takes no lock that the writer would wait for."""
    source = make_source()
    write(source, read("a", 1, "1"), by="delivery:1")
    with read_snapshot():
        before = shown()
        at_once(lambda: write(source, read("b", 2, "2"), by="delivery:2"))
        assert shown() == before == {("coffee", "shop"): ("1", "exact")}
    assert shown() == {("coffee", "shop"): ("2", "exact")}
    assert not connection.in_atomic_block


@pytest.mark.django_db(transaction=True)
def test_a_write_inside_a_snapshot_is_refused() -> None:
    source = make_source()
    with pytest.raises(DatabaseError), read_snapshot():
        Source.objects.filter(pk=source.pk).update(name="renamed")
    Source.objects.filter(pk=source.pk).update(name="after it")
    assert Source.objects.get().name == "after it"


@pytest.mark.django_db(transaction=True)
def test_two_reports_can_be_read_side_by_side() -> None:
    write(make_source(), read("a", 10, "10"))
    now, then = stock(), stock(as_of=timezone.now(), clock=Clock.TRUE)
    assert [[row.quantity for row in pair] for pair in zip(now, then, strict=True)] == [[10, 10]]


@pytest.mark.django_db(transaction=True)
def test_two_who_take_the_same_back_at_once_take_it_back_once() -> None:
    source = make_source()
    for number in range(ROUNDS):
        write(source, read(f"k{number}", number, "10"), by=f"delivery:{number}")
        retract = functools.partial(ledger.retract, f"delivery:{number}", source.pk, actor="kim")
        at_once(retract, retract)
    assert Retraction.objects.count() == ROUNDS
    assert shown() == {("coffee", "shop"): (None, "unknown")}
    assert ledger.prove().breaches == []


@pytest.mark.django_db(transaction=True)
def test_replays_in_opposite_orders_do_not_deadlock() -> None:
    """Each takes an event of its own from one count and states it of another; the two meet on both."""
    source = make_source()
    references = [f"delivery:{number}" for number in range(2)]
    for number, reference in enumerate(references):
        write(source, of("ab"[number], f"k{number}", number, "1"), by=reference)

    def swap(order: Sequence[int], names: str) -> None:
        pieces = [(source.pk, [of(names[number], f"k{number}", number, "1")], [references[number]]) for number in order]
        with ledger.posting() as book:
            book.prepare(pieces)
            for source_id, statements, replaces in pieces:
                why = ledger.Why(kind=Cause.Kind.REPLAY, reference=replaces[0])
                book.record(source_id, statements, why, replaces=replaces)

    for number in range(ROUNDS):
        names = "ab" if number % 2 else "ba"
        at_once(functools.partial(swap, (0, 1), names), functools.partial(swap, (1, 0), names))
    assert ledger.prove().breaches == []


@pytest.mark.django_db(transaction=True)
def test_a_lot_and_a_description_of_crossed_batches_do_not_deadlock() -> None:
    source = make_source()

    def life(batch: str, key: str, at: int) -> LotBorn:
        return replace(born(key, at, "bay", "1"), batch=batch)

    def label(batch: str, key: str, at: int) -> BatchDescribed:
        return BatchDescribed(key=key, occurred=at, order_key=key.encode(), batch=batch, fields={"label": key})

    for number in range(ROUNDS):
        at_once(
            functools.partial(write, source, life("l1", f"a{number}", number), label("l2", f"b{number}", number)),
            functools.partial(write, source, life("l2", f"c{number}", number), label("l1", f"d{number}", number)),
        )
    assert ledger.prove().breaches == []
