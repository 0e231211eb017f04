"""Drains the inbox in one process of Celery's: when a message says so, and by the clock if none comes."""

import logging
import threading
import time

from django.db import Error, InterfaceError, OperationalError, connection

from inventory.proofs import Prover
from webhooks import engine, inbox, worker
from webhooks.in_hand import InHand
from webhooks.stop import Stop
from webhooks.supervisor import WorkerEnded

logger = logging.getLogger(__name__)

HEARTBEAT_SECONDS = 1.0
"""From one look at the inbox to the next where no message comes: what a lost one costs at most."""
PIECE_SECONDS = 5.0
"""After which one drain ends, and asks for the next: a task that runs for hours looks like one that hangs."""


class Drainer:
    """Works off what is due, in one thread at a time: Celery's, which answers messages, or the clock's.

    `in_hand` may hold what a process that died in this one's place had claimed; it is given back.
    """

    def __init__(self, in_hand: InHand) -> None:
        self._in_hand = in_hand
        self._left, self._left_at = in_hand.ids(), in_hand.current()
        in_hand.take([])
        self._turn = threading.Lock()
        self._stop = Stop()
        self._prover = Prover()
        self._clock = threading.Thread(target=self._run_clock, name="heartbeat", daemon=True)

    def start(self) -> None:
        """Begin to look by the clock."""
        self._clock.start()

    def drain(self) -> None:
        """Process what is due, for some seconds; where there is more then, somebody is woken for it."""
        with self._turn:
            self._drain()

    def finish(self) -> None:
        """Begin nothing more. A signal's handler may call it."""
        self._stop.set()

    def stop(self) -> None:
        """Begin nothing more, and return once what the clock's thread has in hand is finished."""
        self._stop.set()
        self._clock.join()
        self._in_hand.take([])

    def _run_clock(self) -> None:
        self._give_back()
        while not self._stop.wait(HEARTBEAT_SECONDS):
            # Whoever has the turn is draining.
            if self._turn.acquire(blocking=False):
                try:
                    self._drain()
                    self._look_for_proofs()
                finally:
                    self._turn.release()

    def _drain(self) -> None:
        end = time.monotonic() + PIECE_SECONDS
        while not self._stop.is_set():
            try:
                if not worker.step(self._in_hand):
                    if not inbox.is_anything_due():
                        return
                    self._stop.wait(worker.IDLE_SECONDS)
            except (OperationalError, InterfaceError) as error:
                self._lose_database(error)
                return
            except Exception:
                # What was claimed falls due again, and is then tried alone.
                logger.exception("a batch failed as a whole")
                self._stop.wait(worker.IDLE_SECONDS)
            if time.monotonic() >= end:
                engine.wake()
                return

    def _look_for_proofs(self) -> None:
        try:
            self._prover.look(time.monotonic())
        except (OperationalError, InterfaceError) as error:
            self._lose_database(error)

    def _lose_database(self, error: Error) -> None:
        logger.warning("the database cannot be used: %s", str(error).strip())
        connection.close()

    def _give_back(self) -> None:
        if not self._left:
            return
        at = f"delivery {self._left_at}" if self._left_at else "no one delivery"
        logger.error("the process before this one ended without a word; it was at %s", at)
        try:
            inbox.give_back(self._left, self._left_at, WorkerEnded("the worker ended while it was at it"))
        except Error as error:
            # They fall due by themselves, a little later.
            logger.warning("what the worker had in hand could not be given back: %s", str(error).strip())
