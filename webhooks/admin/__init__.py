"""Django's admin for receiving: endpoints with their URLs and secrets, deliveries and refusals."""

from webhooks.admin.credentials import SecretAdmin, TokenAdmin
from webhooks.admin.delivery import DeliveryAdmin
from webhooks.admin.endpoint import EndpointAdmin
from webhooks.admin.refusal import RefusalAdmin

__all__ = ["DeliveryAdmin", "EndpointAdmin", "RefusalAdmin", "SecretAdmin", "TokenAdmin"]
