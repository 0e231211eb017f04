"""`manage.py worker`: drain the inbox."""

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from webhooks import worker
from webhooks.stop import Stop
from webhooks.supervisor import Supervisor


class Command(BaseCommand):
    help = "Process what came in, until stopped; with --once, until nothing is due."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--once",
            action="store_true",
            help="drain everything due, wait for what other workers hold, print what was done, and end",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["once"]:
            Supervisor(worker.run, worker.BATCH).run()
            return
        stop = Stop()
        for number in (signal.SIGINT, signal.SIGTERM):
            # What is in flight is finished; nothing new is begun.
            signal.signal(number, lambda *_: stop.set())
        done = worker.drain(stop)
        for state in ("processed", "ignored", "quarantined", "failed"):
            self.stdout.write(f"{state}: {done[state]}")
