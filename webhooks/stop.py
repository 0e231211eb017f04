"""Being asked to stop, also by a signal."""

import time

STEP = 0.05
"""Seconds of sleep from which nothing but its end wakes."""


class Stop:
    """Whether somebody has asked to stop.

    A signal's handler may ask. It could not with an Event of `threading`: the handler runs in the main thread, and
    would wait for ever for a lock that the main thread itself holds at that moment, in its own `wait`.
    """

    def __init__(self) -> None:
        self._asked = False

    def set(self) -> None:
        """Ask."""
        self._asked = True

    def is_set(self) -> bool:
        return self._asked

    def wait(self, seconds: float) -> bool:
        """Sleep so long, or until somebody asks; return whether anybody has."""
        end = time.monotonic() + seconds
        while not self._asked and (left := end - time.monotonic()) > 0:
            time.sleep(min(left, STEP))
        return self._asked
