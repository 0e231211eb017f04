"""`manage.py backup`: a copy of an SQLite database that is whole, while others write to it."""

import os
import sqlite3
import tempfile
from argparse import ArgumentParser
from contextlib import closing
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import connection


class Command(BaseCommand):
    help = (
        "Copy the SQLite database to a new file, as it is at one moment, while Stockroom runs. FIELD_KEYS is not in "
        "it: keep that apart, because without it no URL and no secret in the copy can be read."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the copy; it must not exist yet")

    def handle(self, *, file: Path, **_options: object) -> None:
        if connection.vendor != "sqlite":
            raise CommandError("This database is PostgreSQL's; docs/operations.md says how pg_dump backs it up.")
        try:
            self.copy(file)
        except FileExistsError as error:
            raise CommandError(f"{file} is there already; a backup replaces nothing") from error
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}") from error
        self.stdout.write(f"{file}: {file.stat().st_size:,} bytes")

    def copy(self, file: Path) -> None:
        """Write the copy aside, look through it, and only then give it its name; raises OSError."""
        connection.ensure_connection()
        with tempfile.TemporaryDirectory(dir=file.parent, prefix=f".{file.name}-") as aside:  # its owner's alone
            copy = Path(aside) / "copy"
            with closing(sqlite3.connect(copy)) as there:
                # All pages in one step: one moment of the database, whatever is written meanwhile.
                connection.connection.backup(there)
            problem = _look_through(copy)
            if problem != "ok":
                raise CommandError(f"the database is damaged, and so is its copy: {problem}")
            copy.chmod(0o600)
            _write_through(copy)
            # A link and not a move: what is there already is never replaced.
            os.link(copy, file)
        _write_through(file.parent)


def _look_through(copy: Path) -> str:
    """What is wrong with a database file; `ok` if nothing is."""
    # By our own connection, which knows the functions that the constraints call.
    with connection.cursor() as cursor:
        cursor.execute("ATTACH DATABASE %s AS looked_through", [str(copy)])
        try:
            cursor.execute("PRAGMA looked_through.quick_check(1)")
            return str(cursor.fetchone()[0])
        finally:
            cursor.execute("DETACH DATABASE looked_through")


def _write_through(path: Path) -> None:
    number = os.open(path, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
