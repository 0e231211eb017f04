"""What webhooks show on the first page: what needs a person, and the arrivals of the last day."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from inventory import registry
from inventory.charts import bar_chart
from inventory.registry import Destination, FirstStep, Panel, PanelMaker
from webhooks.models import Delivery, Refusal
from webhooks.troubles import FINDERS

HOURS = 24
MOST_IN_AN_HOUR = 10_000
"""Counting stops here, which keeps the page quick on the busiest day."""
HOUR = timedelta(hours=1)

# One subquery for each hour: each ends at its limit, and reads nothing but the index on (received_at, state).
_OF_ONE_HOUR = (
    "SELECT %s, state, COUNT(*) FROM (SELECT state FROM webhooks_delivery "
    "WHERE received_at >= %s AND received_at < %s LIMIT %s) arrived GROUP BY state"
)


@dataclass(slots=True, kw_only=True)
class Hour:
    """The arrivals of one hour, by what has become of them by now."""

    begins: datetime
    stored: int = 0
    """Processed, or genuine with nothing to do."""
    waiting: int = 0
    """Pending or quarantined."""
    refused: int = 0
    """As many as were kept: of many at once, only some are."""

    @property
    def is_at_least(self) -> bool:
        """Whether counting stopped."""
        return self.stored + self.waiting > MOST_IN_AN_HOUR


def register() -> None:
    """Make all this known to inventory; called once, at start-up."""
    for finder in FINDERS:
        registry.task_finders.add(finder)
    registry.panel_makers.add(PanelMaker(permission="webhooks.view_delivery", make=arrivals_panel))
    registry.destinations.add(
        Destination(
            text=_("Deliveries"), route="admin:webhooks_delivery_changelist", permission="webhooks.view_delivery"
        )
    )
    registry.destinations.add(
        Destination(
            text=_("Endpoints"), route="admin:webhooks_endpoint_changelist", permission="webhooks.view_endpoint"
        )
    )
    registry.first_steps.add(
        FirstStep(
            text=_("Add the first endpoint"), route="admin:webhooks_endpoint_add", permission="webhooks.add_endpoint"
        )
    )


def arrivals_panel(now: datetime) -> Panel:
    """The last 24 hours as a chart and a table; two queries."""
    hours = arrivals(now)
    columns = [(hour.stored, hour.waiting, hour.refused) for hour in hours]
    stored, waiting, refused = (sum(numbers) for numbers in zip(*columns, strict=True))
    return Panel(
        template="webhooks/_arrivals.html",
        context={
            "hours": list(reversed(hours)),
            "chart": bar_chart(columns, since=hours[0].begins, until=hours[-1].begins + HOUR),
            "stored": stored,
            "waiting": waiting,
            "refused": refused,
            "is_at_least": any(hour.is_at_least for hour in hours),
            "most": MOST_IN_AN_HOUR,
        },
    )


def arrivals(now: datetime) -> list[Hour]:
    """The last 24 hours, oldest first; the last one is not over yet."""
    this_hour = now.replace(minute=0, second=0, microsecond=0)
    hours = [Hour(begins=this_hour - HOUR * back) for back in range(HOURS - 1, -1, -1)]
    at = connection.ops.adapt_datetimefield_value
    values: list[Any] = []
    for number, hour in enumerate(hours):
        values += [number, at(hour.begins), at(hour.begins + HOUR), MOST_IN_AN_HOUR + 1]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join([_OF_ONE_HOUR] * HOURS), values)
        for number, state, arrived in cursor.fetchall():
            if state in {Delivery.State.PROCESSED, Delivery.State.IGNORED}:
                hours[number].stored += arrived
            else:
                hours[number].waiting += arrived
    refusals = Refusal.objects.filter(refused_at__gte=hours[0].begins, refused_at__lt=this_hour + HOUR).order_by()
    for refused_at in refusals.values_list("refused_at", flat=True)[:MOST_IN_AN_HOUR]:
        hours[(refused_at - hours[0].begins) // HOUR].refused += 1
    return hours
