"""The short form of the act of signed bodies, and what its judge finds where something is amiss."""

import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from inventory.models import Count, Source
from tests.fuzz.accounts import published
from tests.fuzz.hostile import HOSTILE
from tests.fuzz.judge import judge
from tests.fuzz.letters import AGAIN, AS_IT_IS
from tests.fuzz.signed import signed
from tests.webhooks import generic
from tests.webhooks.account import Account
from webhooks.models import Delivery
from webhooks.twins.chance import seeded

DATABASE = "postgres" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"
BODIES = 600
GOOD = generic.event(generic.reading("5"), generic.adjustment("-2", at="2026-03-01T12:00:01Z"))
BAD = generic.event(generic.reading("5"), generic.reading("0.1234567"), event_id="event-2")


def test_hostile_bodies_are_stored_and_applied_as_a_whole_or_not_at_all(tmp_path: Path) -> None:
    report = signed(bodies=BODIES, seed=1, database=DATABASE, directory=tmp_path, say=print)
    print("\n".join(report.lines()))
    assert report.problems == []
    assert {kind for kind, _ in report.counts} >= {AS_IT_IS, *HOSTILE}
    assert AGAIN not in {kind for kind, _ in report.counts}
    endings = {state for kind, state in report.counts if kind in HOSTILE}
    assert endings == {"processed", "ignored", "quarantined"}


@pytest.mark.parametrize("kind", HOSTILE)
def test_each_way_to_spoil_a_body_changes_it_and_can_be_repeated(kind: str) -> None:
    spoil = HOSTILE[kind]
    for body in (body for name in ("square", "treez", "tracktile", "budsense", "jetti") for body in published(name)):
        spoilt = [spoil(seeded(kind, number), body) for number in range(20)]
        assert spoilt == [spoil(seeded(kind, number), body) for number in range(20)]
        assert set(spoilt) != {body}


@pytest.fixture
def sender(db: None) -> Account:
    """One of our own JSON, of whom a good and a bad body have come and were worked off."""
    account = Account("generic", generic.standard_webhooks)
    assert [delivery.state for delivery in account.receive(GOOD, BAD)] == ["processed", "quarantined"]
    return account


def found(account: Account) -> dict[str, int]:
    """How much the judge finds of everything that it found."""
    posted = Delivery.objects.values_list("body_digest", flat=True)
    evidence: dict[str, Any] = {
        "provider": "generic",
        "endpoint": account.made.endpoint.pk,
        "has_ids": False,
        "bodies": dict.fromkeys(posted, (1, 1)),
        "kinds": {},
    }
    judgement = asdict(judge([evidence]))
    lines = judgement["findings"] | {"half applied": judgement["half_applied"]}
    return {name: len(told) for name, told in lines.items() if told}


def test_where_all_is_well_the_judge_finds_nothing(sender: Account) -> None:
    assert found(sender) == {}


def settle_otherwise(source: Source) -> None:
    Delivery.objects.filter(state="processed").update(state="quarantined", reason="because")


def settle_twice(source: Source) -> None:
    Delivery.objects.filter(state="quarantined").update(state="ignored", attempts=2)


def show_another_number(source: Source) -> None:
    Count.objects.filter(source=source).update(quantity=7)


@pytest.mark.parametrize(
    ("harm", "expected"),
    [
        # It wrote two events, which nobody says any more, and a count that nobody speaks of.
        (settle_otherwise, {"half applied": 1, "wrong": 3}),
        (settle_twice, {"undecided": 1}),
        (show_another_number, {"wrong": 1}),
    ],
)
def test_what_is_amiss_is_found(sender: Account, harm: Callable[[Source], None], expected: dict[str, int]) -> None:
    harm(sender.source)
    assert found(sender) == expected
