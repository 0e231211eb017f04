"""Keeps a worker working: a process that does nothing else, and outlives whatever a delivery does to its worker.

A delivery may end the process that works on it: by a fault in a library, or by more memory than there is. The worker
is therefore forked from one that has loaded everything and holds nothing. When it dies, the delivery that it was at is
the one that counts an attempt, its neighbours fall due at once, and the next worker is there within a few
milliseconds, not after the second or two that Django takes to load; only where PostgreSQL does not see at once that
its client is dead, it is waited for, inbox.DYING_SECONDS at most.
"""

import logging
import multiprocessing
import os
import signal
from collections.abc import Callable

from django.db import Error, connections

from webhooks import inbox
from webhooks.in_hand import InHand
from webhooks.stop import Stop
from webhooks.tether import pause_after, stop_with

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.1
"""From one look at the worker to the next."""

_fork = multiprocessing.get_context("fork")
_STOPPING = (signal.SIGINT, signal.SIGTERM)


class WorkerEnded(Exception):
    """The process that worked on a delivery ended before it had done so."""


class Supervisor:
    """Runs `work(stop, in_hand)` in a process of its own, and again whenever that dies, until SIGTERM or SIGINT.

    A stop is passed on, and the worker finishes what it has in hand. One that dies in spite of a stop is not replaced.
    """

    def __init__(self, work: Callable[[Stop, InHand], None], most_in_hand: int) -> None:
        self._work = work
        self._in_hand = InHand(most_in_hand)
        self._stop = Stop()
        self._pid = os.getpid()

    def run(self) -> None:
        """Return once the last worker has ended after a stop."""
        for number in _STOPPING:
            signal.signal(number, lambda *_: self._stop.set())
        unexplained = 0
        while not self._stop.is_set():
            pid, status = self._run_one()
            if self._stop.is_set() and status == 0:
                return
            at = self._in_hand.current()
            how = f"signal {-status}" if status < 0 else f"status {status}"
            logger.error(
                "worker %d ended with %s; it was at %s", pid, how, f"delivery {at}" if at else "no one delivery"
            )
            self._give_back(at, how)
            unexplained = 0 if at else unexplained + 1
            if unexplained:
                self._stop.wait(pause_after(unexplained))

    def _run_one(self) -> tuple[int, int]:
        """A worker that has ended: its process, and its status or minus the signal that ended it."""
        self._in_hand.take([])
        # A connection that two processes share is nobody's.
        connections.close_all()
        worker = _fork.Process(target=self._be_worker)
        worker.start()
        while worker.is_alive():
            if self._stop.is_set():
                # Again and again: a process forgets what comes to it while it is being forked.
                worker.terminate()
            worker.join(LOOK_SECONDS)
        return worker.pid or 0, worker.exitcode or 0

    def _be_worker(self) -> None:
        # The handlers are its parent's, and so is what they set; since the fork it is this process's own.
        stop_with(self._pid)
        self._work(self._stop, self._in_hand)

    def _give_back(self, at: int, how: str) -> None:
        try:
            inbox.give_back(self._in_hand.ids(), at, WorkerEnded(f"the worker ended with {how} while it was at it"))
        except Error as error:
            # They fall due by themselves, a little later.
            logger.warning("what the worker had in hand could not be given back: %s", str(error).strip())
