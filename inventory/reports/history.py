"""How stock went: drawn from a bounded number of the newest movements.

Each movement is drawn at the moment for which its source gave the number, or, where something newer had been stated
before, at that newer moment: what comes late changes what is known from then on, and bends nothing that was drawn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from django.db.models import OuterRef, QuerySet, Subquery

from inventory.charts import Chart, Point, step_chart
from inventory.events import HIDDEN
from inventory.instants import to_datetime
from inventory.models import Count, Movement
from inventory.reports.movements import newest_seqs
from inventory.totals import ON_HAND

DRAWN_TIME = timedelta(days=30)
DRAWN_MOVEMENTS = 400
DRAWN_COUNTS = 200
"""How many counts one drawing adds up."""
DRAWINGS = 4
"""How many drawings there are on a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """How the sum of some counts of one listing went."""

    title: str
    unit: str
    chart: Chart
    points: tuple[Point, ...]
    """Oldest first; None where no number was known."""
    left_out: bool
    """Whether there are older movements within the time asked for, before `since`."""
    since: datetime


@dataclass(slots=True)
class _Standing:
    """One count on the way through time."""

    quantity: Decimal
    quality: str | None
    """None while there is no such count yet."""

    @property
    def shown(self) -> Decimal | None:
        return None if self.quality is None or self.quality in HIDDEN else self.quantity


def history(
    title: str, unit: str, counts: Sequence[Count], *, since: datetime, until: datetime, number: int
) -> History | None:
    """The sum of `counts` from `since` to `until`, by their `number` newest movements; None where no number is known.

    The counts are of one listing and read in the same snapshot: their sum now, less what moved, is what it was.
    """
    before = (
        Movement.objects.filter(recorded_at__lt=since).order_by("-recorded_at", "-seq").values_list("seq", flat=True)
    )
    floor = before.first() or 0
    ids = [count.pk for count in counts]
    seqs = newest_seqs(ids, number + 1, above=floor)[: number + 1]
    left_out = len(seqs) > number
    if left_out:
        floor = seqs[number]
    moved = sorted(
        Movement.objects.filter(seq__in=seqs[:number]).only(
            "seq", "count_id", "delta", "quality", "as_of", "recorded_at"
        ),
        key=lambda movement: movement.seq,
    )
    start = max(_stated_for(moved[0]), since) if left_out else since
    standing = _standing_at(counts, ids, moved, floor)
    points: list[Point] = [] if left_out else [(start, _sum(standing.values()))]
    drawn_to = start
    for movement in moved:
        at = standing[movement.count_id]
        at.quantity, at.quality = at.quantity + movement.delta, movement.quality
        drawn_to = max(drawn_to, min(_stated_for(movement), until))
        points.append((drawn_to, _sum(standing.values())))
    points = _one_for_each_moment(points)
    if all(value is None for _, value in points):
        return None
    return History(
        title=title,
        unit=unit,
        chart=step_chart(points, since=start, until=until),
        points=tuple(points),
        left_out=left_out,
        since=start,
    )


def _stated_for(movement: Movement) -> datetime:
    """The moment for which the number was given that the movement leads to."""
    return movement.recorded_at if movement.as_of is None else to_datetime(movement.as_of)


def _standing_at(
    counts: Sequence[Count], ids: Sequence[int], moved: Sequence[Movement], floor: int
) -> dict[int, _Standing]:
    """What each count was before the first of these movements."""
    last = Movement.objects.filter(count=OuterRef("pk"), seq__lte=floor).order_by("-seq").values("quality")[:1]
    qualities = dict(
        Count.objects.filter(pk__in=ids).order_by().annotate(then=Subquery(last)).values_list("pk", "then")
    )
    standing = {count.pk: _Standing(count.quantity, qualities[count.pk]) for count in counts}
    for movement in moved:
        standing[movement.count_id].quantity -= movement.delta
    return standing


def _sum(standing: Iterable[_Standing]) -> Decimal | None:
    known = [each.shown for each in standing if each.shown is not None]
    return sum(known, Decimal(0)) if known else None


def _one_for_each_moment(points: Sequence[Point]) -> list[Point]:
    """Of several values at one moment the last: one delivery moves many counts at once."""
    return list(dict(points).items())


class Histories(NamedTuple):
    """Some drawings, and whether there would be more."""

    drawn: list[History]
    left_out: bool


def histories(counts: QuerySet[Count], now: datetime) -> Histories:
    """How the units on hand went, for each listing of each source.

    Counts are added up within one listing, which is always right; nothing else is.
    """
    most = DRAWN_COUNTS * DRAWINGS
    rows = list(
        counts.filter(bucket__in=ON_HAND)
        .select_related("source", "listing")
        .defer("listing__description", "source__settings")
        .order_by("listing_id", "id")[: most + 1]
    )
    # Where there are more, the last listing may have further counts, without which its sum would be too small.
    cut = rows[-1].listing_id if len(rows) > most else None
    groups = [list(group) for _, group in groupby(rows, key=attrgetter("listing_id"))]
    whole = [group for group in groups if len(group) <= DRAWN_COUNTS and group[0].listing_id != cut]
    drawn = [
        history(
            f"{group[0].source} · {group[0].listing}",
            group[0].listing.unit,
            group,
            since=now - DRAWN_TIME,
            until=now,
            number=DRAWN_MOVEMENTS,
        )
        for group in whole[:DRAWINGS]
    ]
    return Histories(
        drawn=[each for each in drawn if each is not None],
        left_out=cut is not None or len(whole[:DRAWINGS]) < len(groups),
    )
