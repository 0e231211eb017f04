"""Tracktile's twin: a kitchen whose lots are received, used up, made, moved, merged and ended.

https://developers.tracktile.io/webhooks/events/inventory and /events/node . Every event carries its own time, in
seconds, so any order of arrival makes the same stock: of one lot no two things happen in one second.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial

from webhooks.twins.base import Deed, Twin
from webhooks.twins.chance import uuid_text
from webhooks.twins.kitchen import BAY, COLD, COUNTER, OVEN, Kitchen, Lot, Node
from webhooks.twins.message import Cell, Message
from webhooks.twins.wire import SECOND, day, digits, moment, to_json
from webhooks.twins.world import BAKERY, LARDER, Goods, parcel

BEST_BEFORE, UNIT, ON_HAND = "best_before", "unit", "on_hand"
FEW = Decimal(2)
"""Less of an ingredient than this is not worth keeping."""
MOST_LOTS = 4
"""Of one ingredient; then the oldest goes before another comes."""


class TracktileTwin(Twin):
    provider = "tracktile"
    products = len(LARDER) + len(BAKERY)
    settings = {"expiry_attribute": BEST_BEFORE, "unit_attribute": UNIT, "quantity_attribute": ON_HAND}

    def __init__(self, *, seed: int, began: int, products: int = 0) -> None:
        super().__init__(seed=seed, began=began, products=products)
        self.kitchen = Kitchen(self.identity, self.number_of_products)
        self.lots: list[Lot] = []
        """The lots that there are, the oldest first."""
        self._number = 0
        for node in (BAY, COLD, OVEN, COUNTER):
            self.agenda.append(partial(self.make_node, node))
        for kind in self.kitchen.larder:
            self.agenda.append(partial(self.receive, self.new_lot(kind, BAY), parcel(self.identity, kind, 20, 60), 30))

    @property
    def tenant(self) -> str:
        return ""

    def live(self, *kinds: Goods) -> list[Lot]:
        """The lots of these goods that chance may use, the oldest first."""
        return [lot for lot in self.lots if lot.goods in kinds and not lot.set_aside]

    # Deeds

    def make_node(self, node: Node, at: int, *, parent: str = "", kind: str = "created") -> Message:
        """A place is made, or moved into another."""
        said = self.kitchen.node(node) | ({"parentId": self.kitchen.ids[parent]} if parent else {})
        return self._event(f"node.{kind}", at // SECOND, {"node": said})

    def receive(self, lot: Lot, number: Decimal, good_for: int, at: int) -> Message:
        """A new lot comes in, good for so many days."""
        return self._born("received", lot, number, day(at, ahead=good_for), at)

    def bake(self, lot: Lot, number: Decimal, good_for: int, transaction: str, at: int) -> Message:
        """A new lot is made."""
        return self._born("produced", lot, number, day(at, ahead=good_for), at, transaction)

    def use(self, lot: Lot, number: Decimal, at: int, *, transaction: str = "") -> Message:
        """Some of a lot is used or sold: Tracktile has no event for that, so an attribute of it carries the rest."""
        lot.quantity = max((lot.quantity or Decimal(0)) - number, Decimal(0))
        return self.count(lot, lot.quantity, at, transaction=transaction)

    def count(self, lot: Lot, number: Decimal, at: int, *, transaction: str = "") -> Message:
        """A lot's quantity is written into its attribute."""
        lot.quantity = number
        attributes = {"add": [], "updated": [{"key": ON_HAND, "value": digits(number)}], "removed": []}
        return self._modified(lot, at, transaction=transaction, attributes=attributes)

    def move(self, lot: Lot, node: Node, at: int) -> Message:
        """A whole lot goes to another place; into a bundle it is bundled."""
        before, lot.node = lot.node, node
        said = {"entity": self._entity(lot), "from": self.kitchen.node(before), "to": self.kitchen.node(node)}
        self._told[self._cell(lot, before)] = Decimal(0)
        return self._event(
            "inventory." + ("bundled" if node.kind == "bundle" else "moved"), self._tick(at, lot), said, lot
        )

    def end(self, lot: Lot, what: str, at: int, *, reason: str = "", transaction: str = "") -> Message:
        """A lot is destroyed (or consumed), or wasted for a reason."""
        self._end(lot)
        said = {"entityId": lot.id} | ({"reason": reason} if reason else {})
        return self._event(f"inventory.{what}", self._tick(at, lot), said, lot, transaction=transaction)

    def merge(self, lots: Sequence[Lot], result: Lot, at: int) -> Message:
        """Lots at one place become one, with all that they had."""
        self._end(*lots)
        result.node = lots[0].node
        result.quantity = sum((lot.quantity or Decimal(0) for lot in lots), Decimal(0))
        self.lots.append(result)
        said = {
            "mergedEntity": self._entity(result) | {"quantity": result.quantity},
            "sourceEntityIds": [lot.id for lot in lots],
            "sourceEntityNames": [lot.name for lot in lots],
            "node": self.kitchen.node(result.node),
        }
        return self._event("inventory.merged", self._tick(at, result, *lots), said, result, *lots)

    def unmerge(self, lots: Sequence[Lot], result: Lot, at: int) -> Message:
        """A merge is undone: the lots are back where the result was, with what they had."""
        self._end(result)
        for lot in lots:
            lot.live, lot.node = True, result.node
            self.lots.append(lot)
        said = {
            "revertedEntityId": result.id,
            "restoredEntityIds": [lot.id for lot in lots],
            "restoredEntityNames": [lot.name for lot in lots],
            "node": self.kitchen.node(result.node),
        }
        return self._event("inventory.merge.reverted", self._tick(at, result, *lots), said, result, *lots)

    def split(self, lot: Lot, child: Lot, at: int) -> Message:
        """A part of a lot becomes a lot of its own; how much it is, nobody says."""
        child.node, child.quantity = lot.node, None
        self.lots.append(child)
        child.touched = self._tick(at, lot)
        spawns = {"add": [{"id": child.id, "name": child.name}], "updated": [], "removed": []}
        return self._modified(lot, at, spawns=spawns, also=child)

    def order(self, at: int) -> Message:
        """An order changes its status, which says nothing of stock."""
        return self._event(
            "order.status.changed", at // SECOND, {"orderId": uuid_text(self.chance), "status": "packed"}
        )

    def new_lot(self, kind: Goods, node: Node, *, set_aside: bool = False) -> Lot:
        """A lot that is still to be told of; one that is set aside is left alone by chance."""
        self._number += 1
        name = f"{self.kitchen.code(kind)}-{self._number:04d}"
        return Lot(id=uuid_text(self.chance), name=name, goods=kind, node=node, set_aside=set_aside)

    def plan(self) -> Iterable[Deed]:
        return self._bake() or self._sell() or self._supply()

    # What happens by chance

    def _supply(self) -> list[Deed]:
        kind = self.chance.choice(self.kitchen.larder)
        if len(kept := self.live(kind)) >= MOST_LOTS:
            return [partial(self.end, kept[0], "wasted", reason="Past its date")]
        number, good_for = parcel(self.chance, kind, 20, 60), self.chance.randint(10, 40)
        return [partial(self.receive, self.new_lot(kind, BAY), number, good_for)]

    def _bake(self) -> list[Deed]:
        """Ingredients are used, a lot comes out of the oven and goes to the counter."""
        kinds = self.chance.sample(self.kitchen.larder, min(2, len(self.kitchen.larder)))
        lots = [lot for kind in kinds for lot in self.live(kind)[:1]]
        if len(lots) < len(kinds) or self.chance.random() > 0.25:  # noqa: PLR2004  # the oven is not always on
            return []
        lot, transaction = self.new_lot(self.chance.choice(self.kitchen.bakery), OVEN), uuid_text(self.chance)
        used: list[Deed] = [self._used(lot, transaction) for lot in lots]
        number = Decimal(self.chance.randint(20, 40))
        return [*used, partial(self.bake, lot, number, 3, transaction), partial(self.move, lot, COUNTER)]

    def _used(self, lot: Lot, transaction: str) -> Deed:
        number = parcel(self.chance, lot.goods, 2, 6)
        if lot.quantity is not None and lot.quantity - number < FEW:
            return partial(self.end, lot, "destroyed", transaction=transaction)
        return partial(self.use, lot, number, transaction=transaction)

    def _sell(self) -> list[Deed]:
        """Some of what stands at the counter goes; what is left of an old lot is thrown away."""
        shown = [lot for lot in self.live(*self.kitchen.bakery) if lot.node == COUNTER]
        if not shown or self.chance.random() < 0.1:  # noqa: PLR2004  # now and then something is delivered instead
            return []
        lot = self.chance.choice(shown)
        crowded = len(shown) > 2 * len(self.kitchen.bakery)
        if crowded or not lot.quantity:
            return [partial(self.end, shown[0] if crowded else lot, "wasted", reason="Unsold")]
        if len(shown) > 1 and shown[0].goods == shown[1].goods and self.chance.random() < 0.2:  # noqa: PLR2004
            result = self.new_lot(shown[0].goods, COUNTER)
            merge, unmerge = (partial(step, shown[:2], result) for step in (self.merge, self.unmerge))
            return self.chance.choice([[merge], [merge, unmerge]])
        return [partial(self.use, lot, Decimal(self.chance.randint(1, 4)))]

    # What Tracktile writes

    def _end(self, *lots: Lot) -> None:
        for lot in lots:
            lot.live = False
            self.lots.remove(lot)

    def _born(self, what: str, lot: Lot, number: Decimal, until: str, at: int, transaction: str = "") -> Message:
        lot.quantity = number
        self.lots.append(lot)
        attributes = {BEST_BEFORE: until, UNIT: lot.goods.unit}
        said = {
            "entity": self._entity(lot) | {"quantity": number, "attributes": attributes},
            "node": self.kitchen.node(lot.node),
        }
        return self._event(f"inventory.{what}", self._tick(at, lot), said, lot, transaction=transaction)

    def _modified(
        self, lot: Lot, at: int, *, transaction: str = "", also: Lot | None = None, **changes: object
    ) -> Message:
        nothing: dict[str, list[object]] = {"add": [], "updated": [], "removed": []}
        said = {
            "entityId": lot.id,
            "changes": dict.fromkeys(("attributes", "correlations", "spawns"), nothing) | changes,
        }
        tick = also.touched if also else self._tick(at, lot)
        return self._event("inventory.modified", tick, said, lot, *([also] if also else []), transaction=transaction)

    def _entity(self, lot: Lot) -> dict[str, object]:
        return {"id": lot.id, "name": lot.name, "productId": self.kitchen.products[lot.goods.name]}

    def _cell(self, lot: Lot, node: Node) -> Cell:
        return Cell(self.kitchen.products[lot.goods.name], lot.id, self.kitchen.ids[node.name], "available")

    def _tick(self, at: int, *lots: Lot) -> int:
        """The second in which something happens to these lots: a later one than whatever happened to any of them."""
        tick = max(at // SECOND, *(lot.touched + 1 for lot in lots))
        for lot in lots:
            lot.touched = tick
        return tick

    def _event(self, kind: str, tick: int, said: Mapping[str, object], *lots: Lot, transaction: str = "") -> Message:
        for lot in lots:
            self._told[self._cell(lot, lot.node)] = lot.quantity if lot.live else Decimal(0)
        body = {
            "id": uuid_text(self.chance),
            "kind": kind,
            "time": moment(tick * SECOND),
            "transactionId": transaction or uuid_text(self.chance),
            "flowId": self.kitchen.flow,
            **said,
        }
        return self.message(kind, to_json(body), tick * SECOND)
