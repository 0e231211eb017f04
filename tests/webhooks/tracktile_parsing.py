"""Tracktile's deliveries given to the parser alone, and short ways to read what it makes of them."""

from collections.abc import Mapping

from inventory.events import BatchDescribed, FieldValue, PlaceDescribed, StockStatement
from webhooks.providers import Ignored, Intake, Parsed
from webhooks.providers.tracktile import Tracktile

TIME = 1_705_314_600_000_000_000
"""2024-01-15T10:30:00Z: 1704067200 s to the year 2024, 14 days and 37800 s."""


def parse(body: bytes, **settings: str) -> Parsed | Ignored:
    provider = Tracktile()
    return provider.parse(
        Intake(number=1, received=TIME, headers={}, body=body, settings=provider.settings_of(settings))
    )


def statements(body: bytes, **settings: str) -> tuple[StockStatement, ...]:
    said = parse(body, **settings)
    assert isinstance(said, Parsed)
    return said.statements


def fields_of(said: tuple[StockStatement, ...], of: str) -> Mapping[str, FieldValue]:
    """What is said of one batch or place."""
    (fields,) = [
        statement.fields
        for statement in said
        if (isinstance(statement, BatchDescribed) and statement.batch == of)
        or (isinstance(statement, PlaceDescribed) and statement.location == of)
    ]
    return fields
