"""The inventory app: declares which of its rows are facts."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class InventoryConfig(AppConfig):
    name = "inventory"
    verbose_name = "Stock"

    def ready(self) -> None:
        from inventory import immutability
        from inventory.models import Cause, Movement, Restatement, Retraction, StockEvent

        for model in (Cause, StockEvent, Restatement, Retraction, Movement):
            immutability.declare_immutable(model)
        post_migrate.connect(immutability.install_after_migrate, sender=self, dispatch_uid="inventory.triggers")
