"""Treez's twin: a dispensary whose packages are told one at a time, absolutely, and without a clock.

https://code.treez.io/docs/dispensary-webhook-inventory (received, adjusted, reserved, released; a sale is none of
these), /docs/dispensary-webhook-product and /docs/dispensary-webhook-ticket. What arrives last counts, so each package
is a lane of its own. It always lists all of a package's rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

from webhooks.twins.base import Deed, Twin
from webhooks.twins.chance import code, uuid_text
from webhooks.twins.message import Cell, Message
from webhooks.twins.wire import day, moment, to_json
from webhooks.twins.world import DISPENSARY, Goods, goods

STORE = "mainstreet"
VAULT, COUNTER = "VAULT", "FRONT COUNTER"
PARTS = {"available": "available", "reserved": "reserved", "packedAndReady": "packed", "returned": "returned"}
"""Treez's names of what a row has, and what each is called in Stockroom."""
GOOD_FOR_DAYS = 120


@dataclass(slots=True, kw_only=True)
class Row:
    """One batch of a package at its place."""

    id: str
    label: str
    location: str
    sellable: bool = True
    quantity: dict[str, Decimal] = field(default_factory=lambda: dict.fromkeys(PARTS, Decimal(0)))


@dataclass(slots=True, kw_only=True)
class Package:
    """One delivered lot of a product, with a row in the vault and one at the counter."""

    label: str
    listing: str
    goods: Goods
    received_on: str
    expires_on: str | None
    vault: Row
    counter: Row


class TreezTwin(Twin):
    provider = "treez"
    products = len(DISPENSARY)

    def __init__(self, *, seed: int, began: int, products: int = 0) -> None:
        super().__init__(seed=seed, began=began, products=products)
        self.listings = {uuid_text(self.identity): kind for kind in goods(DISPENSARY, self.number_of_products)}
        self.packages: list[Package] = []
        for number, listing in enumerate(self.listings):
            self.agenda.append(partial(self.describe, listing))
            # Every fifth comes without a date: Treez does not always know one.
            good_for = None if number % 5 == 0 else self.identity.randint(20, GOOD_FOR_DAYS)
            self.agenda.append(partial(self.receive, listing, self.identity.randint(40, 120), good_for))

    @property
    def tenant(self) -> str:
        return STORE

    # Deeds

    def receive(self, listing: str, number: int, good_for: int | None, at: int) -> Message:
        """A package arrives: most of it in the vault, the rest at the counter; `good_for` days, if that is known."""
        shown = min(number, 12)
        package = Package(
            label=f"1A4{self.chance.randrange(10**12):012d}",
            listing=listing,
            goods=self.listings[listing],
            received_on=day(at),
            expires_on=None if good_for is None else day(at, ahead=good_for),
            vault=self._row(VAULT, number - shown),
            counter=self._row(COUNTER, shown),
        )
        self.packages.append(package)
        return self._tell(package, "received", at)

    def shift(self, package: Package, number: int, at: int) -> Message:
        """Some go from the vault to the counter."""
        moved = min(Decimal(number), package.vault.quantity["available"])
        package.vault.quantity["available"] -= moved
        package.counter.quantity["available"] += moved
        return self._tell(package, "to the counter", at)

    def change(self, package: Package, parts: tuple[str, str], kind: str, at: int) -> Message:
        """One goes from a part of the counter's row to another, if there is one; '' is out of the shop."""
        before, after = parts
        quantity = package.counter.quantity
        moved = min(Decimal(1), quantity[before]) if before else Decimal(1)
        if before:
            quantity[before] -= moved
        if after:
            quantity[after] += moved
        return self._tell(package, kind, at)

    def hold(self, package: Package, at: int) -> Message:
        """What is in the vault may not be sold for now, or may be again."""
        package.vault.sellable = not package.vault.sellable
        return self._tell(package, "hold", at)

    def describe(self, listing: str, at: int) -> Message:
        """A product as it is in the catalogue, by the clock that products have."""
        kind = self.listings[listing]
        data = {
            "product_id": listing,
            "catalog_parent_id": None,
            "product_status": "ACTIVE",
            "last_updated_at": moment(at, decimals=3, offset=-7),
            "sellable_quantity": 0,
            "sellable_quantity_detail": [],
            "category_type": kind.category,
            "sku_type": "BASE_SKU",
            "product_configurable_fields": {"name": kind.name, "brand": kind.brand, "uom": "UNIT", "amount": 1},
            "product_barcodes": [{"created_date": day(at), "sku": kind.gtin, "type": "USER_DEFINED"}],
            "e_commerce": {"hide_from_menu": False, "all_images": []},
        }
        return self._event("PRODUCT", data, at, kind="product")

    def ticket(self, at: int) -> Message:
        """A sale's way through the shop, which says nothing of stock."""
        data = {"ticket_id": uuid_text(self.chance), "order_status": "COMPLETED", "last_updated_at": moment(at)}
        return self._event("TICKET", data, at, kind="ticket")

    def plan(self) -> Iterable[Deed]:
        package = self.chance.choice(self.packages)
        # Sold at the counter: it shows only in whatever is told of the package next.
        sold = min(Decimal(self.chance.randint(0, 2)), package.counter.quantity["available"])
        package.counter.quantity["available"] -= sold
        if not any(row.quantity["available"] for row in (package.vault, package.counter)):
            return [partial(self.receive, package.listing, self.chance.randint(40, 120), GOOD_FOR_DAYS)]
        if package.counter.quantity["available"] < 3:  # noqa: PLR2004  # a shelf that looks empty
            return [partial(self.shift, package, 12)]
        reserve = partial(self.change, package, ("available", "reserved"), "reserved")
        pack = partial(self.change, package, ("reserved", "packedAndReady"), "packed")
        hand_over = partial(self.change, package, ("packedAndReady", ""), "handed over")
        release = partial(self.change, package, ("reserved", "available"), "released")
        give_back = partial(self.change, package, ("", "returned"), "returned")
        shelve = partial(self.change, package, ("returned", "available"), "back on the shelf")
        deeds: list[list[Deed]] = [
            [reserve, pack, hand_over],
            [reserve, release],
            [give_back, shelve],
            [partial(self.hold, package)],
            [partial(self.describe, package.listing)],
            [self.ticket],
        ]
        [chosen] = self.chance.choices(deeds, [60, 20, 6, 3, 4, 7])
        return chosen

    # What Treez writes

    def _row(self, location: str, number: int) -> Row:
        row = Row(id=uuid_text(self.chance), label=code(self.chance, 5), location=location)
        row.quantity["available"] = Decimal(number)
        return row

    def _tell(self, package: Package, kind: str, at: int) -> Message:
        rows = (package.vault, package.counter)
        for row in rows:
            for name, part in PARTS.items():
                self._told[Cell(package.listing, row.id, row.location, part)] = row.quantity[name]
            if not row.sellable:
                self._told[Cell(package.listing, row.id, row.location, "available")] = Decimal(0)
            held = Decimal(0) if row.sellable else row.quantity["available"]
            self._told[Cell(package.listing, row.id, row.location, "held")] = held
        data = {
            "id": package.label,
            "packageLabel": package.label,
            "inventoryType": "ADULT",
            "stateTrackingRetailLicenseNumber": "C10-0000000-LIC",
            "distributorName": package.goods.brand,
            "productId": package.listing,
            "productName": package.goods.name,
            "productCategory": package.goods.category,
            "productBrand": package.goods.brand,
            "invoiceId": 1,
            "invoiceAcceptedDate": package.received_on,
            "distributorLicense": None,
            "manifestNumber": None,
            "documents": [],
            "barcodes": [package.label, package.goods.gtin],
            "receivedDate": package.received_on,
            "expirationDate": package.expires_on,
            "harvestDate": None,
            "labResults": [],
            "inventory": [_told(row, package.received_on) for row in rows],
        }
        return self._event("INVENTORY", data, at, kind=kind, lane=f"treez:{package.label}")

    def _event(self, what: str, data: object, at: int, *, kind: str, lane: str = "") -> Message:
        body = {"event_type": what, "dispensary_short_name": STORE, "data": data}
        trace = f"00-{self.chance.getrandbits(128):032x}-{self.chance.getrandbits(64):016x}-01"
        return self.message(kind, to_json(body), at, lane=lane, traceparent=trace)


def _told(row: Row, created_on: str) -> dict[str, object]:
    """A row as Treez writes it: every number with one decimal."""
    numbers = {name: number.quantize(Decimal("0.1")) for name, number in row.quantity.items()}
    return {
        "id": row.id,
        "batchId": row.label,
        "location": row.location,
        "sellable": row.sellable,
        "creationDate": created_on,
        "quantity": {**numbers, "total": sum(numbers.values(), Decimal(0))},
    }
