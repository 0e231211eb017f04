"""Every twin's messages, doubled and out of order, through the door and the worker: the counts are the twin's own."""

from decimal import Decimal

import pytest

from inventory import ledger
from inventory.models import Listing
from inventory.reports import stock
from tests.webhooks.twin_support import BEGAN, ROUGH, moments
from webhooks import worker
from webhooks.demo.account import Account
from webhooks.models import Delivery
from webhooks.twins import TWINS, Cell
from webhooks.twins.budsense import BudSenseTwin
from webhooks.twins.faults import befall

MESSAGES = 200
LEAST_COUNTS = {"square": 34, "treez": 30, "tracktile": 8, "jetti": 10}
"""That are not 0: one for each thing that the account began with, or more."""


def shown() -> dict[Cell, Decimal | None]:
    """Every count, in the sender's identifiers."""
    return {
        Cell(row.listing, row.batch or "", row.location or "", row.bucket, row.state): row.quantity for row in stock()
    }


def nonzero(counts: dict[Cell, Decimal | None]) -> dict[Cell, Decimal | None]:
    return {cell: quantity for cell, quantity in counts.items() if quantity != 0}


@pytest.mark.django_db
@pytest.mark.parametrize("provider", LEAST_COUNTS)
def test_whatever_befalls_its_messages_the_counts_end_in_the_twins_own_truth(provider: str) -> None:
    twin = TWINS[provider](seed=1, began=BEGAN)
    account = Account.open(twin, "The account")
    said = list(twin.play(moments(MESSAGES)))
    came = befall(said, ROUGH, 1)
    assert len(came) > MESSAGES
    assert [message.body for message in came] != [message.body for message in said]
    assert {account.deliver(message).status for message in came} == {200}
    worker.drain()
    assert set(Delivery.objects.values_list("state", flat=True)) <= {"processed", "ignored"}
    truth = twin.truth()
    assert len(nonzero(truth)) >= LEAST_COUNTS[provider]
    counts = shown()
    assert nonzero(counts) == nonzero(truth)
    assert truth.keys() <= counts.keys()
    assert ledger.prove().breaches == []


@pytest.mark.django_db
def test_a_catalogue_ends_as_its_twin_describes_it_and_has_no_counts() -> None:
    twin = BudSenseTwin(seed=5, began=BEGAN)
    account = Account.open(twin, "The catalogue")
    for message in befall(list(twin.play(moments(MESSAGES))), ROUGH, 5):
        account.deliver(message)
    worker.drain()
    listings = {
        listing.external_id: (listing.name, listing.description["thc"]["avg"], listing.active)
        for listing in Listing.objects.all()
    }
    assert listings == twin.described()
    assert len(listings) == 24
    assert TWINS.keys() == {*LEAST_COUNTS, twin.provider}
    assert (shown(), twin.truth()) == ({}, {})
    assert ledger.prove().breaches == []
    assert {active for _, _, active in listings.values()} == {True, False}
