"""What several causes say for the first time, written together: as if one came after another."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import permutations

import pytest
from django.db import transaction

from inventory import ledger
from inventory.events import Adjustment, FieldValue, ListingDescribed, PackageRead, PlaceDescribed, Reading, Statement
from inventory.ledger import ConflictingStatement, Why
from inventory.ledger.directory import Directory
from inventory.ledger.turns import turns
from inventory.models import Cause, Listing, Movement, Source, StockEvent
from inventory.quantity import LIMIT, QuantityOutOfRange
from tests.inventory.fold.package_support import named, package
from tests.inventory.fold.support import adjust, described, read
from tests.inventory.ledger_support import make_source, movements, shown, write
from tests.inventory.lot_families import FAMILY, lots, sack_born, sack_moved, split


@pytest.fixture(autouse=True)
def _the_ledger_holds_afterwards(db: None) -> Iterator[None]:
    yield
    assert ledger.prove().breaches == []
    assert list(ledger.differences()) == []


def of(listing: str, statement: Reading | Adjustment) -> Reading | Adjustment:
    return replace(statement, listing=listing)


def called(key: str, at: int, listing: str, name: str) -> ListingDescribed:
    return replace(described(key, at, name=name), listing=listing)


def from_package(name: str, key: str, at: int) -> PackageRead:
    return replace(package(key, at), package=name)


def place(key: str, at: int, **fields: FieldValue) -> PlaceDescribed:
    return PlaceDescribed(key=key, occurred=at, order_key=key.encode(), location="bay", fields=fields)


def write_together(source: Source, *pieces: Sequence[Statement]) -> set[int]:
    """Record each piece as a delivery of its own, all at once; return the places of those that were left out."""
    with ledger.posting() as book:
        book.prepare((source.pk, statements, ()) for statements in pieces)
        return book.record_together(
            [
                (source.pk, statements, Why(kind=Cause.Kind.DELIVERY, reference=f"delivery:{number}"))
                for number, statements in enumerate(pieces)
            ]
        )


def causes() -> list[str]:
    """The causes of the movements, in the ledger's order."""
    return list(Movement.objects.order_by("seq").values_list("cause__reference", flat=True))


TURNS: dict[str, tuple[list[list[Statement]], list[list[int]]]] = {
    "counts of their own": ([[of("a", read("1", 1, "5"))], [of("b", read("2", 2, "6"))]], [[0, 1]]),
    "one count, three times": (
        [[read("1", 1, "5")], [adjust("2", 2, "-1")], [read("3", 3, "9")]],
        [[0, 1, 2]],
    ),
    "as early as may be": (
        [
            [called("1", 1, "a", "A")],
            [called("2", 2, "a", "AA"), called("3", 2, "b", "B")],
            [called("4", 3, "c", "C")],
            [called("5", 4, "b", "BB")],
        ],
        [[0, 2], [1], [3]],
    ),
    "descriptions of one listing": ([[described("1", 1, name="Mint")], [described("2", 2, name="Mints")]], [[0], [1]]),
    "descriptions of one place": ([[place("1", 1, name="Bay")], [place("2", 2, name="Cold bay")]], [[0, 1]]),
    "one lot, twice": ([[sack_born()], [sack_moved("to cold", 20, "bay", "cold")]], [[0, 1]]),
    "lots of their own": ([[sack_born()], [replace(sack_born(), key="other", batch="other")]], [[0, 1]]),
    "a lot that is split off, among others": (
        [
            [replace(sack_born(), key="other", batch="other")],
            [split("bag", 30, "sack", "bag", "40")],
            [replace(sack_born(), key="third", batch="third")],
        ],
        [[0], [1], [2]],
    ),
    "packages of their own": ([[from_package("P", "1", 1)], [from_package("Q", "2", 2)]], [[0, 1]]),
    "packages around a naming of their places": (
        [[from_package("P", "1", 1)], [named("2", 2, bay="7")], [from_package("Q", "3", 3)]],
        [[0], [1], [2]],
    ),
}


@pytest.mark.parametrize("what", TURNS)
def test_pieces_that_need_one_another_take_turns(what: str) -> None:
    pieces, taken = TURNS[what]
    source = make_source()
    with transaction.atomic():
        directory = Directory()
        directory.cover((source.pk, statement) for statements in pieces for statement in statements)
        assert turns([(source.pk, statements) for statements in pieces], directory) == taken


def test_a_lot_off_which_another_was_split_before_waits_for_its_turn() -> None:
    source = make_source()
    write(source, sack_born(), split("bag", 30, "sack", "bag", "40"))
    pieces: list[list[Statement]] = [
        [replace(sack_born(), key="other", batch="other")],
        [sack_moved("to cold", 20, "bay", "cold")],
    ]
    with transaction.atomic():
        directory = Directory()
        directory.cover((source.pk, statement) for statements in pieces for statement in statements)
        assert turns([(source.pk, statements) for statements in pieces], directory) == [[0], [1]]


def test_what_is_written_together_moves_what_it_moves_alone_by_its_own_cause() -> None:
    source = make_source()
    pieces: list[list[Statement]] = [
        [read("1", 10, "5")],
        [of("other", read("2", 11, "7"))],
        [adjust("3", 12, "-2")],
        [read("4", 9, "8")],
    ]
    assert write_together(source, *pieces) == set()
    assert movements() == [("coffee@shop", "5"), ("other@shop", "7"), ("coffee@shop", "-2")]
    assert causes() == ["delivery:0", "delivery:1", "delivery:2"]
    assert list(Cause.objects.order_by("pk").values_list("reference", flat=True)) == [
        "delivery:0",
        "delivery:1",
        "delivery:2",
        "delivery:3",
    ]


def test_what_comes_late_among_what_is_written_together_moves_what_it_moves_alone() -> None:
    """5 at 10; 2 less at 12; 1 more at 11, heard late; 4 more at 13."""
    pieces: list[list[Statement]] = [
        [read("1", 10, "5")],
        [adjust("2", 12, "-2")],
        [adjust("3", 11, "1")],
        [adjust("4", 13, "4")],
    ]
    assert write_together(make_source(), *pieces) == set()
    assert movements() == [("coffee@shop", "5"), ("coffee@shop", "-2"), ("coffee@shop", "1"), ("coffee@shop", "4")]
    assert causes() == ["delivery:0", "delivery:1", "delivery:2", "delivery:3"]


def test_a_product_is_called_what_its_listing_was_called_first() -> None:
    source = make_source()
    names = [described("1", 1, name="Mint"), described("2", 2, name="Mints")]
    assert write_together(source, *([said] for said in names)) == set()
    [(listing, product)] = Listing.objects.values_list("name", "product__name")
    assert (listing, product) == ("Mints", "Mint")


@pytest.mark.parametrize("order", list(permutations(range(5)))[::7])
def test_a_family_of_lots_ends_together_as_it_ends_alone(order: tuple[int, ...]) -> None:
    family = [FAMILY[index] for index in order]
    together, alone = make_source("Together"), make_source("Alone")
    with transaction.atomic():
        assert write_together(together, *([statement] for statement in family)) == set()
        at_once = (sorted(movements()), lots(), shown())
        transaction.set_rollback(True)
    for number, statement in enumerate(family):
        write(alone, statement, by=f"delivery:{number}")
    assert at_once == (sorted(movements()), lots(), shown())


def test_what_was_said_before_or_twice_is_left_out() -> None:
    source = make_source()
    write(source, read("known", 1, "1"), by="delivery:before")
    pieces = [[read("new", 5, "5")], [read("known", 1, "1")], [read("twice", 6, "6")], [read("twice", 6, "7")]]
    assert write_together(source, *pieces) == {1, 2, 3}
    assert movements() == [("coffee@shop", "1"), ("coffee@shop", "4")]


def test_where_one_is_out_of_range_nothing_is_written() -> None:
    source = make_source()
    pieces: list[list[Statement]] = [
        [of("other", read("1", 1, "5"))],
        [read("2", 2, str(LIMIT))],
        [adjust("3", 3, "1")],
    ]
    with pytest.raises(QuantityOutOfRange):
        write_together(source, *pieces)
    assert (StockEvent.objects.count(), Cause.objects.count(), movements()) == (0, 0, [])


def test_one_key_that_says_two_things_in_one_piece_is_left_to_be_refused() -> None:
    source = make_source()
    assert write_together(source, [read("1", 1, "5"), read("1", 1, "6")], [of("other", read("2", 1, "5"))]) == {0}
    with pytest.raises(ConflictingStatement):
        write(source, read("1", 1, "5"), read("1", 1, "6"))
    assert shown() == {("other", "shop"): ("5", "exact")}
