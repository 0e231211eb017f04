"""Several transactions at once: one row each, no deadlock, and numbers in the order of the commits."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection, connections

from inventory import ledger
from inventory.events import Reading
from inventory.models import Count, Listing, Location, Movement, Product, Stream
from inventory.snapshot import read_snapshot
from tests.inventory.fold_support import read
from tests.inventory.ledger_support import make_source, shown, write

ROUNDS = 20


def at_once(*jobs: Callable[[], object]) -> None:
    """Run these jobs in threads of their own and raise what any of them raised."""
    errors: list[BaseException] = []
    start = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> None:
        try:
            start.wait()
            job()
        except BaseException as error:  # noqa: BLE001  # handed to the test below
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    if errors:
        raise errors[0]


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
