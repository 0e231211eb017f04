"""Proofs that are kept: each night asks for one, and people may at any time.

Whoever works off the inbox starts what is waiting, in a process of its own: a proof reads everything, and neither the
door nor the worker waits for it.
"""

import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from inventory import ledger
from inventory.models import ProofRun
from inventory.registry import Breach

KEPT_OF_A_LAW = 25
"""How many breaches of each law are kept with a run; all are counted."""

LONGEST = timedelta(hours=6)
"""A run that has not ended by then was ended with its process."""

LATEST_START = timedelta(hours=6)
"""A night whose hour is this long gone, because nothing was running then, is not made up for."""


def ask(who: str) -> ProofRun:
    """Ask for a proof, unless one is waiting already; return the one that waits."""
    waiting = ProofRun.objects.filter(started_at=None).order_by("pk").first()
    return waiting or ProofRun.objects.create(asked_by=who, asked_at=timezone.now())


def ask_for_this_night(now: datetime) -> None:
    """Ask for the night's proof, once for each night, whoever asks and however often."""
    hour = now.replace(hour=settings.PROOF_HOUR, minute=0, second=0, microsecond=0)
    if hour <= now < hour + LATEST_START and not ProofRun.objects.filter(night=now.date()).exists():
        ProofRun.objects.bulk_create([ProofRun(night=now.date(), asked_at=now)], ignore_conflicts=True)


def carry_out_waiting() -> ProofRun | None:
    """Carry out the proof that has waited longest and keep what it finds; None where none is waiting.

    Raises whatever kept the proof from being carried through, after that was kept too.
    """
    for run in ProofRun.objects.filter(started_at=None).order_by("pk")[:10]:
        # Another machine may have taken it in the meantime.
        if ProofRun.objects.filter(pk=run.pk, started_at=None).update(started_at=timezone.now()):
            return _carry_out(ProofRun.objects.get(pk=run.pk))
    return None


def _carry_out(run: ProofRun) -> ProofRun:
    try:
        proof = ledger.prove()
    except Exception as error:
        run.error = f"{type(error).__name__}: {error}"
        raise
    else:
        run.counts, run.streams, run.events = proof.counts, proof.streams, proof.events
        run.movements, run.deliveries = proof.movements, proof.accounts
        run.breach_count = proof.breach_count
        run.breaches = list(_kept(proof.breaches))
    finally:
        run.finished_at = timezone.now()
        run.save()
    return run


def _kept(breaches: Iterable[Breach]) -> Iterator[tuple[str, str, str]]:
    seen: Counter[str] = Counter()
    for breach in breaches:
        seen[breach.law] += 1
        if seen[breach.law] <= KEPT_OF_A_LAW:
            yield breach.law, breach.where, breach.problem


class Prover:
    """Starts what is waiting, one at a time, from a process that has other things to do."""

    EVERY_SECONDS = 5.0

    def __init__(self, start: Callable[[], "subprocess.Popen[bytes]"] | None = None) -> None:
        self._start = start or start_process
        self._process: subprocess.Popen[bytes] | None = None
        self._due_at = 0.0

    def look(self, monotonic: float) -> None:
        """Start a proof if one is waiting or due, at most every few seconds; `monotonic` is in seconds."""
        if monotonic < self._due_at:
            return
        self._due_at = monotonic + self.EVERY_SECONDS
        if self._process is not None and self._process.poll() is None:
            return
        ask_for_this_night(timezone.now())
        if ProofRun.objects.filter(started_at=None).exists():
            self._process = self._start()


def start_process() -> "subprocess.Popen[bytes]":
    """Start `manage.py prove_ledger --waiting`."""
    return subprocess.Popen([sys.executable, "manage.py", "prove_ledger", "--waiting"], cwd=settings.BASE_DIR)
