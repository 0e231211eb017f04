"""How what needs a person is counted and told on the first page."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

MOST = 100
"""Counting stops here: a list beyond it is read on its own page."""
NAMED = 3
"""How many are named on a card."""


def bounded(rows: QuerySet[Any]) -> tuple[int, bool]:
    """How many rows there are, up to MOST, and whether there are more."""
    number = rows.order_by().values("pk")[: MOST + 1].count()
    return min(number, MOST), number > MOST


def named(names: Sequence[str]) -> str:
    """The first few of these, for a card."""
    return ", ".join(names[:NAMED]) + (" …" if len(names) > NAMED else "")
