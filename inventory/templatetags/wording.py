"""How the pages name the ledger's own words, say when a batch expires and lead to evidence."""

from collections.abc import Mapping
from datetime import date

from django import template
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inventory import wording
from inventory.models import Cause
from inventory.registry import cause_link
from inventory.reports.batch import SOON
from inventory.templatetags.stock import NOTHING

register = template.Library()


def _filter(name: str, words: Mapping[str, Promise]) -> None:
    register.filter(name, lambda word: wording.in_words(words, word))


_filter("bucket", wording.BUCKETS)
_filter("bucket_meaning", wording.BUCKET_MEANINGS)
_filter("quality", wording.QUALITIES)
_filter("quality_meaning", wording.QUALITY_MEANINGS)
_filter("event_kind", wording.EVENTS)
_filter("batch_status", wording.STATUSES)
_filter("match", wording.MATCHES)
_filter("link_back", wording.LINKS_BACK)
_filter("link_onward", wording.LINKS_ONWARD)


@register.simple_tag
def evidence(cause: Cause) -> str:
    """A link to what caused a writing, where somebody keeps it; else who did it and how."""
    link = cause_link(cause)
    if link is not None:
        return format_html('<a href="{}">{}</a>', link.url, link.text)
    words = wording.in_words(wording.CAUSES, cause.kind)
    return _("%(what)s by %(who)s") % {"what": words, "who": cause.actor} if cause.actor else words


@register.simple_tag
def expiry(day: date | None) -> str:
    """The last day of a batch, and how far away it is where that matters."""
    if day is None:
        return NOTHING
    left = (day - timezone.localdate()).days
    if left < 0:
        words, kind = _("expired"), "mark-bad"
    elif left == 0:
        words, kind = _("last day is today"), "mark-warning"
    else:
        words = ngettext("%(days)s day left", "%(days)s days left", left) % {"days": left}
        kind = "mark-warning" if left <= SOON.days else ""
    return format_html('<span class="day">{}</span> <span class="mark {}">{}</span>', f"{day:%Y-%m-%d}", kind, words)


@register.filter
def fact(value: str | bool) -> str:
    """A fact that a source states; what is no text is yes or no."""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return value
