"""The newest movements of some counts, at a cost that the length of their history does not raise."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection
from django.db.models import OuterRef, Prefetch, QuerySet, Subquery

from inventory.models import Cause, Count, Movement, Retraction, StockEvent

LOOKED_INTO = 2000
"""How many counts are looked into one by one."""
LOOKED_BACK = 1000
"""Of more counts, how many of the ledger's newest movements are looked through."""
AT_ONCE = 200
"""How many counts one query looks into."""


# Each count's newest by its own index; one sort over all of them would read their whole history.
_NEWEST_OF_ONE = """SELECT seq FROM (
    SELECT seq FROM inventory_movement WHERE count_id = %s AND seq > %s ORDER BY seq DESC LIMIT %s
) newest"""


class Newest(NamedTuple):
    """The newest movements of some counts."""

    movements: list[Movement]
    looked_back: int | None
    """How many movements of the whole ledger they were looked for among; None where every one was in reach."""


def newest_movements_of(counts: QuerySet[Count], number: int) -> Newest:
    """The `number` newest movements of these counts, newest first, with all that a row of a page shows.

    Costs one look into an index for each count, and `number` for those that moved last. Of more than LOOKED_INTO counts
    it finds what is among the ledger's LOOKED_BACK newest movements.
    """
    ids = list(counts.order_by().values_list("pk", flat=True)[: LOOKED_INTO + 1])
    is_cut = len(ids) > LOOKED_INTO
    seqs = _among_the_newest(counts, number) if is_cut else _newest_of_each(ids, number)
    rows = with_evidence(Movement.objects.filter(seq__in=seqs)).order_by("-seq")
    return Newest(movements=list(rows), looked_back=LOOKED_BACK if is_cut else None)


def _newest_of_each(count_ids: Sequence[int], number: int) -> list[int]:
    last = Movement.objects.filter(count=OuterRef("pk")).order_by("-seq").values("seq")[:1]
    moved = Count.objects.filter(pk__among=count_ids).order_by().annotate(last=Subquery(last)).exclude(last=None)
    # What moved before the last movement of `number` others is not among the newest.
    return newest_seqs(list(moved.order_by("-last").values_list("pk", flat=True)[:number]), number)[:number]


def _among_the_newest(counts: QuerySet[Count], number: int) -> list[int]:
    newest = Movement.objects.order_by("-seq").values("pk")[:LOOKED_BACK]
    theirs = Movement.objects.filter(pk__in=newest, count__in=counts.order_by().values("pk"))
    return list(theirs.order_by("-seq").values_list("seq", flat=True)[:number])


def with_evidence(movements: QuerySet[Movement]) -> QuerySet[Movement]:
    """With each movement what it moved and, by a query each, what moved it and why.

    All eleven tables in one query take PostgreSQL 29 ms to plan and one to read (measured).
    """
    events = StockEvent.objects.defer("data", "order_key")
    told = movements.select_related(
        "count__source", "count__listing__product", "count__batch", "count__location"
    ).defer(
        "count__listing__description",
        "count__batch__description",
        "count__location__description",
        "count__source__settings",
    )
    return told.prefetch_related(
        Prefetch("cause", Cause.objects.defer("note")),
        Prefetch("event", events),
        Prefetch("retraction", Retraction.objects.prefetch_related(Prefetch("event", events))),
    )


def newest_seqs(count_ids: Sequence[int], number: int, *, above: int = 0) -> list[int]:
    """Of each count the `number` newest movements behind `above`; the newest of all first."""
    if not count_ids:
        return []
    found: list[int] = []
    with connection.cursor() as cursor:
        for start in range(0, len(count_ids), AT_ONCE):
            ids = count_ids[start : start + AT_ONCE]
            cursor.execute(
                " UNION ALL ".join([_NEWEST_OF_ONE] * len(ids)), [value for pk in ids for value in (pk, above, number)]
            )
            found += [seq for (seq,) in cursor.fetchall()]
    return sorted(found, reverse=True)
