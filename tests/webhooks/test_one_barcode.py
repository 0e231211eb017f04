"""Two sources that know one product by its barcode: one product, two listings, each with its own stock."""

import pytest

from inventory import ledger
from inventory.models import Listing, Product
from tests.webhooks import budsense, treez
from tests.webhooks.account import Account
from webhooks.models import Delivery

BARCODE = budsense.BARCODE  # 00840773001480: 14 digits with their check digit


def sell(shop: Account) -> list[Delivery]:
    """Seven in the display case, known by the barcode without its leading zeros beside the package's own tag."""
    row = treez.row(7.0)
    return shop.receive(treez.inventory(row, barcodes=[treez.PACKAGE, "840773001480"]))


def describe(catalogue: Account) -> list[Delivery]:
    return catalogue.receive(budsense.CAPTURED)


@pytest.mark.django_db
@pytest.mark.parametrize("catalogue_first", [True, False])
def test_a_point_of_sale_and_a_catalogue_meet_on_a_barcode(catalogue_first: bool) -> None:
    shop = Account("treez", treez.prove, name="The shop", secret=treez.TOKEN)
    catalogue = Account("budsense", budsense.prove, name="The catalogue")
    for deliver in (describe, sell) if catalogue_first else (sell, describe):
        account = catalogue if deliver is describe else shop
        assert [delivery.state for delivery in deliver(account)] == ["processed"]

    listings = {row.source.name: row for row in Listing.objects.select_related("source", "product")}
    assert {name: row.external_id for name, row in listings.items()} == {
        "The shop": treez.LISTING,
        "The catalogue": BARCODE,
    }
    assert listings["The shop"].product == listings["The catalogue"].product
    assert {row.match for row in listings.values()} == {"barcode"}
    assert Product.objects.count() == 1
    # The package's tag has a GTIN's check digit by chance; it is no barcode of the product.
    assert treez.PACKAGE not in listings["The shop"].barcodes.values_list("code", flat=True)
    # The catalogue counts nothing: all the stock is the shop's.
    assert {row.bucket: row.quantity for row in shop.rows() if row.quantity} == {"available": 7}
    assert list(catalogue.rows()) == []
    assert ledger.prove().breaches == []
