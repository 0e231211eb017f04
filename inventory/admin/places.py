"""Sites and locations in the admin."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from inventory.admin.base import StaffEditedAdmin
from inventory.admin.display import Table, Tool, json_block, list_url, moment_text, page_link
from inventory.models import Count, Location, Site, Source


@admin.register(Site)
class SiteAdmin(StaffEditedAdmin[Site]):
    list_display = ("name", "authority")
    list_select_related = ("authority",)
    ordering = ("name",)
    search_fields = ("name__istartswith",)
    search_help_text = "The beginning of a site's name."
    empty_list = "There is no site yet. A site groups the locations that are one place to you."
    fields = ("name", "authority")
    autocomplete_fields = ("authority",)

    def tools(self, request: HttpRequest, obj: Site) -> tuple[Tool, ...]:  # noqa: ARG002
        return (Tool(text="Locations", url=list_url(Location, site__id__exact=obj.pk)),)

    def has_delete_permission(self, request: HttpRequest, obj: Site | None = None) -> bool:
        """Only a site without locations: deleting another would scatter them silently."""
        allowed = request.user.has_perm("inventory.delete_site")
        return allowed and (obj is None or not obj.locations.exists())


SHOWN = 50


class OtherNames(admin.SimpleListFilter):
    """A name under which a source spoke of a place is kept, but is no place of its own."""

    title = "what is listed"
    parameter_name = "names"

    def lookups(self, request: HttpRequest, model_admin: Any) -> tuple[tuple[str, str], ...]:  # noqa: ARG002
        return (("other", "Other names of places"),)

    def queryset(self, request: HttpRequest, queryset: QuerySet[Location]) -> QuerySet[Location]:  # noqa: ARG002
        return queryset.filter(same_as__isnull=self.value() != "other")

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        places, *others = super().choices(changelist)
        yield {**places, "display": "Places"}
        yield from others


@admin.register(Location)
class LocationAdmin(StaffEditedAdmin[Location]):
    list_display = ("shown_name", "external_id", "source", "site", "sellable", "active")
    list_select_related = ("source", "site")
    list_filter = (OtherNames, "sellable", "active")
    linked_filters = ("source__id__exact", "site__id__exact", "parent__id__exact")
    ordering = ("id",)
    search_fields = ("external_id__exact", "own_name__istartswith", "name__istartswith")
    search_help_text = (
        "The source's identifier in full, or the beginning of the location's name, yours or the source's."
    )
    empty_list = "There is no location yet. Locations appear when a source names them."
    deferred = ("description",)
    fields = (
        "shown_name",
        "source_link",
        "tenant",
        "external_id",
        "identity",
        "same_place_link",
        "kind",
        "parent_link",
        "active",
        "own_name",
        "site",
        "sellable",
        "described",
        "created",
    )
    readonly_fields = (
        "shown_name",
        "source_link",
        "tenant",
        "external_id",
        "identity",
        "same_place_link",
        "kind",
        "parent_link",
        "active",
        "described",
        "created",
    )
    autocomplete_fields = ("site",)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Only a source knows its locations."""
        return False

    def tools(self, request: HttpRequest, obj: Location) -> tuple[Tool, ...]:  # noqa: ARG002
        return (
            Tool(text="Show page", url=reverse("location_detail", args=[obj.pk])),
            Tool(text="Counts here", url=list_url(Count, location__id__exact=obj.pk)),
            Tool(text="Locations inside", url=list_url(Location, parent__id__exact=obj.pk)),
        )

    def tables(self, request: HttpRequest, obj: Location) -> tuple[Table, ...]:  # noqa: ARG002
        names = obj.earlier_names.order_by("pk")[:SHOWN]
        if not names:
            return ()
        return (
            Table(
                title="Other names",
                columns=("Name", "First heard"),
                rows=tuple(
                    (page_link(Location, name.pk, name.external_id), moment_text(name.created_at)) for name in names
                ),
                empty="",
                note=f"The source has used these names for this place too. At most {SHOWN} are shown.",
            ),
        )

    def matching(self, text: str) -> Q:
        by_another_name = Location.objects.filter(external_id=text, same_as__isnull=False)
        return super().matching(text) | Q(pk__in=by_another_name.values("same_as"))

    @admin.display(description="another name of")
    def same_place_link(self, obj: Location) -> str:
        return page_link(Location, obj.same_as_id, obj.same_as)

    @admin.display(description="name")
    def shown_name(self, obj: Location) -> str:
        return str(obj)

    @admin.display(description="source")
    def source_link(self, obj: Location) -> str:
        return page_link(Source, obj.source_id, obj.source)

    @admin.display(description="inside of")
    def parent_link(self, obj: Location) -> str:
        link = page_link(Location, obj.parent_id, obj.parent)
        if not obj.parent_refused:
            return link
        return f"{obj.parent or 'nothing'} (the source named another, which would close a circle)"

    @admin.display(description="as the source describes it")
    def described(self, obj: Location) -> str:
        return json_block(obj.description)

    @admin.display(description="created")
    def created(self, obj: Location) -> str:
        return moment_text(obj.created_at)
