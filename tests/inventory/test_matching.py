"""Which product a listing is of: barcodes bring listings together, and never against staff."""

import functools

import pytest

from inventory import ledger
from inventory.matching import gtin_of
from inventory.models import Barcode, Listing, Product
from tests.inventory.ledger_support import GTIN, OTHER, describe, make_source
from tests.threads import at_once


def products() -> dict[str, tuple[str, str]]:
    """listing -> (its product's name, how it was matched)."""
    return {row.external_id: (row.product.name, row.match) for row in Listing.objects.select_related("product")}


@pytest.mark.parametrize(
    ("code", "gtin"),
    [
        ("96385074", "00000096385074"),
        ("614141000036", "00614141000036"),
        ("4006381333931", "04006381333931"),
        ("00840773001480", "00840773001480"),
        ("4006381333932", ""),
        ("400638133393", ""),
        # The published package tag of Treez passes by chance: so a package label is never taken for a barcode.
        ("123634587522", "00123634587522"),
        ("00000000", ""),
        ("٩٦٣٨٥٠٧٤", ""),
        ("NYW", ""),
        ("", ""),
    ],
)
def test_a_gtin_has_a_length_and_a_check_digit(code: str, gtin: str) -> None:
    """614141000036 and 4006381333931 are GS1's own examples; 96385074 is the textbook's GTIN-8."""
    assert gtin_of(code) == gtin


@pytest.mark.django_db
def test_two_sources_with_one_barcode_have_one_product() -> None:
    describe(make_source("one"), "A", name="Peach Ringz", barcodes=[GTIN])
    describe(make_source("two"), "B", name="PEACH RINGZ 3x", barcodes=["0" + GTIN])
    assert products() == {"A": ("Peach Ringz", "barcode"), "B": ("Peach Ringz", "barcode")}
    assert Product.objects.count() == 1
    assert sorted(Barcode.objects.values_list("code", "gtin")) == [("0" + GTIN, "0" + GTIN), (GTIN, "0" + GTIN)]


@pytest.mark.django_db
def test_codes_that_are_no_gtin_match_nothing() -> None:
    describe(make_source("one"), "A", barcodes=["NYW"])
    describe(make_source("two"), "B", barcodes=["NYW"])
    assert products() == {"A": ("A", "unmatched"), "B": ("B", "unmatched")}


@pytest.mark.django_db
def test_a_code_that_is_too_long_to_be_one_stays_in_the_description_alone() -> None:
    source = make_source()
    longest, longer = "c" * 255, "c" * 256
    describe(source, "mints", barcodes=[longest, longer])
    assert list(Barcode.objects.values_list("code", flat=True)) == [longest]
    assert Listing.objects.get().description == {"barcodes": [longest, longer]}
    assert ledger.prove().breaches == []
    assert list(ledger.differences()) == []


@pytest.mark.django_db
def test_what_staff_have_decided_stays() -> None:
    source = make_source("one")
    describe(source, "A", barcodes=[GTIN])
    describe(source, "B")
    Listing.objects.filter(external_id="B").update(match="staff")
    describe(source, "B", 2, barcodes=[GTIN])
    assert products() == {"A": ("A", "unmatched"), "B": ("B", "staff")}


@pytest.mark.django_db
def test_a_product_that_staff_have_made_theirs_is_kept_though_its_listing_leaves() -> None:
    describe(make_source("one"), "A", barcodes=[GTIN])
    second = make_source("two")
    describe(second, "B")
    Product.objects.filter(name="B").update(unit="piece")
    describe(second, "B", 2, barcodes=[GTIN])
    assert products()["B"] == ("A", "barcode")
    assert sorted(Product.objects.values_list("name", flat=True)) == ["A", "B"]


@pytest.mark.django_db
def test_a_barcode_that_is_no_longer_given_goes() -> None:
    source = make_source()
    describe(source, "A", 1, barcodes=[GTIN, "NYW"])
    describe(source, "A", 2, barcodes=[OTHER])
    assert list(Barcode.objects.values_list("code", flat=True)) == [OTHER]
    assert ledger.prove().breaches == []


@pytest.mark.django_db
def test_a_barcode_that_was_lost_is_told_and_brought_back() -> None:
    describe(make_source(), "A", barcodes=[GTIN, "NYW"])
    Barcode.objects.filter(code="NYW").delete()
    ((law, problem),) = [(breach.law, breach.problem) for breach in ledger.prove().breaches]
    assert (law, problem) == ("3 rebuild", f"barcodes is ['{GTIN}'], a rebuild gives ['{GTIN}', 'NYW']")
    assert ledger.rebuild(actor="kim") == 1
    assert ledger.prove().breaches == []


@pytest.mark.django_db
def test_a_product_takes_its_listings_name_until_somebody_names_it() -> None:
    source = make_source()
    describe(source, "A", 1, name="Peach Ringz")
    assert products()["A"] == ("Peach Ringz", "unmatched")
    Product.objects.update(name="Peach Ringz, 3 x 0.5 g")
    describe(source, "A", 2, name="Peach")
    assert products()["A"] == ("Peach Ringz, 3 x 0.5 g", "unmatched")


@pytest.mark.django_db(transaction=True)
def test_listings_that_meet_on_a_barcode_at_once_end_with_one_product() -> None:
    sources = [make_source(f"source {number}") for number in range(4)]
    at_once(*(functools.partial(describe, source, "A", 1, barcodes=[GTIN]) for source in sources))
    assert Product.objects.count() == 1
    assert Listing.objects.count() == 4
    assert ledger.prove().breaches == []
