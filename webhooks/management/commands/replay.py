"""`manage.py replay`: process deliveries again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from webhooks import inbox


class Command(BaseCommand):
    help = "Put deliveries that were settled back into the inbox; what changed since is recorded anew."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("delivery", nargs="+", type=int)
        parser.add_argument(
            "--waive",
            action="append",
            default=[],
            choices=["tenant", "environment", "clock", "conflict"],
            help="a check to set aside for these deliveries",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        number = inbox.replay(options["delivery"], waive=options["waive"])
        self.stdout.write(f"put back: {number}")
