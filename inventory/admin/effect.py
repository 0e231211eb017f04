"""What one piece of evidence has done to stock: its causes, the events that they state and the movements."""

from django.db.models import QuerySet

from inventory.admin.display import (
    Table,
    count_name,
    delta_text,
    exact_moment_text,
    list_link,
    moment_text,
    page_link,
    quantity_cell,
    reason_cell,
)
from inventory.models import Cause, Count, Movement, StockEvent

SHOWN = 200


def movement_table(movements: QuerySet[Movement], *, empty: str) -> Table:
    """The first movements of `movements`, each with the count that it moved."""
    found = movements.select_related(
        "count__listing", "count__batch", "count__location", "event", "retraction__event"
    ).order_by("seq")[:SHOWN]
    return Table(
        title="Movements",
        columns=("Recorded", "Count", "Change", "Quality after", "What moved it"),
        rows=tuple(
            (
                page_link(Movement, movement.pk, moment_text(movement.recorded_at)),
                page_link(Count, movement.count_id, count_name(movement.count)),
                delta_text(movement.delta),
                movement.get_quality_display(),
                reason_cell(movement),
            )
            for movement in found
        ),
        empty=empty,
        note=f"At most the first {SHOWN} are shown here.",
    )


def effect_tables(reference: str) -> tuple[Table, ...]:
    """What the causes with this reference wrote: three tables of at most SHOWN rows."""
    causes = list(Cause.objects.filter(reference=reference).defer("note").order_by("id")[:SHOWN])
    return (
        _cause_table(causes),
        _event_table(causes),
        movement_table(Movement.objects.filter(cause__in=causes), empty="It has moved no count."),
    )


def _cause_table(causes: list[Cause]) -> Table:
    return Table(
        title="Written to the ledger",
        columns=("Recorded", "Cause", "By", "All of it"),
        rows=tuple(
            (
                moment_text(cause.recorded_at),
                page_link(Cause, cause.pk, cause.get_kind_display()),
                cause.actor or "Stockroom itself",
                list_link(Movement, "movements", cause__id__exact=cause.pk),
            )
            for cause in causes
        ),
        empty="Nothing has been written to the ledger because of it.",
    )


def _event_table(causes: list[Cause]) -> Table:
    events = StockEvent.objects.select_related("source").defer("data", "order_key")
    stated = list(events.filter(cause__in=causes).order_by("id")[:SHOWN])
    restated = list(events.filter(restatements__cause__in=causes).order_by("id")[: SHOWN - len(stated)])
    return Table(
        title="Events that it states",
        columns=("Event", "Occurred", "Quantity stated", "Key", "First stated"),
        rows=tuple(
            (
                page_link(StockEvent, event.pk, event.kind),
                exact_moment_text(event.occurred),
                quantity_cell(event.quantity),
                event.key,
                first,
            )
            for rows, first in ((stated, "here"), (restated, "by another delivery"))
            for event in rows
        ),
        empty="It states nothing about stock.",
        note=f"At most the first {SHOWN} are shown here.",
    )
