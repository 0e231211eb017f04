"""`manage.py stock`: the counts, now or at a moment."""

import csv
import json
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import chain
from tempfile import TemporaryFile
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from inventory.instants import instant_text
from inventory.quantity import quantity_text
from inventory.reports import Clock, StockRow, stock

COLUMNS = (
    "source",
    "listing",
    "batch",
    "location",
    "product",
    "location_path",
    "bucket",
    "state",
    "quantity",
    "quality",
    "as_of",
)


class Command(BaseCommand):
    help = "Print the counts: what they are, or what they were at a moment by one of two clocks."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--product", default="", metavar="TEXT", help="part of a product's name, or an identifier")
        parser.add_argument("--source", default="", metavar="NAME")
        parser.add_argument("--as-of", metavar="TIME", help="ISO 8601; without a zone it is UTC")
        parser.add_argument(
            "--clock",
            choices=[clock.value for clock in Clock],
            default=Clock.KNOWN.value,
            help="known: what our ledger showed then; true: what was so then, as far as is known today",
        )
        parser.add_argument("--format", choices=["table", "json", "csv"], default="table")

    def handle(self, *args: Any, **options: Any) -> None:
        as_of = None
        if options["as_of"]:
            try:
                as_of = parse_datetime(options["as_of"])
            except ValueError as error:
                raise CommandError(f"--as-of {options['as_of']!r} is no time: {error}") from error
            if as_of is None:
                raise CommandError(f"--as-of {options['as_of']!r} is no time; write 2026-01-31T12:00:00Z")
            if timezone.is_naive(as_of):
                as_of = timezone.make_aware(as_of, timezone.get_default_timezone())
        rows = stock(product=options["product"], source=options["source"], as_of=as_of, clock=Clock(options["clock"]))
        try:
            with closing(rows):
                getattr(self, f"_{options['format']}")(_texts(row) for row in rows)
            self.stdout.flush()
        except BrokenPipeError:
            # Whoever reads has seen enough, as `head` has. What is still buffered has nobody to go to.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise SystemExit(128 + signal.SIGPIPE) from None

    def _json(self, rows: Iterator[dict[str, str | None]]) -> None:
        self.stdout.write("[", ending="")
        for index, row in enumerate(rows):
            self.stdout.write((",\n " if index else "") + json.dumps(row, ensure_ascii=False), ending="")
        self.stdout.write("]")

    def _csv(self, rows: Iterator[dict[str, str | None]]) -> None:
        writer = csv.DictWriter(self.stdout, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({name: _cell(name, value) for name, value in row.items()})

    def _table(self, rows: Iterator[dict[str, str | None]]) -> None:
        widths = [0] * len(COLUMNS)
        # How wide a column is shows only at its end, and a million lines are not for memory.
        with TemporaryFile("w+") as lines:
            for row in rows:
                cells = [row[name] or "-" for name in COLUMNS]
                widths = [max(width, len(cell)) for width, cell in zip(widths, cells, strict=True)]
                lines.write(json.dumps(cells) + "\n")
            if not any(widths):
                self.stdout.write("No counts.")
                return
            lines.seek(0)
            widths = [max(width, len(name)) for width, name in zip(widths, COLUMNS, strict=True)]
            for line in chain([COLUMNS], map(json.loads, lines)):
                padded = (text.ljust(width) for text, width in zip(line, widths, strict=True))
                self.stdout.write("  ".join(padded).rstrip())


def _texts(row: StockRow) -> dict[str, str | None]:
    return {
        "source": row.source,
        "listing": row.listing,
        "batch": row.batch,
        "location": row.location,
        "product": row.product,
        "location_path": row.location_path,
        "bucket": row.bucket,
        "state": row.state,
        "quantity": None if row.quantity is None else quantity_text(row.quantity),
        "quality": row.quality.value,
        "as_of": None if row.as_of is None else instant_text(row.as_of),
    }


def _cell(name: str, value: str | None) -> str:
    """A cell that no spreadsheet takes for a formula; a negative quantity is no text and stays as it is."""
    if value is None:
        return ""
    return f"'{value}" if name != "quantity" and value.startswith(("=", "+", "-", "@", "\t", "\r")) else value
