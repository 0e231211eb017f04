"""Deliveries that are written together move what they move when each is written alone, for the same causes."""

import json
from collections import defaultdict
from collections.abc import Callable
from unittest.mock import patch

import pytest
from django.db import transaction

from inventory import ledger
from inventory.ledger import Book
from inventory.models import Batch, Listing, Location, Movement
from tests.webhooks.twin_support import BEGAN, ROUGH, moments
from webhooks import worker
from webhooks.demo.account import Account
from webhooks.models import Delivery
from webhooks.twins import TWINS
from webhooks.twins.faults import befall

MESSAGES = 120
Moves = dict[tuple[str, ...], list[tuple[str, str, int]]]


def moves() -> Moves:
    """By count, in the senders' names, what moved it in the ledger's order: how far, to what quality, and in the cause
    of which of the deliveries, in the order in which they came.
    """
    came = {delivery.reference: place for place, delivery in enumerate(Delivery.objects.order_by("pk"))}
    found: Moves = defaultdict(list)
    rows = Movement.objects.order_by("seq").select_related("count__listing", "count__batch", "count__location", "cause")
    for row in rows:
        count = row.count
        thing = (str(count.listing), str(count.batch or ""), str(count.location or ""), count.bucket, count.state)
        found[thing].append((str(row.delta), row.quality, came[row.cause.reference]))
    return dict(found)


def described() -> list[str]:
    """Every listing, batch and place as it is shown."""
    listings = Listing.objects.values_list("external_id", "name", "active", "description", "product__name", "match")
    batches = Batch.objects.values_list(
        "external_id", "label", "status", "listing__external_id", "location__external_id", "description"
    )
    places = Location.objects.values_list(
        "external_id", "name", "active", "identity", "parent__external_id", "same_as__external_id", "description"
    )
    return [
        row for rows in (listings, batches, places) for row in sorted(json.dumps(row, sort_keys=True) for row in rows)
    ]


def ended(provider: str, work: Callable[[], object]) -> tuple[Moves, list[str], list[str]]:
    """What an account's messages end in, where the inbox is drained by `work`; nothing of it is kept."""
    before = transaction.savepoint()
    twin = TWINS[provider](seed=3, began=BEGAN)
    account = Account.open(twin, "The account")
    for message in befall(list(twin.play(moments(MESSAGES))), ROUGH, 3):
        account.deliver(message)
    work()
    assert ledger.prove().breaches == []
    states = list(Delivery.objects.order_by("pk").values_list("state", flat=True))
    end = (moves(), described(), states)
    transaction.savepoint_rollback(before)
    return end


def one_by_one() -> None:
    with patch.object(worker, "BATCH", 1), patch.object(worker, "SQLITE_BATCH", 1):
        worker.drain()


@pytest.mark.django_db
@pytest.mark.parametrize("provider", sorted(TWINS))
def test_what_is_written_together_is_what_is_written_one_by_one(provider: str) -> None:
    together: list[int] = []
    write = Book._write_turn

    def noted(self: Book, pieces: list[object]) -> None:
        together.append(len(pieces))
        write(self, pieces)  # type: ignore[arg-type]

    with patch.object(worker, "SQLITE_BATCH", 100), patch.object(Book, "_write_turn", noted):
        at_once = ended(provider, worker.drain)
    assert max(together) > 1
    assert sum(together) > MESSAGES // 2
    alone = ended(provider, one_by_one)
    assert at_once == alone
