"""How the admin writes numbers, moments and links, and the tables that it shows below a record."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from django.db.models import Model
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from inventory.events import Bucket
from inventory.instants import instant_text, to_datetime
from inventory.models import Cause, Count, Movement, StockEvent
from inventory.quantity import quantity_text
from inventory.registry import Link, cause_link

NOTHING = "—"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows that belong to a record, bounded in number."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """One text for each column; a SafeString where it is markup."""
    empty: str
    """The sentence that stands there when there are no rows."""
    note: str = ""
    more: tuple[Link, ...] = ()
    """Where the rest can be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """Something that can be done with a record: a link, or a form that posts."""

    text: str
    url: str
    posts: bool = False


def admin_url(model: type[Model], page: str, *args: object) -> str:
    """The address of one of the admin's pages for `model` ("change", "changelist")."""
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def page_link(model: type[Model], pk: object, text: object) -> str:
    """A link to the record's page; a dash where there is no record."""
    if pk is None:
        return NOTHING
    return format_html('<a href="{}">{}</a>', admin_url(model, "change", pk), text)


def list_url(model: type[Model], **filters: int) -> str:
    """The address of the list of `model`, narrowed by `filters`."""
    address = admin_url(model, "changelist")
    return f"{address}?{urlencode(filters)}" if filters else address


def list_link(model: type[Model], text: str, **filters: int) -> SafeString:
    """A link to the list of `model`, narrowed by `filters`."""
    return format_html('<a href="{}">{}</a>', list_url(model, **filters), text)


def moment_text(moment: datetime | None) -> str:
    """A moment of our own clock, to the second."""
    return NOTHING if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"


def sent_moment_text(instant: int | None) -> str:
    """A moment of a sender's clock, to the second, for lists."""
    return NOTHING if instant is None else moment_text(to_datetime(instant))


def exact_moment_text(instant: int | None) -> str:
    """A moment of a sender's clock, with every digit that it gave."""
    return NOTHING if instant is None else instant_text(instant)


def json_block(value: object) -> SafeString:
    """JSON as it can be read by people."""
    return format_html('<pre class="raw" tabindex="0">{}</pre>', json.dumps(value, indent=2, ensure_ascii=False))


def quantity_cell(quantity: Decimal | None) -> str:
    """A quantity; a negative one is marked by more than its colour."""
    if quantity is None:
        return NOTHING
    if quantity < 0:
        return format_html('<strong class="negative">{} (negative)</strong>', quantity_text(quantity))
    return quantity_text(quantity)


def delta_text(delta: Decimal) -> str:
    """A change, with its sign."""
    return f"+{quantity_text(delta)}" if delta > 0 else quantity_text(delta)


def count_name(count: Count) -> str:
    """What is counted, in words: listing, batch, place, bucket and the sender's own word for it."""
    parts = (count.listing, count.batch, count.location, bucket_text(count))
    return " · ".join(str(part) for part in parts if part)


def bucket_text(count: Count) -> str:
    """The bucket, and the sender's own word for it; a word that nobody has mapped is flagged."""
    if count.bucket == Bucket.OTHER and count.state:
        return f"other ({count.state}: a word that Stockroom does not know)"
    return f"{count.get_bucket_display()} ({count.state})" if count.state else count.get_bucket_display()


def cause_cell(cause: Cause) -> str:
    """A link to the cause's evidence where somebody keeps it, else to the cause itself."""
    link = cause_link(cause)
    if link is None:
        return page_link(Cause, cause.pk, cause)
    return format_html('<a href="{}">{}</a>', link.url, link.text)


def reason_cell(movement: Movement) -> str:
    """The event that moved the count, or the event whose retraction did."""
    if movement.event is not None:
        return page_link(StockEvent, movement.event.pk, movement.event.kind)
    retraction = movement.retraction
    if retraction is None:
        return NOTHING
    return page_link(StockEvent, retraction.event_id, f"retraction of {retraction.event.kind}")


def movement_rows(movements: Iterable[Movement]) -> tuple[tuple[str, ...], ...]:
    """Movements of one count: recorded, what moved it, change, quality after, known as of, cause."""
    return tuple(
        (
            page_link(Movement, movement.pk, moment_text(movement.recorded_at)),
            reason_cell(movement),
            delta_text(movement.delta),
            movement.get_quality_display(),
            exact_moment_text(movement.as_of),
            cause_cell(movement.cause),
        )
        for movement in movements
    )
