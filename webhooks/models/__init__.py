"""The nouns of receiving: endpoints with their tokens and secrets, deliveries and refusals."""

from webhooks.models.delivery import Delivery, Refusal
from webhooks.models.endpoint import Endpoint, Secret, Token

__all__ = ["Delivery", "Endpoint", "Refusal", "Secret", "Token"]
