"""What staff decide about deliveries, each in one step: take one back, or accept an account from now on."""

from django.db import transaction
from django.utils import timezone

from inventory import ledger
from webhooks import inbox
from webhooks.models import Delivery, Endpoint
from webhooks.processing import tenant_of


class NotPossible(Exception):
    """What somebody wanted cannot be done, in words for them."""


def take_back(delivery_id: int, *, actor: str) -> ledger.Recorded:
    """Take back everything that a delivery stated: a vendor's canned sample looks real. Replaying it states it again.

    Raises NotPossible for a delivery that has stated nothing.
    """
    with transaction.atomic():
        delivery = Delivery.objects.select_for_update(of=("self",)).select_related("endpoint").get(pk=delivery_id)
        if delivery.state != Delivery.State.PROCESSED:
            raise NotPossible(f"{delivery} is {delivery.state}: it stated nothing that could be taken back")
        recorded = ledger.retract(delivery.reference, delivery.endpoint.source_id, actor=actor)
        # Whoever replays it states it again, and then compares with what was stated before.
        inbox.settle(delivery, Delivery.State.IGNORED, f"taken back by {actor} at {timezone.now():%Y-%m-%d %H:%M} UTC")
    return recorded


def waits_for_account(delivery: Delivery) -> bool:
    """Whether accepting the account that a delivery names would let it through."""
    accepted = delivery.endpoint.tenants
    tenant = tenant_of(delivery) if accepted and delivery.state == Delivery.State.QUARANTINED else ""
    return bool(tenant) and tenant not in accepted


def accept_tenant(delivery_id: int) -> tuple[str, int]:
    """Accept the account that a quarantined delivery names at its endpoint, from now on.

    Returns the account, and how many deliveries that waited for this were put back into the inbox. Raises NotPossible
    where no account is what it waits for.
    """
    with transaction.atomic():
        delivery = Delivery.objects.select_related("endpoint__source").get(pk=delivery_id)
        endpoint = Endpoint.objects.select_for_update().get(pk=delivery.endpoint_id)
        tenant = tenant_of(delivery)
        if not waits_for_account(delivery):
            raise NotPossible(f"{delivery} does not wait for an account to be accepted")
        endpoint.tenants = [*endpoint.tenants, tenant]
        endpoint.save(update_fields=["tenants"])
        waiting = Delivery.objects.filter(
            endpoint=endpoint, state=Delivery.State.QUARANTINED, reason=delivery.reason
        ).values_list("pk", flat=True)
        return tenant, inbox.replay(list(waiting))
