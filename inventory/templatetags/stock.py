"""How the pages write quantities and moments."""

from datetime import UTC, datetime
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from inventory.instants import instant_text, to_datetime
from inventory.quantity import quantity_text

register = template.Library()

NOTHING = "—"
# As wide as a digit, and nothing that could be taken for a hyphen.
MINUS = "\N{MINUS SIGN}"


@register.filter
def quantity(value: Decimal | None) -> str:
    """A quantity without idle zeros; a negative one is marked by more than its colour, an unknown one is a dash."""
    if value is None:
        return format_html('<span class="quiet" title="{}">{}</span>', _("not known"), NOTHING)
    text = quantity_text(value)
    return format_html('<span class="negative">{}{}</span>', MINUS, text.removeprefix("-")) if value < 0 else text


@register.filter
def delta(value: Decimal) -> str:
    """A change, with its sign."""
    text = quantity_text(abs(value))
    return f"{MINUS}{text}" if value < 0 else f"+{text}"


@register.simple_tag
def moment(at: datetime | int | None) -> str:
    """A moment in the reader's own zone (by times.js; without it in UTC), the exact one on hover.

    `at` is a datetime, or a sender's instant in nanoseconds since 1970-01-01 UTC.
    """
    if at is None:
        return NOTHING
    shown, exact = _both(at)
    return format_html(
        '<time datetime="{}" title="{}" data-local>{} UTC</time>', _machine(shown), exact, f"{shown:%Y-%m-%d %H:%M}"
    )


@register.simple_tag
def age(at: datetime | int | None) -> str:
    """How long ago a moment was, the exact one on hover."""
    if at is None:
        return NOTHING
    shown, exact = _both(at)
    now = timezone.now()
    if shown > now:
        words = _("in %(time)s") % {"time": timesince(now, shown, depth=1)}
    elif (now - shown).total_seconds() < 60:  # noqa: PLR2004  # a minute has 60 seconds
        words = _("just now")
    else:
        words = _("%(time)s ago") % {"time": timesince(shown, now, depth=1)}
    return format_html('<time datetime="{}" title="{}">{}</time>', _machine(shown), exact, words)


def _machine(at: datetime) -> str:
    """A moment in UTC as programs read it."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _both(at: datetime | int) -> tuple[datetime, str]:
    """A moment as a datetime in UTC, and as text with every digit that is known."""
    if isinstance(at, int):
        return to_datetime(at), instant_text(at)
    utc = at.astimezone(UTC)
    return utc, f"{utc:%Y-%m-%d %H:%M:%S} UTC"
