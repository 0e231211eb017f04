"""A rolling restart under load: all processes are asked to stop and started again, over and over."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from tests.soak.ground import Ground
from tests.soak.senders import Senders

EVERY = 5.0
"""Seconds from one restart to the next, unless stopping and starting takes longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restarts:
    """Restarts everything for so many seconds."""

    seconds: float
    say: Callable[[str], None]

    name = "restarts"

    def trouble(self, ground: Ground, senders: Senders) -> list[str]:
        """Restart; return which process did not stop as it was asked to."""
        problems = []
        began = time.monotonic()
        number, away = 0, 0.0
        while time.monotonic() < began + self.seconds:
            number += 1
            if (wait := began + number * EVERY - time.monotonic()) > 0:
                time.sleep(wait)
            stopping = time.monotonic()
            statuses = ground.tier.stop()
            ground.tier.start()
            away += time.monotonic() - stopping
            if any(statuses):
                problems.append(f"restart {number} ended processes with {statuses}")
            if not senders.busy:
                problems.append(f"restart {number} came when everything was posted")
        self.say(f"{number} restarts, {away / number:.1f} s each")
        return problems
