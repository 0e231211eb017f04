"""Refusals in the admin: why a request was not believed."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from inventory.admin.display import Table, moment_text, page_link
from webhooks.admin.arrival import ArrivalAdmin, headers_table
from webhooks.models import Endpoint, Refusal
from webhooks.verification import Cause


class CauseFilter(admin.SimpleListFilter):
    """The causes that exist, without asking the table for them."""

    title = "cause"
    parameter_name = "cause"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:  # noqa: ARG002
        return [(cause.value, cause.value.replace("_", " ")) for cause in Cause]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:  # noqa: ARG002
        return queryset.filter(cause=self.value()) if self.value() else queryset


@admin.register(Refusal)
class RefusalAdmin(ArrivalAdmin[Refusal]):
    list_display = ("number", "refused", "endpoint", "cause", "detail", "body_size")
    list_filter = (CauseFilter,)
    list_select_related = ("endpoint__source",)
    linked_filters = ("endpoint__id__exact",)
    ordering = ("-id",)
    empty_list = "No request has been refused."
    deferred = ("body", "headers", "credentials")
    fields = ("endpoint_link", "refused", "cause", "meaning", "detail", "size", "body_shown")
    readonly_fields = ("endpoint_link", "refused", "meaning", "size", "body_shown")

    def tables(self, request: HttpRequest, obj: Refusal) -> tuple[Table, ...]:  # noqa: ARG002
        return (headers_table(obj.headers),)

    @admin.display(description="refusal")
    def number(self, obj: Refusal) -> str:
        return f"refusal {obj.pk}"

    @admin.display(description="refused")
    def refused(self, obj: Refusal) -> str:
        return moment_text(obj.refused_at)

    @admin.display(description="endpoint")
    def endpoint_link(self, obj: Refusal) -> str:
        return page_link(Endpoint, obj.endpoint_id, obj.endpoint)

    @admin.display(description="what that means")
    def meaning(self, obj: Refusal) -> str:
        known = {cause.value: cause.meaning for cause in Cause}
        return known.get(obj.cause, "This version of Stockroom does not know this cause.")

    @admin.display(description="size of the body")
    def size(self, obj: Refusal) -> str:
        kept = f"{obj.body_size:,} bytes came"
        return kept if obj.body_size <= Refusal.BODY_KEPT else f"{kept}; the first {Refusal.BODY_KEPT:,} are kept"
