"""The webhooks app: declares what of a delivery is a fact, and what it shows on inventory's pages."""

from django.apps import AppConfig
from django.conf import settings
from django.db import connection
from django.db.models.signals import post_migrate


class WebhooksConfig(AppConfig):
    name = "webhooks"
    verbose_name = "Receiving"

    def ready(self) -> None:
        from inventory import immutability
        from webhooks import checks, engine, evidence, notification, panels, wakeups, worker
        from webhooks.models import Delivery

        immutability.declare_immutable(Delivery, columns=("id", *Delivery.INTAKE), skips_duplicates=True)
        post_migrate.connect(immutability.install_after_migrate, sender=self, dispatch_uid="webhooks.triggers")
        checks.register()
        evidence.register()
        panels.register()
        engine.register("inline", worker.drain)
        if settings.PROCESS == "web" and connection.vendor == "postgresql":
            engine.register("worker", wakeups.Wakeups(notification.notify).ask)
        if settings.ENGINE == "celery":
            # An extra, which need not be installed elsewhere.
            from webhooks import celery_app

            engine.register("celery", celery_app.wakeups.ask)
