"""The proof finds what is wrong, names it, and a rebuild mends it."""

from collections.abc import Sequence
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from inventory import fold as folds
from inventory import immutability, ledger
from inventory.events import Statement, StreamKind
from inventory.ledger import proving
from inventory.ledger.sums import movement_sums
from inventory.models import Batch, Count, Movement, StockEvent, Stream
from inventory.registry import Breach
from tests.inventory.fold.support import born, moved, read
from tests.inventory.ledger_support import make_source, movements, shown, write, write_apart
from tests.unchecked import unchecked

TEN = "1970-01-01T00:00:00.00000001Z"
pytestmark = pytest.mark.django_db


@pytest.fixture
def _can_be_tampered_with() -> None:
    immutability.lift(connection)


def breaches() -> list[tuple[str, str]]:
    return [(breach.law, breach.problem) for breach in ledger.prove().breaches]


def command(name: str, *arguments: str) -> tuple[int, str]:
    """(exit status, output) of a management command."""
    out = StringIO()
    try:
        call_command(name, *arguments, stdout=out)
    except SystemExit as end:
        return int(str(end.code)), out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def _a_lot_and_a_count() -> None:
    write_apart(make_source(), [read("a", 10, "90"), born("b", 10, "bay", "100"), moved("c", 20, "bay", "cold")])


@pytest.mark.usefixtures("_a_lot_and_a_count")
def test_a_ledger_that_holds_is_told_with_its_figures() -> None:
    proof = ledger.prove()
    assert (proof.counts, proof.streams, proof.events, proof.movements, proof.breaches) == (3, 2, 3, 4, [])
    status, text = command("prove_ledger")
    assert status == 0
    assert text.startswith("3 counts, 2 streams, 3 standing events, 4 movements, 0 deliveries: 0 breaches (")
    assert command("rebuild", "--check") == (0, "0 streams differ\n")


@pytest.mark.usefixtures("_a_lot_and_a_count")
def test_a_count_that_was_changed_breaks_two_laws_and_is_mended() -> None:
    count = Count.objects.get(listing__external_id="coffee")
    Count.objects.filter(pk=count.pk).update(quantity=91)
    assert breaches() == [
        ("1 sum", "it shows 91, its movements add up to 90"),
        (
            "3 rebuild",
            f"it shows 91 (exact, {TEN}), a rebuild gives 90 (exact, {TEN})",
        ),
    ]
    status, text = command("prove_ledger")
    assert status == 1
    assert f"breach of law 1 sum: count {count.pk}: it shows 91, its movements add up to 90" in text
    assert command("rebuild", "--check") == (
        1,
        f"stream count:{count.slot} differs from its standing events\n1 streams differ\n",
    )
    assert command("rebuild") == (0, "1 streams mended\n")
    assert breaches() == []
    assert shown()["coffee", "shop"] == ("90", "exact")
    assert len(movements()) == 4


@pytest.mark.usefixtures("_a_lot_and_a_count")
def test_of_very_many_breaches_the_first_of_each_law_are_named_and_all_are_counted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(proving, "MOST_OF_A_LAW", 2)
    first, second, third = Count.objects.order_by("pk").values_list("pk", flat=True)
    Count.objects.update(quantity=7)
    proof = ledger.prove()
    assert (proof.breach_count, proof.numbers, proof.holds) == (6, {"1 sum": 3, "3 rebuild": 3}, False)
    assert [breach.law for breach in proof.breaches] == ["1 sum", "1 sum", "3 rebuild", "3 rebuild"]
    assert [breach.where for breach in proof.breaches[:2]] == [f"count {first}", f"count {second}"]
    status, text = command("prove_ledger")
    assert (status, f"count {third}" in text) == (1, False)
    assert "and 1 more breaches of law 1 sum\nand 1 more breaches of law 3 rebuild\n3 counts, " in text
    assert "0 deliveries: 6 breaches (" in text


@pytest.mark.usefixtures("_a_lot_and_a_count", "_can_be_tampered_with")
def test_a_movement_that_was_changed_breaks_the_sum() -> None:
    Movement.objects.filter(seq=1).update(delta=80)
    assert breaches() == [("1 sum", "it shows 90, its movements add up to 80")]


@pytest.mark.usefixtures("_a_lot_and_a_count", "_can_be_tampered_with")
def test_movements_that_nothing_accounts_for_are_named() -> None:
    with unchecked("inventory_movement", "movement_names_an_event_or_a_retraction"):
        Movement.objects.filter(seq__in=[1, 3]).update(event=None)
        assert [(breach.law, breach.where, breach.problem) for breach in ledger.prove().breaches] == [
            ("4 account", f"movement {seq}", "it names no event, retraction or cause") for seq in (3, 1)
        ]


@pytest.mark.usefixtures("_a_lot_and_a_count", "_can_be_tampered_with")
def test_an_event_that_was_changed_breaks_convergence_and_rebuild() -> None:
    StockEvent.objects.filter(key="a").update(quantity=89)
    laws = [law for law, _ in breaches()]
    assert laws == ["2 convergence", "3 rebuild"]
    # The events are the truth: a rebuild follows them, and writes what the movements lacked.
    assert command("rebuild") == (0, "1 streams mended\n")
    assert breaches() == []
    assert shown()["coffee", "shop"] == ("89", "exact")
    assert movements()[-1] == ("coffee@shop", "-1")


@pytest.mark.usefixtures("_a_lot_and_a_count")
def test_a_batch_that_was_changed_breaks_the_rebuild() -> None:
    Batch.objects.update(status="ended")
    assert breaches() == [("3 rebuild", "status is 'ended', a rebuild gives 'live'")]
    assert command("rebuild") == (0, "1 streams mended\n")
    assert Batch.objects.get().status == "live"


@pytest.mark.usefixtures("_a_lot_and_a_count")
def test_a_lost_state_breaks_convergence_and_is_mended() -> None:
    Stream.objects.filter(kind="count").update(state=None)
    assert breaches() == [("2 convergence", "its stored state is not what its standing events make")]
    assert command("rebuild") == (0, "1 streams mended\n")
    assert breaches() == []


@pytest.mark.usefixtures("_a_lot_and_a_count")
def test_a_state_that_cannot_be_read_is_named_and_mended() -> None:
    Stream.objects.filter(kind="count").update(state={"quantity": "no"})
    assert breaches() == [("2 convergence", "its stored state is not what its standing events make")]
    assert command("rebuild") == (0, "1 streams mended\n")
    assert breaches() == []


def test_a_rebuild_of_what_holds_changes_nothing() -> None:
    write(make_source(), read("a", 10, "90"))
    assert command("rebuild") == (0, "0 streams mended\n")
    assert movements() == [("coffee@shop", "90")]


def test_what_other_apps_find_is_part_of_the_proof(monkeypatch: pytest.MonkeyPatch) -> None:
    found = Breach(law="4 account", where="somewhere", problem="lost")
    monkeypatch.setattr("inventory.ledger.proving.registered_proofs", lambda: (lambda: (7, [found]),))
    proof = ledger.prove()
    assert (proof.accounts, proof.breaches, proof.holds) == (7, [found], False)


def test_sums_are_exact_where_64_bits_would_overflow_on_the_way() -> None:
    """From 9 x 10^12 down to its opposite and back, a few times: the sum of the movements stays exact."""
    ends: list[Any] = [read(f"r{number}", number, f"{'-' if number % 2 else ''}9000000000000") for number in range(5)]
    write_apart(make_source(), ends)
    assert shown() == {("coffee", "shop"): ("9000000000000", "exact")}
    assert len(movements()) == 9
    assert breaches() == []


@pytest.mark.usefixtures("_a_lot_and_a_count")
def test_a_count_that_is_kept_under_another_name_is_missed_under_its_own() -> None:
    count = Count.objects.get(listing__external_id="coffee")
    slot = count.slot
    Count.objects.filter(pk=count.pk).update(slot=slot.replace(":available:", ":held:"))
    assert set(breaches()) == {
        ("3 rebuild", f"it shows 90 (exact, {TEN}), a rebuild gives 0 (unknown, no moment)"),
        ("3 rebuild", f"it shows nothing, a rebuild gives 90 (exact, {TEN})"),
    }


def test_a_fold_that_hangs_on_the_order_of_events_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    write_apart(make_source(), [read("a", 10, "90"), read("b", 20, "80")])
    fold = folds.fold

    def first_wins(kind: StreamKind, events: Sequence[Statement], **more: Any) -> object:
        return fold(kind, events[:1], **more)

    monkeypatch.setattr(folds, "fold", first_wins)
    assert ("2 convergence", "its events make one state in one order and another in the reverse") in breaches()


def test_of_no_counts_there_are_no_sums() -> None:
    assert list(movement_sums([])) == []
