"""The first page: what needs a person, then what there is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from inventory.addresses import list_of
from inventory.models import Source
from inventory.registry import Link, Task, first_steps, panel_makers, task_finders
from inventory.reports.exceptions import FINDERS, not_added
from inventory.reports.newest import newest_movements, products_that_moved_last
from inventory.reports.totals import stock_of
from inventory.snapshot import read_snapshot
from inventory.views.access import staff_page

PRODUCTS = 10
MOVEMENTS = 10


@staff_page("inventory.view_count")
def overview(request: HttpRequest) -> HttpResponse:
    """The overview, or what an empty Stockroom asks staff to do."""
    may = request.user.has_perm
    if not Source.objects.exists():
        steps = [Link(text=str(step.text), url=reverse(step.route)) for step in first_steps if may(step.permission)]
        return render(request, "inventory/overview_empty.html", {"steps": steps})
    now = timezone.now()
    with read_snapshot():
        stock = stock_of(products_that_moved_last(PRODUCTS))
        found = [task for finder in (*FINDERS, *task_finders) if may(finder.permission) for task in finder.find(now)]
        context = {
            "tasks": worst_first([*found, *not_added(stock)]),
            "stock": stock,
            "movements": newest_movements(MOVEMENTS),
            "panels": [maker.make(now) for maker in panel_makers if may(maker.permission)],
            "products_url": list_of("products"),
        }
    return render(request, "inventory/overview.html", context)


def worst_first(tasks: list[Task]) -> list[Task]:
    """Where numbers are wrong or being lost comes first; otherwise in the order in which they were found."""
    return sorted(tasks, key=lambda task: not task.is_bad)
