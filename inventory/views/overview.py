"""The first page: what needs a person, then what there is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from inventory.views.access import staff_page


@staff_page("inventory.view_count")
def overview(request: HttpRequest) -> HttpResponse:
    """The overview."""
    return render(request, "inventory/overview.html")
