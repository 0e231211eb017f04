"""`manage.py rotate_keys`: write every encrypted row anew with the first of FIELD_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from webhooks.sealed import SealedColumn, Tally, rotate, sealed_columns


class Command(BaseCommand):
    help = (
        "Re-encrypt what is encrypted in the database with the first of FIELD_KEYS, while Stockroom runs; once "
        "everything is under it, the others can go. It may be stopped and started again at any time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--retire-unreadable",
            action="store_true",
            help="for keys that are lost: from now on, refuse the URLs and secrets that none of FIELD_KEYS opens",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        unreadable = changed = 0
        for column in sealed_columns():
            tally = Tally()
            for tally in rotate(column):  # noqa: B007  # the last one is the whole
                pass
            self.stdout.write(
                f"{column}: {tally.reencrypted} re-encrypted, {tally.current} were under the first key, "
                f"{tally.unreadable} cannot be read"
            )
            if tally.unreadable and options["retire_unreadable"]:
                self.stdout.write(f"{column}: {_retire(column)} retired")
            unreadable += tally.unreadable
            changed += tally.changed
        if changed:
            raise CommandError(f"changed by others at every try: {changed}; run it again")
        if unreadable and not options["retire_unreadable"]:
            raise CommandError(
                f"under keys that FIELD_KEYS does not have: {unreadable}; "
                "`manage.py check --database default` names them"
            )


def _retire(column: SealedColumn) -> int:
    """End what is live of a column's rows and cannot be read; how many there were."""
    lost = [row.pk for row in column.rows(column.in_use) if not row.is_readable()]
    for pk in lost:
        column.model._default_manager.filter(pk=pk).update(not_after=timezone.now())
    return len(lost)
