"""Square's twin: a shop with two places, whose counts are absolute, decimal text, and timed by Square.

https://developer.squareup.com/docs/inventory-api/webhooks : one notification for each change, with the rows that it
changed; a move between two states or two places has both rows.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TypeAlias

from webhooks.twins.base import Deed, Twin
from webhooks.twins.chance import code, uuid_text
from webhooks.twins.message import Cell, Message
from webhooks.twins.wire import digits, moment, to_json
from webhooks.twins.world import BAKERY, SHELF, SOLD_IN_BOTH, Goods, goods, parcel

IN_STOCK, RESERVED, RETURNED, WASTE = "IN_STOCK", "RESERVED_FOR_SALE", "RETURNED_BY_CUSTOMER", "WASTE"
BUCKETS = {IN_STOCK: "available", RESERVED: "reserved", RETURNED: "returned", WASTE: "waste"}
"""What each state is called in Stockroom."""

ROWS_AT_ONCE = 10
MICROSECOND = 1_000
SALES = 0.8
"""How much of what happens is a sale."""
OVERSOLD = 0.03
"""How often somebody sells what the count says is not there."""


@dataclass(frozen=True, slots=True)
class Variation:
    """One thing that is sold, under Square's id."""

    id: str
    goods: Goods


Row: TypeAlias = tuple[Variation, str, str]
"""A variation, the id of a place and a state."""


class SquareTwin(Twin):
    provider = "square"
    products = len(BAKERY) + len(SHELF) + len(SOLD_IN_BOTH)

    def __init__(self, *, seed: int, began: int, products: int = 0) -> None:
        super().__init__(seed=seed, began=began, products=products)
        self.merchant = code(self.identity, 13)
        self.places = {name: "L" + code(self.identity, 12) for name in ("Main Street", "Harbour")}
        sold = goods(BAKERY + SHELF + SOLD_IN_BOTH, self.number_of_products)
        self.variations = [Variation(code(self.identity, 24), kind) for kind in sold]
        self._stock: dict[Row, Decimal] = {}
        self._calculated = began
        self._open()

    @property
    def tenant(self) -> str:
        return self.merchant

    def variation(self, name: str) -> Variation:
        """The variation of the goods so named."""
        return next(variation for variation in self.variations if variation.goods.name == name)

    # Deeds

    def sell(self, basket: Sequence[tuple[Variation, Decimal]], place: str, at: int) -> Message:
        """Some variations leave a place; what is not there is sold all the same, and its count is negative."""
        for variation, number in basket:
            self._add((variation, place, IN_STOCK), -number)
        return self._tell("sale", [(variation, place, IN_STOCK) for variation, _ in basket], at)

    def restock(self, variation: Variation, place: str, number: Decimal, at: int) -> Message:
        """Some are delivered."""
        row = (variation, place, IN_STOCK)
        self._add(row, number)
        return self._tell("restock", [row], at)

    def recount(self, variation: Variation, place: str, number: Decimal, at: int) -> Message:
        """Somebody counted."""
        row = (variation, place, IN_STOCK)
        self._stock[row] = number
        return self._tell("recount", [row], at)

    def change(self, variation: Variation, place: str, number: Decimal, states: tuple[str, str], at: int) -> Message:
        """Some go from one state to another: two rows."""
        before, after = ((variation, place, state) for state in states)
        self._add(before, -number)
        self._add(after, number)
        return self._tell(f"{states[0]} to {states[1]}", [before, after], at)

    def transfer(self, variation: Variation, number: Decimal, at: int) -> Message:
        """Some go from the first place to the second: two rows."""
        before, after = ((variation, place, IN_STOCK) for place in self.places.values())
        self._add(before, -number)
        self._add(after, number)
        return self._tell("transfer", [before, after], at)

    def test(self, at: int) -> Message:
        """A test notification, as the console sends it."""
        return self._event("webhooks.test_notification", {"type": "webhooks", "id": uuid_text(self.chance)}, at)

    def catalogue_changed(self, at: int) -> Message:
        """It says that the catalogue changed, and not how."""
        said = {"type": "catalog", "id": "", "object": {"catalog_version": {"updated_at": moment(at, decimals=3)}}}
        return self._event("catalog.version.updated", said, at)

    def plan(self) -> Iterable[Deed]:
        place = self.chance.choice(list(self.places.values()))
        variation = self.chance.choice(self.variations)
        here = self._stock[variation, place, IN_STOCK]
        some = parcel(self.chance, variation.goods, 1, 3)
        sells = self.chance.random() < SALES
        if here < some and not (sells and self.chance.random() < OVERSOLD):
            return [partial(self.restock, variation, place, parcel(self.chance, variation.goods, 20, 60))]
        if sells:
            return [partial(self.sell, [(variation, some)], place)]
        reserve, release = (
            partial(self.change, variation, place, some, states)
            for states in ((IN_STOCK, RESERVED), (RESERVED, IN_STOCK))
        )
        counted = max(here + self.chance.randint(-2, 1), Decimal(0))
        deeds: list[list[Deed]] = [
            [reserve, release],
            [partial(self.recount, variation, place, counted)],
            [partial(self.restock, variation, place, Decimal(1))],
            [partial(self.change, variation, place, some, (IN_STOCK, WASTE))],
            [partial(self.transfer, variation, some)],
            [self.test],
        ]
        [chosen] = self.chance.choices(deeds, [5, 4, 3, 3, 4, 1])
        return chosen

    # What Square writes

    def _open(self) -> None:
        for place in self.places.values():
            for variation in self.variations:
                self._stock[variation, place, IN_STOCK] = parcel(self.chance, variation.goods, 30, 90)
            rows = [(variation, place, IN_STOCK) for variation in self.variations]
            for first in range(0, len(rows), ROWS_AT_ONCE):
                self.agenda.append(partial(self._tell, "opening stock", rows[first : first + ROWS_AT_ONCE]))

    def _add(self, row: Row, number: Decimal) -> None:
        self._stock[row] = self._stock.get(row, Decimal(0)) + number

    def _tell(self, kind: str, rows: Sequence[Row], at: int) -> Message:
        """The rows as they are now. Square times a count when it takes the change in, each later than the last."""
        self._calculated = max(self._calculated + MICROSECOND, at - at % MICROSECOND)
        for variation, place, state in rows:
            self._told[Cell(variation.id, "", place, BUCKETS[state], state)] = self._stock[variation, place, state]
        said = [
            {
                "calculated_at": moment(self._calculated, decimals=6),
                "catalog_object_id": variation.id,
                "catalog_object_type": "ITEM_VARIATION",
                "location_id": place,
                "quantity": digits(self._stock[variation, place, state]),
                "state": state,
            }
            for variation, place, state in rows
        ]
        data = {"type": "inventory_counts", "id": uuid_text(self.chance), "object": {"inventory_counts": said}}
        return self._event("inventory.count.updated", data, self._calculated, kind=kind)

    def _event(self, what: str, data: object, at: int, *, kind: str = "") -> Message:
        body = {
            "merchant_id": self.merchant,
            "type": what,
            "event_id": uuid_text(self.chance),
            "created_at": moment(at + self.chance.randrange(100_000_000, 199_000_000), decimals=9),
            "data": data,
        }
        return self.message(
            kind or what,
            to_json(body),
            at,
            square_environment="Production",
            square_initial_delivery_timestamp=moment(at),
            square_version="2026-01-22",
        )
