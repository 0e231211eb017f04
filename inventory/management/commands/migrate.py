"""`manage.py migrate`, which makes the triggers of declared facts before it looks for them."""

from typing import Any

from django.core.management.commands import migrate
from django.db import connections

from inventory import immutability


class Command(migrate.Command):
    def check(self, *args: Any, **options: Any) -> None:
        """Django's checks, which a trigger that this very command makes again must not stop.

        Altering a table on SQLite drops its triggers, and a release may declare one more fact.
        """
        for alias in options.get("databases") or ():
            immutability.install(connections[alias])
        super().check(*args, **options)
