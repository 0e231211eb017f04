"""Stock events, who states them, and who no longer does."""

from django.contrib import admin
from django.http import HttpRequest

from inventory.admin.base import ReadOnlyAdmin
from inventory.admin.display import (
    Table,
    Tool,
    cause_cell,
    exact_moment_text,
    json_block,
    list_url,
    moment_text,
    page_link,
    quantity_cell,
    sent_moment_text,
)
from inventory.admin.effect import movement_table
from inventory.models import Movement, Restatement, Retraction, Source, StockEvent, Stream

SHOWN = 50


@admin.register(StockEvent)
class StockEventAdmin(ReadOnlyAdmin[StockEvent]):
    list_display = ("id", "kind", "occurred_second", "quantity_shown", "stream_link", "source", "evidence")
    list_select_related = ("source", "cause")
    linked_filters = ("source__id__exact", "stream__id__exact", "cause__id__exact")
    ordering = ("-id",)
    empty_list = "No source has said anything about stock yet."
    deferred = ("data", "order_key")
    fields = (
        "kind",
        "occurred_text",
        "quantity_shown",
        "source_link",
        "stream_link",
        "key",
        "revision",
        "group",
        "transaction",
        "rank",
        "order",
        "evidence",
        "statement",
    )
    readonly_fields = (
        "occurred_text",
        "quantity_shown",
        "source_link",
        "stream_link",
        "order",
        "evidence",
        "statement",
    )

    def tools(self, request: HttpRequest, obj: StockEvent) -> tuple[Tool, ...]:  # noqa: ARG002
        return (
            Tool(text="Its movements", url=list_url(Movement, event__id__exact=obj.pk)),
            Tool(text="Events of its stream", url=list_url(StockEvent, stream__id__exact=obj.stream_id)),
        )

    def tables(self, request: HttpRequest, obj: StockEvent) -> tuple[Table, ...]:  # noqa: ARG002
        return (
            _statements(obj),
            movement_table(
                Movement.objects.filter(event=obj),
                empty="This event has moved no count: what it says was known, or was not newest.",
            ),
        )

    @admin.display(description="occurred")
    def occurred_second(self, obj: StockEvent) -> str:
        return sent_moment_text(obj.occurred)

    @admin.display(description="occurred")
    def occurred_text(self, obj: StockEvent) -> str:
        return exact_moment_text(obj.occurred)

    @admin.display(description="quantity stated")
    def quantity_shown(self, obj: StockEvent) -> str:
        return quantity_cell(obj.quantity)

    @admin.display(description="source")
    def source_link(self, obj: StockEvent) -> str:
        return page_link(Source, obj.source_id, obj.source)

    @admin.display(description="stream")
    def stream_link(self, obj: StockEvent) -> str:
        return page_link(Stream, obj.stream_id, f"stream {obj.stream_id}")

    @admin.display(description="order among equal times")
    def order(self, obj: StockEvent) -> str:
        return bytes(obj.order_key).hex()

    @admin.display(description="evidence")
    def evidence(self, obj: StockEvent) -> str:
        return cause_cell(obj.cause)

    @admin.display(description="the statement in our words")
    def statement(self, obj: StockEvent) -> str:
        return json_block(obj.data)


def _statements(event: StockEvent) -> Table:
    """The causes that state an event: it stands while one of them is not withdrawn."""
    again = event.restatements.select_related("cause").order_by("id")[:SHOWN]
    causes = [event.cause, *(restatement.cause for restatement in again)]
    withdrawn = {
        retraction.stated_by_id: retraction
        for retraction in event.retractions.filter(stated_by__in=causes).select_related("cause")
    }
    return Table(
        title="Stated by",
        columns=("Recorded", "Cause", "Still stated"),
        rows=tuple(
            (
                moment_text(cause.recorded_at),
                cause_cell(cause),
                f"no: withdrawn at {moment_text(withdrawn[cause.pk].cause.recorded_at)}"
                if cause.pk in withdrawn
                else "yes",
            )
            for cause in causes
        ),
        empty="",
        note=f"An event stands while one of its causes still states it. At most {SHOWN + 1} are shown.",
    )


@admin.register(Restatement)
class RestatementAdmin(ReadOnlyAdmin[Restatement]):
    list_display = ("id", "event", "evidence")
    list_select_related = ("event", "cause")
    linked_filters = ("event__id__exact", "cause__id__exact")
    ordering = ("-id",)
    empty_list = "No event has been stated a second time yet."
    fields = ("event", "evidence", "cause")
    readonly_fields = ("evidence",)

    @admin.display(description="stated again by")
    def evidence(self, obj: Restatement) -> str:
        return cause_cell(obj.cause)


@admin.register(Retraction)
class RetractionAdmin(ReadOnlyAdmin[Retraction]):
    list_display = ("id", "event", "once_stated_by", "evidence")
    list_select_related = ("event", "stated_by", "cause")
    linked_filters = ("event__id__exact", "cause__id__exact")
    ordering = ("-id",)
    empty_list = "No statement has been withdrawn yet."
    fields = ("event", "once_stated_by", "evidence", "cause")
    readonly_fields = ("once_stated_by", "evidence")

    def tools(self, request: HttpRequest, obj: Retraction) -> tuple[Tool, ...]:  # noqa: ARG002
        return (Tool(text="Its movements", url=list_url(Movement, retraction__id__exact=obj.pk)),)

    @admin.display(description="stated by")
    def once_stated_by(self, obj: Retraction) -> str:
        return cause_cell(obj.stated_by)

    @admin.display(description="withdrawn by")
    def evidence(self, obj: Retraction) -> str:
        return cause_cell(obj.cause)
