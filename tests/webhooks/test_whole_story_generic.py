"""A day of a sender of our own JSON, and everything that it leaves, worked out by hand."""

from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine

from inventory import ledger
from tests.webhooks import generic, whole_state
from tests.webhooks.account import Account
from tests.webhooks.generic import adjustment, description, reading

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
GTIN = "4006381333931"
BUCKETS = "available, held, reserved, packed, returned, received, incoming, in_transit, waste, channel or other"


def at(time: str) -> str:
    return f"2026-03-01T{time}:00Z"


def event(name: str, *statements: dict[str, Any], **more: Any) -> bytes:
    return generic.event(*statements, event_id=name, **more)


LAST = event("last", description({"name": "Shelf", "parent": "shop"}, at=at("10:00"), location="shelf"))
STORY = [
    event("1", description({"name": "Tea", "barcodes": [GTIN], "colour": "green"}, at=at("10:00"))),
    event("2", reading(40, at=at("12:00"))),
    event("3", adjustment(-3, at=at("13:00"))),
    # Before the 40 were counted: they are 40 all the same.
    event("4", adjustment("-2", at=at("11:30"))),
    # Between the two: 50 were counted, and 3 went after that.
    event("5", reading(50, at=at("12:30"))),
    event("6", reading("12.5", at=at("12:00"), batch="L1", location="cellar")),
    event("7", reading(None, at=at("12:10"), batch="L1", location="cellar"), reading(3, at=at("12:00"), batch="L2")),
    event("8", reading(2, at=at("14:00"), bucket="waste", state="BROKEN")),
    event("9", description({"label": "Lot 1", "expires_on": "2026-12-31"}, at=at("10:00"), batch="L1")),
    event("10", description({"name": "Old name", "colour": "red", "weight": 1}, at=at("09:00"))),
    event("11", reading(7, at=at("12:00")), tenant="north"),
    event("12", reading(None, at=at("12:00"), location="shelf", quality="untracked")),
    event("13", description({"active": False, "colour": None}, at=at("15:00"))),
    b'{"stock": 5}',
    event("14", reading(5, bucket="shelf")),
    event("2", reading(41, at=at("12:00"))),
    LAST,
]
COUNTS = {
    ("", "SKU-1", "", "shop", "available", ""): "47",
    ("", "SKU-1", "L1", "cellar", "available", ""): "12.5 doubtful",
    ("", "SKU-1", "L2", "shop", "available", ""): "3",
    ("", "SKU-1", "", "shop", "waste", "BROKEN"): "2",
    ("", "SKU-1", "", "shelf", "available", ""): "untracked",
    ("north", "SKU-1", "", "shop", "available", ""): "7",
}
FINE = ("processed", "")
FATES = [
    *[FINE] * 13,
    ("ignored", "no mapping"),
    ("quarantined", f"statements[0].bucket: must be {BUCKETS} ('shelf')"),
    ("quarantined", "an earlier delivery has the same event id and another body"),
    FINE,
]


@pytest.mark.django_db
@pytest.mark.parametrize("backwards", [False, True])
def test_a_day_of_our_own_json_leaves_these_counts_listings_batches_and_places(backwards: bool) -> None:
    """Every statement carries its time. Backwards, it is the other body of event 2 that comes first: it is left out."""
    with time_machine.travel(NOW, tick=False):
        sender = Account("generic", generic.static_header, name="Script", settings={"scheme": "static_header"})
        story = [body for body in reversed(STORY) if body != STORY[15]] if backwards else STORY
        sender.receive(*story)
        # Sent once more: nothing comes of it.
        assert sender.receive(LAST) == []
    source = sender.source
    assert whole_state.fates(source) == ([*FATES[:15], FINE][::-1] if backwards else FATES)
    assert whole_state.counts(source) == COUNTS
    assert whole_state.listings(source) == {
        ("", "SKU-1"): ("Tea", False, "Old name" if backwards else "Tea", "unmatched", (GTIN,)),
        ("north", "SKU-1"): ("", True, "SKU-1", "unmatched", ()),
    }
    described = source.listings.get(tenant="").description
    assert described == {"name": "Tea", "barcodes": [GTIN], "colour": None, "weight": "1", "active": False}
    assert whole_state.expiries(source) == {("", "L1"): ("Lot 1", "2026-12-31"), ("", "L2"): ("", "")}
    assert whole_state.places(source) == {
        ("", "shop"): ("", "", "", True),
        ("", "cellar"): ("", "", "", True),
        ("", "shelf"): ("Shelf", "", "shop", True),
        ("north", "shop"): ("", "", "", True),
    }
    assert whole_state.links(source) == set()
    assert ledger.prove().breaches == []
    assert list(ledger.differences()) == []
