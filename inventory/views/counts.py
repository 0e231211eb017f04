"""One count: the page that proves a number."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from inventory.models import Count
from inventory.reports import count as report
from inventory.reports.location import Paths
from inventory.reports.product import with_names
from inventory.snapshot import read_snapshot
from inventory.views.access import staff_page
from inventory.views.asked import page_asked


@staff_page("inventory.view_count")
def count_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One count: its number, how far it can be believed, and every movement that made it."""
    with read_snapshot():
        count = get_object_or_404(with_names(Count.objects.all()), pk=pk)
        page = page_asked(request, report.NEWEST, report.movements_of(count))
        context = {
            "count": count,
            "way": Paths([count.location_id]).way(count.location_id),
            "page": page,
            "steps": report.steps(count, page.rows),
        }
    return render(request, "inventory/count_detail.html", context)
