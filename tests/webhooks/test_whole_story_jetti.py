"""A day of Jetti's channels, and everything that it leaves, worked out by hand. What came last counts."""

import pytest

from inventory import ledger
from tests.webhooks import jetti, whole_state
from tests.webhooks.account import Account
from tests.webhooks.jetti import ABSENT, inventory

STORY = [
    # Item 10 in channel 21 of company 11, of which the published sample says 5 and how the channel is set up.
    jetti.CAPTURED,
    inventory(4, externalId="A-1"),
    inventory(5, externalId="A-1"),
    inventory(3, externalId="A-1"),
    inventory(5, externalId="A-1"),
    inventory(8, variant=11),
    inventory(99, variant=11, policy="deny"),
    # Nobody vouches for the 8 any more, and nobody says another number.
    inventory(None, variant=11),
    inventory(2, channel=22),
    inventory("1.25", company=12),
    inventory(ABSENT, variant=12),
    inventory(0, variant=12),
    inventory(4, variant=13),
    inventory(4, variant=13, policy="continue"),
    inventory(7, variant=14, policy="deny"),
    inventory(-1, variant=14),
    inventory(ABSENT, variant=15),
    inventory("many", variant=11),
    # The last word about the first item, and what else may be shown of it.
    inventory(6, externalId="A-2", externalSku="SKU"),
]

COUNTS = {
    ("11/21", "10", "21"): "6",
    ("11/21", "11", "21"): "8 doubtful",
    ("11/21", "12", "21"): "0",
    ("11/21", "13", "21"): "untracked",
    ("11/21", "14", "21"): "-1",
    ("11/21", "15", "21"): "unknown",
    ("11/22", "10", "22"): "2",
    ("12/21", "10", "21"): "1.25",
}
FINE = ("processed", "")
QUARANTINED = (
    "quarantined",
    "inventory.available: must be a JSON number or text of plain decimal digits ('many')",
)


@pytest.mark.django_db
def test_a_day_of_three_channels_leaves_these_counts_listings_and_places() -> None:
    channels = Account("jetti", jetti.prove, name="Jetti")
    channels.receive(*STORY)
    source = channels.source
    assert whole_state.fates(source) == [*[FINE] * 17, QUARANTINED, FINE]
    assert whole_state.counts(source) == {
        (tenant, item, "", channel, "channel", ""): number for (tenant, item, channel), number in COUNTS.items()
    }
    assert whole_state.listings(source) == {
        (tenant, item): ("", True, item, "unmatched", ()) for tenant, item, _ in COUNTS
    }
    assert whole_state.places(source) == {
        ("11/21", "21"): ("", "", "", True),
        ("11/22", "22"): ("", "", "", True),
        ("12/21", "21"): ("", "", "", True),
    }
    item = source.listings.get(tenant="11/21", external_id="10").description
    assert item == {"channelVariantId": "9", "externalId": "A-2", "externalSku": "SKU"}
    channel = source.locations.get(tenant="11/21").description
    assert channel == {"includeBackorderQuantity": True, "warehouseId": "11"}
    assert (whole_state.lots(source), whole_state.links(source)) == ({}, set())
    assert ledger.prove().breaches == []
    assert list(ledger.differences()) == []
