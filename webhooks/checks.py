"""System checks: what must be right before anything is received."""

from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core import checks
from django.db import DatabaseError, connections


def register() -> None:
    """Make these checks known to Django; called once, at start-up."""
    checks.register(check_field_keys, checks.Tags.security)
    checks.register(check_durability, checks.Tags.database)


def check_field_keys(app_configs: Any = None, **_: Any) -> list[checks.CheckMessage]:  # noqa: ARG001  # Django's call
    """webhooks.E001: FIELD_KEYS holds something that is no key. The message names its place, never its text."""
    problems: list[checks.CheckMessage] = []
    for place, key in enumerate(settings.FIELD_KEYS, start=1):
        try:
            Fernet(key)
        except ValueError:
            problems.append(
                checks.Error(
                    f"Key {place} of FIELD_KEYS is not 32 bytes in URL-safe base64: no secret can be kept.",
                    hint="`make run` writes one into a new .env; docs/operations.md shows how to make more.",
                    id="webhooks.E001",
                )
            )
    return problems


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
                problems.append(checks.Error(f"The database “{alias}” cannot be read: {error}", id="webhooks.E003"))
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
