"""The judge finds what is lost, twice, wrong or undecided: each is brought about on purpose."""

import hashlib
import json
from dataclasses import asdict
from decimal import Decimal
from typing import Any

import pytest

from inventory.models import Count
from tests.soak.accounts import HAS_IDS, end_of
from tests.soak.judge import judge
from webhooks import lookup, worker
from webhooks.demo.account import Account
from webhooks.models import Delivery, Endpoint
from webhooks.twins import TWINS, Message, Twin
from webhooks.twins.wire import SECOND

BEGAN = 1_790_000_000 * SECOND
MESSAGES = 30
PRODUCTS = 3

pytestmark = pytest.mark.django_db


class Correspondence:
    """A sender's account, what it posted, and its books."""

    def __init__(self, provider: str) -> None:
        self.twin: Twin = TWINS[provider](seed=1, began=BEGAN, products=PRODUCTS)
        self.account = Account.open(self.twin, provider.title())
        self.messages = list(self.twin.play(BEGAN + 60 * SECOND * turn for turn in range(MESSAGES)))
        self.bodies: dict[str, tuple[int, int]] = {}

    def post(self, message: Message) -> None:
        assert self.account.deliver(message).status == 200
        tried, taken = self.bodies.get(digest(message), (0, 0))
        self.bodies[digest(message)] = (tried + 1, taken + 1)

    @property
    def evidence(self) -> dict[str, Any]:
        return {
            "provider": self.twin.provider,
            "endpoint": Endpoint.objects.get(source=self.account.source).pk,
            "has_ids": self.twin.provider in HAS_IDS,
            "bodies": self.bodies,
            **end_of(self.twin),
        }


def digest(message: Message) -> str:
    return hashlib.sha256(message.body).hexdigest()


def numbers(*senders: Correspondence) -> dict[str, int]:
    evidence = json.loads(json.dumps([sender.evidence for sender in senders]))
    found = asdict(judge(evidence))
    return {name: len(lines) for name, lines in found.items()}


CLEAN = {"lost": 0, "twice": 0, "wrong": 0, "undecided": 0}


@pytest.fixture(autouse=True)
def _the_worker_does_not_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "SQLITE_PAUSE", 0)
    monkeypatch.setattr(worker, "SQLITE_SECONDS", 60)


def correspondence(provider: str) -> Correspondence:
    """All that a sender says is posted and processed."""
    lookup.forget_doorways()
    sender = Correspondence(provider)
    for message in sender.messages:
        sender.post(message)
    worker.drain()
    return sender


def test_where_all_is_well_nothing_is_found() -> None:
    assert numbers(*map(correspondence, TWINS)) == CLEAN


def test_what_was_acknowledged_and_is_not_stored_is_lost() -> None:
    square, treez = correspondence("square"), correspondence("treez")
    square.bodies["a body that is nowhere"] = (1, 1)
    # Acknowledged once more than it is stored: to a sender without ids each repeat is something new.
    tried, taken = treez.bodies[digest(treez.messages[-1])]
    treez.bodies[digest(treez.messages[-1])] = (tried + 1, taken + 1)
    assert numbers(square, treez) == CLEAN | {"lost": 2}


def test_a_request_whose_answer_was_lost_may_be_stored_or_not() -> None:
    treez = correspondence("treez")
    tried, taken = treez.bodies[digest(treez.messages[-1])]
    treez.bodies[digest(treez.messages[-1])] = (tried, taken - 1)
    treez.bodies["a body that never arrived"] = (3, 0)
    assert numbers(treez) == CLEAN


def test_what_is_settled_and_never_reached_the_ledger_is_lost() -> None:
    jetti = correspondence("jetti")
    jetti.post(jetti.twin.act(BEGAN + 60 * SECOND * MESSAGES))
    Delivery.objects.filter(state="pending").update(state="processed")
    lost = judge([jetti.evidence]).lost
    assert lost[0].endswith(": it never wrote the ledger")
    # A variant's number, and what its mapping and its product are.
    assert ["there is no event" in line for line in lost[1:]] == [True, True, True]


def test_what_is_stored_more_often_than_it_was_tried_is_there_twice() -> None:
    jetti = correspondence("jetti")
    jetti.account.deliver(jetti.messages[-1])
    worker.drain()
    assert numbers(jetti) == CLEAN | {"twice": 1}


def test_what_nobody_sent_is_wrong() -> None:
    jetti = correspondence("jetti")
    del jetti.bodies[digest(jetti.messages[-1])]
    assert numbers(jetti) == CLEAN | {"wrong": 1}


@pytest.mark.parametrize("provider", ["square", "treez", "tracktile", "jetti"])
def test_a_count_that_shows_another_number_is_wrong_to_both_models(provider: str) -> None:
    sender = correspondence(provider)
    count = Count.objects.filter(source=sender.account.source, quality="exact").order_by("pk")[0]
    Count.objects.filter(pk=count.pk).update(quantity=count.quantity + Decimal("0.000001"))
    assert numbers(sender) == CLEAN | {"wrong": 2}


def test_a_listing_that_is_described_otherwise_is_wrong() -> None:
    budsense = correspondence("budsense")
    listing = budsense.account.source.listings.order_by("pk")[0]
    listing.description = listing.description | {"thc": {"avg": "99"}}
    listing.save(update_fields=["description"])
    assert numbers(budsense) == CLEAN | {"wrong": 2}


def test_what_is_pending_or_waits_for_a_person_is_undecided() -> None:
    jetti = correspondence("jetti")
    last = Delivery.objects.filter(endpoint__source=jetti.account.source).order_by("-pk")[:2]
    Delivery.objects.filter(pk=last[0].pk).update(state="pending")
    Delivery.objects.filter(pk=last[1].pk).update(state="quarantined", reason="because")
    assert numbers(jetti) == CLEAN | {"undecided": 2}
