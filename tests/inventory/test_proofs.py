"""Proofs that are kept: asked for by a night or a person, carried out once, and shown with what they found."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import DatabaseError
from django.test import Client

from inventory import ledger, proofs
from inventory.models import Count, ProofRun
from inventory.proofs import Prover
from inventory.reports.exceptions import broken_proof
from tests.admin_support import make_staff
from tests.inventory.fold.support import read
from tests.inventory.ledger_support import make_source, write

pytestmark = pytest.mark.django_db
NIGHT = datetime(2026, 3, 1, 3, 0, 0, tzinfo=UTC)


def bend(quantity: str) -> None:
    """Somebody changes a number behind the ledger's back."""
    Count.objects.update(quantity=Decimal(quantity))


def carried_out() -> ProofRun:
    proofs.ask("ada")
    run = proofs.carry_out_waiting()
    assert run is not None
    return ProofRun.objects.get(pk=run.pk)


def test_whoever_asks_while_one_is_waiting_waits_for_that_one() -> None:
    assert proofs.ask("ada").pk == proofs.ask("grace").pk
    assert list(ProofRun.objects.values_list("asked_by", "started_at")) == [("ada", None)]


@pytest.mark.parametrize(
    ("moment", "nights"),
    [
        (NIGHT - timedelta(seconds=1), []),
        (NIGHT, [date(2026, 3, 1)]),
        (NIGHT + timedelta(hours=6) - timedelta(seconds=1), [date(2026, 3, 1)]),
        (NIGHT + timedelta(hours=6), []),
    ],
)
def test_a_night_asks_from_its_hour_on_and_is_not_made_up_for(moment: datetime, nights: list[date]) -> None:
    proofs.ask_for_this_night(moment)
    assert list(ProofRun.objects.values_list("night", flat=True)) == nights


def test_a_night_asks_once_however_often_it_is_asked() -> None:
    for minutes in (0, 1, 90):
        proofs.ask_for_this_night(NIGHT + timedelta(minutes=minutes))
    proofs.ask_for_this_night(NIGHT + timedelta(days=1))
    assert list(ProofRun.objects.order_by("pk").values_list("night", flat=True)) == [date(2026, 3, 1), date(2026, 3, 2)]


def test_a_proof_that_holds_is_kept_with_what_it_checked() -> None:
    write(make_source(), read("a", 1, "10"), read("b", 2, "7"))
    with time_machine.travel(NIGHT, tick=False):
        run = carried_out()
    assert (run.counts, run.streams, run.events, run.movements, run.deliveries) == (1, 1, 2, 2, 0)
    assert (run.breach_count, run.breaches, run.error, run.holds) == (0, [], "", True)
    assert (run.started_at, run.finished_at) == (NIGHT, NIGHT)
    assert proofs.carry_out_waiting() is None


def test_a_number_that_was_bent_is_found_and_named() -> None:
    write(make_source(), read("a", 1, "10"))
    bend("11")
    run = carried_out()
    pk = Count.objects.get().pk
    assert not run.holds
    assert run.breach_count == 2
    assert ["1 sum", f"count {pk}", "it shows 11, its movements add up to 10"] in run.breaches
    assert [law for law, _, _ in run.breaches] == ["1 sum", "3 rebuild"]


def test_of_many_breaches_of_a_law_the_first_are_kept_and_all_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "KEPT_OF_A_LAW", 2)
    source = make_source()
    write(source, *(read(f"{number}", number, "10") for number in range(3)))
    write(make_source("two"), read("x", 1, "1"))
    write(make_source("three"), read("x", 1, "1"))
    bend("5")
    run = carried_out()
    assert run.breach_count == 6
    assert [law for law, _, _ in run.breaches] == ["1 sum", "1 sum", "3 rebuild", "3 rebuild"]


def test_a_proof_that_cannot_be_carried_out_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> None:
        raise DatabaseError("the disk is gone")

    monkeypatch.setattr(ledger, "prove", gone)
    proofs.ask("ada")
    with pytest.raises(DatabaseError):
        proofs.carry_out_waiting()
    run = ProofRun.objects.get()
    assert (run.error, run.holds, run.finished_at is None) == ("DatabaseError: the disk is gone", False, False)


def test_what_another_machine_has_taken_is_not_taken_again() -> None:
    first = proofs.ask("ada")
    ProofRun.objects.filter(pk=first.pk).update(started_at=NIGHT)
    assert proofs.carry_out_waiting() is None
    second = proofs.ask("grace")
    assert second.pk != first.pk


class Started:
    """Counts what is started, and starts something harmless."""

    def __init__(self, *arguments: str) -> None:
        self.arguments = arguments
        self.processes: list[subprocess.Popen[bytes]] = []

    def __call__(self) -> "subprocess.Popen[bytes]":
        self.processes.append(subprocess.Popen([sys.executable, "-c", *self.arguments]))  # noqa: S603
        return self.processes[-1]


def test_what_waits_is_started_once_and_the_next_one_after_it_ended() -> None:
    started = Started("input()")
    prover = Prover(started)
    with time_machine.travel(NIGHT - timedelta(hours=1), tick=False):
        prover.look(0.0)
        assert started.processes == []
        proofs.ask("ada")
        prover.look(4.9)
        assert started.processes == []
        prover.look(5.0)
        prover.look(10.0)
        assert len(started.processes) == 1
        started.processes[0].kill()
        started.processes[0].wait()
        prover.look(15.0)
    assert len(started.processes) == 2
    started.processes[1].kill()
    started.processes[1].wait()


def test_the_page_asks_for_the_first_proof() -> None:
    client = Client()
    client.force_login(make_staff("inventory.view_proofrun", "inventory.add_proofrun"))
    page = client.get("/proof/").content.decode()
    assert "None yet." in page
    assert client.post("/proof/ask/").status_code == 302
    assert ProofRun.objects.get().asked_by == "staff"
    assert "waiting to start" in client.get("/proof/").content.decode()


def test_who_may_look_may_not_ask() -> None:
    client = Client()
    client.force_login(make_staff("inventory.view_proofrun"))
    assert "Prove it now" not in client.get("/proof/").content.decode()
    assert client.post("/proof/ask/").status_code == 403
    assert not ProofRun.objects.exists()


def test_the_page_shows_what_holds_and_names_what_does_not(admin_client: Client) -> None:
    write(make_source(), read("a", 1, "10"))
    carried_out()
    page = admin_client.get("/proof/").content.decode()
    assert "Everything holds: no difference was found." in page
    assert page.count('<span class="mark mark-good">holds</span>') == 4
    bend("11")
    carried_out()
    page = admin_client.get("/proof/").content.decode()
    assert "2 differences were found." in page
    assert "it shows 11, its movements add up to 10" in page
    assert page.count('<span class="mark mark-good">holds</span>') == 2
    assert page.count('<span class="mark mark-bad">broken</span>') == 2


def test_the_first_page_says_when_the_latest_proof_found_something() -> None:
    write(make_source(), read("a", 1, "10"))
    carried_out()
    assert broken_proof(NIGHT) == []
    bend("11")
    carried_out()
    assert [(task.number, task.title, task.is_bad) for task in broken_proof(NIGHT)] == [
        (2, "differences found by the proof", True)
    ]


def test_a_proof_that_was_cut_off_is_not_said_to_run_for_ever(admin_client: Client) -> None:
    run = proofs.ask("ada")
    ProofRun.objects.filter(pk=run.pk).update(started_at=NIGHT)
    with time_machine.travel(NIGHT + timedelta(hours=6), tick=False):
        assert "running" in admin_client.get("/proof/").content.decode()
    with time_machine.travel(NIGHT + timedelta(hours=6, seconds=1), tick=False):
        assert "was cut off" in admin_client.get("/proof/").content.decode()
