"""The days and hours of the demo's week, on the shop's own clock."""

from dataclasses import dataclass

from webhooks.twins.wire import DAY, SECOND
from webhooks.twins.world import HOUR

MINUTE = 60 * SECOND
DAYS = 7
NOW_HOUR = 16
"""What the shop's clock shows at the end of the week, whenever that is: it is open, and trade has just been told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """A week that ends at an instant."""

    until: int
    """Nanoseconds since 1970-01-01 UTC."""

    @property
    def began(self) -> int:
        return self.until - DAYS * DAY

    @property
    def offset(self) -> int:
        """The shop's clock less UTC, in hours."""
        return (NOW_HOUR - self.until % DAY // HOUR + 12) % 24 - 12

    def at(self, days_ago: int, hour: int, minute: int = 0) -> int:
        """The instant at which the shop's clock showed this, so many days ago (0: on the last day)."""
        midnight = self.until - (self.until + self.offset * HOUR) % DAY
        return midnight - days_ago * DAY + hour * HOUR + minute * MINUTE
