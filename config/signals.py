"""Signals that a process with many threads does not sleep through.

The kernel interrupts whichever thread it likes, and mostly the main one; but while that one starts another thread, its
signals are blocked for a moment (pthread_create does so), and the signal goes to a sibling. Python runs its handlers in
the main thread alone, which then sleeps on: it is woken only by a signal of its own. A web server that is asked to stop
within a blink of its start would go on serving (seen under load in 12 of 76 such stops).
"""

import os
import signal
import threading
import time

STOPPING = frozenset({signal.SIGTERM, signal.SIGINT})
NUDGE = signal.SIGUSR1
AGAIN = 0.5
"""Seconds from one nudge to the next: one may come in the instant before the main thread falls asleep."""


def heed_stops() -> None:
    """Have the main thread, which calls this, wake up for SIGTERM and SIGINT whichever thread they interrupt.

    Takes SIGUSR1 and the wake-up descriptor of `signal` for it.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.signal(NUDGE, lambda *_: None)
    # Written to by the part of Python that runs in the interrupted thread at once.
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    threading.Thread(target=_nudge, args=(reading, threading.get_ident()), daemon=True).start()


def _nudge(reading: int, main: int) -> None:
    """Once there was a stop, wake the main thread until the process ends: awake, it finds what was sent to others."""
    while not STOPPING.intersection(os.read(reading, 64)):
        pass
    while True:
        signal.pthread_kill(main, NUDGE)
        time.sleep(AGAIN)
