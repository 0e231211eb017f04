"""Jetti's twin: the number of each variant that may be sold in one channel, told without a clock.

https://composable.jetti.io/customchannel/inventory-webhook : one variant in each request. Which number is newer only
the order of arrival says, so each variant is a lane of its own.
"""

from collections.abc import Iterable
from decimal import Decimal
from functools import partial

from webhooks.twins.base import Deed, Twin
from webhooks.twins.message import Cell, Message
from webhooks.twins.wire import moment, to_json
from webhooks.twins.world import BAKERY, SHELF, Goods, goods

COMPANY, CHANNEL, WAREHOUSE = 4101, 77, 12
FIRST_VARIANT = 52_000
UNTRACKED_EVERY = 9
"""One in so many variants is made to order: nobody counts it."""


class JettiTwin(Twin):
    provider = "jetti"
    products = len(SHELF)

    def __init__(self, *, seed: int, began: int, products: int = 0) -> None:
        super().__init__(seed=seed, began=began, products=products)
        self._mapped_at = began
        sold = goods(SHELF + BAKERY, self.number_of_products)
        self.variants: dict[int, Goods] = {FIRST_VARIANT + number: kind for number, kind in enumerate(sold)}
        self._stock = {variant: self.chance.randint(20, 80) for variant in self.variants}
        self.agenda.extend(partial(self.tell, variant) for variant in self.variants)

    @property
    def tenant(self) -> str:
        return f"{COMPANY}/{CHANNEL}"

    def is_tracked(self, variant: int) -> bool:
        return (variant - FIRST_VARIANT) % UNTRACKED_EVERY != UNTRACKED_EVERY - 1

    def sell(self, variant: int, number: int, at: int) -> Message:
        """Some are ordered; what is available is never below nothing."""
        self._stock[variant] = max(self._stock[variant] - number, 0)
        return self.tell(variant, at, kind="order")

    def feed(self, variant: int, number: int, at: int) -> Message:
        """The warehouse's feed says how many there are."""
        self._stock[variant] = number
        return self.tell(variant, at, kind="feed")

    def plan(self) -> Iterable[Deed]:
        variant = self.chance.choice(list(self.variants))
        if self._stock[variant] < self.chance.randint(1, 6):
            return [partial(self.feed, variant, self.chance.randint(20, 80))]
        return [partial(self.sell, variant, self.chance.randint(1, 3))]

    def tell(self, variant: int, at: int, *, kind: str = "stock", channel: int = CHANNEL) -> Message:
        """What is available of a variant; another channel than this account's is not part of its truth."""
        tracked = self.is_tracked(variant)
        available = self._stock[variant]
        if channel == CHANNEL:
            cell = Cell(str(variant), "", str(CHANNEL), "channel")
            self._told[cell] = Decimal(available) if tracked else None
        number = variant - FIRST_VARIANT
        body = {
            "variant": {"id": variant, "inventoryPolicy": "track" if tracked else "none"},
            "channelVariant": {
                "id": 90_000 + number,
                "companyId": COMPANY,
                "variantId": variant,
                "channelId": channel,
                "externalId": f"web-{number + 1:04d}",
                "externalGroupId": None,
                "externalSku": f"SKU-{self.variants[variant].gtin[-6:]}",
                "source": "custom",
                "hash": None,
                "parentHash": None,
                "status": "published",
                "errorMessage": None,
                "inventoryUpdate": None,
                "priceUpdate": None,
                "publishUpdate": None,
                "costPriceUpdate": None,
                # Of the mapping and not of the number: it stays as it is.
                "createdAt": moment(self._mapped_at, decimals=3),
                "updatedAt": moment(self._mapped_at, decimals=3),
                "channel": {
                    "shipstationUrl": None,
                    "freeShippingThreshold": None,
                    "hideWhenNoCostPrice": None,
                    "id": channel,
                    "includeBackorderQuantity": False,
                    "inventorySync": "all",
                    "parentChannel": "custom",
                    "unpublishNoInventory": False,
                    "warehouseId": WAREHOUSE,
                    "warehouseSync": "default",
                },
            },
            "inventory": {"available": available},
        }
        return self.message(kind, to_json(body), at, lane=f"jetti:{channel}:{variant}")
