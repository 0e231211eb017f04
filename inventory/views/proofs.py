"""The page that shows whether the numbers hold: what the proofs found."""

from datetime import datetime
from typing import NamedTuple

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from inventory import proofs
from inventory.ledger.proving import ACCOUNT, CONVERGENCE, REBUILD, SUM
from inventory.models import ProofRun
from inventory.views.access import staff_page

SHOWN = 30

LAWS = (
    (SUM, gettext_lazy("Every number is the sum of its movements.")),
    (CONVERGENCE, gettext_lazy("The order in which messages arrived makes no difference.")),
    (REBUILD, gettext_lazy("Worked out anew from what the senders said, every number comes out the same.")),
    (ACCOUNT, gettext_lazy("Every delivery is accounted for, and every movement names what caused it.")),
)


class Law(NamedTuple):
    """One law, and how many of the kept breaches are of it."""

    text: str
    breaches: int


class Line(NamedTuple):
    """One run, as the list shows it."""

    run: ProofRun
    standing: str
    mark: str
    seconds: float | None


@require_GET
@staff_page("inventory.view_proofrun")
def proof_list(request: HttpRequest) -> HttpResponse:
    """The latest proof in full, and those before it."""
    runs = list(ProofRun.objects.defer("breaches")[:SHOWN])
    latest = ProofRun.objects.filter(finished_at__isnull=False, error="").first()
    now = timezone.now()
    context = {
        "latest": latest,
        "seconds": _seconds(latest) if latest else None,
        "laws": [
            Law(str(text), sum(breach[0] == law for breach in latest.breaches) if latest else 0) for law, text in LAWS
        ],
        "lines": [_line(run, now) for run in runs],
        "is_waiting": any(run.started_at is None for run in runs),
        "may_ask": request.user.has_perm("inventory.add_proofrun"),
    }
    return render(request, "inventory/proof_list.html", context)


@require_POST
@staff_page("inventory.add_proofrun")
def proof_ask(request: HttpRequest) -> HttpResponse:
    """Ask for a proof, and go back to the list."""
    proofs.ask(request.user.get_username())
    messages.success(request, _("The proof will start within a few seconds. Load this page again to see it."))
    return redirect("proof_list")


def _line(run: ProofRun, now: datetime) -> Line:
    if run.started_at is None:
        return Line(run, _("waiting to start"), "", None)
    if run.finished_at is None:
        gave_up = now - run.started_at > proofs.LONGEST
        return Line(run, _("was cut off") if gave_up else _("running"), "mark-warning" if gave_up else "", None)
    if run.error:
        return Line(run, _("could not be carried out"), "mark-bad", _seconds(run))
    if run.breach_count:
        return Line(run, _("differences found"), "mark-bad", _seconds(run))
    return Line(run, _("everything holds"), "mark-good", _seconds(run))


def _seconds(run: ProofRun) -> float | None:
    if run.started_at is None or run.finished_at is None:
        return None
    return (run.finished_at - run.started_at).total_seconds()
