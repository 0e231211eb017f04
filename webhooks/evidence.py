"""What webhooks show on inventory's pages: the delivery behind a cause, and the account of all deliveries."""

from collections.abc import Iterator, Mapping

from django.db.models import Count
from django.urls import reverse

from inventory.ledger.proving import ACCOUNT
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


def prove_account() -> tuple[int, Iterator[Breach]]:
    """Law 4: every delivery is processed, ignored, quarantined or pending, and what was settled says when."""
    by_state = dict(Delivery.objects.values_list("state").annotate(number=Count("pk")).order_by())
    return sum(by_state.values()), _unaccounted(by_state)


def _unaccounted(by_state: Mapping[str, int]) -> Iterator[Breach]:
    for state, number in by_state.items():
        if state not in Delivery.State.values:
            yield Breach(law=ACCOUNT, where=f"{number} deliveries", problem=f"they are {state!r}, which is no state")
    unsettled = Delivery.objects.filter(
        state__in=[Delivery.State.PROCESSED, Delivery.State.IGNORED, Delivery.State.QUARANTINED],
        settled_at__isnull=True,
    ).values_list("pk", flat=True)
    for pk in unsettled.iterator():
        yield Breach(law=ACCOUNT, where=f"delivery {pk}", problem="it is settled, but not since when")
