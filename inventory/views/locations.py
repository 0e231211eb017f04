"""Locations: the list, and one location with what stands and is counted there."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from inventory.facts import facts_in
from inventory.models import Count, Location
from inventory.reports import location as report
from inventory.reports.batch import AT_ONE_PLACE, batches_at, products_of
from inventory.reports.movements import newest_movements_of
from inventory.snapshot import read_snapshot
from inventory.views.access import staff_page
from inventory.views.asked import page_asked, search_asked

MOVEMENTS = 20


@staff_page("inventory.view_location")
def location_list(request: HttpRequest) -> HttpResponse:
    """Locations by name, each with the places that it stands in."""
    text = search_asked(request)
    if text and len(hits := report.identified(text)) == 1:
        return redirect("location_detail", hits[0].pk)
    with read_snapshot():
        page = page_asked(request, report.BY_NAME, report.found(text))
        paths = report.Paths(location.parent_id for location in page.rows)
        rows = [(location, paths.way(location.parent_id)) for location in page.rows]
    return render(request, "inventory/location_list.html", {"text": text, "page": page, "rows": rows})


@staff_page("inventory.view_location", "inventory.view_count")
def location_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One location: where it stands, what stands in it, and what is counted there."""
    with read_snapshot():
        location = get_object_or_404(Location.objects.select_related("source", "site"), pk=pk)
        children = report.children_of(location)
        batches = batches_at(location)
        of_batch = products_of(batches)
        context = {
            "location": location,
            "way": report.Paths([location.parent_id]).way(location.parent_id),
            "facts": facts_in(location.description),
            "children": children[: report.CHILDREN],
            "has_more_children": len(children) > report.CHILDREN,
            "batches": [(batch, of_batch[batch.pk]) for batch in batches[:AT_ONE_PLACE]],
            "has_more_batches": len(batches) > AT_ONE_PLACE,
            "page": page_asked(request, report.COUNTS_BY_BUCKET, report.counts_at(location)),
            "newest": newest_movements_of(Count.objects.filter(location=location), MOVEMENTS),
        }
    return render(request, "inventory/location_detail.html", context)
