"""The kitchen that Tracktile's twin speaks for: its places, its goods under Tracktile's ids, and its lots."""

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from webhooks.twins.chance import uuid_text
from webhooks.twins.world import BAKERY, LARDER, Goods, goods


@dataclass(frozen=True, slots=True)
class Node:
    """A place; a container or a bundle is one that can itself be moved."""

    name: str
    kind: str = "stage"


BAY, COLD, OVEN, COUNTER = map(Node, ("Receiving Bay", "Cold Storage", "Oven Line", "Finished Goods"))
TOTE = Node("Tote 12", "container")
PALLET = Node("Pallet 3", "bundle")
NODES = (BAY, COLD, OVEN, COUNTER, TOTE, PALLET)


@dataclass(slots=True, kw_only=True, eq=False)
class Lot:
    """One lot and what is true of it."""

    id: str
    name: str
    goods: Goods
    node: Node
    quantity: Decimal | None = None
    """None: nobody said."""
    live: bool = True
    set_aside: bool = False
    """Whether chance leaves it alone."""
    touched: int = 0
    """The last second in which something happened to it."""


class Kitchen:
    """The identifiers of one account, and its goods: ingredients and what is baked of them."""

    def __init__(self, identity: Random, products: int) -> None:
        bought = max(1, products * len(LARDER) // (len(LARDER) + len(BAKERY)))
        self.larder = goods(LARDER, bought)
        self.bakery = goods(BAKERY, max(1, products - bought))
        self.products = {kind.name: f"prod_{uuid_text(identity)[:13]}" for kind in (*self.larder, *self.bakery)}
        self.ids = {node.name: f"node_{uuid_text(identity)[:13]}" for node in NODES}
        self.flow = uuid_text(identity)

    def node(self, node: Node) -> dict[str, object]:
        """A place as an event names it."""
        return {"id": self.ids[node.name], "name": node.name, "type": node.kind}

    def code(self, kind: Goods) -> str:
        """The letters with which the names of its lots begin."""
        return "".join(word[0] for word in kind.name.replace(",", "").split()).upper()
