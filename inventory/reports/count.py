"""One count on its page: its movements, and what it was after each of them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from django.db import connection
from django.db.models import QuerySet

from inventory.events import HIDDEN
from inventory.keyset import Order
from inventory.models import Count, Movement
from inventory.quantity import from_parts
from inventory.reports.movements import with_evidence

NEWEST = Order(columns=(("seq", int),), descending=True)
ADDED = 20_000
"""How many movements are added up for one page at most."""


class Step(NamedTuple):
    """One movement, and what its count was from then on."""

    movement: Movement
    after: Decimal | None
    """None where it was not known, and where `is_worked_out` is false."""
    is_worked_out: bool


def movements_of(count: Count) -> QuerySet[Movement]:
    """The movements of a count, with what moved it and why."""
    return with_evidence(Movement.objects.filter(count=count))


def steps(count: Count, movements: Sequence[Movement]) -> list[Step]:
    """What a count was after each of these movements, which follow each other, newest first.

    The count and the movements are read in one snapshot. Reads at most ADDED further movements: from the count's number
    back, or from its first movement on, whichever is nearer; in the middle of a longer history nothing is worked out.
    """
    if not movements:
        return []
    value = _value_after(count, movements[0].seq)
    found: list[Step] = []
    for movement in movements:
        hidden = value is None or movement.quality in HIDDEN
        found.append(Step(movement, None if hidden else value, is_worked_out=value is not None))
        value = None if value is None else value - movement.delta
    return found


# Whole units and millionths are summed apart: SQLite's SUM stops at 64 bits (see ledger.sums.movement_sums).
_SUM = """
SELECT COUNT(*), COALESCE(SUM(delta / 1000000), 0), COALESCE(SUM(delta %% 1000000), 0) FROM (
    SELECT delta FROM inventory_movement WHERE count_id = %s AND seq {side} %s ORDER BY seq LIMIT %s
) newest
"""


def _value_after(count: Count, seq: int) -> Decimal | None:
    """What all movements up to `seq` add up to; None where that would take reading too many."""
    newer = _sum(count, ">", seq)
    if newer is not None:
        return count.quantity - newer
    return _sum(count, "<=", seq)


def _sum(count: Count, side: str, seq: int) -> Decimal | None:
    with connection.cursor() as cursor:
        cursor.execute(_SUM.format(side=side), [count.pk, seq, ADDED + 1])
        number, whole, rest = cursor.fetchone()
    return None if number > ADDED else from_parts(whole, rest)
