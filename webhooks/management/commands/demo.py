"""`manage.py demo --fill`: an empty database becomes a shop with a week behind it."""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from inventory.instants import from_datetime
from inventory.models import Site
from webhooks import refusals
from webhooks.demo.filling import Filled, fill, is_empty
from webhooks.demo.progress import Progress
from webhooks.twins.week import week

LOOK_AT = (
    ("Deliveries", "quarantined: a body that was cut off, another channel's, a sandbox's; ignored: tests and tickets"),
    ("Refusals", "Square's old key and a URL without its last slash, and a stranger at Treez at three in the morning"),
    ("Endpoints", "the catalogue of BudSense has been silent for three days"),
    ("Counts", "Oat Milk 1 l at the harbour is below nothing; web shop numbers that nobody tracks"),
    ("Batches", "a recall, a merge of butter and its undo, oats that were split, dates that are near or past"),
    ("Products", "most are known to two sources, by barcode or by staff; some have not been matched; thresholds"),
    ("Sites", "Main Street has an authority, Harbour has none: what two sources count there may not be added"),
)


class Command(BaseCommand):
    help = (
        "Fill an empty database with a week of invented trade, told by all five providers and brought in through the "
        "door. `make demo` does it with a database of its own."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--fill", action="store_true", help="fill the database that DATABASE_URL names")
        parser.add_argument("--seed", type=int, default=1, help="another seed, another week (default: %(default)s)")
        parser.add_argument("--until", metavar="TIME", help="when the week ends, ISO 8601 (default: now)")
        parser.add_argument(
            "--scale", type=float, default=1.0, help="of the trade, from 0.05 to 10 (default: %(default)s)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        name = connection.settings_dict["NAME"]
        if not options["fill"]:
            raise CommandError(f"it would fill {name} with invented trade; say --fill if that is what you want")
        if not 0.05 <= options["scale"] <= 10:  # noqa: PLR2004  # as its help says
            raise CommandError(f"--scale {options['scale']}: it must be from 0.05 to 10")
        until = _instant(options["until"])
        if not is_empty():
            self._leave_alone(name)
            return
        played = week(seed=options["seed"], until=until, scale=options["scale"])
        self.stdout.write(f"A week of trade, {len(played.messages)} requests by five providers, comes in:")
        progress = Progress(len(played.messages), self.stdout, bar=sys.stdout.isatty())
        began = time.monotonic()
        with _refusals_unlogged():
            filled = fill(played, progress.advance)
        self._tell(filled, time.monotonic() - began)

    def _leave_alone(self, name: str) -> None:
        # Staff's sites come last: without them a filling was broken off.
        if not Site.objects.exists():
            raise CommandError(f"{name} was not filled to its end; `make demo FRESH=1` makes it anew")
        self.stdout.write("The demo's shop is as you left it; `make demo FRESH=1` makes it anew.")

    def _tell(self, filled: Filled, seconds: float) -> None:
        answers = ", ".join(f"{status}: {number}" for status, number in sorted(filled.answers.items()))
        states = ", ".join(f"{state}: {number}" for state, number in sorted(filled.states.items()))
        self.stdout.write(f"Done in {seconds:.0f} s. Answered {answers}. Deliveries {states}.\nWhat to look at:")
        for where, what in LOOK_AT:
            self.stdout.write(f"  {where + ':':<12}{what}")


@contextmanager
def _refusals_unlogged() -> Iterator[None]:
    """What is refused here is refused on purpose, and its warnings would run into the bar."""
    logger = logging.getLogger(refusals.__name__)
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)


def _instant(text: str | None) -> int:
    """`text`, or the present minute; raises CommandError when it is no time."""
    if text is None:
        return from_datetime(timezone.now().replace(second=0, microsecond=0))
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None or timezone.is_naive(moment):
        raise CommandError(f"--until {text!r} is no time with a zone; write 2026-01-31T12:00:00Z")
    return from_datetime(moment)
