"""Batches: the lists, and one batch with all that is known of it."""

from collections.abc import Mapping

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from inventory.facts import facts_in
from inventory.keyset import BIGGEST, Order
from inventory.models import Batch, Product
from inventory.reports import batch as report
from inventory.reports.history import histories
from inventory.reports.location import Paths
from inventory.reports.movements import newest_movements_of
from inventory.reports.product import stock_table, with_names
from inventory.reports.search import identified_batches
from inventory.snapshot import read_snapshot
from inventory.views.access import staff_page
from inventory.views.asked import page_asked, search_asked, tab_asked
from inventory.views.tabs import tabs

TABS: Mapping[str, Promise] = {
    "all": _("All"),
    "soon": _("Expire within 14 days"),
    "expired": _("Expired"),
    "undated": _("Without a date"),
}
STOCK_PAGE = 100
MOVEMENTS = 20


@staff_page("inventory.view_batch", "inventory.view_count")
def batch_list(request: HttpRequest) -> HttpResponse:
    """Batches, the newest first, or by the day on which they expire."""
    text, tab, product = search_asked(request), tab_asked(request, list(TABS)), _product_asked(request)
    hits = identified_batches(text) if text else []
    if len(hits) == 1:
        return redirect("batch_detail", hits[0].pk)
    with read_snapshot():
        order, rows = _narrowed(tab, product)
        page = page_asked(request, order, rows.none() if text else rows)
        batches = hits if text else page.rows
        left = report.left_of([batch.pk for batch in batches])
        paths = Paths(batch.location_id for batch in batches)
        products = report.products_of(batches)
        shown = [(batch, products[batch.pk], left[batch.pk], paths.text(batch.location_id)) for batch in batches]
    context = {"tabs": tabs(TABS, tab), "tab": tab, "text": text, "page": page, "rows": shown, "product": product}
    return render(request, "inventory/batch_list.html", context)


def _product_asked(request: HttpRequest) -> Product | None:
    """The product whose batches `?product=` asks for; raises BadRequest, or Http404 where there is none."""
    number = request.GET.get("product", "")
    if not number:
        return None
    if not (number.isascii() and number.isdecimal() and len(number) <= len(str(BIGGEST)) and int(number) <= BIGGEST):
        raise BadRequest(f"product: {number[:40]!r} is no number of a product")
    return get_object_or_404(Product, pk=int(number))


def _narrowed(tab: str, product: Product | None) -> tuple[Order, QuerySet[Batch]]:
    today = timezone.localdate()
    if product is not None:
        return report.NEWEST, report.batches_of(product)
    match tab:
        case "soon":
            return report.BY_EXPIRY, report.expiring(today)
        case "expired":
            return report.LAST_EXPIRED, report.expired(today)
        case "undated":
            return report.NEWEST, report.undated()
        case _:
            return report.NEWEST, report.batches()


@staff_page("inventory.view_batch", "inventory.view_count")
def batch_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One batch: what its source says of it, what is left of it, and what happened to it."""
    now = timezone.now()
    with read_snapshot():
        batch = get_object_or_404(Batch.objects.select_related("source", "listing__product", "location"), pk=pk)
        counts = report.counts_of(batch)
        page = page_asked(request, report.COUNTS_BY_NUMBER, with_names(counts), STOCK_PAGE)
        paths = Paths([batch.location_id, *(count.location_id for count in page.rows)])
        context = {
            "batch": batch,
            "products": report.products_of([batch])[batch.pk],
            "way": paths.way(batch.location_id),
            "facts": facts_in(batch.description),
            "page": page,
            "table": stock_table(page.rows, paths),
            "links": report.links_of(batch),
            "events": report.events_of(batch),
            "newest": newest_movements_of(counts, MOVEMENTS),
            "histories": histories(counts, now),
        }
    return render(request, "inventory/batch_detail.html", context)
