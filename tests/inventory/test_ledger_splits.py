"""Lots that were split off another one follow what is learned late about it: its place and product at that moment."""

import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from itertools import permutations

import pytest
from django.db import connection, connections

from inventory import ledger
from inventory.events import LotStatement
from inventory.ledger import Why
from inventory.models import Batch, Cause, Movement, Source
from inventory.quantity import quantity_text
from tests.inventory.fold.support import ended, modified, moved
from tests.inventory.ledger_support import make_source, movements, shown, write, write_apart
from tests.inventory.lot_families import FAMILY, lots, sack_born, sack_moved, split
from tests.threads import at_once


@pytest.fixture(autouse=True)
def _the_ledger_holds_afterwards(db: None) -> Iterator[None]:
    yield
    assert ledger.prove().breaches == []
    assert list(ledger.differences()) == []


@pytest.mark.parametrize("order", list(permutations(range(5)))[::3])
def test_in_any_order_the_bag_and_the_cup_open_where_the_sack_was(order: tuple[int, ...]) -> None:
    """The sack was in the cold when the bag was split off it, and the cup off the bag; then it went to the shop."""
    write_apart(make_source(), [FAMILY[index] for index in order])
    assert lots() == {
        "sack": ("live", "flour", "shop"),
        "bag": ("live", "flour", "cold"),
        "cup": ("live", "flour", "cold"),
    }
    assert {what: value for what, value in shown().items() if value[0] not in {None, "0"}} == {
        ("sack", "shop"): ("100", "exact"),
        ("bag", "cold"): ("40", "exact"),
    }


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_in_any_order_in_one_piece_it_is_the_same(order: tuple[int, ...]) -> None:
    """The split first, and all the rest together: nothing is taken for what it was on the way."""
    source = make_source()
    write(source, FAMILY[2], FAMILY[3])
    rest = [FAMILY[0], FAMILY[1], replace(moved("bag moved", 60, "cold", "oven"), batch="bag")]
    write(source, *(rest[index] for index in order), by="delivery:2")
    assert lots() == {
        "sack": ("live", "flour", "cold"),
        "bag": ("live", "flour", "oven"),
        "cup": ("live", "flour", "cold"),
    }


def test_a_late_move_of_the_sack_takes_the_bag_along_and_is_named_for_it() -> None:
    source = make_source()
    write(source, sack_born())
    write(source, split("bag", 30, "sack", "bag", "40"), by="delivery:2")
    write(source, sack_moved("late", 20, "bay", "cold"), by="delivery:3")
    assert movements() == [
        ("sack@bay", "100"),
        ("bag@bay", "40"),
        ("sack@bay", "-100"),
        ("sack@cold", "100"),
        ("bag@bay", "-40"),
        ("bag@cold", "40"),
    ]
    by_late = Movement.objects.filter(event__key="late").order_by("seq")
    assert [quantity_text(row.delta) for row in by_late] == ["-100", "100", "-40", "40"]


def test_a_move_after_the_split_leaves_the_bag_where_it_was() -> None:
    source = make_source()
    write_apart(source, FAMILY[:3])
    before = movements()
    write(source, FAMILY[4], by="delivery:9")
    assert movements() == [*before, ("sack@cold", "-100"), ("sack@shop", "100")]


def test_a_retracted_move_takes_the_bag_back() -> None:
    source = make_source()
    write_apart(source, FAMILY[:4])
    ledger.retract("delivery:1", source.pk, actor="kim")
    assert {name: place for name, (_, _, place) in lots().items()} == {"sack": "bay", "bag": "bay", "cup": "bay"}
    taken_back = Movement.objects.filter(retraction__isnull=False).select_related("count__batch", "count__location")
    assert {(str(row.count.batch), str(row.count.location)): quantity_text(row.delta) for row in taken_back} == {
        ("sack", "cold"): "-100",
        ("sack", "bay"): "100",
        ("bag", "cold"): "-40",
        ("bag", "bay"): "40",
        ("cup", "bay"): "0",
    }


def test_what_is_learned_of_the_sack_at_the_moment_of_the_split_counts_too() -> None:
    """At one instant the split comes before the move, whichever is heard of first."""
    split_off = replace(modified("split", 30, "bag"), batch="sack")
    events = [sack_born(), split_off, split("bag", 30, "sack", "bag", "40"), sack_moved("away", 30, "bay", "cold")]
    write_apart(make_source(), events[::-1])
    assert lots() == {"sack": ("live", "flour", "cold"), "bag": ("live", "flour", "bay")}
    assert shown()["sack", "cold"] == ("100", "doubtful")


def test_a_bag_that_has_ended_stays_ended() -> None:
    source = make_source()
    write_apart(source, [sack_born(), FAMILY[2], replace(ended("end", 35), batch="bag")])
    write(source, FAMILY[1], by="delivery:9")
    assert lots() == {"sack": ("live", "flour", "cold"), "bag": ("ended", "flour", "cold")}
    assert shown()["bag", "cold"] == ("0", "exact")


CIRCLE: list[LotStatement] = [
    split("one", 30, "cup", "bag"),
    split("two", 30, "bag", "cup"),
    split("self", 30, "jar", "jar"),
    replace(moved("out", 40, "", "shop", listing="flour"), batch="bag"),
    replace(modified("three", 35, "bag"), batch="cup"),
]


@pytest.mark.parametrize("order", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (1, 3, 0, 4, 2), (2, 0, 4, 1, 3)])
def test_a_circle_of_splits_has_an_end(order: tuple[int, ...]) -> None:
    write_apart(make_source(), [CIRCLE[index] for index in order])
    assert lots() == {"bag": ("live", "flour", "shop"), "cup": ("live", "", ""), "jar": ("live", "", "")}


def test_two_accounts_keep_their_families_apart() -> None:
    source = make_source()
    write_apart(source, FAMILY[:3])
    write(source, replace(FAMILY[2], key="other bag", order_key=b"other bag", tenant="other"), by="delivery:8")
    write(source, sack_moved("late", 25, "cold", "oven"), by="delivery:9")
    places = {
        (row.tenant, row.external_id): str(row.location or "") for row in Batch.objects.select_related("location")
    }
    assert places == {("", "sack"): "oven", ("", "bag"): "oven", ("other", "sack"): "", ("other", "bag"): ""}


@pytest.mark.django_db(transaction=True)
def test_a_split_and_a_late_move_of_the_sack_at_once_agree() -> None:
    """Each of ten sacks is moved, late, while a bag is split off it; the bag opens where the sack was moved to."""
    source = make_source()
    for number in range(10):
        sack, bag = f"sack{number}", f"bag{number}"
        born_here = replace(sack_born(), key=f"born{number}", batch=sack)
        late = replace(sack_moved(f"late{number}", 20, "bay", "cold"), batch=sack)
        split_off = split(f"split{number}", 30, sack, bag, "40")
        write(source, born_here, by=f"delivery:born{number}")
        at_once(
            partial(write, source, late, by="delivery:late"),
            partial(write, source, split_off, by="delivery:split"),
        )
    assert {place for _, _, place in lots().values()} == {"cold"}
    assert {value for (lot, place), value in shown().items() if lot.startswith("bag") and place == "cold"} == {
        ("40", "exact")
    }


@pytest.mark.django_db(transaction=True)
def test_who_waited_for_a_sack_meets_the_bag_that_was_split_off_it_meanwhile() -> None:
    """The late move is told to a worker that waits, while another one, which holds the sack, splits a bag off it."""
    source = make_source()
    write(source, sack_born(), by="delivery:born")
    late = threading.Thread(target=write_and_close, args=(source, sack_moved("late", 20, "bay", "cold")))
    with ledger.posting() as book:
        book.record(
            source.pk,
            [split("split", 30, "sack", "bag", "40")],
            Why(kind=Cause.Kind.DELIVERY, reference="delivery:split"),
        )
        late.start()
        wait_for_a_waiting_writer()
    late.join()
    assert lots() == {"sack": ("live", "flour", "cold"), "bag": ("live", "flour", "cold")}
    assert shown()["bag", "cold"] == ("40", "exact")


def write_and_close(source: Source, statement: LotStatement) -> None:
    write(source, statement, by="delivery:late")
    connections.close_all()


def wait_for_a_waiting_writer() -> None:
    """On SQLite, whose one writer is ourselves, there is no way to see it; a moment has to do."""
    if connection.vendor == "sqlite":
        time.sleep(0.2)
        return
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT COUNT(*) FROM pg_locks JOIN pg_stat_activity USING (pid)"
                " WHERE NOT granted AND datname = current_database()"
            )
            if cursor.fetchone()[0]:
                return
            time.sleep(0.01)
