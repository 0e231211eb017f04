"""Counts in the admin: what a number is, and the way from it to the bytes that caused it."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse

from inventory.admin.base import ReadOnlyAdmin
from inventory.admin.catalogue import called
from inventory.admin.display import (
    Table,
    Tool,
    count_name,
    exact_moment_text,
    list_url,
    movement_rows,
    page_link,
    quantity_cell,
    sent_moment_text,
)
from inventory.admin.rare import rare
from inventory.events import Quality
from inventory.models import Batch, Count, Listing, Location, Movement, Product, Source, StockEvent, Stream
from inventory.registry import Link

SHOWN = 50

MEANINGS = {
    Quality.EXACT: "exact: the source stands by this number",
    Quality.ESTIMATED: "estimated: the source worked this number out",
    Quality.DOUBTFUL: "doubtful: something has happened since that the number does not show",
    Quality.UNTRACKED: "untracked: the source does not count this",
    Quality.UNKNOWN: "unknown: nobody has said a number that still holds",
}


class Sign(admin.SimpleListFilter):
    """Counts below zero: they are facts about a mistake somewhere, and are kept."""

    title = "sign"
    parameter_name = "sign"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [("negative", "negative")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        return queryset.filter(is_negative=True) if self.value() == "negative" else queryset


@admin.register(Count)
class CountAdmin(ReadOnlyAdmin[Count]):
    list_display = ("name", "shown_quantity", "quality", "known_as_of", "source")
    list_select_related = ("listing", "batch", "location", "source")
    list_filter = (("quality", rare(Quality.EXACT)), "bucket", Sign)
    linked_filters = (
        "source__id__exact",
        "listing__id__exact",
        "batch__id__exact",
        "location__id__exact",
        "stream__id__exact",
    )
    ordering = ("id",)
    search_fields = ("slot__exact",)
    search_help_text = "The beginning of a listing's name, or its whole identifier or barcode."
    empty_list = "Nothing is counted yet. Counts appear when the first delivery about stock is processed."
    fields = (
        "name",
        "shown_quantity",
        "quality_in_words",
        "known_exactly",
        "product_link",
        "listing_link",
        "batch_link",
        "location_link",
        "bucket",
        "state_word",
        "source_link",
        "stream_link",
    )
    readonly_fields = fields

    def matching(self, text: str) -> Q:
        if Count.objects.filter(slot=text).exists():
            return Q(slot=text)
        # Every condition is one on listings: PostgreSQL then goes from each of them to its counts.
        return Q(listing__in=Listing.objects.filter(called(text)).order_by().values("pk"))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Count], bool]:
        """The counts of one listing after those of another, which is the order of an index.

        In the order of the counts themselves a million were read until a page was full: 10 x a page's time.
        """
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        return (found.order_by("listing_id", "id") if search_term.strip() else found), may_repeat

    def tools(self, request: HttpRequest, obj: Count) -> tuple[Tool, ...]:  # noqa: ARG002
        return (
            Tool(text="Show page", url=reverse("count_detail", args=[obj.pk])),
            Tool(text="All its movements", url=list_url(Movement, count__id__exact=obj.pk)),
            Tool(text="All its events", url=list_url(StockEvent, stream__id__exact=obj.stream_id)),
        )

    def tables(self, request: HttpRequest, obj: Count) -> tuple[Table, ...]:  # noqa: ARG002
        movements = obj.movements.select_related("event", "retraction__event", "cause").order_by("-seq")[:SHOWN]
        return (
            Table(
                title="Newest movements",
                columns=("Recorded", "What moved it", "Change", "Quality after", "Known as of", "Cause"),
                rows=movement_rows(movements),
                empty="Nothing has moved this count yet.",
                note=f"At most {SHOWN} are shown here. The changes of all its movements add up to its number.",
                more=(
                    Link(text="All its movements", url=list_url(Movement, count__id__exact=obj.pk)),
                    Link(
                        text="All the events that it is worked out from",
                        url=list_url(StockEvent, stream__id__exact=obj.stream_id),
                    ),
                ),
            ),
        )

    @admin.display(description="count")
    def name(self, obj: Count) -> str:
        return count_name(obj)

    @admin.display(description="quantity")
    def shown_quantity(self, obj: Count) -> str:
        return quantity_cell(obj.shown)

    @admin.display(description="quality")
    def quality_in_words(self, obj: Count) -> str:
        return MEANINGS[Quality(obj.quality)]

    @admin.display(description="known as of")
    def known_as_of(self, obj: Count) -> str:
        return sent_moment_text(obj.as_of)

    @admin.display(description="known as of")
    def known_exactly(self, obj: Count) -> str:
        return exact_moment_text(obj.as_of)

    @admin.display(description="the sender's word")
    def state_word(self, obj: Count) -> str:
        return obj.state

    @admin.display(description="product")
    def product_link(self, obj: Count) -> str:
        return page_link(Product, obj.listing.product_id, obj.listing.product)

    @admin.display(description="listing")
    def listing_link(self, obj: Count) -> str:
        return page_link(Listing, obj.listing_id, obj.listing)

    @admin.display(description="batch")
    def batch_link(self, obj: Count) -> str:
        return page_link(Batch, obj.batch_id, obj.batch)

    @admin.display(description="location")
    def location_link(self, obj: Count) -> str:
        return page_link(Location, obj.location_id, obj.location)

    @admin.display(description="source")
    def source_link(self, obj: Count) -> str:
        return page_link(Source, obj.source_id, obj.source)

    @admin.display(description="stream")
    def stream_link(self, obj: Count) -> str:
        return page_link(Stream, obj.stream_id, f"stream {obj.stream_id}")
