"""The worker: drains the inbox, one step after another, until it is told to stop."""

import logging
import threading
import time
from collections import Counter

from django.db import InterfaceError, OperationalError, close_old_connections, connection

from inventory.proofs import Prover
from webhooks import inbox
from webhooks.processing import process

logger = logging.getLogger(__name__)

BATCH = 100
# SQLite has one writer at a time. Without short transactions and a pause between them, a draining worker starves the
# door (measured).
SQLITE_BATCH = 20
SQLITE_SECONDS = 0.04
SQLITE_PAUSE = 0.02
IDLE_SECONDS = 0.1
OUTAGE_SECONDS = 1.0


def step() -> Counter[str]:
    """Claim and process one batch; return how many ended in which state. An empty answer: nothing was due."""
    sqlite = connection.vendor == "sqlite"
    ids = inbox.claim(SQLITE_BATCH if sqlite else BATCH)
    if not ids:
        return Counter()
    if sqlite:
        time.sleep(SQLITE_PAUSE)
    done = process(ids, seconds=SQLITE_SECONDS if sqlite else None)
    if sqlite:
        time.sleep(SQLITE_PAUSE)
    # Another worker may have taken what we claimed; it is no reason to believe that nothing is due.
    return done or Counter(skipped=len(ids))


def drain(stop: threading.Event | None = None) -> Counter[str]:
    """Process everything that is due, and wait for what other workers hold; return what was done."""
    total: Counter[str] = Counter()
    stop = stop or threading.Event()
    while not stop.is_set():
        try:
            done = step()
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


def run(stop: threading.Event) -> None:
    """Work until `stop` is set, and start the proofs that are asked for; a database that goes away is waited for."""
    prover = Prover()
    while not stop.is_set():
        try:
            prover.look(time.monotonic())
            if not step():
                stop.wait(IDLE_SECONDS)
        except (OperationalError, InterfaceError) as error:
            logger.warning("the database cannot be used: %s", str(error).strip())
            connection.close()
            stop.wait(OUTAGE_SECONDS)
        except Exception:
            # What was claimed falls due again, and is then tried alone: one delivery must not end the worker for all.
            logger.exception("a batch failed as a whole")
            stop.wait(IDLE_SECONDS)
