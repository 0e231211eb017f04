"""`python -m tests.bench.worker.hand COUNTS`: does the tasks that come line by line, and answers each with a line."""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

django.setup()

from django.db import connection  # noqa: E402  # it needs Django to be there
from django.db.backends.base.base import BaseDatabaseWrapper  # noqa: E402
from psycopg import Cursor  # noqa: E402

from inventory.ledger import Book, book  # noqa: E402
from tests.bench.size import Size  # noqa: E402
from tests.bench.watch import Watch  # noqa: E402
from tests.bench.worker import naive  # noqa: E402
from tests.bench.worker.arrivals import Arrivals  # noqa: E402
from tests.bench.worker.messages import Senders, Sent  # noqa: E402
from webhooks import inbox, processing, worker  # noqa: E402

Done = dict[str, Any]


STEPS: tuple[tuple[str, Any, str], ...] = (
    ("claim", inbox, "claim"),
    ("load the claimed", inbox, "lock"),
    ("read: JSON, the sender's dialect, checks", processing, "read"),
    ("find and lock what they speak of", Book, "prepare"),
    ("what was said before, and turns", Book, "record_together"),
    ("make events", Book, "_write_turn"),
    ("fold, and what it changes", book, "apply_changes"),
    ("settle", inbox, "settle_all"),
    ("causes, movements and their numbers", Book, "post"),
    ("statements", Cursor, "execute"),
    ("commit", BaseDatabaseWrapper, "_commit"),
)


class Tasks:
    """What can be asked for."""

    def __init__(self, size: Size) -> None:
        self._size = size
        self._said_until = time.time_ns()
        """Nothing that comes in is older than what came before, but for what is said to be late."""
        self._for_naive: list[Sent] = []

    def put(self, *, seed: int, number: int, late: float) -> Done:
        """Let so many messages come in; return of how many events they tell."""
        senders = Senders(self._size, seed, since=self._said_until)
        messages = senders.messages(number, late=late)
        self._said_until = senders.now
        Arrivals().put(messages)
        if connection.vendor == "postgresql":
            # As its autovacuum does in time.
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE webhooks_delivery")
        return {"events": sum(sent.events for sent in messages)}

    def drain(self) -> Done:
        """Work off what is due."""
        return {"deliveries": sum(worker.drain().values())}

    def watch(self) -> Done:
        """Work off what is due as `drain` does, and tell what each step took for one delivery."""
        watch = Watch()
        for step, holder, name in STEPS:
            watch.put_on(step, holder, name)
        drained = sum(watch.timed("around it", worker.drain)().values())
        return {"deliveries": drained, "spent": watch.each(drained)}

    def prepare_naive(self, *, seed: int, number: int) -> Done:
        """Make the naive way's table, of as many rows as there are counts, for these messages."""
        self._for_naive = Senders(self._size, seed, since=self._said_until).messages(number)
        naive.make(self._for_naive, self._size.counts)
        return {}

    def be_naive(self, *, seconds: float) -> Done:
        """Apply the prepared messages the naive way, for so long at most; return how many events that were."""
        end = time.monotonic() + seconds
        events = 0
        for turn, sent in enumerate(self._for_naive):
            naive.apply(sent, turn)
            events += sent.events
            if time.monotonic() > end:
                break
        return {"events": events}


def megabytes() -> float:
    """Of this process's memory."""
    [pages] = Path("/proc/self/statm").read_text().split()[1:2]
    return int(pages) * resource.getpagesize() / 1024**2


def main() -> None:
    tasks = Tasks(Size.of(int(sys.argv[1])))
    connection.ensure_connection()
    for line in sys.stdin:
        given: dict[str, Any] = json.loads(line)
        task: Callable[..., Done] = getattr(tasks, given.pop("task"))
        began, worked = time.perf_counter(), time.process_time()
        done = task(**given)
        took = {
            "seconds": time.perf_counter() - began,
            "processor_seconds": time.process_time() - worked,
            "megabytes": megabytes(),
            "done": done,
        }
        print(json.dumps(took), flush=True)


if __name__ == "__main__":
    main()
