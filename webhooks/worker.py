"""The worker: drains the inbox, one step after another, until it is told to stop."""

import gc
import logging
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection

from inventory.proofs import Prover
from webhooks import inbox
from webhooks.in_hand import InHand
from webhooks.notification import Listener
from webhooks.processing import process
from webhooks.stop import Stop

logger = logging.getLogger(__name__)

BATCH: int = settings.WORKER_BATCH
"""What does not hang on the number of deliveries (forty statements, two commits) is a third of the work for a hundred
of them."""
# SQLite has one writer at a time. Without short transactions and a pause between them, a draining worker starves the
# door (measured).
SQLITE_BATCH = 20
SQLITE_SECONDS = 0.04
SQLITE_PAUSE = 0.02
IDLE_SECONDS = 0.1
LISTENING_SECONDS = 1.0
"""From one look at the inbox to the next where nobody wakes the worker, but somebody could."""
OUTAGE_SECONDS = 1.0


def step(in_hand: InHand | None = None) -> Counter[str]:
    """Claim and process one batch; return how many ended in which state. An empty answer: nothing was due.

    `in_hand` is told what is claimed, and which of it is worked on.
    """
    in_hand = in_hand or InHand(BATCH)
    sqlite = connection.vendor == "sqlite"
    ids = inbox.claim(SQLITE_BATCH if sqlite else BATCH)
    if not ids:
        return Counter()
    if sqlite:
        time.sleep(SQLITE_PAUSE)
    done = _process(ids, in_hand)
    in_hand.take([])
    if sqlite:
        time.sleep(SQLITE_PAUSE)
    # Another worker may have taken what we claimed; it is no reason to believe that nothing is due.
    return done or Counter(skipped=len(ids))


def _process(ids: Sequence[int], in_hand: InHand) -> Counter[str]:
    """Process these together or, where that fails although the database is there, one by one."""
    in_hand.take(ids)
    seconds = SQLITE_SECONDS if connection.vendor == "sqlite" else None
    try:
        with _without_collections():
            return process(ids, seconds=seconds, turn_to=in_hand.turn_to)
    except Exception as error:
        if not connection.is_usable():
            raise
        if len(ids) == 1:
            logger.exception("processing delivery %s failed", ids[0])
            inbox.give_back(ids, ids[0], error)
            return Counter(failed=1)
        logger.exception("a batch failed as a whole; each of its %d deliveries is tried alone", len(ids))
    done: Counter[str] = Counter()
    for delivery in ids:
        done += _process([delivery], in_hand)
        if seconds is not None:
            time.sleep(SQLITE_PAUSE)
    return done


@contextmanager
def _without_collections() -> Iterator[None]:
    """Look for no circles of objects: a batch makes few, but as it grows all of it would be looked through many times.

    A sixth of the worker's processor time, measured.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def drain(stop: Stop | None = None) -> Counter[str]:
    """Process everything that is due, and wait for what other workers hold; return what was done."""
    total: Counter[str] = Counter()
    stop = stop or Stop()
    in_hand = InHand(BATCH)
    while not stop.is_set():
        try:
            done = step(in_hand)
        except Exception:
            # What was claimed falls due again, and is then tried alone: one delivery must not end the drain for all.
            if connection.in_atomic_block:
                raise
            logger.exception("a batch failed as a whole")
            close_old_connections()
            done = Counter()
        total += done
        if not done:
            if not inbox.is_anything_due() and not inbox.is_anything_held():
                break
            stop.wait(IDLE_SECONDS)
    del total["skipped"]
    return total


def run(stop: Stop, in_hand: InHand | None = None) -> None:
    """Work until `stop` is set, and start the proofs that are asked for; a database that goes away is waited for."""
    prover = Prover()
    listener = Listener()
    while not stop.is_set():
        try:
            prover.look(time.monotonic())
            if not step(in_hand):
                if connection.vendor == "postgresql":
                    listener.wait(stop, LISTENING_SECONDS)
                else:
                    stop.wait(IDLE_SECONDS)
        except (OperationalError, InterfaceError) as error:
            logger.warning("the database cannot be used: %s", str(error).strip())
            connection.close()
            stop.wait(OUTAGE_SECONDS)
        except Exception:
            # What was claimed falls due again, and is then tried alone: one delivery must not end the worker for all.
            logger.exception("a batch failed as a whole")
            stop.wait(IDLE_SECONDS)
