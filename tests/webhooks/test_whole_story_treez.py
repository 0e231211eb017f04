"""A day at three dispensaries behind one Treez endpoint, and everything that it leaves, worked out by hand."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from inventory import ledger
from tests.webhooks import treez, whole_state
from tests.webhooks.account import Account
from tests.webhooks.treez import ABSENT, BATCH, CASE, LISTING, OTHER_BATCH, STORE, VAULT, envelope, inventory, row

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINTS = "1:1 CINNAMON MINTS - 100 MILLIGRAMS"
"""The product's name, by the first that was heard of it: names of products are staff's afterwards."""

UPTOWN: dict[str, Any] = {"store": "uptown", "package": "1A4UP", "productId": "gummies", "productName": "Gummies"}
NAMELESS: dict[str, Any] = {"store": ABSENT, "package": "1A4NO", "productId": "tincture", "productName": "Tincture"}

FULL = inventory(row(995))
"""995 on sale: the first body and the third, byte for byte."""

STORY = [
    FULL,
    inventory(row(994, 1)),
    FULL,
    # Numbers as text, and a total that is their sum: 990 + 3 + 2 + 0.
    inventory(row("990.0", "3", "2", "0", total="995.0")),
    # 985 + 3 + 2 + 5 are 995, and Treez says 993.
    inventory(
        row(985, 3, 2, 5, total=993),
        expirationDate="2026-09-30",
        harvestDate="2025-05-01",
        manifestNumber="M-1",
        distributorLicense="C11-1",
        labResults=[{"thc": "10"}],
    ),
    # 380 go to the vault and may not be sold there.
    inventory(row(600), row(380, 3, 2, 5, location=VAULT, sellable=False), expirationDate=None),
    # They may be sold again; what is packed and returned there Treez does not say this time.
    inventory(row(590), row(390, 0, ABSENT, None, location=VAULT)),
    envelope("TICKET", {"ticket_id": "t-1"}),
    treez.product(last_updated_at="2026-03-01T04:08:00-08:00"),
    # Another store with a display case of the same name, and one that gives no name at all.
    inventory(row(7, batch=OTHER_BATCH, label="UP1"), **UPTOWN),
    inventory(row(2, batch="b-3", label="NO1"), **NAMELESS),
    # Told at one place only, and another than before: it has moved.
    inventory(row(6, 1, batch=OTHER_BATCH, label="UP1", location=VAULT), **UPTOWN),
    # The package is told without it: nobody knows what became of it.
    inventory(row(4, batch="b-4", label="UP2"), **UPTOWN),
    inventory(row("many")),
]

PARTS = ("available", "held", "reserved", "packed", "returned")
COUNTS = {
    (STORE, LISTING, BATCH, CASE): ("590", "0", "0", "0", "0"),
    (STORE, LISTING, BATCH, VAULT): ("390", "0", "0", "2", "5"),
    ("uptown", "gummies", OTHER_BATCH, CASE): ("0", "0", "0", "0", "0"),
    ("uptown", "gummies", OTHER_BATCH, VAULT): (
        "6 doubtful",
        "0 doubtful",
        "1 doubtful",
        "0 doubtful",
        "0 doubtful",
    ),
    ("uptown", "gummies", "b-4", CASE): ("4", "0", "0", "0", "0"),
    ("", "tincture", "b-3", CASE): ("2", "0", "0", "0", "0"),
}
FINE = ("processed", "")
FATES = [
    *[FINE] * 4,
    ("processed", "data.inventory[0].quantity.total: it is 993, but the parts add up to 995"),
    *[FINE] * 2,
    ("ignored", "a ticket tells how far a sale has come, not what is in stock"),
    *[FINE] * 5,
    (
        "quarantined",
        "data.inventory[0].quantity.available: must be a JSON number or text of plain decimal digits ('many')",
    ),
]


@pytest.mark.django_db
def test_a_day_at_three_dispensaries_leaves_these_counts_listings_batches_and_places() -> None:
    """One delivery a minute from noon on; Treez's product was changed at 12:08 by its own clock."""
    store = Account("treez", treez.prove, name="Treez", secret=treez.TOKEN)
    with time_machine.travel(NOON, tick=False) as clock:
        for body in STORY:
            store.receive(body)
            clock.shift(timedelta(minutes=1))
    source = store.source
    assert whole_state.counts(source, place="name") == {
        (*spot, bucket, ""): number
        for spot, numbers in COUNTS.items()
        for bucket, number in zip(PARTS, numbers, strict=True)
    }
    assert whole_state.fates(source) == FATES
    assert whole_state.listings(source) == {
        (STORE, LISTING): ("Cinnamon Mints", True, MINTS, "unmatched", ("00012345600012", "NYW")),
        ("uptown", "gummies"): ("Gummies", True, "Gummies", "unmatched", ("NYW",)),
        ("", "tincture"): ("Tincture", True, "Tincture", "unmatched", ("NYW",)),
    }
    assert whole_state.expiries(source) == {
        (STORE, BATCH): ("G1H7C", "2026-09-30"),
        ("uptown", OTHER_BATCH): ("UP1", ""),
        ("uptown", "b-4"): ("UP2", ""),
        ("", "b-3"): ("NO1", ""),
    }
    assert sorted(source.locations.values_list("tenant", "name")) == [
        ("", CASE),
        (STORE, CASE),
        (STORE, VAULT),
        ("uptown", CASE),
        ("uptown", VAULT),
    ]
    assert source.batches.get(external_id=BATCH).description == {
        "package_label": treez.PACKAGE,
        "label": "G1H7C",
        "created_on": "2025-06-11",
        "expires_on": "2026-09-30",
        "harvested_on": "2025-05-01",
        "manifest": "M-1",
        "distributor_license": "C11-1",
        "lab_results": [{"thc": "10"}],
    }
    assert ledger.prove().breaches == []
    assert list(ledger.differences()) == []
