"""The database fails at every single statement and commit of intake and processing, one after another.

Whatever the moment, senders are answered 200 or 503 and nothing else, the laws hold, nothing that was acknowledged is
lost, and once the database is well again everything ends with the numbers that were worked out by hand.
"""

import logging
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count

import pytest
from django.db import Error, connection, transaction
from django.utils import timezone

from inventory import immutability, ledger
from inventory.models import (
    Barcode,
    Batch,
    BatchLink,
    Cause,
    LedgerHead,
    Listing,
    Location,
    Movement,
    Product,
    Restatement,
    Retraction,
    StockEvent,
    Stream,
)
from inventory.models import Count as CountRow
from inventory.quantity import quantity_text
from tests.laws.faults import Faults, When, failing
from tests.laws.senders import open_account
from tests.webhooks import square, tracktile, treez
from tests.webhooks.account import Account
from webhooks import lookup, refusals, worker
from webhooks.models import Delivery, Refusal

pytestmark = pytest.mark.django_db(transaction=True)

MADE_BY_DELIVERIES = [
    BatchLink,
    Movement,
    CountRow,
    Retraction,
    Restatement,
    StockEvent,
    Stream,
    Cause,
    Batch,
    Barcode,
    Listing,
    Product,
    Location,
    LedgerHead,
    Refusal,
    Delivery,
]
"""What a round leaves behind, in an order in which it can be taken away."""

# Two counts, then a count that is late, then nothing about stock, then a seventh decimal.
SQUARE = [
    square.counts_updated(
        [square.count("10", at="2024-01-15T12:00:01Z", variation="TEA"), square.count("4", variation="MILK")],
        event_id="e1",
    ),
    square.counts_updated([square.count("7", at="2024-01-15T12:00:00Z", variation="TEA")], event_id="e2"),
    square.event("webhooks.test_notification", {"type": "webhooks", "id": "i"}, event_id="e3"),
    square.counts_updated([square.count("1.2345678", variation="TEA")], event_id="e4"),
]
# A lot is heard to move before it is heard to have come.
TRACKTILE = [
    tracktile.moved("e5", "10:00:02", "lot", "dock", "shelf"),
    tracktile.received("e6", "10:00:01", "lot", 100, "dock"),
]
TREEZ = [treez.inventory(treez.row(795.0, 198.0))]

RIGHT = {
    ("TEA", square.PLACE, "available"): "10",
    ("MILK", square.PLACE, "available"): "4",
    ("flour", "dock", "available"): "0",
    ("flour", "shelf", "available"): "100",
    (treez.LISTING, treez.CASE, "available"): "795",
    (treez.LISTING, treez.CASE, "held"): "0",
    (treez.LISTING, treez.CASE, "reserved"): "198",
    (treez.LISTING, treez.CASE, "packed"): "0",
    (treez.LISTING, treez.CASE, "returned"): "0",
}
# One movement opens each count; the lot's second brings it from the dock to the shelf. Where the move was applied
# before the birth was heard of, the shelf's count opens empty and is filled by another one.
EVENTS = {"reading": 3, "lot_moved": 1, "lot_born": 1, "package_read": 1}


@dataclass
class Shop:
    """Three accounts, and what their senders post, in this order."""

    posts: list[tuple[Account, bytes]]


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    monkeypatch.setattr(worker, "SQLITE_PAUSE", 0)
    # A busy machine must not cut the batch in two: then a round would not be the same as the one before.
    monkeypatch.setattr(worker, "SQLITE_SECONDS", 60)
    logging.disable()
    main_street, bakery, pharmacy = (open_account(name, name=name) for name in ("square", "tracktile", "treez"))
    # Emptying tables between rounds is what the triggers refuse; the flush after the test makes them again.
    immutability.lift(connection)
    yield Shop(
        [
            *((main_street, body) for body in SQUARE),
            *((bakery, body) for body in TRACKTILE),
            *((pharmacy, body) for body in TREEZ),
        ]
    )
    logging.disable(logging.NOTSET)


def empty() -> None:
    with transaction.atomic():
        for model in MADE_BY_DELIVERIES:
            model._default_manager.all()._raw_delete("default")
    lookup.forget_doorways()


def work(faults: Faults) -> None:
    """One step of the worker, which closes its connection when the database fails."""
    try:
        worker.step()
    except Error:
        faults.reconnect()


def run(shop: Shop, faults: Faults) -> Counter[int]:
    """Post everything, each until it is taken, then process; return the answers."""
    answers: Counter[int] = Counter()
    for account, body in shop.posts:
        status = 503
        while status == 503:
            status = account.post(body).status_code
            answers[status] += 1
            if status == 503:
                faults.reconnect()
    work(faults)
    return answers


def check_laws() -> None:
    assert ledger.prove().breaches == []


def recover(faults: Faults) -> None:
    """Let time pass and the worker work, until nothing is pending."""
    for _ in range(len(SQUARE) + len(TRACKTILE) + len(TREEZ) + 3):
        if not Delivery.objects.filter(state=Delivery.State.PENDING).exists():
            return
        Delivery.objects.filter(state=Delivery.State.PENDING).update(due_at=timezone.now())
        work(faults)
    raise AssertionError(list(Delivery.objects.values_list("state", "reason", "attempts")))


def check_end(again: int) -> None:
    """The numbers that were worked out by hand; `again`: how many posts were stored although they were refused."""
    rows = CountRow.objects.select_related("listing", "location")
    assert {
        (row.listing.external_id, row.location.external_id if row.location else "", row.bucket): quantity_text(
            row.quantity
        )
        for row in rows
    } == RIGHT
    # Treez has no event id: what it sends again is another delivery, and says the same again.
    assert Counter(Delivery.objects.values_list("state", flat=True)) == {
        "processed": 5 + again,
        "ignored": 1,
        "quarantined": 1,
    }
    kinds = Counter(StockEvent.objects.exclude(kind__endswith="described").values_list("kind", flat=True))
    assert kinds == {**EVENTS, "package_read": 1 + again}
    assert not Retraction.objects.exists()


@pytest.mark.parametrize("when", When)
def test_a_fault_at_any_statement_loses_nothing_and_applies_nothing_twice(shop: Shop, when: When) -> None:
    # A line that stays dead is the same as a lone error until the worker goes on: every fourth statement will do.
    for n in count(1, 4 if when is When.LOST else 1):
        empty()
        with failing(n, when) as faults:
            answers = run(shop, faults)
        assert answers[200] == len(shop.posts), n
        assert answers[503] <= 1, n
        assert answers.keys() <= {200, 503}, n
        stored = Delivery.objects.count()
        again = stored - len(shop.posts)
        assert again in {0, answers[503]}, n
        check_laws()
        with failing(0, when) as well:
            recover(well)
        check_laws()
        check_end(again)
        if not faults.happened:
            break
    assert n > 50, "the batch is too small to mean anything"


@pytest.mark.parametrize("when", When)
def test_a_fault_at_any_statement_lets_no_forged_request_in(shop: Shop, when: When) -> None:
    """Each is answered 401, or 503 where not even its endpoint could be looked up; what is kept of it is a refusal."""
    accounts = list({account.made.endpoint.pk: account for account, _ in shop.posts}.values())
    for n in count(1):
        empty()
        refusals.sampler.forget()
        with failing(n, when) as faults:
            answers = Counter(account.post(b"{}", secret="not the secret").status_code for account in accounts)
        assert answers[401] + answers[503] == len(accounts), n
        assert answers[503] <= (len(accounts) if when is When.LOST else 1), n
        assert not Delivery.objects.exists(), n
        assert Refusal.objects.count() <= answers[401], n
        if not faults.happened:
            assert answers == {401: len(accounts)}
            assert Refusal.objects.count() == len(accounts)
            break
    assert n > 6, "the database is asked too little to mean anything"
