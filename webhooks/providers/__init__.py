"""The registry of providers: adding one is one line here."""

from webhooks.providers.base import Ignored, Intake, Parsed, Provider, Setting
from webhooks.providers.budsense import BudSense
from webhooks.providers.generic import Generic
from webhooks.providers.jetti import Jetti
from webhooks.providers.square import Square
from webhooks.providers.tracktile import Tracktile
from webhooks.providers.treez import Treez

PROVIDERS: dict[str, Provider] = {
    provider.name: provider for provider in (BudSense(), Generic(), Jetti(), Square(), Tracktile(), Treez())
}

__all__ = ["PROVIDERS", "Ignored", "Intake", "Parsed", "Provider", "Setting"]
