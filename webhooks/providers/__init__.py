"""The registry of providers: adding one is one line here."""

from webhooks.providers.base import Ignored, Intake, Parsed, Provider
from webhooks.providers.square import Square

PROVIDERS: dict[str, Provider] = {provider.name: provider for provider in (Square(),)}

__all__ = ["PROVIDERS", "Ignored", "Intake", "Parsed", "Provider"]
