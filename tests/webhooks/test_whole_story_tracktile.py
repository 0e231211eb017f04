"""A day at a maker: two dozen events of Tracktile, and everything that they leave, worked out by hand."""

import pytest

from inventory import ledger
from inventory.models import StockEvent
from tests.webhooks import tracktile, whole_state
from tests.webhooks.account import Account
from tests.webhooks.tracktile import (
    bundled,
    destroyed,
    event,
    merged,
    modified,
    moved,
    node,
    node_event,
    produced,
    received,
    restored,
    unmerged,
    wasted,
)


def prove(secret: str, body: bytes) -> dict[str, str]:
    return {"x-tracktile-signature": tracktile.signature(body, secret)}


A_MERGE_OF_A_MERGE_AND_ITS_UNDOING = [
    received("a1", "08:00:00", "a", 30),
    received("a2", "08:00:00", "b", 20),
    received("a3", "08:00:00", "c", 10),
    moved("a4", "08:30:00", "a", "bay", "cold"),
    merged("a5", "09:00:00", "ab", 50, ["a", "b"], "mixer"),
    merged("a6", "10:00:00", "abc", 60, ["ab", "c"], "mixer"),
    moved("a7", "11:00:00", "abc", "mixer", "shop"),
    # From the outside in, and not at once: in between the inner one moves, and a source is destroyed.
    unmerged("a8", "12:00:00", "abc", ["ab", "c"], "shop"),
    moved("a9", "12:15:00", "ab", "shop", "yard"),
    destroyed("a10", "12:30:00", "c"),
    unmerged("a11", "13:00:00", "ab", ["a", "b"], "bench"),
]
RESTORED_BEFORE_RECEIVED = [
    restored("b3", "15:00:00", "sack", "dough", "bench"),
    destroyed("b2", "14:00:00", "sack"),
    received("b1", "07:30:00", "sack", 100),
]
A_BUNDLE_THAT_MOVES = [
    received("c1", "08:10:00", "box", 12),
    bundled("c2", "09:30:00", "box", "bay", "pallet"),
    node_event("moved", "c3", "10:00:00", node("pallet", "bundle", parentId="truck")),
]
A_SPLIT = [
    received("d1", "08:20:00", "keg", 40),
    modified("d2", "10:00:00", "keg", spawns={"add": ["mug"]}, correlations={"add": ["box"]}),
]
BREAD = [
    produced("e3", "09:00:00", "loaves", 50, "oven", transactionId="bake"),
    received("e1", "08:00:00", "flour-bag", 25),
    destroyed("e2", "09:00:00", "flour-bag", transactionId="bake"),
]
WASTE = [received("f1", "08:00:00", "milk", 5), wasted("f2", "16:00:00", "milk", "Expired")]
NOT_STOCK = [event("order.status.changed", "g1", "16:00:00")]
STORY = [
    *A_MERGE_OF_A_MERGE_AND_ITS_UNDOING,
    *RESTORED_BEFORE_RECEIVED,
    *A_BUNDLE_THAT_MOVES,
    *A_SPLIT,
    *BREAD,
    *WASTE,
    *NOT_STOCK,
]

COUNTS = {
    # Thirty came to the bay, went to the cold and into the mix, and are back on the bench.
    ("flour", "a", "bay"): "0",
    ("flour", "a", "cold"): "0",
    ("flour", "a", "bench"): "30",
    ("flour", "b", "bay"): "0",
    ("flour", "b", "bench"): "20",
    # Ten were mixed in, came back in the shop, and were destroyed there.
    ("flour", "c", "bay"): "0",
    ("flour", "c", "shop"): "0",
    ("flour", "ab", "mixer"): "0",
    ("flour", "ab", "shop"): "0",
    ("flour", "ab", "yard"): "0",
    ("flour", "abc", "mixer"): "0",
    ("flour", "abc", "shop"): "0",
    ("flour", "sack", "bay"): "0",
    ("flour", "sack", "bench"): "100",
    ("flour", "box", "bay"): "0",
    ("flour", "box", "pallet"): "12",
    ("flour", "keg", "bay"): "40 doubtful",
    ("flour", "mug", "bay"): "unknown",
    ("flour", "flour-bag", "bay"): "0",
    ("bread", "loaves", "oven"): "50",
    ("flour", "milk", "bay"): "0",
}

LOTS = {
    "a": ("A", "live", "bench", "flour"),
    "b": ("B", "live", "bench", "flour"),
    "c": ("C", "ended", "shop", "flour"),
    "ab": ("AB", "ended", "yard", "flour"),
    "abc": ("ABC", "ended", "shop", "flour"),
    "sack": ("SACK", "live", "bench", "flour"),
    # It was taken apart, and that is all that anybody has said of it.
    "dough": ("DOUGH", "ended", "", ""),
    "box": ("BOX", "live", "pallet", "flour"),
    "keg": ("KEG", "live", "bay", "flour"),
    "mug": ("", "live", "bay", "flour"),
    "flour-bag": ("FLOUR-BAG", "ended", "bay", "flour"),
    "loaves": ("LOAVES", "live", "oven", "bread"),
    "milk": ("MILK", "ended", "bay", "flour"),
}

LINKS = {
    ("merged", "a", "ab", "undone"),
    ("merged", "b", "ab", "undone"),
    ("merged", "ab", "abc", "undone"),
    ("merged", "c", "abc", "undone"),
    ("deconstructed", "dough", "sack", "stands"),
    ("split", "keg", "mug", "stands"),
    ("correlated", "keg", "box", "stands"),
    ("consumed", "flour-bag", "loaves", "stands"),
}

STAGES = ("bay", "cold", "mixer", "shop", "yard", "bench", "oven")
PLACES = {
    **{("", stage): (stage.title(), "stage", "", True) for stage in STAGES},
    ("", "pallet"): ("Pallet", "bundle", "truck", True),
    # Named as where the pallet stands, and by nothing else.
    ("", "truck"): ("", "", "", True),
}


@pytest.mark.django_db
@pytest.mark.parametrize("backwards", [False, True])
def test_a_day_at_a_maker_leaves_these_lots_places_and_links(backwards: bool) -> None:
    """Every event carries its time, so the same is left when the day arrives backwards."""
    maker = Account("tracktile", prove, name="Tracktile", secret=tracktile.SECRET)
    for body in reversed(STORY) if backwards else STORY:
        maker.receive(body)
    # Sent once more, as senders do: nothing comes of it.
    assert maker.receive(STORY[0], STORY[5]) == []

    source = maker.source
    shown = whole_state.counts(source)
    assert {(listing, lot, place): number for (_, listing, lot, place, _, _), number in shown.items()} == COUNTS
    assert {(tenant, bucket, word) for tenant, _, _, _, bucket, word in shown} == {("", "available", "")}
    assert whole_state.lots(source) == LOTS
    assert whole_state.links(source) == LINKS
    assert whole_state.places(source) == PLACES
    assert whole_state.listings(source) == {
        ("", "flour"): ("", True, "flour", "unmatched", ()),
        ("", "bread"): ("", True, "bread", "unmatched", ()),
    }
    fates = [("processed", "")] * 24 + [("ignored", "it tells of an order, not of stock")]
    assert whole_state.fates(source) == (fates[::-1] if backwards else fates)
    waste = StockEvent.objects.get(kind="lot_ended", data__role="wasted")
    assert (waste.data["reason"], waste.transaction) == ("Expired", "txn")
    assert {batch.description["flow"] for batch in source.batches.exclude(external_id="mug")} == {"flow"}
    assert ledger.prove().breaches == []
    assert list(ledger.differences()) == []
