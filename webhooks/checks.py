"""System checks: what must be right before anything is received."""

from collections.abc import Iterable, Sequence
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connections

from webhooks.sealed import SealedColumn, SealedRow, sealed_columns

ROWS_NAMED = 10
"""How many endpoints, or rows, one message names."""
LOST_KEY_HINT = (
    "Put the key that encrypted them behind the first one in FIELD_KEYS. If it is lost, docs/operations.md says under "
    "“Keys” how to go on without it."
)


def register() -> None:
    """Make these checks known to Django; called once, at start-up."""
    checks.register(check_field_keys, checks.Tags.security)
    checks.register(check_durability, checks.Tags.database)
    checks.register(check_sealed_rows, checks.Tags.database)


def check_field_keys(app_configs: Any = None, **_: Any) -> list[checks.CheckMessage]:  # noqa: ARG001  # Django's call
    """webhooks.E001: FIELD_KEYS holds something that is no key. The message names its place, never its text."""
    return [
        checks.Error(
            f"Key {place} of FIELD_KEYS is not 32 bytes in URL-safe base64: no secret can be kept.",
            hint="`make run` writes one into a new .env; docs/operations.md shows how to make more.",
            id="webhooks.E001",
        )
        for place, key in enumerate(settings.FIELD_KEYS, start=1)
        if not _is_key(key)
    ]


def check_durability(databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """webhooks.E002: PostgreSQL may forget what it has committed, and so what we have answered 200 to."""
    problems: list[checks.CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if connection.vendor != "postgresql":
            continue
        for setting in ("fsync", "synchronous_commit"):
            try:
                with connection.cursor() as cursor:
                    cursor.execute("SELECT current_setting(%s)", [setting])
                    (value,) = cursor.fetchone()
            except DatabaseError as error:
                problems.append(_database_problem(alias, error))
                break
            if value == "off":
                problems.append(
                    checks.Error(
                        f"{setting} is off in the database “{alias}”: a delivery that was acknowledged could be lost.",
                        hint=f"Set {setting} = on in postgresql.conf.",
                        id="webhooks.E002",
                    )
                )
    return problems


def check_sealed_rows(databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """webhooks.E004 and W001: rows that none of FIELD_KEYS opens, in use or retired. They are named, never shown."""
    if not all(map(_is_key, settings.FIELD_KEYS)):
        return []  # webhooks.E001 says so
    problems: list[checks.CheckMessage] = []
    for alias in databases or ():
        try:
            tables = set(connections[alias].introspection.table_names())
            for column in sealed_columns():
                if column.model._meta.db_table in tables:
                    problems += _unreadable_in(column, alias)
        except DatabaseError as error:
            problems.append(_database_problem(alias, error))
    return problems


def _unreadable_in(column: SealedColumn, alias: str) -> list[checks.CheckMessage]:
    used = _unreadable(column.rows(column.in_use, using=alias))
    idle = _unreadable(column.rows(~column.in_use, using=alias))
    problems: list[checks.CheckMessage] = []
    if used:
        problems.append(
            checks.Error(
                f"{_where(column, used)} cannot be read with the present FIELD_KEYS: their senders are answered 503.",
                hint=LOST_KEY_HINT,
                id="webhooks.E004",
            )
        )
    if idle:
        problems.append(
            checks.Warning(
                f"{_where(column, idle)} cannot be read with the present FIELD_KEYS; they prove nothing any more.",
                hint=LOST_KEY_HINT,
                id="webhooks.W001",
            )
        )
    return problems


def _unreadable(rows: Iterable[SealedRow]) -> list[SealedRow]:
    return [row for row in rows if not row.is_readable()]


def _where(column: SealedColumn, rows: Sequence[SealedRow]) -> str:
    """Such as “3 rows of webhooks.Secret.value (endpoints 1, 4)”."""
    owners = [row.endpoint_id for row in rows if row.endpoint_id is not None]
    noun, numbers = ("endpoint", sorted(set(owners))) if owners else ("row", sorted(row.pk for row in rows))
    named = ", ".join(map(str, numbers[:ROWS_NAMED])) + (" and more" if len(numbers) > ROWS_NAMED else "")
    return f"{len(rows)} {'row' if len(rows) == 1 else 'rows'} of {column} ({noun}{'s' * (len(numbers) > 1)} {named})"


def _is_key(key: str) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


def _database_problem(alias: str, error: DatabaseError) -> checks.CheckMessage:
    return checks.Error(f"The database “{alias}” cannot be read: {error}", id="webhooks.E003")
