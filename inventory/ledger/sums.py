"""What the movements of counts add up to, exactly."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.db import connection

from inventory.models import Count
from inventory.quantity import from_millionths, from_parts

COUNTS_AT_A_TIME = 1_000


def movement_sums(count_ids: Sequence[int], *, up_to: int = 2**63 - 1) -> Iterator[tuple[int, Decimal, Decimal]]:
    """For each of some hundreds of counts: its id, its quantity, and the exact sum of its movements to `up_to`."""
    if count_ids:
        places = ", ".join(["%s"] * len(count_ids))
        yield from _sums(f"c.id IN ({places})", [up_to, *count_ids])


def every_movement_sum() -> Iterator[tuple[int, Decimal, Decimal]]:
    """As `movement_sums`, for every count."""
    last = 0
    while ids := list(Count.objects.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:COUNTS_AT_A_TIME]):
        last = ids[-1]
        # A range, because a long list of ids makes PostgreSQL read the whole table for each.
        yield from _sums("c.id BETWEEN %s AND %s", [2**63 - 1, ids[0], last])


def _sums(which: str, values: list[int]) -> Iterator[tuple[int, Decimal, Decimal]]:
    """Whole units and millionths are summed apart: SQLite's SUM stops at 64 bits, which a few movements from one end
    of the range to the other would pass on the way.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.id, c.quantity, "  # noqa: S608  # placeholders
            "COALESCE(SUM(m.delta / 1000000), 0), COALESCE(SUM(m.delta %% 1000000), 0) "
            "FROM inventory_count c LEFT JOIN inventory_movement m ON m.count_id = c.id AND m.seq <= %s "
            f"WHERE {which} GROUP BY c.id, c.quantity ORDER BY c.id",
            values,
        )
        for count_id, quantity, whole, rest in cursor.fetchall():
            yield count_id, from_millionths(quantity), from_parts(whole, rest)
