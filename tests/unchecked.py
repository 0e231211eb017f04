"""A database that has lost a check of its own: the proof does not rely on it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def unchecked(table: str, constraint: str) -> Iterator[None]:
    """Lift a check until the test's transaction is rolled back; on SQLite all checks, until the block ends."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
        else:
            # A table with checks that wait for the commit cannot be altered.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f'ALTER TABLE "{table}" DROP CONSTRAINT "{constraint}"')
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        try:
            yield
        finally:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA ignore_check_constraints = OFF")
