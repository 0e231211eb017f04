"""One unmoving view of the database for reports and proofs, which takes no write lock."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def read_snapshot() -> Iterator[None]:
    """Everything read inside is as of one moment, whatever is committed meanwhile.

    Within a transaction that is open already, that transaction's own view is used.
    """
    if connection.in_atomic_block or _is_open():
        yield
    elif connection.vendor == "postgresql":
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield
    else:
        # transaction.atomic() would begin SQLite's one writing transaction and shut the door for its length.
        with connection.cursor() as cursor:
            cursor.execute("BEGIN DEFERRED")
            # What is written here would vanish with the rollback: let it be refused.
            cursor.execute("PRAGMA query_only = ON")
        try:
            yield
        finally:
            with connection.cursor() as cursor:
                cursor.execute("ROLLBACK")
                cursor.execute("PRAGMA query_only = OFF")


def _is_open() -> bool:
    """Whether SQLite is inside a snapshot already, of which Django knows nothing."""
    return connection.vendor == "sqlite" and connection.connection is not None and connection.connection.in_transaction
