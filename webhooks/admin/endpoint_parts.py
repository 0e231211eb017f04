"""What an endpoint's page shows besides its own fields."""

from dataclasses import dataclass
from typing import Any, cast

from django.db.models import OuterRef, Subquery
from django.utils.html import format_html

from inventory.admin.display import Table, list_url, moment_text, page_link
from inventory.registry import Link
from webhooks.admin.credentials import is_live, retire_url, standing
from webhooks.encryption import UnreadableSecret
from webhooks.models import Delivery, Endpoint, Refusal, Secret

NEWEST = 10
CREDENTIALS_SHOWN = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveUrl:
    """One URL that the sender may post to."""

    pk: int
    name: str
    standing: str
    url: str | None
    """None where no key of ours opens it any more."""
    path: str
    """Where it comes in on this server, if that cannot be seen in the URL; else ''."""
    retire_url: str


def urls_of(endpoint: Endpoint) -> list[LiveUrl]:
    """The live URLs of an endpoint, each decrypted by itself: one that cannot be read hides no other."""
    found = []
    for token in endpoint.tokens.defer("value", "public_url").order_by("-id")[:CREDENTIALS_SHOWN]:
        if not is_live(token):
            continue
        try:
            url, path = token.public_url, token.path
        except UnreadableSecret:
            url, path = None, ""
        found.append(
            LiveUrl(
                pk=token.pk,
                name=str(token),
                standing=standing(token),
                url=url,
                path="" if url is None or url.endswith(path) else path,
                retire_url=retire_url(token),
            )
        )
    return found


def secrets_table(endpoint: Endpoint, *, may_retire: bool) -> Table:
    """The secrets of an endpoint and when each last proved a delivery, but never their values."""
    proven = Delivery.objects.filter(secret=OuterRef("pk")).order_by("-id").values("received_at")[:1]
    secrets = endpoint.secrets.defer("value").annotate(last_used=Subquery(proven)).order_by("-id")[:CREDENTIALS_SHOWN]
    return Table(
        title="Secrets",
        columns=("Secret", "Added", "Standing", "Last proved a delivery", "What can be done"),
        rows=tuple(
            (
                page_link(Secret, secret.pk, secret),
                moment_text(secret.created_at),
                standing(secret),
                moment_text(last_used) if last_used else "never",
                _retire_button(secret) if may_retire and is_live(secret) else "",
            )
            for secret, last_used in ((secret, cast("Any", secret).last_used) for secret in secrets)
        ),
        empty="This endpoint has no secret, so every request to it is refused.",
        note="Several may be live at once. Retire the old one when the new one has proved deliveries.",
        more=(Link(text="All its secrets", url=list_url(Secret, endpoint__id__exact=endpoint.pk)),),
    )


def newest_deliveries(endpoint: Endpoint) -> Table:
    """The last few deliveries."""
    deliveries = endpoint.deliveries.defer("body", "headers").order_by("-id")[:NEWEST]
    return Table(
        title="Newest deliveries",
        columns=("Delivery", "Received", "Kind of event", "State", "Reason"),
        rows=tuple(
            (
                page_link(Delivery, delivery.pk, delivery),
                moment_text(delivery.received_at),
                delivery.event_kind or "—",
                delivery.get_state_display(),
                delivery.reason[:200],
            )
            for delivery in deliveries
        ),
        empty="Nothing has been delivered here yet.",
        more=(Link(text="All its deliveries", url=list_url(Delivery, endpoint__id__exact=endpoint.pk)),),
    )


def newest_refusals(endpoint: Endpoint) -> Table:
    """The last few requests that were not believed."""
    refusals = endpoint.refusals.defer("body", "headers", "credentials").order_by("-id")[:NEWEST]
    return Table(
        title="Newest refusals",
        columns=("Refusal", "Refused", "Cause", "Detail"),
        rows=tuple(
            (
                page_link(Refusal, refusal.pk, f"refusal {refusal.pk}"),
                moment_text(refusal.refused_at),
                refusal.cause,
                refusal.detail,
            )
            for refusal in refusals
        ),
        empty="No request has been refused here.",
        note=f"The newest {Refusal.KEPT_PER_ENDPOINT} are kept.",
        more=(Link(text="All its refusals", url=list_url(Refusal, endpoint__id__exact=endpoint.pk)),),
    )


def _retire_button(secret: Secret) -> str:
    # It posts through the form that stands outside the page's own.
    return format_html(
        '<button type="submit" class="button" form="row-actions" formaction="{}">Retire {}</button>',
        retire_url(secret),
        secret,
    )
