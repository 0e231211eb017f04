"""The ledger writes the lives of lots down: one count for each place where a lot is or was."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import permutations

import pytest

from inventory import ledger
from inventory.ledger import UnknownCount
from inventory.models import Batch, Count
from tests.inventory.fold.support import adjusted, born, counted, described, ended, modified, moved, revived, spawned
from tests.inventory.ledger_support import make_source, movements, shown, write, write_apart


@pytest.fixture(autouse=True)
def _the_ledger_holds_afterwards(db: None) -> Iterator[None]:
    yield
    assert ledger.prove().breaches == []
    assert list(ledger.differences()) == []


LIFE = [born("a", 10, "bay", "100"), moved("b", 20, "bay", "cold"), ended("c", 30), revived("d", 40, "shelf")]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_in_any_order_a_lot_ends_on_the_shelf_with_its_100(order: tuple[int, ...]) -> None:
    write_apart(make_source(), [LIFE[index] for index in order])
    assert {key: value for key, value in shown().items() if value[0] != "0"} == {("lot", "shelf"): ("100", "exact")}
    batch = Batch.objects.select_related("listing", "location").get()
    assert (batch.status, str(batch.listing), str(batch.location)) == ("live", "flour", "shelf")


def test_a_move_takes_the_units_from_one_place_to_the_other() -> None:
    write_apart(make_source(), LIFE[:2])
    assert shown() == {("lot", "bay"): ("0", "exact"), ("lot", "cold"): ("100", "exact")}
    assert movements() == [("lot@bay", "100"), ("lot@bay", "-100"), ("lot@cold", "100")]


def test_a_destroyed_lot_counts_zero_where_it_was_and_stays() -> None:
    write_apart(make_source(), LIFE[:3])
    assert shown() == {("lot", "bay"): ("0", "exact"), ("lot", "cold"): ("0", "exact")}
    assert Batch.objects.get().status == "ended"


def test_an_end_before_its_birth_leaves_a_tombstone() -> None:
    write_apart(make_source(), [ended("end", 30), born("late", 10, "bay", "100")])
    assert shown() == {("lot", "bay"): ("0", "exact")}
    assert movements() == [("lot@bay", "0")]


def test_a_lot_of_unknown_quantity_prints_nothing() -> None:
    write_apart(make_source(), [moved("a", 10, "bay", "cold")])
    assert shown() == {("lot", "cold"): (None, "unknown")}


def test_a_lot_is_adjusted_and_counted_by_hand() -> None:
    """100 received, 4 broken, 95 counted."""
    source = make_source()
    write_apart(source, [born("a", 10, "bay", "100"), adjusted("b", 20, "-4"), counted("c", 30, "95")])
    assert movements() == [("lot@bay", "100"), ("lot@bay", "-4"), ("lot@bay", "-1")]
    count = Count.objects.get()
    ledger.adjust(count.pk, count.quantity - 97, actor="kim")
    ledger.count_by_hand(count.pk, count.quantity, actor="kim")
    assert shown() == {("lot", "bay"): ("95", "exact")}


def test_counting_a_lot_where_it_no_longer_is_is_refused() -> None:
    write_apart(make_source(), LIFE[:2])
    bay, cold = (Count.objects.get(location__external_id=name) for name in ("bay", "cold"))
    with pytest.raises(UnknownCount, match=r"^the lot lot is not at bay any more$"):
        ledger.count_by_hand(bay.pk, Decimal(3), actor="kim")
    ledger.adjust(cold.pk, Decimal(-1), actor="kim")
    assert shown() == {("lot", "bay"): ("0", "exact"), ("lot", "cold"): ("99", "exact")}


def test_adjusting_a_lot_that_has_ended_is_refused() -> None:
    write_apart(make_source(), [born("a", 10, "bay", "100"), ended("b", 20)])
    with pytest.raises(UnknownCount, match=r"^the lot lot is not at bay any more$"):
        ledger.adjust(Count.objects.get().pk, Decimal(1), actor="kim")


def test_a_split_off_lot_opens_where_its_parent_was() -> None:
    source = make_source()
    write(source, replace(born("a", 10, "bay", "100"), batch="sack"))
    write(source, spawned("b", 20), by="delivery:2")
    assert shown() == {("sack", "bay"): ("100", "exact"), ("lot", "bay"): (None, "unknown")}


def test_splitting_leaves_the_parent_in_doubt() -> None:
    write_apart(make_source(), [born("a", 10, "bay", "100"), modified("b", 20, "child")])
    assert shown() == {("lot", "bay"): ("100", "doubtful")}


def test_a_retracted_move_brings_the_lot_back() -> None:
    source = make_source()
    write_apart(source, LIFE[:2])
    ledger.retract("delivery:1", source.pk, actor="kim")
    assert shown() == {("lot", "bay"): ("100", "exact"), ("lot", "cold"): (None, "unknown")}


def test_a_description_names_its_listing_and_the_newest_word_stands() -> None:
    source = make_source()
    write_apart(
        source,
        [
            described("new", 20, name="Peach Ringz", thc={"min": "36"}),
            described("old", 10, name="Peach", active=False),
        ],
    )
    listing = source.listings.get()
    assert (listing.name, listing.active, listing.description) == (
        "Peach Ringz",
        False,
        {"name": "Peach Ringz", "thc": {"min": "36"}, "active": False},
    )
