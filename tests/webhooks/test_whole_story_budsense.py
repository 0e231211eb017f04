"""A week of a BudSense menu, and everything that it leaves, worked out by hand. It counts nothing."""

from typing import Any

import pytest

from inventory import ledger
from tests.webhooks import budsense, whole_state
from tests.webhooks.account import Account
from tests.webhooks.budsense import NOON, change, changes

PEACH, TWELVE, TEA = "00840773001480", "840773001480", "04006381333931"
"""The first two are one GTIN and two texts; each text is a listing of its own."""


def image(digest: str) -> dict[str, list[dict[str, str]]]:
    return {"Product": [{"id": "00840773001473", "hash": digest}]}


def peach(after: int, source: str = "Variant", **variant: Any) -> dict[str, Any]:
    return change(PEACH, at=NOON + after, source=source, **variant)


BORN = changes(
    peach(
        0,
        name="Peach",
        brand="GA",
        packagedQuantity=3,
        thc={"min": "36", "max": "42"},
        delisted=False,
        assets=image("h1"),
        terpenes=["Alpha Pinene"],
    )
)
STORY = [
    BORN,
    # A nested object is replaced whole: of 36 to 42, nothing is left.
    changes(peach(300, thc={"avg": "39"})),
    changes(peach(600, brand=None)),
    # Late: the brand has been taken away since; of the strain nobody spoke yet.
    changes(peach(100, brand="Old brand", strain="Peach")),
    changes(peach(700, "Details", description="Sweet")),
    changes(peach(800, delisted=True)),
    changes(peach(900, delisted=False)),
    # A delisting of 12:14:10 that comes after the listing of 12:15.
    changes(peach(850, delisted=True)),
    changes(change(TWELVE, name="Twelve digits")),
    changes(change(PEACH, at=NOON + 50, name="Peach, elsewhere", delisted=True), company="OTHER"),
    changes(peach(1000, "Assets", assets=image("h2"))),
    changes(change(PEACH, kind="DELETE")),
    # Two at once, of two products; what the second leaves out it leaves alone.
    changes(change(TEA, name="Tea"), peach(1100, name="Peach Ringz")),
    changes({"variant": {"name": "No barcode"}, "changeType": "MODIFY", "timestamp": NOON}),
    changes(),
]
FINE = ("processed", "")
FATES = [
    *[FINE] * 11,
    ("quarantined", "changes[0].changeType: must be \"MODIFY\", the only change that is documented ('DELETE')"),
    FINE,
    ("quarantined", "changes[0].variant.barcode: is missing"),
    ("ignored", "it is of a kind that we map, but says nothing"),
]


@pytest.mark.django_db
def test_a_week_of_a_menu_leaves_these_listings_and_no_stock() -> None:
    menu = Account("budsense", budsense.prove, name="BudSense")
    menu.receive(*STORY)
    # Sent once more, as senders do: nothing comes of it.
    assert menu.receive(BORN) == []
    source = menu.source
    assert whole_state.fates(source) == FATES
    assert whole_state.listings(source) == {
        ("COMPANY_ID", PEACH): ("Peach Ringz", True, "Peach", "barcode", (PEACH,)),
        ("COMPANY_ID", TWELVE): ("Twelve digits", True, "Peach", "barcode", (TWELVE,)),
        ("OTHER", PEACH): ("Peach, elsewhere", False, "Peach", "barcode", (PEACH,)),
        ("COMPANY_ID", TEA): ("Tea", True, "Tea", "unmatched", (TEA,)),
    }
    described = source.listings.get(tenant="COMPANY_ID", external_id=PEACH).description
    assert described == {
        "barcode": PEACH,
        "barcodes": [PEACH],
        "name": "Peach Ringz",
        "brand": None,
        "strain": "Peach",
        "description": "Sweet",
        "packagedQuantity": "3",
        "thc": {"avg": "39"},
        "terpenes": ["Alpha Pinene"],
        "assets": image("h2"),
        "delisted": False,
        "active": True,
    }
    assert (whole_state.counts(source), whole_state.lots(source), whole_state.places(source)) == ({}, {}, {})
    assert ledger.prove().breaches == []
    assert list(ledger.differences()) == []
