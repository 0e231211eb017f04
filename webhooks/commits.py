"""Commits that requests share: what comes while one commit is under way is stored by the next.

Nobody waits for company: whoever comes while nothing is under way is stored at once. One of 32 rows that share a commit
on PostgreSQL takes an eighth of its processor time and a tenth of ours, beside a row that is alone (measured).
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from traceback import clear_frames

from django.db import InterfaceError, OperationalError, connection

from webhooks import engine
from webhooks.intake import Row

logger = logging.getLogger(__name__)

MOST_ROWS = 100
"""In one commit."""
MOST_BYTES = 4_194_304
"""Of bodies in one commit, or one body that is larger."""
IDLE_SECONDS = 1.0
"""After so long without a commit the database's connection is not trusted blindly: it may be gone."""

Waiting = tuple[Row, "asyncio.Future[None]"]


class SharedCommits:
    """Stores rows for the requests of one event loop, in their order, by one thread; all its methods are the loop's."""

    def __init__(self, store: Callable[[Sequence[Row]], None]) -> None:
        self._store = store
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="commits")
        self._waiting: deque[Waiting] = deque()
        self._is_busy = False
        self._used_at = 0.0

    async def store(self, row: Row) -> None:
        """Return only after the commit; raises what the database says to this row, mostly a django.db.Error."""
        loop = asyncio.get_running_loop()
        stored: asyncio.Future[None] = loop.create_future()
        self._waiting.append((row, stored))
        if not self._is_busy:
            self._is_busy = True
            # Whatever else has come in by now takes part.
            loop.call_soon(self._begin, loop)
        await stored

    def _begin(self, loop: asyncio.AbstractEventLoop) -> None:
        batch = self._take()
        if not batch:
            self._is_busy = False
            return
        work = loop.run_in_executor(self._writer, self._write, [row for row, _ in batch])
        work.add_done_callback(partial(self._end, loop, batch))

    def _take(self) -> list[Waiting]:
        batch: list[Waiting] = []
        size = 0
        while self._waiting and len(batch) < MOST_ROWS:
            size += len(self._waiting[0][0].body)
            if batch and size > MOST_BYTES:
                break
            batch.append(self._waiting.popleft())
        return batch

    def _end(
        self,
        loop: asyncio.AbstractEventLoop,
        batch: list[Waiting],
        work: "asyncio.Future[tuple[list[Exception | None], bool]]",
    ) -> None:
        problems, is_away = work.result()
        for (_, stored), problem in zip(batch, problems, strict=True):
            _settle(stored, problem)
        if is_away:
            # They have waited for as long as the database was given: for none of them it is given once more.
            while self._waiting:
                _settle(self._waiting.popleft()[1], problems[0])
        self._begin(loop)

    def _write(self, rows: Sequence[Row]) -> tuple[list[Exception | None], bool]:
        """What the database said to each of these, and whether it cannot be asked at all; in the writer's thread."""
        if time.monotonic() - self._used_at > IDLE_SECONDS:
            connection.close_if_unusable_or_obsolete()
        problem = self._try(rows)
        is_away = isinstance(problem, (OperationalError, InterfaceError))
        if problem is None or is_away or len(rows) == 1:
            problems = [problem] * len(rows)
        else:
            # One that the database refuses takes no neighbour along.
            problems = [self._try([row]) for row in rows]
        if any(each is None for each in problems):
            engine.wake()
        self._used_at = time.monotonic()
        return problems, is_away

    def _try(self, rows: Sequence[Row]) -> Exception | None:
        try:
            self._store(rows)
        except Exception as error:  # noqa: BLE001  # raised where the request waits for it
            let_go(error)
            connection.close_if_unusable_or_obsolete()
            return error
        return None


def let_go(error: BaseException | None) -> None:
    """Release what the frames hold in which an error passed; it can still be logged.

    Django ties them into a circle, and among what they hold are cursors. Whichever thread happens to collect those, be
    it the event loop's, would wait until SQLite is done with what the connection's own thread asks it then: for
    seconds, where that waits for a lock (seen).
    """
    while error is not None:
        clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__


def _settle(stored: "asyncio.Future[None]", problem: Exception | None) -> None:
    if stored.done():
        return
    if problem is None:
        stored.set_result(None)
    else:
        stored.set_exception(problem)
