"""Sends wake-ups from a thread of its own: whoever asks for one goes on at once, whatever the broker does."""

import logging
import threading
import time
from collections.abc import Callable

logger = logging.getLogger(__name__)

SPACING_SECONDS = 0.05
"""From one wake-up to the next: a burst asks for hundreds, and one of them wakes as well as all."""
COOL_DOWN_SECONDS = 5.0
"""After one that could not be sent."""


class CannotWake(Exception):
    """A wake-up could not be sent; the message says why."""


class Wakeups:
    """Calls `send` soon after it is asked to: once for all that ask meanwhile, and again until it goes well.

    `send` may take its time, and raises CannotWake where nobody takes the message.
    """

    def __init__(
        self,
        send: Callable[[], None],
        *,
        spacing: float = SPACING_SECONDS,
        cool_down: float = COOL_DOWN_SECONDS,
    ) -> None:
        self._send = send
        self._spacing, self._cool_down = spacing, cool_down
        self._asked = threading.Event()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._is_away = False

    def ask(self) -> None:
        """Have a wake-up sent. Waits for nothing and raises nothing."""
        self._asked.set()
        # A process that was forked has the object and not the thread.
        if self._thread is None or not self._thread.is_alive():
            self._start()

    def _start(self) -> None:
        with self._starting:
            if self._thread is not None and self._thread.is_alive():
                return
            thread = threading.Thread(target=self._run, name="wake-ups", daemon=True)
            try:
                thread.start()
            except RuntimeError:
                logger.exception("no thread could be started to send wake-ups; the deliveries stay pending")
            else:
                self._thread = thread

    def _run(self) -> None:
        while True:
            self._asked.wait()
            # Before it is sent: what is asked for from now on may have been stored too late to be found.
            self._asked.clear()
            went_well = self._try()
            if not went_well:
                # It was asked for, and goes out when the broker is back.
                self._asked.set()
            time.sleep(self._spacing if went_well else self._cool_down)

    def _try(self) -> bool:
        try:
            self._send()
        except CannotWake as away:
            if not self._is_away:
                logger.warning("workers cannot be woken and look by the clock: %s", away)
            self._is_away = True
            return False
        except Exception:
            logger.exception("a wake-up failed; workers look by the clock")
            return False
        if self._is_away:
            logger.info("workers can be woken again")
        self._is_away = False
        return True
