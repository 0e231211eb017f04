"""Causes, streams and movements in the admin."""

from django.contrib import admin
from django.http import HttpRequest

from inventory.admin.base import ReadOnlyAdmin
from inventory.admin.display import (
    Tool,
    cause_cell,
    count_name,
    delta_text,
    exact_moment_text,
    json_block,
    list_url,
    moment_text,
    page_link,
    reason_cell,
)
from inventory.admin.rare import rare
from inventory.models import Cause, Count, Movement, Retraction, StockEvent, Stream
from inventory.registry import cause_link


@admin.register(Cause)
class CauseAdmin(ReadOnlyAdmin[Cause]):
    list_display = ("id", "recorded", "kind", "reference", "actor")
    list_filter = (("kind", rare(Cause.Kind.DELIVERY)),)
    ordering = ("-id",)
    search_fields = ("reference__exact",)
    search_help_text = "A whole reference, such as delivery:17."
    empty_list = "Nothing has been written to the ledger yet."
    deferred = ("note",)
    fields = ("kind", "evidence", "reference", "actor", "note", "recorded")
    readonly_fields = ("evidence", "recorded")

    def tools(self, request: HttpRequest, obj: Cause) -> tuple[Tool, ...]:  # noqa: ARG002
        return (
            Tool(text="Events", url=list_url(StockEvent, cause__id__exact=obj.pk)),
            Tool(text="Retractions", url=list_url(Retraction, cause__id__exact=obj.pk)),
            Tool(text="Movements", url=list_url(Movement, cause__id__exact=obj.pk)),
        )

    @admin.display(description="evidence")
    def evidence(self, obj: Cause) -> str:
        return cause_cell(obj) if cause_link(obj) else "Nothing is kept beside what stands here."

    @admin.display(description="recorded")
    def recorded(self, obj: Cause) -> str:
        return moment_text(obj.recorded_at)


@admin.register(Stream)
class StreamAdmin(ReadOnlyAdmin[Stream]):
    list_display = ("id", "kind", "source", "listing", "batch", "location")
    list_select_related = ("source", "listing", "batch", "location")
    list_filter = ("kind",)
    linked_filters = ("source__id__exact", "listing__id__exact", "batch__id__exact", "location__id__exact")
    ordering = ("-id",)
    search_fields = ("slot__exact",)
    search_help_text = "A whole slot."
    empty_list = "There is no stream yet. Streams appear with the first events."
    deferred = ("state",)
    fields = ("kind", "slot", "source", "listing", "batch", "location", "folded")
    readonly_fields = ("folded",)

    def tools(self, request: HttpRequest, obj: Stream) -> tuple[Tool, ...]:  # noqa: ARG002
        return (
            Tool(text="Events", url=list_url(StockEvent, stream__id__exact=obj.pk)),
            Tool(text="Counts", url=list_url(Count, stream__id__exact=obj.pk)),
        )

    @admin.display(description="state up to the newest event")
    def folded(self, obj: Stream) -> str:
        return json_block(obj.state)


@admin.register(Movement)
class MovementAdmin(ReadOnlyAdmin[Movement]):
    list_display = ("seq", "recorded", "counted", "change", "quality", "reason", "evidence")
    list_display_links = ("seq",)
    list_select_related = (
        "count__listing",
        "count__batch",
        "count__location",
        "event",
        "retraction__event",
        "cause",
    )
    linked_filters = ("count__id__exact", "cause__id__exact", "event__id__exact", "retraction__id__exact")
    ordering = ("-seq",)
    empty_list = "Nothing has moved yet. Movements appear when events change a count."
    fields = ("seq", "counted", "change", "quality", "known_as_of", "reason", "evidence", "cause", "recorded")
    readonly_fields = ("counted", "change", "known_as_of", "reason", "evidence", "recorded")

    @admin.display(description="count")
    def counted(self, obj: Movement) -> str:
        return page_link(Count, obj.count_id, count_name(obj.count))

    @admin.display(description="change")
    def change(self, obj: Movement) -> str:
        return delta_text(obj.delta)

    @admin.display(description="known as of")
    def known_as_of(self, obj: Movement) -> str:
        return exact_moment_text(obj.as_of)

    @admin.display(description="what moved it")
    def reason(self, obj: Movement) -> str:
        return reason_cell(obj)

    @admin.display(description="evidence")
    def evidence(self, obj: Movement) -> str:
        return cause_cell(obj.cause)

    @admin.display(description="recorded")
    def recorded(self, obj: Movement) -> str:
        return moment_text(obj.recorded_at)
