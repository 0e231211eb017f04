"""What of receiving needs a person. Each finder reads a bounded number of rows, by an index, however many there are."""

from datetime import datetime, timedelta
from itertools import islice

from django.db.models import Exists, F, OuterRef, Q, Subquery
from django.urls import reverse
from django.utils.timesince import timesince
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from inventory.models import Source
from inventory.registry import Task, TaskFinder
from inventory.tasks import MOST, bounded, named
from webhooks.endpoints import uses_secrets
from webhooks.models import Delivery, Endpoint, Refusal, Secret
from webhooks.sealed import sealed_columns

ENDPOINTS = 500
"""How many endpoints are looked at."""

MOST_SEALED = 500
"""How many live URLs, and secrets, are tried: it takes some 50 microseconds each."""

DAY = timedelta(days=1)
RHYTHM = 10
"""How many of an endpoint's newest deliveries tell how often it sends."""
WORKER_IS_LATE = timedelta(minutes=5)


def waiting_too_long(now: datetime) -> list[Task]:
    """Deliveries that nobody takes up: whoever processes them does not run."""
    late = Delivery.objects.filter(state=Delivery.State.PENDING, due_at__lt=now - WORKER_IS_LATE)
    number, is_at_least = bounded(late.exclude(endpoint__state=Endpoint.State.PAUSED))
    if not number:
        return []
    return [
        Task(
            title=ngettext("delivery waits too long", "deliveries wait too long", number),
            number=number,
            is_at_least=is_at_least,
            detail=_("Due for more than %(minutes)d minutes: the worker does not run, or cannot keep up.")
            % {"minutes": WORKER_IS_LATE // timedelta(minutes=1)},
            url=f"{reverse('admin:webhooks_delivery_changelist')}?state__exact=pending",
            is_bad=True,
        )
    ]


def quarantined(now: datetime) -> list[Task]:  # noqa: ARG001  # every finder is given the moment
    """Deliveries that were kept and not believed, until a person decides."""
    number, is_at_least = bounded(Delivery.objects.filter(state=Delivery.State.QUARANTINED))
    if not number:
        return []
    return [
        Task(
            title=ngettext("delivery is quarantined", "deliveries are quarantined", number),
            number=number,
            is_at_least=is_at_least,
            detail=_("Kept, but not in the stock until you decide. Each says why."),
            url=f"{reverse('admin:webhooks_delivery_changelist')}?state__exact=quarantined",
            is_bad=True,
        )
    ]


def refused(now: datetime) -> list[Task]:
    """Requests of the last day that could not be proven genuine. Only some of many are kept."""
    number, is_at_least = bounded(Refusal.objects.filter(refused_at__gt=now - DAY))
    if not number:
        return []
    return [
        Task(
            title=ngettext("request was refused", "requests were refused", number),
            number=number,
            is_at_least=is_at_least,
            detail=_("In the last 24 hours: not proven to be the sender's. A wrong secret, or a stranger."),
            url=reverse("admin:webhooks_refusal_changelist"),
        )
    ]


def without_secret(now: datetime) -> list[Task]:
    """Endpoints that refuse everything, because there is no secret to prove it by."""
    open_ones = Endpoint.objects.exclude(state=Endpoint.State.DISABLED).select_related("source").order_by("pk")
    live = Secret.objects.live(now).filter(endpoint=OuterRef("pk"))
    names = [str(endpoint) for endpoint in open_ones.filter(~Exists(live))[:ENDPOINTS] if uses_secrets(endpoint)]
    if not names:
        return []
    return [
        Task(
            title=ngettext("endpoint has no secret", "endpoints have no secret", len(names)),
            number=len(names),
            detail=_("%(endpoints)s: every request is refused until there is one.") % {"endpoints": named(names)},
            url=reverse("admin:webhooks_endpoint_changelist"),
            is_bad=True,
        )
    ]


def locked(now: datetime) -> list[Task]:  # noqa: ARG001  # every finder is given the moment
    """Endpoints with a live URL or secret that FIELD_KEYS does not open: nobody can prove anything by it."""
    lost = {
        row.endpoint_id
        for column in sealed_columns()
        for row in islice(column.rows(column.in_use, at_once=MOST_SEALED), MOST_SEALED)
        if row.endpoint_id is not None and not row.is_readable()
    }
    if not lost:
        return []
    names = [str(endpoint) for endpoint in Endpoint.objects.filter(pk__in=lost).select_related("source").order_by("pk")]
    return [
        Task(
            title=ngettext("endpoint has lost its key", "endpoints have lost their key", len(names)),
            number=len(names),
            detail=_("%(endpoints)s: FIELD_KEYS does not open a URL or secret of theirs, so senders are turned away.")
            % {"endpoints": named(names)},
            url=reverse("admin:webhooks_endpoint_changelist"),
            is_bad=True,
        )
    ]


def revoked(now: datetime) -> list[Task]:  # noqa: ARG001
    """Accounts whose sender ended the connection."""
    not_since = Q(reconnected_at__isnull=True) | Q(reconnected_at__lt=F("revoked_at"))
    dead = Source.objects.filter(not_since, revoked_at__isnull=False).order_by("name")
    names = list(dead.values_list("name", flat=True)[:MOST])
    if not names:
        return []
    return [
        Task(
            title=ngettext("connection was ended by its sender", "connections were ended by their senders", len(names)),
            number=len(names),
            detail=_("%(sources)s: nothing more comes until the account is connected again.")
            % {"sources": named(names)},
            url=reverse("admin:inventory_source_changelist"),
            is_bad=True,
        )
    ]


def silent(now: datetime) -> list[Task]:
    """Endpoints from which less comes than their own rhythm suggests.

    One is silent when nothing has come for more than a day, and for longer than its last RHYTHM deliveries took
    together; or when nothing ever came and it was made more than a day ago.
    """
    arrivals = Delivery.objects.filter(endpoint=OuterRef("pk")).order_by("-id").values("received_at")
    active = (
        Endpoint.objects.filter(state=Endpoint.State.ACTIVE)
        .select_related("source")
        .annotate(newest=Subquery(arrivals[:1]), earlier=Subquery(arrivals[RHYTHM - 1 : RHYTHM]))
        .order_by("pk")
    )
    found = [
        f"{endpoint.source.name} ({words})"
        for endpoint in active[:ENDPOINTS]
        if not endpoint.source.is_dead
        and (words := _silence(now, endpoint.newest, endpoint.earlier, endpoint.created_at))
    ]
    if not found:
        return []
    return [
        Task(
            title=ngettext("source is silent", "sources are silent", len(found)),
            number=len(found),
            detail=_(
                "%(sources)s. Silent means: nothing for more than a day, and for longer than the last %(number)d "
                "deliveries took together."
            )
            % {"sources": named(found), "number": RHYTHM},
            url=reverse("admin:webhooks_endpoint_changelist"),
        )
    ]


def _silence(now: datetime, newest: datetime | None, earlier: datetime | None, made: datetime) -> str:
    """How long an endpoint has been silent, in words; '' where it is not."""
    if newest is None:
        return _("nothing ever came") if now - made > DAY else ""
    quiet = now - newest
    if earlier is None or quiet <= DAY or quiet <= newest - earlier:
        return ""
    return _("nothing for %(time)s") % {"time": timesince(newest, now, depth=1)}


FINDERS = (
    TaskFinder(permission="webhooks.view_delivery", find=waiting_too_long),
    TaskFinder(permission="webhooks.view_delivery", find=quarantined),
    TaskFinder(permission="webhooks.view_endpoint", find=without_secret),
    TaskFinder(permission="webhooks.view_endpoint", find=locked),
    TaskFinder(permission="inventory.view_source", find=revoked),
    TaskFinder(permission="webhooks.view_refusal", find=refused),
    TaskFinder(permission="webhooks.view_endpoint", find=silent),
)
"""In the order in which they are shown."""
