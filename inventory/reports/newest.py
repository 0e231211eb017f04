"""What moved last, at a cost that the ledger's length does not raise."""

from inventory.models import Movement, Product
from inventory.reports.movements import with_evidence

LOOKED_BACK = 1000
"""How many movements are read in search of the products that moved last."""


def newest_movements(number: int) -> list[Movement]:
    """The `number` newest movements of the ledger, newest first, with all that a row of a page shows."""
    return list(with_evidence(Movement.objects.order_by("-seq"))[:number])


def products_that_moved_last(number: int, *, site_id: int | None = None) -> list[Product]:
    """Up to `number` products among the newest movements (at one site, if one is given), the newest first."""
    moved = Movement.objects.order_by("-seq").values_list("count__listing__product", "count__location__site")
    found: dict[int, None] = {}
    for product_id, moved_at in moved[:LOOKED_BACK]:
        if len(found) < number and (site_id is None or moved_at == site_id):
            found.setdefault(product_id)
    products = Product.objects.in_bulk(found)
    return [products[pk] for pk in found]
