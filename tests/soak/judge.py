"""Holds what is stored and shown against what senders know: `python -m tests.soak.judge EVIDENCE`, on DATABASE_URL.

Three witnesses: the senders' own books (which body was acknowledged how often), the second opinion of `tests/laws`,
which replays what is in the table of deliveries in the order of its acceptance, and the twins, who know what is true
at their end. It prints the findings as JSON.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, fields
from decimal import Decimal
from pathlib import Path
from typing import Any

import django

django.setup()

from inventory.events import Statement  # noqa: E402  # models can be imported only once Django is set up
from inventory.instants import from_datetime  # noqa: E402
from inventory.models import Cause, Listing, Retraction, Source, StockEvent  # noqa: E402
from inventory.reports import stock  # noqa: E402
from tests.laws.reference import World, worlds  # noqa: E402
from tests.laws.shown import shown_worlds, what_is_said  # noqa: E402
from webhooks.models import Delivery  # noqa: E402
from webhooks.providers import PROVIDERS, Intake, Parsed  # noqa: E402
from webhooks.twins import Cell  # noqa: E402


@dataclass(slots=True)
class Findings:
    """A line for each thing that is not as it has to be."""

    lost: list[str] = field(default_factory=list)
    """Acknowledged, and not stored; or settled, and not in the ledger."""
    twice: list[str] = field(default_factory=list)
    """Stored or applied more often than it was said."""
    wrong: list[str] = field(default_factory=list)
    """A count, lot, listing, batch, place or link that differs from a model, or something that nobody said."""
    undecided: list[str] = field(default_factory=list)
    """Pending, or waiting for a person."""


def judge(evidence: list[dict[str, Any]]) -> Findings:
    """What is not as it has to be, of all accounts."""
    findings = Findings()
    for account in evidence:
        source = Source.objects.get(endpoints=account["endpoint"])
        hold_against_books(account, findings)
        said = _read_all_again(source, account["endpoint"], findings)
        hold_against_ledger(source, said, findings)
        statements = [statement for of_delivery in said.values() for statement in of_delivery]
        findings.wrong += differing(source, shown_worlds(source), what_is_said(worlds(statements)))
        _hold_against_twin(source, account, findings)
    return findings


def hold_against_books(account: dict[str, Any], findings: Findings) -> None:
    """Every acknowledged body is stored: once where its sender gives ids, else as often as it was acknowledged."""
    provider, bodies = account["provider"], account["bodies"]
    stored = Counter(Delivery.objects.filter(endpoint=account["endpoint"]).values_list("body_digest", flat=True))
    for digest, (tried, taken) in bodies.items():
        least, most = (min(taken, 1), 1) if account["has_ids"] else (taken, tried)
        told = f"{provider}, body {digest[:12]}: tried {tried} times, acknowledged {taken}, stored {stored[digest]}"
        if stored[digest] < least:
            findings.lost.append(told)
        elif stored[digest] > most:
            findings.twice.append(told)
    findings.wrong += [f"{provider}, body {digest[:12]}: nobody sent it" for digest in stored.keys() - bodies.keys()]


def _read_all_again(source: Source, endpoint: int, findings: Findings) -> dict[str, list[Statement]]:
    """By the reference of each delivery that was processed, what its bytes state."""
    said: dict[str, list[Statement]] = {}
    for delivery in Delivery.objects.filter(endpoint=endpoint).order_by("pk").iterator():
        if delivery.state not in {Delivery.State.PROCESSED, Delivery.State.IGNORED}:
            findings.undecided.append(f"{source}, {delivery} is {delivery.state}: {delivery.reason}")
        statements = read_again(source, delivery)
        if delivery.state == Delivery.State.IGNORED and statements:
            findings.wrong.append(f"{source}, {delivery} is ignored, and says something")
        if statements:
            said[delivery.reference] = statements
    return said


def read_again(source: Source, delivery: Delivery) -> list[Statement]:
    """What the bytes of a delivery state; raises MalformedPayload where they cannot be read."""
    dialect = PROVIDERS[source.provider]
    intake = Intake(
        number=delivery.pk,
        received=from_datetime(delivery.received_at),
        headers=dict(delivery.headers),
        body=bytes(delivery.body),
        settings=dialect.settings_of(source.settings),
    )
    parsed = dialect.parse(intake)
    return [*parsed.statements] if isinstance(parsed, Parsed) else []


def hold_against_ledger(source: Source, said: dict[str, list[Statement]], findings: Findings) -> None:
    """Every delivery that says something wrote the ledger once, and every statement is one event."""
    causes = Counter(Cause.objects.filter(reference__startswith="delivery:").values_list("reference", flat=True))
    events = Counter(StockEvent.objects.filter(source=source).values_list("key", flat=True))
    keys = {statement.key for statements in said.values() for statement in statements}
    findings.lost += [f"{source}, {silent}: it never wrote the ledger" for silent in said if not causes[silent]]
    findings.lost += [f"{source}: there is no event {key}" for key in keys if not events[key]]
    findings.twice += [
        f"{source}, {reference}: it wrote the ledger {causes[reference]} times"
        for reference in said
        if causes[reference] > 1
    ]
    findings.twice += [f"{source}: there are {number} events {key}" for key, number in events.items() if number > 1]
    findings.wrong += [f"{source}: nobody stated the event {key}" for key in events.keys() - keys]
    taken_back = Retraction.objects.filter(event__source=source).values_list("event__key", flat=True)
    findings.wrong += [f"{source}: the event {key} was taken back" for key in taken_back]


def differing(source: Source, shown: dict[str, World], right: dict[str, World]) -> Iterator[str]:
    """What is shown and should not be, or should be and is not: a line for each thing."""
    for tenant in sorted({*shown, *right}):
        one, other = shown.get(tenant, World()), right.get(tenant, World())
        for noun in (each.name for each in fields(World)):
            here, there = getattr(one, noun), getattr(other, noun)
            if isinstance(here, set):
                yield from (f"{source}, {noun}: {item} is only on one side" for item in here ^ there)
            else:
                yield from (
                    f"{source}, {noun}, {name}: shown {here.get(name)}, right {there.get(name)}"
                    for name in {*here, *there}
                    if here.get(name) != there.get(name)
                )


def _hold_against_twin(source: Source, account: dict[str, Any], findings: Findings) -> None:
    """The report and the listings say what the sender's own world says."""
    shown = {
        Cell(row.listing, row.batch or "", row.location or "", row.bucket, row.state): row.quantity
        for row in stock(source=source.name)
    }
    truth = {Cell(*cell): None if number is None else Decimal(number) for *cell, number in account["truth"]}
    # What the twin never spoke of may be shown as nothing, and what it says is nothing may not be shown.
    findings.wrong += [
        f"{source}, {cell}: shown {shown.get(cell, 0)}, the twin says {truth.get(cell, 0)}"
        for cell in {*shown, *truth}
        if shown.get(cell, 0) != truth.get(cell, 0)
    ]
    if account["described"]:
        listings = {
            listing.external_id: [listing.name, listing.description["thc"]["avg"], listing.active]
            for listing in Listing.objects.filter(source=source)
        }
        findings.wrong += [
            f"{source}, {barcode}: described {listings.get(barcode)}, the twin says {right}"
            for barcode, right in account["described"].items()
            if listings.get(barcode) != right
        ]


if __name__ == "__main__":
    print(json.dumps(asdict(judge(json.loads(Path(sys.argv[1]).read_text())))))
