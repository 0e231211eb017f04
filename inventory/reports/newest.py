"""What moved last, at a cost that the ledger's length does not raise."""

from inventory.models import Movement, Product
from inventory.reports.movements import with_evidence

LOOKED_BACK = 1000
"""How many movements are read at most in search of the products that moved last."""
AT_ONCE = 100
"""How many of those come from the database at a time: the first often name enough."""


def newest_movements(number: int) -> list[Movement]:
    """The `number` newest movements of the ledger, newest first, with all that a row of a page shows."""
    return list(with_evidence(Movement.objects.order_by("-seq"))[:number])


def products_that_moved_last(number: int, *, site_id: int | None = None) -> list[Product]:
    """Up to `number` products among the newest movements (at one site, if one is given), the newest first."""
    moved = Movement.objects.order_by("-seq").values_list("count__listing__product", "count__location__site")
    found: dict[int, None] = {}
    for product_id, moved_at in moved[:LOOKED_BACK].iterator(chunk_size=AT_ONCE):
        if site_id is None or moved_at == site_id:
            found.setdefault(product_id)
        if len(found) == number:
            break
    products = Product.objects.in_bulk(found)
    return [products[pk] for pk in found]
