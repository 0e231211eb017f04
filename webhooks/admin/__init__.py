"""Django's admin for receiving: endpoints with their URLs and secrets, deliveries and refusals."""

from django.utils.translation import gettext_lazy as _

from inventory.admin.work import Work, works
from webhooks.admin.credentials import SecretAdmin, TokenAdmin
from webhooks.admin.delivery import DeliveryAdmin
from webhooks.admin.endpoint import EndpointAdmin
from webhooks.admin.refusal import RefusalAdmin

WHAT_CAME_IN = _("What came in")

for _work in (
    Work(
        section=WHAT_CAME_IN,
        text=_("Quarantined deliveries"),
        detail=_("genuine, kept, and waiting for a decision of yours"),
        route="admin:webhooks_delivery_changelist",
        query="state__exact=quarantined",
        permission="webhooks.view_delivery",
    ),
    Work(
        section=WHAT_CAME_IN,
        text=_("Deliveries"),
        detail=_("every request that was taken in, byte for byte"),
        route="admin:webhooks_delivery_changelist",
        permission="webhooks.view_delivery",
    ),
    Work(
        section=WHAT_CAME_IN,
        text=_("Refusals"),
        detail=_("requests that could not prove themselves, and why"),
        route="admin:webhooks_refusal_changelist",
        permission="webhooks.view_refusal",
    ),
    Work(
        section=WHAT_CAME_IN,
        text=_("Endpoints"),
        detail=_("the URLs that senders post to, their secrets and settings"),
        route="admin:webhooks_endpoint_changelist",
        permission="webhooks.view_endpoint",
    ),
    Work(
        section=WHAT_CAME_IN,
        text=_("Add an endpoint"),
        detail=_("a URL for one more sender"),
        route="admin:webhooks_endpoint_add",
        permission="webhooks.add_endpoint",
    ),
):
    works.add(_work)

__all__ = ["DeliveryAdmin", "EndpointAdmin", "RefusalAdmin", "SecretAdmin", "TokenAdmin"]
