"""Products: the list, and one product with all that is known of it."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inventory.models import Batch, Count, Listing, Product
from inventory.reports import product as report
from inventory.reports.batch import IN_USE, batches_of, in_use
from inventory.reports.history import histories
from inventory.reports.location import Paths
from inventory.reports.movements import newest_movements_of
from inventory.reports.search import Identified, identified
from inventory.reports.totals import stock_of
from inventory.snapshot import read_snapshot
from inventory.views.access import staff_page
from inventory.views.asked import page_asked, search_asked, tab_asked
from inventory.views.tabs import tabs

TABS: Mapping[str, Promise] = {
    "all": _("All"),
    "below": _("Below threshold"),
    "unmatched": _("Unmatched"),
    "negative": _("Below zero"),
}
STOCK_PAGE = 100
"""How many counts the table of a product shows at a time."""
MOVEMENTS = 20


@staff_page("inventory.view_product", "inventory.view_count")
def product_list(request: HttpRequest) -> HttpResponse:
    """Products by name, or those that need something; a scanned identifier leads straight to what has it."""
    text, tab = search_asked(request), tab_asked(request, list(TABS))
    hits = _hits(request, text) if text else None
    if hits is not None and (only := hits.only) is not None:
        return redirect("batch_detail" if isinstance(only, Batch) else "product_detail", only.pk)
    lists = {"all": _named, "below": _below, "unmatched": _unmatched, "negative": _negative}
    with read_snapshot():
        shown = lists[tab](request)
    return render(
        request,
        "inventory/product_list.html",
        {"tabs": tabs(TABS, tab), "tab": tab, "text": text, "hits": hits, **shown},
    )


def _hits(request: HttpRequest, text: str) -> Identified:
    """What the text identifies, as far as the reader may see it."""
    found = identified(text)
    if request.user.has_perm("inventory.view_batch"):
        return found
    return Identified(products=found.products, batches=())


def _named(request: HttpRequest) -> dict[str, Any]:
    page = page_asked(request, report.BY_NAME, report.named(search_asked(request)))
    return {"page": page, "rows": report.product_rows(page.rows)}


def _below(request: HttpRequest) -> dict[str, Any]:
    """One page of the products that have a threshold, and of these the ones that are below it.

    What is sellable is added up anew for every page, so that no column has to be kept right for it.
    """
    page = page_asked(request, report.BY_ID, report.with_threshold())
    rows = report.product_rows(page.rows)
    return {
        "page": page,
        "rows": [row for row in rows if row.is_below_threshold],
        "looked_at": len(rows),
        "not_compared": [row for row in rows if row.is_below_threshold is None],
    }


def _unmatched(request: HttpRequest) -> dict[str, Any]:
    page = page_asked(request, report.BY_ID, report.unmatched_listings())
    products = {listing.product_id: listing.product for listing in page.rows}
    return {"page": page, "rows": report.product_rows(list(products.values()))}


def _negative(request: HttpRequest) -> dict[str, Any]:
    page = page_asked(request, report.BY_ID, report.negative_counts())
    products: dict[int, Product] = {}
    below: dict[int, tuple[Count, ...]] = {}
    for count in page.rows:
        product = count.listing.product
        products[product.pk] = product
        below[product.pk] = (*below.get(product.pk, ()), count)
    return {"page": page, "rows": report.product_rows(list(products.values()), below)}


@staff_page("inventory.view_product", "inventory.view_count")
def product_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One product: its listings, its stock now by source, place and batch, and how it came about."""
    now = timezone.now()
    with read_snapshot():
        product = get_object_or_404(Product, pk=pk)
        counts = report.counts_of(product)
        page = page_asked(request, report.COUNTS_BY_LISTING, report.with_names(counts), STOCK_PAGE)
        batches = in_use(batches_of(product))
        paths = Paths([*(count.location_id for count in page.rows), *(batch.location_id for batch in batches)])
        (stock,) = stock_of([product])
        context = {
            "product": product,
            "stock": stock,
            "listings": report.listings_of(product),
            "listings_shown": report.LISTINGS,
            "page": page,
            "table": report.stock_table(page.rows, paths),
            "batches": [(batch, paths.text(batch.location_id)) for batch in batches[:IN_USE]],
            "has_more_batches": len(batches) > IN_USE,
            "newest": newest_movements_of(counts, MOVEMENTS),
            "histories": histories(counts, now),
            "unmatched": Listing.Match.UNMATCHED,
        }
    return render(request, "inventory/product_detail.html", context)
