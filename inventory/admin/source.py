"""Sources in the admin."""

from django.contrib import admin
from django.http import HttpRequest

from inventory.admin.base import StaffEditedAdmin
from inventory.admin.display import Tool, list_url, moment_text
from inventory.models import Batch, Count, Listing, Location, Source, StockEvent


@admin.register(Source)
class SourceAdmin(StaffEditedAdmin[Source]):
    list_display = ("name", "provider", "environment", "sellable_by_default", "connection")
    list_filter = ("environment",)
    ordering = ("name",)
    search_fields = ("name__istartswith",)
    search_help_text = "The beginning of a source's name."
    empty_list = "There is no source yet. Adding an endpoint makes one."
    fields = (
        "name",
        "provider",
        "environment",
        "sellable_by_default",
        "connection",
        "reconnected_at",
        "created",
    )
    readonly_fields = ("provider", "environment", "connection", "created")

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """A source comes into being with its first endpoint."""
        return False

    def tools(self, request: HttpRequest, obj: Source) -> tuple[Tool, ...]:  # noqa: ARG002
        return tuple(
            Tool(
                text=str(model._meta.verbose_name_plural).capitalize(),
                url=list_url(model, source__id__exact=obj.pk),
            )
            for model in (Listing, Location, Batch, Count, StockEvent)
        )

    @admin.display(description="connection")
    def connection(self, obj: Source) -> str:
        if obj.revoked_at is None:
            return "never ended by the sender"
        ended = f"ended by the sender at {moment_text(obj.revoked_at)}"
        return f"{ended}: nothing will come" if obj.is_dead else f"{ended}, connected again since"

    @admin.display(description="created")
    def created(self, obj: Source) -> str:
        return moment_text(obj.created_at)
