"""The ledger writes readings and adjustments down: whatever the order, the same counts."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

import pytest

from inventory import ledger
from inventory.events import Bucket
from inventory.ledger import ConflictingStatement
from inventory.ledger.encoding import to_statement
from inventory.models import Cause, Count, Movement, Restatement, Retraction, StockEvent, Stream
from inventory.quantity import QuantityOutOfRange
from tests.inventory.fold.support import adjust, born, read, unknown, untracked
from tests.inventory.ledger_support import make_source, movements, shown, write, write_apart

SHOP = ("coffee", "shop")


@pytest.fixture(autouse=True)
def _the_ledger_holds_afterwards(db: None) -> Iterator[None]:
    yield
    assert ledger.prove().breaches == []
    assert list(ledger.differences()) == []


HISTORY = [read("a", 10, "20"), adjust("b", 20, "-3"), read("c", 30, "16"), adjust("d", 30, "5"), adjust("e", 40, "-1")]


@pytest.mark.parametrize("order", list(permutations(range(5))))
def test_in_any_order_16_were_read_and_one_sold_since(order: tuple[int, ...]) -> None:
    """At 30 an adjustment precedes the reading, which has seen it: 16 - 1."""
    write_apart(make_source(), [HISTORY[index] for index in order])
    assert shown() == {SHOP: ("15", "exact")}


@pytest.mark.parametrize("split", [1, 2, 3, 4])
def test_split_into_two_deliveries_anywhere_it_is_the_same(split: int) -> None:
    source = make_source()
    write(source, *HISTORY[split:], by="delivery:2")
    write(source, *HISTORY[:split], by="delivery:1")
    assert shown() == {SHOP: ("15", "exact")}


def test_a_late_adjustment_corrects_with_a_movement_of_its_own() -> None:
    """20 were read, 18 shown after a sale of 2; a sale of 3 from in between is learned last: 15."""
    source = make_source()
    write_apart(source, [read("read", 10, "20"), adjust("sale", 30, "-2"), adjust("late", 20, "-3")])
    assert shown() == {SHOP: ("15", "exact")}
    assert movements() == [("coffee@shop", "20"), ("coffee@shop", "-2"), ("coffee@shop", "-3")]
    newest = Movement.objects.select_related("event").order_by("-seq")[0]
    assert newest.event is not None
    assert newest.event.key == "late"


def test_a_late_reading_becomes_the_ground_for_the_adjustments_after_it() -> None:
    """10 read, 4 sold at 30; that 12 had been read at 20 comes last: 12 - 4 = 8."""
    source = make_source()
    write_apart(source, [read("first", 10, "10"), adjust("sale", 30, "-4"), read("late", 20, "12")])
    assert shown() == {SHOP: ("8", "exact")}
    assert movements() == [("coffee@shop", "10"), ("coffee@shop", "-4"), ("coffee@shop", "2")]


def test_adjustments_alone_make_a_doubtful_number() -> None:
    write_apart(make_source(), [adjust("plus", 10, "5"), adjust("minus", 20, "-7")])
    assert shown() == {SHOP: ("-2", "doubtful")}


def test_an_untracked_count_prints_nothing_and_comes_back() -> None:
    source = make_source()
    write_apart(source, [read("five", 10, "5"), untracked("off", 20)])
    assert shown() == {SHOP: (None, "untracked")}
    write(source, read("six", 30, "6"), by="delivery:9")
    assert shown() == {SHOP: ("6", "exact")}


def test_an_unknown_first_reading_is_a_count_that_prints_nothing() -> None:
    write(make_source(), unknown("a", 10))
    assert shown() == {SHOP: (None, "unknown")}
    assert movements() == [("coffee@shop", "0")]


def test_a_retracted_reading_lets_the_one_before_it_show_again() -> None:
    """10, then 12 less 1: without the 12 it is 10 - 1."""
    source = make_source()
    write_apart(source, [read("ten", 10, "10"), read("twelve", 20, "12"), adjust("sale", 30, "-1")])
    ledger.retract("delivery:1", source.pk, actor="kim")
    assert shown() == {SHOP: ("9", "exact")}
    assert movements()[-1] == ("coffee@shop", "-2")


def test_a_retracted_reading_that_a_newer_one_covers_changes_nothing() -> None:
    source = make_source()
    write_apart(source, [read("ten", 10, "10"), read("twelve", 20, "12")])
    ledger.retract("delivery:0", source.pk, actor="kim")
    assert shown() == {SHOP: ("12", "exact")}
    assert len(movements()) == 2


def test_an_event_that_two_deliveries_state_stands_while_one_of_them_does() -> None:
    source = make_source()
    write(source, read("a", 10, "10"), by="delivery:1")
    write(source, read("a", 10, "10"), by="delivery:2")
    assert (StockEvent.objects.count(), Restatement.objects.count(), len(movements())) == (1, 1, 1)

    ledger.retract("delivery:1", source.pk, actor="kim")
    assert shown() == {SHOP: ("10", "exact")}
    ledger.retract("delivery:2", source.pk, actor="kim")
    assert shown() == {SHOP: (None, "unknown")}
    assert movements() == [("coffee@shop", "10"), ("coffee@shop", "-10")]
    assert Retraction.objects.count() == 2


def test_what_was_retracted_stands_again_when_it_is_stated_again() -> None:
    source = make_source()
    write(source, read("a", 10, "10"), by="delivery:1")
    ledger.retract("delivery:1", source.pk, actor="kim")
    write(source, read("a", 10, "10"), by="delivery:2")
    assert shown() == {SHOP: ("10", "exact")}
    assert movements() == [("coffee@shop", "10"), ("coffee@shop", "-10"), ("coffee@shop", "10")]
    assert StockEvent.objects.count() == 1


def test_another_statement_under_a_standing_key_is_refused_whole() -> None:
    source = make_source()
    write(source, read("a", 10, "10"), by="delivery:1")
    with pytest.raises(ConflictingStatement, match=r"^a: another delivery says something else under this key$"):
        write(source, read("b", 20, "12"), read("a", 10, "11"), by="delivery:2")
    assert shown() == {SHOP: ("10", "exact")}
    assert (StockEvent.objects.count(), Cause.objects.count()) == (1, 1)


def test_another_statement_under_a_retracted_key_is_its_next_revision() -> None:
    source = make_source()
    write(source, read("a", 10, "10"), by="delivery:1")
    write(source, read("a", 10, "11"), by="delivery:1", replaces=["delivery:1"])
    assert shown() == {SHOP: ("11", "exact")}
    assert list(StockEvent.objects.order_by("revision").values_list("key", "revision")) == [("a", 0), ("a", 1)]
    assert movements() == [("coffee@shop", "10"), ("coffee@shop", "1")]


def test_two_different_statements_of_one_key_in_one_piece_are_refused() -> None:
    with pytest.raises(ConflictingStatement, match=r"^a: stated twice, differently, in one piece$"):
        write(make_source(), read("a", 10, "1"), read("a", 10, "2"))


def test_the_same_statement_twice_in_one_piece_counts_once() -> None:
    write(make_source(), adjust("a", 10, "1"), adjust("a", 10, "1"))
    assert shown() == {SHOP: ("1", "doubtful")}


def test_a_sum_beyond_the_range_is_refused_and_leaves_nothing() -> None:
    source = make_source()
    write(source, read("top", 10, "9000000000000"))
    with pytest.raises(QuantityOutOfRange):
        write(source, adjust("more", 20, "0.000001"), by="delivery:2")
    assert shown() == {SHOP: ("9000000000000", "exact")}


def test_one_that_fails_in_a_transaction_takes_nothing_from_its_neighbours() -> None:
    source = make_source()
    why = [ledger.Why(kind=Cause.Kind.DELIVERY, reference=f"delivery:{number}") for number in range(3)]
    with ledger.posting() as book:
        book.record(source.pk, [read("a", 10, "1")], why[0])
        with pytest.raises(ConflictingStatement):
            book.record(source.pk, [read("x", 15, "7"), read("a", 10, "2")], why[1])
        book.record(source.pk, [adjust("b", 20, "1")], why[2])
    assert shown() == {SHOP: ("2", "exact")}
    assert movements() == [("coffee@shop", "1"), ("coffee@shop", "1")]
    assert list(Cause.objects.order_by("pk").values_list("reference", flat=True)) == ["delivery:0", "delivery:2"]


def test_a_replay_passes_through_no_state_that_never_was() -> None:
    """With 9 x 10^12 before it, taking the 0 back alone would leave a sum that cannot be kept; the end is 1 + 5."""
    source = make_source()
    write(source, read("x", 5, "9000000000000"), by="delivery:1")
    write(source, read("y", 10, "0"), adjust("z", 20, "5"), by="delivery:2")
    write(source, read("y", 10, "1"), adjust("z", 20, "5"), by="delivery:2", replaces=["delivery:2"])
    assert shown() == {SHOP: ("6", "exact")}
    assert movements()[-1] == ("coffee@shop", "1")


def test_a_piece_is_judged_by_where_it_ends() -> None:
    write(make_source(), adjust("a", 1, "9000000000000"), adjust("b", 1, "9000000000000"), read("c", 2, "0"))
    assert shown() == {SHOP: ("0", "exact")}


def test_two_deliveries_of_one_event_are_both_replayed_after_a_mapping_fix() -> None:
    """The first to be read anew takes the old reading back for both; the second states the new one once more."""
    source = make_source()
    for number in "12":
        write(source, read("a", 10, "10"), by=f"delivery:{number}")
    mended = replace(read("a", 10, "10"), bucket=Bucket.HELD)
    for number in "12":
        write(source, mended, by=f"delivery:{number}", replaces=[f"delivery:{number}"])
    counts = Count.objects.order_by("bucket").values_list("bucket", "quantity", "quality")
    assert list(counts) == [("available", 0, "unknown"), ("held", 10, "exact")]
    ledger.retract("delivery:1", source.pk, actor="kim")
    assert Count.objects.get(bucket="held").quantity == 10


def test_what_an_accepted_rival_repeats_is_its_own_word_too() -> None:
    """The rival states the same reading and another adjustment; without the first delivery 10 + 2 still stand."""
    source = make_source()
    write(source, read("a", 10, "10"), adjust("b", 20, "1"), by="delivery:1")
    write(source, read("a", 10, "10"), adjust("b", 20, "2"), by="delivery:2", replaces=["delivery:1", "delivery:2"])
    assert shown() == {SHOP: ("12", "exact")}
    ledger.retract("delivery:1", source.pk, actor="kim")
    assert shown() == {SHOP: ("12", "exact")}


def test_a_batch_is_counted_one_way_or_the_other() -> None:
    source = make_source()
    write(source, born("a", 10, "bay", "100"))
    counted = replace(read("b", 20, "5"), listing="flour", batch="lot", location="bay")
    with pytest.raises(ConflictingStatement, match=r"^batch lot: it is followed as a lot and counted by readings"):
        write(source, counted, by="delivery:2")
    write(source, replace(counted, batch="shelf"), by="delivery:3")
    with pytest.raises(ConflictingStatement, match=r"^batch shelf: it is followed as a lot and counted by readings"):
        write(source, replace(born("c", 30, "bay", "1"), batch="shelf"), by="delivery:4")


def test_two_sources_with_the_same_identifiers_never_meet() -> None:
    write(make_source("one"), read("a", 10, "1"))
    write(make_source("two"), read("a", 10, "2"))
    assert sorted(Count.objects.values_list("source__name", "quantity")) == [("one", 1), ("two", 2)]
    assert Stream.objects.count() == 2


def test_every_event_survives_being_stored_exactly() -> None:
    write(make_source(), *HISTORY)
    assert [to_statement(event) for event in StockEvent.objects.order_by("pk")] == HISTORY
