"""`manage.py rebuild`: fold everything anew."""

import getpass
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from inventory import ledger


class Command(BaseCommand):
    help = "Fold all standing events anew and mend what differs; with --check, only tell, and end with 1 if any does."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            self.stdout.write(f"{ledger.rebuild(actor=getpass.getuser())} streams mended")
            return
        different = 0
        for audited in ledger.differences():
            different += 1
            self.stdout.write(f"stream {audited.stream.slot} differs from its standing events")
        self.stdout.write(f"{different} streams differ")
        if different:
            sys.exit(1)
