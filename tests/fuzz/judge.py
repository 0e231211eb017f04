"""Holds what became of signed bodies against what they say: `python -m tests.fuzz.judge EVIDENCE`, on DATABASE_URL.

Each is stored as often as it has to be; is processed, ignored or quarantined at its first attempt; and wrote all that
its parse says, or nothing. What is shown then is what the second opinion of `tests/laws` says of all that was written.
It prints the findings as JSON.
"""

import hashlib
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.soak.judge import (  # it sets Django up, so it comes first
    Findings,
    differing,
    hold_against_books,
    hold_against_ledger,
    read_again,
)

from inventory.events import Statement  # isort: skip
from inventory.models import Cause, Restatement, Source, StockEvent  # isort: skip
from tests.laws.reference import worlds  # isort: skip
from tests.laws.shown import shown_worlds, what_is_said  # isort: skip
from webhooks.models import Delivery  # isort: skip

State = Delivery.State


@dataclass(slots=True, kw_only=True)
class Judgement:
    """What was found, and how the bodies of each kind ended."""

    findings: Findings = field(default_factory=Findings)
    half_applied: list[str] = field(default_factory=list)
    """Wrote less than it says, or more; or wrote something although it may not."""
    endings: list[tuple[str, str, int]] = field(default_factory=list)
    """Kind, state, and how many."""


def judge(evidence: list[dict[str, Any]]) -> Judgement:
    """What is not as it has to be, of all accounts."""
    judgement = Judgement()
    endings: Counter[tuple[str, str]] = Counter()
    written = _written()
    for account in evidence:
        source = Source.objects.get(endpoints=account["endpoint"])
        hold_against_books(account, judgement.findings)
        said: dict[str, list[Statement]] = {}
        for delivery in Delivery.objects.filter(endpoint=account["endpoint"]).order_by("pk").iterator(chunk_size=100):
            endings[account["kinds"].get(delivery.body_digest, "nobody's"), delivery.state] += 1
            _look_at(source, delivery, judgement.findings)
            statements = read_again(source, delivery) if delivery.state == State.PROCESSED else []
            judgement.half_applied += _misapplied(source, delivery, statements, written.get(delivery.reference, ()))
            if statements:
                said[delivery.reference] = statements
        hold_against_ledger(source, said, judgement.findings)
        # The same said twice is one event.
        distinct = {statement.key: statement for of_delivery in said.values() for statement in of_delivery}
        right = what_is_said(worlds(list(distinct.values())))
        judgement.findings.wrong += differing(source, shown_worlds(source), right)
    judgement.endings = [(kind, state, number) for (kind, state), number in sorted(endings.items())]
    return judgement


def _written() -> dict[str, list[str]]:
    """By the reference of each cause, the keys of the events that it states, and '' for the cause itself."""
    found: dict[str, list[str]] = defaultdict(list)
    for reference in Cause.objects.values_list("reference", flat=True):
        found[reference].append("")
    for model, key in ((StockEvent, "key"), (Restatement, "event__key")):
        for reference, stated in model._default_manager.values_list("cause__reference", key).iterator():
            found[reference].append(stated)
    return found


def _look_at(source: Source, delivery: Delivery, findings: Findings) -> None:
    """Whether its bytes are those that came, and whether one attempt was enough for it."""
    if hashlib.sha256(bytes(delivery.body)).hexdigest() != delivery.body_digest:
        findings.wrong.append(f"{source}, {delivery}: its body is not what came")
    told = f"{source}, {delivery} is {delivery.state} after {delivery.attempts} attempts: {delivery.reason}"
    if delivery.state == State.PENDING or delivery.attempts != 1:
        findings.undecided.append(told)


def _misapplied(source: Source, delivery: Delivery, says: Iterable[Statement], written: Iterable[str]) -> list[str]:
    """Where what a delivery wrote is not, to the event, what it says."""
    right = Counter({statement.key for statement in says})
    if right:
        right[""] = 1
    if delivery.state == State.PROCESSED and not right:
        return [f"{source}, {delivery} is processed, and says nothing"]
    found = Counter(written)
    if found == right:
        return []
    return [f"{source}, {delivery}, {delivery.state}: wrote {list(found - right)[:3]}, not {list(right - found)[:3]}"]


if __name__ == "__main__":
    print(json.dumps(asdict(judge(json.loads(Path(sys.argv[1]).read_text())))))
