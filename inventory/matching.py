"""Which product a listing is of: barcodes decide where they can, and staff everywhere else.

A product is staff data. A listing gets one of its own at first; a valid GTIN that another listing has brings the two
together, once, and never against staff's own word. Other codes are kept for search only.
"""

import zlib
from collections.abc import Iterable, Mapping

from django.db import connection, transaction
from django.db.models import QuerySet

from inventory.events import IDENTIFIER_LENGTH, FieldValue, ListingDescribed
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


def codes_in(fields: Mapping[str, FieldValue]) -> dict[str, str]:
    """The barcodes that a listing's description gives, each with its GTIN or ''.

    One that is longer than an identifier may be is nothing that anybody scans: it stays in the description alone.
    """
    listed = fields.get("barcodes")
    codes = (
        [code for code in listed if isinstance(code, str) and 0 < len(code) <= IDENTIFIER_LENGTH]
        if isinstance(listed, list)
        else []
    )
    return {code: gtin_of(code) for code in codes}


def lock_barcodes(descriptions: Iterable[tuple[int, ListingDescribed]]) -> None:
    """Let nobody else match the GTINs that these (source id, description) pairs bring, until the transaction ends.

    One sorted sweep, so that two transactions cannot deadlock. What a listing is known by already is left out: most
    descriptions repeat it, and nobody has to wait for them.
    """
    told = {
        (source_id, said.tenant, said.listing, gtin)
        for source_id, said in descriptions
        for gtin in codes_in(said.fields).values()
        if gtin
    }
    known = Barcode.objects.filter(gtin__among={gtin for *_, gtin in told})
    written = known.values_list("listing__source_id", "listing__tenant", "listing__external_id", "gtin")
    _lock_gtins({gtin for *_, gtin in told.difference(written)} if told else set())


def follow_description(listing_id: int, fields: dict[str, FieldValue]) -> None:
    """Bring a listing's barcodes, and the product that they and its name speak of, up to its description."""
    codes = codes_in(fields)
    gtins = {gtin for gtin in codes.values() if gtin}
    with transaction.atomic():
        listing = _locked(listing_id)
        if _is_news(listing, codes, gtins):
            _lock_gtins(gtins)
            Barcode.objects.filter(listing=listing_id).delete()
            Barcode.objects.bulk_create(
                [Barcode(listing_id=listing_id, code=code, gtin=gtin) for code, gtin in codes.items()]
            )
            if listing.match == Listing.Match.UNMATCHED:
                _match(listing, gtins)
        _name_product(listing)


def link(listing_id: int, product_id: int) -> tuple[Product, Product]:
    """Make a listing one of this product, by staff's own word; return the product that it had and the one it has.

    No event is read or written: stock is the listing's, and a product only groups. Raises Listing.DoesNotExist and
    Product.DoesNotExist.
    """
    with transaction.atomic():
        listing = _locked(listing_id)
        # Locked, so that nobody deletes it for being empty in this moment.
        return _relink(listing, Product.objects.select_for_update(no_key=True).get(pk=product_id))


def link_to_own(listing_id: int) -> tuple[Product, Product]:
    """Give a listing a product that no other listing has, by staff's own word: the undoing of `link`.

    Where it has one already, that one stays. Returns as `link` does; raises Listing.DoesNotExist.
    """
    with transaction.atomic():
        listing = _locked(listing_id)
        shared = Listing.objects.filter(product=listing.product_id).exclude(pk=listing.pk).exists()
        product = Product.objects.create(name=str(listing)) if shared else listing.product
        return _relink(listing, product)


def _locked(listing_id: int) -> Listing:
    # Its key stays: what refers to it may be written by others in the meantime.
    listings = Listing.objects.select_for_update(of=("self",), no_key=True)
    return listings.select_related("product").get(pk=listing_id)


def _relink(listing: Listing, product: Product) -> tuple[Product, Product]:
    before = listing.product
    listing.product = product
    listing.match = Listing.Match.STAFF
    listing.save(update_fields=["product", "match"])
    if before.pk != product.pk and before.name in {listing.name, listing.external_id}:
        _drop_if_idle(before)
    return before, product


def _note_match(listing_id: int) -> None:
    """Say of a listing that its barcode matched it.

    Whoever describes it at this moment may be waiting for a listing of ours: then it is said after the commit.
    """
    unmatched = Listing.objects.filter(pk=listing_id, match=Listing.Match.UNMATCHED)
    if unmatched.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True):
        unmatched.update(match=Listing.Match.BARCODE)
    else:
        transaction.on_commit(lambda: unmatched.update(match=Listing.Match.BARCODE), robust=True)


def _drop_if_idle(product: Product) -> None:
    """The product that a listing came with goes with its last listing, unless staff have made it theirs."""
    Product.objects.filter(pk=product.pk, listings__isnull=True, unit="", threshold__isnull=True).delete()


def _match(listing: Listing, gtins: set[str]) -> None:
    """Give a listing the product of the oldest other listing of its source-independent barcodes, if there is one."""
    if not gtins:
        return
    oldest = _twins(listing, gtins).order_by("pk").select_related("product").first()
    if oldest is None or oldest.product_id == listing.product_id:
        return
    own = listing.product
    listing.product = oldest.product
    listing.match = Listing.Match.BARCODE
    listing.save(update_fields=["product", "match"])
    _note_match(oldest.pk)
    _drop_if_idle(own)


def _is_news(listing: Listing, codes: dict[str, str], gtins: set[str]) -> bool:
    """Whether these barcodes say anything that is not written down and acted upon already.

    Most descriptions repeat the barcodes. Whoever only repeats them takes no lock on a GTIN: while it holds its own
    listing, another worker may hold the GTIN and wait for just that listing.
    """
    if codes != dict(Barcode.objects.filter(listing=listing).values_list("code", "gtin")):
        return True
    if listing.match != Listing.Match.UNMATCHED or not gtins:
        return False
    return _twins(listing, gtins).exclude(product=listing.product_id).exists()


def _twins(listing: Listing, gtins: set[str]) -> QuerySet[Listing]:
    return Listing.objects.filter(barcodes__gtin__in=gtins).exclude(pk=listing.pk)


def _name_product(listing: Listing) -> None:
    """A product that nobody has named yet takes its listing's name."""
    if listing.name and listing.product.name == listing.external_id:
        Product.objects.filter(pk=listing.product_id).update(name=listing.name)


def _lock_gtins(gtins: Iterable[str]) -> None:
    """Let nobody else match these until the transaction ends; on SQLite nobody else can write anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # By their keys: two GTINs may share one.
            for key in sorted({zlib.crc32(gtin.encode()) - 2**31 for gtin in gtins}):
                cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK_SPACE, key])
