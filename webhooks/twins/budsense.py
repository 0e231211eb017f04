"""BudSense's twin: a catalogue, told in changes of up to 25 variants. It has no stock to tell of.

https://docs.partner.mybudsense.com/prod/latest/webhooks/02-trigger-logic and /04-example-payload : changes are
collected and sent every five minutes, each a full snapshot of its variant with a time in seconds.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import partial
from hashlib import sha256

from webhooks.twins.base import Deed, Twin
from webhooks.twins.chance import uuid_text
from webhooks.twins.message import Message
from webhooks.twins.wire import SECOND, to_json
from webhooks.twins.world import DISPENSARY, Goods, goods

CHANGES_AT_ONCE = 25
FAMILIES = {"EDIBLE": "Edible", "FLOWER": "Flower", "PREROLL": "Flower", "BEVERAGE": "Beverage"}


class BudSenseTwin(Twin):
    provider = "budsense"
    products = len(DISPENSARY)

    def __init__(self, *, seed: int, began: int, products: int = 0) -> None:
        super().__init__(seed=seed, began=began, products=products)
        self.partner, self.company = (uuid_text(self.identity) for _ in range(2))
        self.variants: dict[str, Goods] = {
            # From the other end than the dispensary's: where there are few, each knows some that the other does not.
            kind.gtin.zfill(14): kind
            for kind in goods(DISPENSARY[::-1], self.number_of_products)
        }
        self._delisted = dict.fromkeys(self.variants, False)
        self._strength = {barcode: self.identity.randint(4, 28) for barcode in self.variants}
        self._changed: dict[str, int] = {}
        barcodes = list(self.variants)
        for first in range(0, len(barcodes), CHANGES_AT_ONCE):
            self.agenda.append(partial(self.tell, barcodes[first : first + CHANGES_AT_ONCE]))

    @property
    def tenant(self) -> str:
        return self.company

    def described(self) -> dict[str, tuple[str, str, bool]]:
        """By barcode, of all that was told: the name, the average THC and whether it is listed still."""
        return {
            barcode: (self.variants[barcode].name, str(self._strength[barcode]), not self._delisted[barcode])
            for barcode in self._changed
        }

    def delist(self, barcode: str, at: int) -> Message:
        """A variant leaves the catalogue, or comes back to it."""
        self._delisted[barcode] = not self._delisted[barcode]
        return self.tell([barcode], at)

    def analyse(self, barcodes: Sequence[str], at: int) -> Message:
        """New laboratory values of some variants."""
        for barcode in barcodes:
            self._strength[barcode] = self.chance.randint(4, 28)
        return self.tell(barcodes, at)

    def plan(self) -> Iterable[Deed]:
        number = self.chance.randint(1, min(6, len(self.variants)))
        some = self.chance.sample(list(self.variants), number)
        if self.chance.randrange(8) == 0:
            return [partial(self.delist, some[0])]
        return [partial(self.analyse, some)]

    def tell(self, barcodes: Sequence[str], at: int) -> Message:
        """These variants as they are now."""
        changes = [self._change(barcode, at) for barcode in barcodes]
        body = {"partnerId": self.partner, "companyId": self.company, "changes": changes}
        newest = max(self._changed[barcode] for barcode in barcodes)
        return self.message(f"{len(changes)} changes", to_json(body), newest * SECOND)

    def _change(self, barcode: str, at: int) -> dict[str, object]:
        # Times tick in seconds: two changes of one variant need two of them to be told apart.
        self._changed[barcode] = max(at // SECOND, self._changed.get(barcode, 0) + 1)
        return {
            "variant": self._variant(barcode),
            "changeSource": "Variant",
            "changeType": "MODIFY",
            "timestamp": self._changed[barcode],
        }

    def _variant(self, barcode: str) -> dict[str, object]:
        kind, strength = self.variants[barcode], self._strength[barcode]
        return {
            "barcode": barcode,
            "name": kind.name,
            "brand": kind.brand,
            "manufacturer": f"{kind.brand} Works",
            "description": f"{kind.name} by {kind.brand}.",
            "shortDescription": kind.name,
            "delisted": self._delisted[barcode],
            "classification": "Hybrid",
            "unitSize": Decimal("3.5"),
            "unitOfMeasure": "g",
            "cannabisUnitOfMeasure": "%",
            "terpeneUnitOfMeasure": "",
            "packagedQuantity": 1,
            "productType": FAMILIES.get(kind.category, "Other"),
            "variantType": kind.category.title(),
            "strain": None,
            "lineages": None,
            "thc": {"min": str(strength - 2), "max": str(strength + 2), "avg": str(strength)},
            "cbd": {"min": "0", "max": "2", "avg": "1"},
            "tac": None,
            "secondaryCannabinoids": None,
            "totalTerpene": None,
            "presentTerpenes": ["Alpha Pinene", "Beta Caryophyllene"],
            "topTerpene": "Alpha Pinene",
            "assets": {"Product": [{"id": barcode, "sizes": [], "hash": sha256(barcode.encode()).hexdigest()[:32]}]},
            "brandAssets": {},
            "catalogSource": {"barcode": "BPD", "name": "BPD", "thc": "BPD", "delisted": "BPD"},
        }
