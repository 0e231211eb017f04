"""Sites: staff's grouping of locations, and who has the last word there."""

from typing import Any, cast

from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE, LogEntry
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from inventory.forms import SiteForm
from inventory.keyset import Order
from inventory.models import Location, Site
from inventory.reports.sites import found_by, reporters, rivals, stock_at, tree
from inventory.snapshot import read_snapshot
from inventory.tasks import named
from inventory.views.access import staff_page
from inventory.views.asked import page_asked, search_asked

BY_NAME = Order(columns=(("name", str), ("id", int)))
BY_ID = Order(columns=(("id", int),))
LOCATIONS = 50
PRODUCTS = 20


@require_safe
@staff_page("inventory.view_site")
def site_list(request: HttpRequest) -> HttpResponse:
    """All sites, by name."""
    with read_snapshot():
        page = page_asked(request, BY_NAME, Site.objects.select_related("authority"))
        there = reporters([site.pk for site in page.rows])
        rows = [{"site": site, "reporters": there[site.pk], "rivals": rivals(there[site.pk])} for site in page.rows]
    return render(request, "inventory/site_list.html", {"rows": rows, "page": page})


@require_safe
@staff_page("inventory.view_site")
def site_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One site: who reports there, what moved there last, and its locations."""
    with read_snapshot():
        site = get_object_or_404(Site.objects.select_related("authority"), pk=pk)
        page = page_asked(request, BY_ID, _locations().filter(site=site), LOCATIONS)
        there = reporters([site.pk])[site.pk]
        context = {
            "site": site,
            "page": page,
            "places": tree(page.rows),
            "reporters": there,
            "rivals": rivals(there),
            "authority_is_here": any(reporter.source == site.authority for reporter in there),
            "stock": stock_at(site, PRODUCTS),
        }
    return render(request, "inventory/site_detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("inventory.view_site", "inventory.add_site")
def site_add(request: HttpRequest) -> HttpResponse:
    """Make a site; its locations are chosen next."""
    form = SiteForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            site = form.save()
            _log(request, site, ADDITION, [{"added": {}}])
        messages.success(request, _("“%(site)s” is there. Now choose its locations.") % {"site": site})
        if request.user.has_perm("inventory.change_site"):
            return HttpResponseRedirect(f"{reverse('site_locations', args=[site.pk])}?q=")
        return HttpResponseRedirect(reverse("site_detail", args=[site.pk]))
    return render(request, "inventory/site_form.html", {"form": form, "site": None})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("inventory.view_site", "inventory.change_site")
def site_change(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename a site, and choose its authority."""
    site = get_object_or_404(Site, pk=pk)
    name = site.name
    form = SiteForm(request.POST if request.method == "POST" else None, instance=site)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            _log(request, site, CHANGE, [{"changed": {"fields": form.changed_data}}])
        messages.success(request, _("“%(site)s” is saved.") % {"site": site})
        return HttpResponseRedirect(reverse("site_detail", args=[site.pk]))
    return render(request, "inventory/site_form.html", {"form": form, "site": site, "name": name})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page("inventory.view_site", "inventory.change_site")
def site_locations(request: HttpRequest, pk: int) -> HttpResponse:
    """Add locations to a site, and take some from it: those of one page that were chosen."""
    site = get_object_or_404(Site, pk=pk)
    if request.method == "POST":
        return _move_locations(request, site)
    text = search_asked(request)
    is_search = "q" in request.GET
    rows = _locations().exclude(site=site).filter(found_by(text)) if is_search else _locations().filter(site=site)
    with read_snapshot():
        page = page_asked(request, BY_ID, rows, LOCATIONS)
        places = tree(page.rows)
    context = {"site": site, "page": page, "places": places, "text": text, "is_search": is_search}
    return render(request, "inventory/site_locations.html", context)


def _move_locations(request: HttpRequest, site: Site) -> HttpResponse:
    does, chosen = request.POST.get("does"), request.POST.getlist("location")
    if does not in {"add", "remove"} or len(chosen) > LOCATIONS or not all(map(_is_number, chosen)):
        return HttpResponseBadRequest("choose locations of one page, to add or to remove")
    with transaction.atomic():
        rows = Location.objects.filter(pk__in=[int(pk) for pk in chosen]).order_by("pk").select_for_update(of=("self",))
        rows = rows.exclude(site=site) if does == "add" else rows.filter(site=site)
        moved = list(rows.defer("description"))
        Location.objects.filter(pk__in=[location.pk for location in moved]).update(site=site if does == "add" else None)
        if moved:
            _log_locations(request, site, moved, does)
    if not moved:
        messages.warning(request, _("No location was chosen; nothing was changed."))
    elif does == "add":
        said = ngettext("%(number)d location was added.", "%(number)d locations were added.", len(moved))
        messages.success(request, said % {"number": len(moved)})
    else:
        said = ngettext("%(number)d location was taken out.", "%(number)d locations were taken out.", len(moved))
        messages.success(request, said % {"number": len(moved)})
    return HttpResponseRedirect(request.get_full_path())


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and int(text) < 2**63


def _locations() -> QuerySet[Location]:
    """The places themselves, without the other names that a source had for them."""
    places = Location.objects.filter(same_as__isnull=True)
    return places.select_related("source", "site").defer("description")


def _log(request: HttpRequest, site: Site, action: int, message: str | list[dict[str, Any]]) -> None:
    LogEntry.objects.log_actions(_who(request), [site], action, change_message=message, single_object=True)


def _log_locations(request: HttpRequest, site: Site, moved: list[Location], does: str) -> None:
    """Both have a history: the site, and each location."""
    names = named([str(location) for location in moved])
    word = "Added" if does == "add" else "Took out"
    _log(request, site, CHANGE, f"{word} {len(moved)} locations: {names}.")
    said = f"Added to the site “{site}”." if does == "add" else f"Taken out of the site “{site}”."
    LogEntry.objects.log_actions(_who(request), moved, CHANGE, change_message=said)


def _who(request: HttpRequest) -> int:
    return cast("AbstractBaseUser", request.user).pk  # type: ignore[no-any-return]
