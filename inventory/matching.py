"""Which product a listing is of: barcodes decide where they can, and staff everywhere else.

A product is staff data. A listing gets one of its own at first; a valid GTIN that another listing has brings the two
together, once, and never against staff's own word. Other codes are kept for search only.
"""

import zlib
from collections.abc import Iterable

from django.db import connection, transaction

from inventory.events import FieldValue
from inventory.models import Barcode, Listing, Product

GTIN_LENGTHS = {8, 12, 13, 14}
_LOCK_SPACE = 0x6774_696E
"""Keeps these advisory locks apart from any other use of PostgreSQL's."""


def gtin_of(code: str) -> str:
    """The 14 digits of a valid GTIN of 8, 12, 13 or 14 digits; '' for any other code.

    The last digit checks the others: from the right, they weigh 3 and 1 in turn, and all add up to a multiple of ten
    (GS1 General Specifications, 7.9).
    """
    if not (code.isascii() and code.isdecimal() and len(code) in GTIN_LENGTHS) or not int(code):
        return ""
    padded = code.zfill(14)
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(padded))
    return padded if total % 10 == 0 else ""


def codes_in(fields: dict[str, FieldValue]) -> dict[str, str]:
    """The barcodes that a listing's description gives, each with its GTIN or ''."""
    listed = fields.get("barcodes")
    codes = [code for code in listed if isinstance(code, str) and code] if isinstance(listed, list) else []
    return {code: gtin_of(code) for code in codes}


def follow_description(listing_id: int, fields: dict[str, FieldValue]) -> None:
    """Bring a listing's barcodes, and the product that they and its name speak of, up to its description."""
    codes = codes_in(fields)
    with transaction.atomic():
        _lock_gtins(gtin for gtin in codes.values() if gtin)
        barcodes = Barcode.objects.filter(listing=listing_id)
        barcodes.exclude(code__in=codes).delete()
        Barcode.objects.bulk_create(
            [Barcode(listing_id=listing_id, code=code, gtin=gtin) for code, gtin in codes.items()],
            ignore_conflicts=True,
        )
        listing = Listing.objects.select_related("product").get(pk=listing_id)
        if listing.match == Listing.Match.UNMATCHED:
            _match(listing, {gtin for gtin in codes.values() if gtin})
        _name_product(listing)


def _match(listing: Listing, gtins: set[str]) -> None:
    """Give a listing the product of the oldest other listing of its source-independent barcodes, if there is one."""
    if not gtins:
        return
    twins = Listing.objects.filter(barcodes__gtin__in=gtins).exclude(pk=listing.pk).order_by("pk")
    oldest = twins.select_related("product").first()
    if oldest is None or oldest.product_id == listing.product_id:
        return
    own = listing.product
    listing.product = oldest.product
    listing.match = Listing.Match.BARCODE
    listing.save(update_fields=["product", "match"])
    Listing.objects.filter(pk=oldest.pk, match=Listing.Match.UNMATCHED).update(match=Listing.Match.BARCODE)
    # The product that the listing came with goes, unless staff have made it theirs.
    Product.objects.filter(pk=own.pk, listings__isnull=True, unit="", threshold__isnull=True).delete()


def _name_product(listing: Listing) -> None:
    """A product that nobody has named yet takes its listing's name."""
    if listing.name and listing.product.name == listing.external_id:
        Product.objects.filter(pk=listing.product_id).update(name=listing.name)


def _lock_gtins(gtins: Iterable[str]) -> None:
    """Let nobody else match these until the transaction ends; on SQLite nobody else can write anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for gtin in sorted(gtins):
                cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, zlib.crc32(gtin.encode()) - 2**31])
