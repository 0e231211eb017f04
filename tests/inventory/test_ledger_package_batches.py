"""Whose a batch is, of which listing and where: what its package says, and what another package says after it."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

import pytest

from inventory import ledger
from inventory.events import PackageRead
from inventory.ledger import ConflictingStatement
from inventory.models import Batch, Count, Location, Movement
from tests.inventory.fold.package_support import UNSURE, WHOLE, named, of, package, row
from tests.inventory.ledger_support import make_source, movements, quantities, write, write_apart


@pytest.fixture(autouse=True)
def _the_ledger_holds_afterwards(db: None) -> Iterator[None]:
    yield
    assert ledger.prove().breaches == []
    assert list(ledger.differences()) == []


def batches() -> dict[str, tuple[str | None, str | None]]:
    """batch -> (listing, location)."""
    rows = Batch.objects.values_list("external_id", "listing__external_id", "location__external_id")
    return {batch: (listing, location) for batch, listing, location in rows}


@pytest.mark.parametrize(
    ("readings", "expected"),
    [
        ([package("a", 1, row("b1", "case", "5"))], ("mints", "case")),
        ([package("a", 1, row("b1", "case", "5"), row("b1", "vault", "1"))], ("mints", None)),
        ([package("a", 1, row("b1", "case", "5")), package("b", 2, row("b1", "vault", "5"))], ("mints", "vault")),
        ([package("a", 1, row("b1", "case", "5")), package("b", 2, absent=UNSURE)], ("mints", "case")),
        ([package("a", 1, row("b1", "case", "5")), package("b", 2, absent=WHOLE)], ("mints", None)),
        (
            [package("a", 1, row("b1", "case", "5")), package("b", 2, row("b1", "case", "5"), listing="gums")],
            ("gums", "case"),
        ),
        (
            [
                package("a", 1, row("b1", "case", "5")),
                package("b", 2, row("b1", "case", "5"), listing="gums"),
                package("c", 3, absent=WHOLE, listing="gums"),
            ],
            ("gums", None),
        ),
        ([package("a", 1, row("b1", "case", "0"))], ("mints", "case")),
        ([package("a", 1, row("b1", "case"))], ("mints", "case")),
    ],
    ids=[
        "where it is told",
        "at two places it is at neither",
        "it has moved",
        "in doubt it is where it was",
        "where nothing is left of it it keeps its listing",
        "its product changed",
        "its last product is kept",
        "none of it is there",
        "how much of it is there is not known",
    ],
)
def test_a_batch_is_of_the_listing_and_at_the_place_that_its_package_says(
    readings: list[PackageRead], expected: tuple[str | None, str | None]
) -> None:
    write_apart(make_source("In order"), readings)
    write_apart(make_source("Backwards"), readings[::-1])
    assert list(Batch.objects.values_list("listing__external_id", "location__external_id")) == [expected, expected]


def test_a_batch_at_two_names_of_one_place_is_at_that_place() -> None:
    source = make_source()
    write_apart(
        source,
        [
            package("a", 1, row("b1", "vault", "5"), row("b1", "vault 2", "1")),
            named("b", 2, vault="U"),
            named("c", 3, **{"vault 2": "U"}),
        ],
    )
    assert batches() == {"b1": ("mints", "vault")}


def test_a_batch_that_nobody_tells_any_more_is_nowhere() -> None:
    source = make_source()
    write(source, package("a", 1, row("b1", "case", "5"), row("b2", "case", "1")))
    write(source, package("b", 2, row("b2", "case", "1")), by="delivery:2")
    ledger.retract("delivery:1", source.pk, actor="kim")
    assert batches() == {"b1": (None, None), "b2": ("mints", "case")}


def test_a_rebuild_brings_a_damaged_batch_back() -> None:
    source = make_source()
    write(source, package("a", 1, row("b1", "case", "5")))
    Batch.objects.update(listing=None, location=Location.objects.create(source=source, external_id="elsewhere"))
    assert [breach.where for breach in ledger.prove().breaches] == [f"stream package:{source.pk}:0::P"]
    assert ledger.rebuild(actor="kim") == 1
    assert batches() == {"b1": ("mints", "case")}


def labelled(label: str) -> PackageRead:
    """The same reading, of the package with this label."""
    return replace(of(label, "r", row("b1", "case", "5"), row("b2", "case", "2")), occurred=5)


def test_a_package_that_is_relabelled_by_a_replay_takes_its_batches_along() -> None:
    source = make_source()
    write(source, labelled("P"))
    write(source, labelled("Q"), replaces=["delivery:1"])
    assert quantities() == {"b1@case": "5 exact", "b2@case": "2 exact"}
    assert set(Count.objects.values_list("stream__slot", flat=True)) == {f"package:{source.pk}:0::Q"}
    assert batches() == {"b1": ("mints", "case"), "b2": ("mints", "case")}
    assert movements() == [
        ("b1@case", "5"),
        ("b2@case", "2"),
        ("b1@case", "-5"),
        ("b2@case", "-2"),
        ("b1@case", "5"),
        ("b2@case", "2"),
    ]
    count = Count.objects.get(batch__external_id="b1")
    ledger.adjust(count.pk, Decimal(-1), actor="kim")
    assert quantities() == {"b1@case": "4 exact", "b2@case": "2 exact"}


def test_and_back_again() -> None:
    source = make_source()
    for label in ("P", "Q", "P"):
        write(source, labelled(label), replaces=["delivery:1"])
    assert quantities() == {"b1@case": "5 exact", "b2@case": "2 exact"}
    assert set(Count.objects.values_list("stream__slot", flat=True)) == {f"package:{source.pk}:0::P"}


def test_where_it_was_and_is_no_more_goes_along_too() -> None:
    """The batch moved while it was told under the old label; under the new one it was only ever in the vault."""
    source = make_source()
    write(source, package("a", 1, row("b1", "case", "5")), by="delivery:1")
    write(source, package("b", 2, row("b1", "vault", "5")), by="delivery:2")
    ledger.retract("delivery:1", source.pk, actor="kim")
    write(
        source, replace(package("b", 2, row("b1", "vault", "5")), package="Q"), by="delivery:2", replaces=["delivery:2"]
    )
    assert quantities() == {"b1@case": "None unknown", "b1@vault": "5 exact"}
    assert set(Count.objects.values_list("stream__slot", flat=True)) == {f"package:{source.pk}:0::Q"}


def test_where_the_old_label_told_it_and_the_new_one_does_not_goes_along_too() -> None:
    source = make_source()
    write(source, package("a", 1, row("b1", "case", "5")), by="delivery:1")
    write(source, of("Q", "a", row("b1", "vault", "5")), replaces=["delivery:1"])
    assert quantities() == {"b1@case": "None unknown", "b1@vault": "5 exact"}
    assert set(Count.objects.values_list("stream__slot", flat=True)) == {f"package:{source.pk}:0::Q"}
    assert batches() == {"b1": ("mints", "vault")}


def test_what_was_taken_back_earlier_can_be_told_under_another_label() -> None:
    source = make_source()
    write(source, labelled("P"))
    ledger.retract("delivery:1", source.pk, actor="kim")
    write(source, replace(labelled("Q"), key="s"), by="delivery:2")
    assert quantities() == {"b1@case": "5 exact", "b2@case": "2 exact"}
    assert sum(movement.delta for movement in Movement.objects.all()) == 7


def test_two_packages_that_exchange_their_batches_keep_one_number_each() -> None:
    source = make_source()
    first, second = of("P", "p", row("b1", "case", "5")), of("Q", "q", row("b2", "case", "2"))
    write(source, first, second)
    write(source, replace(first, package="Q"), replace(second, package="P"), replaces=["delivery:1"])
    assert quantities() == {"b1@case": "5 exact", "b2@case": "2 exact"}
    owners = Count.objects.values_list("batch__external_id", "stream__slot")
    assert dict(owners) == {"b1": f"package:{source.pk}:0::Q", "b2": f"package:{source.pk}:0::P"}


def test_a_batch_of_which_the_old_package_still_tells_is_refused() -> None:
    """One of two deliveries is read anew: the other one still says that the batch is of the old package."""
    source = make_source()
    write(source, package("a", 1, row("b1", "case", "5")), by="delivery:1")
    write(source, package("b", 2, row("b1", "case", "4")), by="delivery:2")
    with pytest.raises(ConflictingStatement, match="batch b1: its counts belong to another package already"):
        write(
            source,
            replace(package("b", 2, row("b1", "case", "4")), package="Q"),
            by="delivery:2",
            replaces=["delivery:2"],
        )
    assert quantities() == {"b1@case": "4 exact"}


def test_a_batch_that_two_packages_tell_in_one_piece_is_refused() -> None:
    source = make_source()
    with pytest.raises(ConflictingStatement, match="batch b1: its counts belong to another package already"):
        write(source, of("P", "p", row("b1", "case", "5")), of("Q", "q", row("b1", "vault", "2")))
    assert not Count.objects.exists()
