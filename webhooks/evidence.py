"""What webhooks show on inventory's pages: the delivery behind a cause, and the account of all deliveries."""

from django.db.models import Count
from django.urls import reverse

from inventory.models import Cause
from inventory.registry import Breach, Link, register_cause_link, register_proof
from webhooks.models import Delivery


def register() -> None:
    """Make both known to inventory; called once, at start-up."""
    register_cause_link(link_to_delivery)
    register_proof(prove_account)


def link_to_delivery(cause: Cause) -> Link | None:
    """The page of the delivery that a cause names; None for causes of another kind."""
    noun, _, number = cause.reference.partition(":")
    if noun != "delivery" or not number.isdecimal():
        return None
    return Link(text=f"delivery {number}", url=reverse("admin:webhooks_delivery_change", args=[number]))


def prove_account() -> tuple[int, list[Breach]]:
    """Law 4: every delivery is processed, ignored, quarantined or pending, and what was settled says when."""
    by_state = dict(Delivery.objects.values_list("state").annotate(number=Count("pk")).order_by())
    unknown = {state: number for state, number in by_state.items() if state not in Delivery.State.values}
    unsettled = Delivery.objects.filter(
        state__in=[Delivery.State.PROCESSED, Delivery.State.IGNORED, Delivery.State.QUARANTINED],
        settled_at__isnull=True,
    ).values_list("pk", flat=True)
    breaches = [
        Breach(law="4 account", where=f"{number} deliveries", problem=f"they are {state!r}, which is no state")
        for state, number in unknown.items()
    ]
    breaches += [
        Breach(law="4 account", where=f"delivery {pk}", problem="it is settled, but not since when")
        for pk in unsettled[:100]
    ]
    return sum(by_state.values()), breaches
