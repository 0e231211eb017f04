"""The ledger writes packages down: whatever the order, the same counts, and no count in two packages."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import permutations

import pytest
from django.db import transaction

from inventory import ledger
from inventory.events import (
    Absence,
    Bucket,
    LotBorn,
    PackageRead,
    Quality,
    Reading,
    Statement,
    StreamKind,
)
from inventory.ledger import ConflictingStatement, Why
from inventory.ledger.encoding import to_statement
from inventory.ledger.slots import PackageName, stream_slot
from inventory.models import Cause, Count, Source, StockEvent, Stream
from inventory.quantity import quantity_text
from tests.inventory.fold.package_support import CHANGED, WHOLE, of, package, row
from tests.inventory.ledger_support import make_source, movements, quantities, write, write_apart


@pytest.fixture(autouse=True)
def _the_ledger_holds_afterwards(db: None) -> Iterator[None]:
    yield
    assert ledger.prove().breaches == []
    assert list(ledger.differences()) == []


HISTORY = [
    package("a", 1, row("b1", "case", "10"), row("b2", "case", "4"), absent=CHANGED),
    package("b", 2, row("b1", "vault", "9"), absent=CHANGED),
    package("c", 3, row("b2", "case", "3"), absent=Absence.UNSURE),
    package("d", 4, row("b1", "vault", "8"), absent=WHOLE),
]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_in_any_order_a_batch_moved_and_another_was_sold_out(order: tuple[int, ...]) -> None:
    write_apart(make_source(), [HISTORY[index] for index in order])
    assert quantities() == {"b1@case": "0 exact", "b1@vault": "8 exact", "b2@case": "0 exact"}


@pytest.mark.parametrize("split", [1, 2, 3])
def test_split_into_two_deliveries_anywhere_it_is_the_same(split: int) -> None:
    source = make_source()
    write(source, *HISTORY[split:], by="delivery:2")
    write(source, *HISTORY[:split], by="delivery:1")
    assert quantities() == {"b1@case": "0 exact", "b1@vault": "8 exact", "b2@case": "0 exact"}


def test_a_move_is_two_movements() -> None:
    write_apart(make_source(), HISTORY[:2])
    assert movements() == [("b1@case", "10"), ("b2@case", "4"), ("b1@case", "-10"), ("b1@vault", "9")]


def test_a_withdrawn_move_puts_the_batch_back() -> None:
    source = make_source()
    write_apart(source, HISTORY[:2])
    ledger.retract("delivery:1", source.pk, actor="kim")
    assert quantities() == {"b1@case": "10 exact", "b2@case": "4 exact", "b1@vault": "None unknown"}


def test_what_was_said_is_read_back_exactly() -> None:
    said = package("a", 1, row("b1", "case", "10.5", held="0", reserved="0.000001"), absent=WHOLE)
    write(make_source(), said)
    assert to_statement(StockEvent.objects.get()) == said


def test_a_count_adjusted_by_hand_stays_in_its_package() -> None:
    """10 were read, 2 broke; then somebody counted 7; then the source says 9."""
    source = make_source()
    write(source, HISTORY[0])
    count = Count.objects.get(batch__external_id="b1")
    ledger.adjust(count.pk, Decimal(-2), actor="kim")
    assert quantities() == {"b1@case": "8 exact", "b2@case": "4 exact"}
    ledger.count_by_hand(count.pk, Decimal(7), actor="kim")
    assert quantities() == {"b1@case": "7 exact", "b2@case": "4 exact"}
    assert Stream.objects.filter(kind=StreamKind.PACKAGE).count() == 1
    assert [quantity_text(movement.delta) for movement in count.movements.order_by("seq")] == ["10", "-2", "-1"]


def test_a_batch_of_one_package_is_refused_to_another() -> None:
    source = make_source()
    write(source, HISTORY[0])
    with pytest.raises(ConflictingStatement, match="batch b1: its counts belong to another package already"):
        write(source, of("Q", "q", row("b3", "case", "1"), row("b1", "yard", "1")), by="delivery:2")
    assert quantities() == {"b1@case": "10 exact", "b2@case": "4 exact"}


def test_of_two_packages_at_once_that_tell_one_batch_the_first_has_it() -> None:
    """Both are covered in one sweep, as a worker does; what the ledger refuses takes nothing of the other with it."""
    source = make_source()
    first, second = HISTORY[0], of("Q", "q", row("b1", "case", "1"))
    with ledger.posting() as book:
        book.prepare([(source.pk, [first], []), (source.pk, [second], [])])
        book.record(source.pk, [first], Why(kind=Cause.Kind.DELIVERY, reference="delivery:1"))
        with pytest.raises(ConflictingStatement):
            book.record(source.pk, [second], Why(kind=Cause.Kind.DELIVERY, reference="delivery:2"))
    assert quantities() == {"b1@case": "10 exact", "b2@case": "4 exact"}


def reading(batch: str) -> Reading:
    return Reading(
        key="r",
        occurred=5,
        order_key=b"r",
        listing="mints",
        batch=batch,
        location="case",
        bucket=Bucket.AVAILABLE,
        quantity=Decimal(1),
    )


def birth(batch: str) -> LotBorn:
    return LotBorn(key="l", occurred=5, order_key=b"l", batch=batch, listing="mints", location="case", role="received")


@pytest.mark.parametrize("other", [reading("b1"), birth("b1")])
@pytest.mark.parametrize("package_first", [True, False])
def test_a_batch_is_followed_in_one_way_only(other: Statement, package_first: bool) -> None:
    source = make_source()
    first, second = (HISTORY[0], other) if package_first else (other, HISTORY[0])
    write(source, first)
    with pytest.raises(ConflictingStatement, match="batch b1: it is told with its package and by itself, both at once"):
        write(source, second, by="delivery:2")
    assert StockEvent.objects.count() == 1


def test_two_ways_in_one_piece_are_refused_as_well() -> None:
    with pytest.raises(ConflictingStatement, match="with its package and by itself"):
        write(make_source(), HISTORY[0], reading("b1"))
    assert not Stream.objects.exists()


def test_what_could_not_be_prepared_together_is_recorded_apart() -> None:
    """What the vain preparation made is gone with its savepoint, and is made again for the first that is recorded."""
    source = make_source()
    with ledger.posting() as book:
        with pytest.raises(ConflictingStatement), transaction.atomic():
            book.prepare([(source.pk, [HISTORY[0]], []), (source.pk, [reading("b1")], [])])
        book.record(source.pk, [HISTORY[0]], Why(kind=Cause.Kind.DELIVERY, reference="delivery:1"))
        with pytest.raises(ConflictingStatement):
            book.record(source.pk, [reading("b1")], Why(kind=Cause.Kind.DELIVERY, reference="delivery:2"))
    assert quantities() == {"b1@case": "10 exact", "b2@case": "4 exact"}


def test_a_rebuild_brings_a_damaged_package_back() -> None:
    source = make_source()
    write_apart(source, HISTORY[:2])
    Stream.objects.filter(kind=StreamKind.PACKAGE).update(state={"nonsense": True})
    Count.objects.update(quantity=Decimal(77), quality=Quality.DOUBTFUL)
    assert not ledger.prove().holds
    assert ledger.rebuild(actor="kim") == 1
    assert quantities() == {"b1@case": "0 exact", "b2@case": "4 exact", "b1@vault": "9 exact"}


def test_packages_of_two_sources_and_of_two_stores_are_told_apart() -> None:
    here, there = make_source("Here"), make_source("There")
    store = PackageRead(
        key="s",
        occurred=1,
        order_key=b"s",
        tenant="store-2",
        package="P",
        listing="mints",
        rows=(row("b1", "case", "3"),),
        absent=CHANGED,
    )
    write(here, package("a", 1, row("b1", "case", "1")), store)
    write(there, package("a", 1, row("b1", "case", "2")), by="delivery:2")
    counts = Count.objects.order_by("quantity").values_list("source__name", "listing__tenant", "quantity")
    assert list(counts) == [("Here", "", 1), ("There", "", 2), ("Here", "store-2", 3)]
    assert Stream.objects.filter(kind=StreamKind.PACKAGE).count() == 3


def test_a_new_batch_of_a_known_package_joins_its_stream() -> None:
    source = make_source()
    write(source, HISTORY[1])
    write(source, package("z", 9, row("b9", "case", "6"), absent=CHANGED), by="delivery:2")
    assert quantities() == {"b1@vault": "9 exact", "b9@case": "6 exact"}
    assert Stream.objects.filter(kind=StreamKind.PACKAGE).count() == 1


def test_the_names_of_packages_fit_and_never_run_together() -> None:
    names = [
        PackageName(1, "a", "b:c"),
        PackageName(1, "a:b", "c"),
        PackageName(1, "", "a:b:c"),
        PackageName(2, "a", "b:c"),
        PackageName(1, "t" * 255, "p" * 255),
        PackageName(1, "t" * 255, "p" * 254 + "q"),
    ]
    slots = [stream_slot(StreamKind.PACKAGE, name) for name in names]
    assert len(set(slots)) == 6
    longest = Stream._meta.get_field("slot").max_length or 0
    assert max(map(len, slots)) <= longest
    assert slots[0] == "package:1:1:a:b:c"


def test_the_longest_names_are_written_down() -> None:
    source: Source = make_source()
    long = PackageRead(
        key="l",
        occurred=1,
        order_key=b"l",
        tenant="t" * 255,
        package="p" * 255,
        listing="m" * 255,
        rows=(row("b" * 255, "c" * 255, "1"),),
        absent=CHANGED,
    )
    write(source, long)
    assert Count.objects.get().quantity == 1
