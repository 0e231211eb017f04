"""Descriptions: each field is what was said of it last."""

from collections.abc import Iterable

from inventory.events import Description, FieldValue
from tests.laws.reference.values import in_order


def replay_description(statements: Iterable[Description]) -> dict[str, FieldValue]:
    """The fields of one listing, batch or place after these."""
    fields: dict[str, FieldValue] = {}
    for said in in_order(statements):
        fields |= said.fields
    return fields
