"""Tracktile, from signed request to stock: the lives of lots, each told with its numbers."""

from collections.abc import Iterator
from itertools import permutations

import pytest

from inventory import ledger
from inventory.models import Batch, Location, Source, StockEvent
from inventory.quantity import quantity_text
from inventory.reports import stock
from tests.webhooks import tracktile
from tests.webhooks.account import Account
from webhooks import worker
from webhooks.endpoints import add_secret
from webhooks.models import Delivery

Stock = dict[tuple[str, str], str | None]

OTHER_SECRET = "another hook's"


def prove(secret: str, body: bytes) -> dict[str, str]:
    return {"x-tracktile-signature": tracktile.signature(body, secret)}


class Maker(Account):
    """One Tracktile account with two hooks, each with a secret of its own, at one endpoint."""

    def __init__(self) -> None:
        super().__init__("tracktile", prove, name="Tracktile", secret=tracktile.SECRET)
        add_secret(self.made.endpoint, OTHER_SECRET)

    def tell(self, *bodies: bytes) -> list[tuple[str, str]]:
        """Post and process these one after another; return (state, reason) of every delivery so far."""
        for body in bodies:
            self.receive(body)
        return list(Delivery.objects.order_by("pk").values_list("state", "reason"))

    def name(self, **settings: str) -> None:
        """Staff say which attributes mean what."""
        Source.objects.filter(pk=self.source.pk).update(settings=settings)


@pytest.fixture
def maker(db: None) -> Maker:
    return Maker()


@pytest.fixture(autouse=True)
def _every_story_ends_in_a_ledger_that_holds(db: None) -> Iterator[None]:
    yield
    assert ledger.prove().breaches == []
    assert list(ledger.differences()) == []


def on_hand() -> Stock:
    """(lot, place) -> quantity, None where it is unknown; without the places where nothing is."""
    return {
        (row.batch or "", row.location or ""): None if row.quantity is None else quantity_text(row.quantity)
        for row in stock(source="Tracktile")
        if row.quantity != 0
    }


def batches() -> dict[str, tuple[str, str]]:
    """lot -> (label, status)."""
    return {batch.external_id: (batch.label, batch.status) for batch in Batch.objects.all()}


def test_a_lots_life_from_the_bay_through_a_merge_and_back(maker: Maker) -> None:
    maker.tell(
        tracktile.received("e1", "08:00:00", "sack", 100),
        tracktile.received("e2", "08:05:00", "bag", 100),
        tracktile.moved("e3", "09:00:00", "sack", "bay", "cold"),
    )
    assert on_hand() == {("sack", "cold"): "100", ("bag", "bay"): "100"}
    maker.tell(tracktile.merged("e4", "10:00:00", "mix", 200, ["sack", "bag"], "mixer"))
    assert on_hand() == {("mix", "mixer"): "200"}
    assert batches() == {"sack": ("SACK", "ended"), "bag": ("BAG", "ended"), "mix": ("MIX", "live")}
    maker.tell(tracktile.unmerged("e5", "11:00:00", "mix", ["sack", "bag"], "mixer"))
    assert on_hand() == {("sack", "mixer"): "100", ("bag", "mixer"): "100"}
    assert batches() == {"sack": ("SACK", "live"), "bag": ("BAG", "live"), "mix": ("MIX", "ended")}
    assert maker.tell() == [("processed", "")] * 5


def test_a_merge_of_a_merge_is_undone_from_the_outside_in(maker: Maker) -> None:
    """30 and 20 make 50; 50 and 10 make 60, moved to the shop; undone, 50 and 10; undone, 30 and 20.

    In between the 10 are destroyed: undoing the inner merge does not bring them back.
    """
    maker.tell(
        tracktile.received("e1", "08:00:00", "a", 30),
        tracktile.received("e2", "08:00:00", "b", 20),
        tracktile.received("e3", "08:00:00", "c", 10),
        tracktile.merged("e4", "09:00:00", "ab", 50, ["a", "b"], "mixer"),
        tracktile.merged("e5", "10:00:00", "abc", 60, ["ab", "c"], "mixer"),
        tracktile.moved("e6", "11:00:00", "abc", "mixer", "shop"),
    )
    assert on_hand() == {("abc", "shop"): "60"}
    maker.tell(
        tracktile.unmerged("e7", "12:00:00", "abc", ["ab", "c"], "shop"),
        tracktile.destroyed("e8", "12:30:00", "c"),
        tracktile.unmerged("e9", "13:00:00", "ab", ["a", "b"], "bench"),
    )
    assert on_hand() == {("a", "bench"): "30", ("b", "bench"): "20"}


MERGE_STORY = [
    tracktile.received("e1", "08:00:00", "sack", 100),
    tracktile.merged("e2", "09:00:00", "mix", 150, ["sack", "bag"], "mixer"),
    tracktile.unmerged("e3", "10:00:00", "mix", ["sack", "bag"], "bench"),
    tracktile.moved("e4", "11:00:00", "sack", "bench", "cold"),
]


@pytest.mark.parametrize("order", list(permutations(range(4))))
def test_in_any_order_the_story_ends_the_same(maker: Maker, order: tuple[int, ...]) -> None:
    """The bag was never received with a number, so it comes back without one, and without a product."""
    maker.tell(*(MERGE_STORY[index] for index in order))
    assert on_hand() == {("sack", "cold"): "100"}
    assert {lot: status for lot, (_, status) in batches().items()} == {"sack": "live", "bag": "live", "mix": "ended"}


def test_what_is_produced_stands_beside_what_it_consumed(maker: Maker) -> None:
    """40 of flour are used up, and 50 loaves come out of the oven, in one transaction."""
    maker.tell(
        tracktile.received("e1", "08:00:00", "sack", 40),
        tracktile.destroyed("e2", "09:00:00", "sack", transactionId="bake"),
        tracktile.produced("e3", "09:00:00", "loaves", 50, "oven", transactionId="bake"),
    )
    assert on_hand() == {("loaves", "oven"): "50"}
    events = StockEvent.objects.filter(transaction="bake").order_by("id")
    assert [event.kind for event in events if event.kind.startswith("lot")] == ["lot_ended", "lot_born"]


def test_destroyed_before_received_leaves_a_tombstone_and_restored_revives(maker: Maker) -> None:
    maker.tell(
        tracktile.destroyed("e2", "09:00:00", "sack"),
        tracktile.received("e1", "08:00:00", "sack", 100),
    )
    assert on_hand() == {}
    assert batches() == {"sack": ("SACK", "ended")}
    maker.tell(tracktile.restored("e3", "10:00:00", "sack", "dough", "bench"))
    assert on_hand() == {("sack", "bench"): "100"}
    assert batches() == {"sack": ("SACK", "live"), "dough": ("DOUGH", "ended")}


def test_restored_before_received_keeps_its_place_and_learns_its_quantity(maker: Maker) -> None:
    maker.tell(
        tracktile.restored("e3", "10:00:00", "sack", "dough", "bench"),
        tracktile.destroyed("e2", "09:00:00", "sack"),
        tracktile.received("e1", "08:00:00", "sack", 100),
    )
    assert on_hand() == {("sack", "bench"): "100"}


TIES = [
    tracktile.received("e3", "08:00:00", "sack", 100),
    tracktile.moved("e2", "08:00:00", "sack", "bay", "cold"),
    tracktile.moved("e1", "08:00:00", "sack", "cold", "shop"),
    tracktile.wasted("e0", "08:00:00", "sack", "Expired"),
]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_of_equal_times_what_fits_comes_first(maker: Maker, order: tuple[int, ...]) -> None:
    """All in one second, and the ids count backwards: born in the bay, to the cold, to the shop."""
    maker.tell(*(TIES[index] for index in order))
    assert on_hand() == {("sack", "shop"): "100"}


def test_of_equal_times_the_end_comes_last(maker: Maker) -> None:
    maker.tell(*reversed(TIES))
    assert on_hand() == {}
    wasted = StockEvent.objects.get(kind="lot_ended")
    assert (wasted.data["role"], wasted.data["reason"]) == ("wasted", "Expired")


def test_a_bundle_stands_where_it_was_filled_until_a_node_event_speaks(maker: Maker) -> None:
    maker.tell(
        tracktile.received("e1", "08:00:00", "sack", 100),
        tracktile.bundled("e2", "09:00:00", "sack", "bay", "pallet"),
    )

    def pallet() -> tuple[str, str, str]:
        place = maker.location("pallet")
        return place.name, place.kind, place.parent.external_id if place.parent else ""

    assert on_hand() == {("sack", "pallet"): "100"}
    assert pallet() == ("Pallet", "bundle", "bay")
    maker.tell(tracktile.node_event("moved", "n1", "10:00:00", tracktile.node("pallet", "bundle", parentId="truck")))
    assert on_hand() == {("sack", "pallet"): "100"}
    assert pallet() == ("Pallet", "bundle", "truck")


def test_a_destroyed_node_is_no_longer_active(maker: Maker) -> None:
    maker.tell(
        tracktile.node_event("destroyed", "n2", "10:00:00", tracktile.node("bay")),
        tracktile.node_event("created", "n1", "10:00:00", tracktile.node("bay")),
    )
    assert not maker.location("bay").active


def test_a_split_leaves_the_sack_in_doubt_and_opens_the_bag_beside_it(maker: Maker) -> None:
    maker.tell(
        tracktile.received("e1", "08:00:00", "sack", 100),
        tracktile.modified("e2", "09:00:00", "sack", spawns={"add": ["bag"]}),
    )
    rows = {row.batch: (row.location, row.quantity, row.quality) for row in stock(source="Tracktile")}
    assert rows == {"sack": ("bay", 100, "doubtful"), "bag": ("bay", None, "unknown")}


def test_staff_name_the_attributes_that_mean_expiry_unit_and_quantity(maker: Maker) -> None:
    maker.name(expiry_attribute="best_before", unit_attribute="uom", quantity_attribute="weight")
    attributes = {"add": [{"key": "best_before", "value": "2024-03-01"}, {"key": "uom", "value": "kg"}]}
    maker.tell(
        tracktile.received("e1", "08:00:00", "sack", 100),
        tracktile.modified("e2", "09:00:00", "sack", attributes=attributes),
        tracktile.modified("e3", "10:00:00", "sack", attributes={"updated": [{"key": "weight", "value": "97.5"}]}),
    )
    batch = Batch.objects.get()
    assert on_hand() == {("sack", "bay"): "97.5"}
    assert (str(batch.expires_on), batch.description) == (
        "2024-03-01",
        {
            "label": "SACK",
            "flow": "flow",
            "attributes.best_before": "2024-03-01",
            "expires_on": "2024-03-01",
            "attributes.uom": "kg",
            "unit": "kg",
            "attributes.weight": "97.5",
        },
    )


def test_each_hooks_secret_opens_the_one_endpoint_and_no_other_does(maker: Maker) -> None:
    bodies = [tracktile.received(f"e{number}", "08:00:00", f"lot{number}", 1) for number in range(3)]
    assert maker.post(bodies[0], secret=OTHER_SECRET).status_code == 200
    assert maker.post(bodies[1]).status_code == 200
    assert maker.post(bodies[2], secret="nobody's").status_code == 401
    in_january_2024 = {"x-tracktile-signature": tracktile.signature(bodies[2], at=1_705_314_600)}
    assert maker.post(bodies[2], headers=in_january_2024).status_code == 401
    worker.drain()
    assert on_hand() == {("lot0", "bay"): "1", ("lot1", "bay"): "1"}


def test_an_event_sent_twice_counts_once(maker: Maker) -> None:
    body = tracktile.received("e1", "08:00:00", "sack", 100)
    assert maker.tell(body, body) == [("processed", "")]
    assert on_hand() == {("sack", "bay"): "100"}


def test_the_ten_published_payloads_all_come_in(maker: Maker) -> None:
    """All happen in one second: ent_456 is wasted in the end and ent_789 deconstructed, whatever else is said."""
    names = sorted(path.stem for path in tracktile.CAPTURED.iterdir())
    assert maker.tell(*(tracktile.captured(name) for name in names)) == [("processed", "")] * 10
    assert set(batches()) == {"ent_456", "ent_457", "ent_789"}
    assert Location.objects.count() == 3


def test_what_is_malformed_is_quarantined_with_its_path_and_changes_nothing(maker: Maker) -> None:
    outcomes = maker.tell(
        tracktile.received("e1", "08:00:00", "sack", "lots"),
        tracktile.event("inventory.wasted", "e2", "08:00:00"),
        tracktile.event("order.status.changed", "e3", "08:00:00"),
    )
    assert outcomes == [
        ("quarantined", "entity.quantity: must be a JSON number or text of plain decimal digits ('lots')"),
        ("quarantined", "entityId: is missing"),
        ("ignored", "it tells of an order, not of stock"),
    ]
    assert batches() == {}
