"""An evening at two Square merchants, and everything that it leaves, worked out by hand."""

from typing import Any

import pytest

from inventory import ledger
from tests.webhooks import square, whole_state
from tests.webhooks.shop import SquareShop
from tests.webhooks.square import count, counts_updated

BEER, WINE, BAR, CELLAR = "BEER", "WINE", "BAR", "CELLAR"
US, THEM = "MERCHANT-1", "MERCHANT-2"


def told(event: str, at: str, *rows: tuple[str, str, str, object], made: str = "", **envelope: Any) -> bytes:
    """An event about (item, place, state, quantity), all counted at this time of 29 December 2020."""
    counted = [
        count(quantity, at=f"2020-12-29T{at}Z", state=state, variation=item, place=place)
        for item, place, state, quantity in rows
    ]
    created = f"2020-12-29T{made or at}Z"
    return counts_updated(counted, event_id=event, created_at=created, **{"merchant": US, **envelope})


def in_stock(item: str, quantity: object, place: str = BAR) -> tuple[str, str, str, object]:
    return item, place, "IN_STOCK", quantity


ESTIMATED = counts_updated(
    [count("5", at="2020-12-29T19:15:00Z", variation=WINE, place=CELLAR, is_estimated=True)],
    event_id="e10",
    merchant=US,
)
STORY = [
    told("e1", "18:40:00", in_stock(BEER, "90"), in_stock(WINE, "1")),
    told("e2", "18:45:00", in_stock(BEER, "80"), (BEER, BAR, "RESERVED_FOR_SALE", "10")),
    # Counted before the 80, and told after it.
    told("e3", "18:42:00", in_stock(BEER, "88")),
    told("e4", "18:50:00", in_stock(BEER, "79.60000")),
    # Three of one bottle were sold.
    told("e5", "18:55:00", in_stock(WINE, "-2")),
    told("e6", "19:00:00", (BEER, BAR, "IN_TRANSIT", "4"), (BEER, BAR, "ORDERED_FROM_VENDOR", "24")),
    told(
        "e7",
        "19:05:00",
        (BEER, BAR, "ORDERED_FROM_VENDOR", "0"),
        (BEER, BAR, "RECEIVED_FROM_VENDOR", "24"),
        (BEER, BAR, "RETURNED_BY_CUSTOMER", "1"),
    ),
    told("e8", "19:10:00", (BEER, BAR, "WASTE", "2"), (BEER, BAR, "SOLD_ONLINE", "3")),
    told("e9", "19:12:00", (BEER, BAR, "IN_TRANSIT_TO", "6")),
    ESTIMATED,
    told("e11", "19:20:00", in_stock(WINE, None)),
    told("e12", "18:40:00", in_stock(BEER, "7"), merchant=THEM),
    # Both counted at 19:30; what was announced later counts, and it comes first.
    told("e13", "19:30:00", in_stock(BEER, "61"), made="19:30:02"),
    told("e14", "19:30:00", in_stock(BEER, "60"), made="19:30:01"),
    square.event("webhooks.test_notification", {"type": "webhooks", "id": "x"}, event_id="e15"),
    told("e16", "19:40:00", in_stock(BEER, 12)),
    told("e13", "19:50:00", in_stock(BEER, "1")),
]
COUNTS = {
    (US, BEER, "", BAR, "available", "IN_STOCK"): "61",
    (US, BEER, "", BAR, "reserved", "RESERVED_FOR_SALE"): "10",
    (US, BEER, "", BAR, "in_transit", "IN_TRANSIT"): "4",
    (US, BEER, "", BAR, "in_transit", "IN_TRANSIT_TO"): "6",
    (US, BEER, "", BAR, "incoming", "ORDERED_FROM_VENDOR"): "0",
    (US, BEER, "", BAR, "received", "RECEIVED_FROM_VENDOR"): "24",
    (US, BEER, "", BAR, "returned", "RETURNED_BY_CUSTOMER"): "1",
    (US, BEER, "", BAR, "waste", "WASTE"): "2",
    (US, BEER, "", BAR, "other", "SOLD_ONLINE"): "3",
    (US, WINE, "", BAR, "available", "IN_STOCK"): "-2 doubtful",
    (US, WINE, "", CELLAR, "available", "IN_STOCK"): "5 estimated",
    (THEM, BEER, "", BAR, "available", "IN_STOCK"): "7",
}
FINE = ("processed", "")
FATES = [
    *[FINE] * 14,
    ("ignored", "a test notification from Square: it says nothing about stock"),
    ("quarantined", "data.object.inventory_counts[0].quantity: must be text of plain decimal digits (12)"),
    ("quarantined", "an earlier delivery has the same event id and another body"),
]


@pytest.mark.django_db
def test_an_evening_at_two_merchants_leaves_these_counts_listings_and_places(shop: SquareShop) -> None:
    shop.receive(*STORY)
    # Sent once more, as Square does for a day: nothing comes of it.
    assert shop.receive(STORY[0], STORY[12]) == []
    source = shop.source
    assert whole_state.fates(source) == FATES
    assert whole_state.counts(source) == COUNTS
    assert whole_state.listings(source) == {
        (tenant, item): ("", True, item, "unmatched", ()) for tenant, item in ((US, BEER), (US, WINE), (THEM, BEER))
    }
    assert whole_state.places(source) == dict.fromkeys(((US, BAR), (US, CELLAR), (THEM, BAR)), ("", "", "", True))
    assert (whole_state.lots(source), whole_state.links(source)) == ({}, set())
    assert ledger.prove().breaches == []
    assert list(ledger.differences()) == []
