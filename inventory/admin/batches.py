"""Batches and their descent in the admin."""

from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

from inventory.admin.base import ReadOnlyAdmin
from inventory.admin.display import Tool, json_block, list_url, moment_text
from inventory.models import Batch, BatchLink, Count, Stream


@admin.register(Batch)
class BatchAdmin(ReadOnlyAdmin[Batch]):
    list_display = ("shown_name", "external_id", "listing", "status", "location", "expires_on", "source")
    list_select_related = ("listing", "location", "source")
    list_filter = ("status",)
    linked_filters = ("source__id__exact", "listing__id__exact", "location__id__exact")
    ordering = ("-id",)
    search_fields = ("external_id__exact", "label__exact")
    search_help_text = "A whole identifier or label; for its listing, open the listing."
    empty_list = "There is no batch yet. Batches appear when a source sends something about them."
    deferred = ("description",)
    fields = (
        "shown_name",
        "source",
        "tenant",
        "external_id",
        "listing",
        "status",
        "location",
        "expires_on",
        "described",
        "created",
    )
    readonly_fields = ("shown_name", "described", "created")

    def tools(self, request: HttpRequest, obj: Batch) -> tuple[Tool, ...]:  # noqa: ARG002
        return (
            Tool(text="Show page", url=reverse("batch_detail", args=[obj.pk])),
            Tool(text="Counts", url=list_url(Count, batch__id__exact=obj.pk)),
            Tool(text="Streams", url=list_url(Stream, batch__id__exact=obj.pk)),
            Tool(text="What came out of it", url=list_url(BatchLink, origin__id__exact=obj.pk)),
            Tool(text="What it came out of", url=list_url(BatchLink, result__id__exact=obj.pk)),
        )

    @admin.display(description="label")
    def shown_name(self, obj: Batch) -> str:
        return str(obj)

    @admin.display(description="as the source describes it")
    def described(self, obj: Batch) -> str:
        return json_block(obj.description)

    @admin.display(description="created")
    def created(self, obj: Batch) -> str:
        return moment_text(obj.created_at)


@admin.register(BatchLink)
class BatchLinkAdmin(ReadOnlyAdmin[BatchLink]):
    list_display = ("id", "origin", "kind", "result", "event", "ended_by")
    list_select_related = ("origin", "result", "event", "ended_by")
    list_filter = ("kind",)
    linked_filters = ("origin__id__exact", "result__id__exact")
    ordering = ("-id",)
    empty_list = "No batch has come out of another yet."
    fields = ("origin", "kind", "result", "event", "ended_by")
