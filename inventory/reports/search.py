"""What carries an identifier, as a scanner types it: a whole text, found by an index."""

from dataclasses import dataclass

from django.db.models import Q

from inventory.matching import gtin_of
from inventory.models import Barcode, Batch, Listing, Product

SHOWN = 20
"""How many of each are looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identified:
    """The products and batches that one text names."""

    products: tuple[Product, ...]
    batches: tuple[Batch, ...]

    @property
    def only(self) -> Product | Batch | None:
        """The one thing that it names; None where it names none or several."""
        both: tuple[Product | Batch, ...] = (*self.products, *self.batches)
        return both[0] if len(both) == 1 else None


def identified(text: str) -> Identified:
    """What has `text` for its source's identifier, its barcode or its label.

    A GTIN finds a product whichever of its lengths was scanned.
    """
    products: dict[int, Product] = {}
    listings = Listing.objects.filter(external_id=text).select_related("product").order_by("id")[:SHOWN]
    for listing in listings:
        products[listing.product_id] = listing.product
    gtin = gtin_of(text)
    of_code = Q(code=text) | Q(gtin=gtin) if gtin else Q(code=text)
    barcodes = Barcode.objects.filter(of_code).select_related("listing__product").order_by("id")[:SHOWN]
    for barcode in barcodes:
        products[barcode.listing.product_id] = barcode.listing.product
    return Identified(products=tuple(products.values()), batches=tuple(identified_batches(text)))


def identified_batches(text: str) -> list[Batch]:
    """The batches that carry `text` as their label or their source's identifier."""
    batches = Batch.objects.filter(Q(external_id=text) | Q(label=text)).select_related("listing__product")
    return list(batches.defer("description").order_by("id")[:SHOWN])
