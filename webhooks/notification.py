"""Wakes idle workers through PostgreSQL, so that what comes in is worked on at once and not at the next look.

A notification holds up the commits of all others that notify (PostgreSQL takes one lock for all of them), so the door's
own transactions carry none: it is sent behind them, by `wakeups`, once for a burst.
"""

from typing import Any

from django.db import Error, connection

from webhooks.stop import STEP, Stop
from webhooks.wakeups import CannotWake

CHANNEL = "stockroom_inbox"


def notify() -> None:
    """Wake every worker that listens; raises CannotWake."""
    try:
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {CHANNEL}")
    except Error as error:
        raise CannotWake(str(error).strip()) from error
    finally:
        connection.close()


class Listener:
    """Listens on this thread's connection, and again on the one that follows it when it is lost."""

    def __init__(self) -> None:
        self._listening: Any = None

    def wait(self, stop: Stop, seconds: float) -> None:
        """Return when workers were woken since the last look, somebody asks to stop, or after so long.

        Raises django.db.Error when the database is away.
        """
        connection.ensure_connection()
        line: Any = connection.connection
        if line is not self._listening:
            with connection.cursor() as cursor:
                cursor.execute(f"LISTEN {CHANNEL}")
            self._listening = line
            # What was stored before nobody heard of: look again.
            return
        for _ in range(int(seconds / STEP)):
            with connection.wrap_database_errors:
                if stop.is_set() or list(line.notifies(timeout=STEP, stop_after=1)):
                    return
