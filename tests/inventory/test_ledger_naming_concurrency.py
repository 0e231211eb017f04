"""Places are named anew while packages are read: neither misses the other, and nobody deadlocks."""

import functools
from collections.abc import Sequence
from dataclasses import replace

import pytest

from inventory import ledger
from inventory.events import ListingDescribed, PackageRead, PlaceDescribed, PlacesNamed, Statement
from inventory.ledger import Why
from inventory.models import Cause, Location, Source
from tests.inventory.fold.package_support import UNSURE, named, package, row
from tests.inventory.ledger_support import counts, make_source, place, write
from tests.threads import at_once

ROUNDS = 20
pytestmark = pytest.mark.django_db(transaction=True)


def reading(number: int, place: str, quantity: str, at: int) -> PackageRead:
    """Of a package of its own, with one batch of its own."""
    key = f"p{number}@{place}@{at}"
    return replace(package(key, at, row(f"b{number}", place, quantity), absent=UNSURE), package=f"P{number}")


def teaching(number: int, name: str, identity: str) -> PlacesNamed:
    return named(f"t{number}@{name}", 1000 + number, **{name: identity})


def test_a_package_that_is_read_while_its_place_is_renamed_is_counted_at_that_place() -> None:
    source = make_source()
    for number in range(ROUNDS):
        before = reading(number, f"old {number}", "9", 1), teaching(0, f"old {number}", f"U{number}")
        # The new name is known already: who makes its row first would wait for the other one.
        write(source, *before, place(f"new {number}", number))
        at_once(
            functools.partial(write, source, reading(number, f"new {number}", "7", 2), by=f"delivery:{number}"),
            functools.partial(
                write, source, teaching(number + 1, f"new {number}", f"U{number}"), by=f"product:{number}"
            ),
        )
    assert counts() == {f"b{number}@old {number}": "7 exact" for number in range(ROUNDS)}
    assert ledger.prove().breaches == []


def test_two_first_names_of_one_place_that_are_taught_at_once_are_one_place() -> None:
    source = make_source()
    for number in range(ROUNDS):
        names = [f"a{number}", f"b{number}"]
        write(source, reading(number, names[1], "3", 1), by=f"delivery:{number}")
        at_once(
            *(
                functools.partial(write, source, teaching(number, name, f"U{number}"), by=f"product:{name}")
                for name in names
            )
        )
    assert set(Location.objects.values_list("external_id", "same_as__external_id")) == {
        *((f"a{number}", None) for number in range(ROUNDS)),
        *((f"b{number}", f"a{number}") for number in range(ROUNDS)),
    }
    assert counts() == {f"b{number}@a{number}": "3 exact" for number in range(ROUNDS)}
    assert ledger.prove().breaches == []


def test_whole_batches_of_deliveries_in_opposite_orders_do_not_deadlock() -> None:
    """Each worker reads two packages at crossed places, and describes and names these; they meet on all of it."""
    source = make_source()

    def described(key: str, listing: str, place: str) -> list[Statement]:
        at = {"key": f"{key}:listing", "occurred": 1, "order_key": f"{key}:l".encode()}
        placed = {"key": f"{key}:place", "occurred": 1, "order_key": f"{key}:p".encode()}
        return [
            ListingDescribed(**at, listing=listing, fields={"name": key}),  # type: ignore[arg-type]
            PlaceDescribed(**placed, location=place, fields={"name": place}),  # type: ignore[arg-type]
        ]

    def work(source: Source, who: str, number: int, order: Sequence[int]) -> None:
        names = [f"x{number}", f"y{number}"]
        pieces: list[list[Statement]] = [
            [
                replace(reading(which, names[which], "1", 10 * number + which), key=f"{who}{number}:{which}"),
                *described(f"{who}{number}:{which}", f"l{which}", names[which]),
            ]
            for which in order
        ]
        pieces.append([replace(teaching(number, names[order[0]], f"U{number}"), key=f"{who}{number}:naming")])
        with ledger.posting() as book:
            book.prepare([(source.pk, piece, []) for piece in pieces])
            for index, piece in enumerate(pieces):
                book.record(source.pk, piece, Why(kind=Cause.Kind.DELIVERY, reference=f"{who}{number}:{index}"))

    for number in range(ROUNDS):
        at_once(
            functools.partial(work, source, "a", number, (0, 1)),
            functools.partial(work, source, "b", number, (1, 0)),
        )
    last = f"x{ROUNDS - 1}"
    shown = counts()
    assert [shown[f"b{which}@{last}"] for which in (0, 1)] == ["1 exact", "1 exact"]
    assert {place: line for place, line in shown.items() if not line.startswith("0 ")} == {
        f"b0@{last}": "1 exact",
        f"b1@{last}": "1 exact",
    }
    assert ledger.prove().breaches == []
