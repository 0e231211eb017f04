"""Sends numbered requests over several lines at once, reads every answer, and says what no answer may be."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.fuzz.answers import Answer, HungUp, Line, NotHttp, Silence
from tests.fuzz.request import Shot

LINES = 16
"""Fewer than may be reading a body at once, so that nobody is turned away for want of room."""
PATIENCE = 30.0
"""Seconds for an answer."""
MOMENT = 0.05
"""Seconds after which a request that may have no end is ended."""
CLOSED = 0
"""Stands for a status where the line was closed without an answer."""
UNAVAILABLE = 503
UNAVAILABLE_BODY = b"please try again\n"
STORED_BODY = b"stored\n"
SERVER_ERRORS = range(500, 600)
MOST_TOLD = 200

Number = int
Aimed = Callable[[Number], tuple[str, Shot]]


def faults(answer: Answer) -> list[str]:
    """What is wrong with an answer to somebody who may not have anything stored."""
    found = []
    if answer.status in SERVER_ERRORS:
        declared = answer.status == UNAVAILABLE and answer.body == UNAVAILABLE_BODY and "retry-after" in answer.headers
        if not declared:
            found.append(f"answered {answer.status}: {answer.body[:80]!r}")
    if answer.body == STORED_BODY:
        found.append("it was stored")
    return found


@dataclass(slots=True)
class Outcome:
    """What came back to so many requests."""

    statuses: Counter[tuple[str, int]] = field(default_factory=Counter)
    """By kind of mutation and status; several for one request where its bytes were taken for several."""
    problems: list[str] = field(default_factory=list)
    sent: int = 0
    longest: float = 0.0
    """Seconds that an answer took at most."""


class Sender:
    """Sends every so many-th request, on one line as long as that holds."""

    def __init__(self, aim: Aimed, port: int, numbers: range) -> None:
        self._aim = aim
        self._port = port
        self._numbers = numbers
        self._line: Line | None = None
        self.outcome = Outcome()
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            for number in self._numbers:
                self._send(number)
        except BaseException as error:  # noqa: BLE001  # it is raised again by send_all, in the thread that asked
            self.error = error
        finally:
            self._hang_up()

    def _send(self, number: int) -> None:
        kind, shot = self._aim(number)
        outcome, began = self.outcome, time.monotonic()
        try:
            if not shot.is_plain:
                # What is left of another request is none of its.
                self._hang_up()
            was_used = self._line is not None
            statuses = self._exchange(kind, shot, number)
            if shot.is_plain and was_used and statuses == [CLOSED]:
                # The server may close a line after any answer, as where it left a body unread.
                statuses = self._exchange(kind, shot, number)
            if shot.is_plain and statuses == [CLOSED]:
                self._complain(f"{kind}, number {number}: closed without an answer: {shot.content[:200]!r}")
        except (NotHttp, Silence) as error:
            self._complain(f"{kind}, number {number}: {type(error).__name__}: {error}: {shot.content[:200]!r}")
            statuses = []
            self._hang_up()
        outcome.sent += 1
        outcome.longest = max(outcome.longest, time.monotonic() - began)
        outcome.statuses.update((kind, status) for status in statuses)

    def _exchange(self, kind: str, shot: Shot, number: int) -> list[int]:
        """Send it, and read what comes; the status of each answer, or CLOSED."""
        line = self._line = self._line or Line(self._port, PATIENCE)
        statuses: list[int] = []
        try:
            line.send(shot.content)
            if shot.ends and line.is_quiet(MOMENT):
                line.end()
            while answer := line.answer(shot.asks):
                statuses.append(answer.status)
                for fault in faults(answer):
                    self._complain(f"{kind}, number {number}: {fault}: {shot.content[:200]!r}")
                if shot.is_plain and not answer.closes:
                    return statuses
                line.end()
        except HungUp:
            pass
        self._hang_up()
        return statuses or [CLOSED]

    def _complain(self, problem: str) -> None:
        if len(self.outcome.problems) < MOST_TOLD:
            self.outcome.problems.append(problem)

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


class Sending:
    """So many requests, from number 0 on, on their way."""

    def __init__(self, aim: Aimed, port: int, number: int, lines: int = LINES) -> None:
        self._senders = [Sender(aim, port, range(first, number, lines)) for first in range(lines)]
        self._threads = [threading.Thread(target=sender.run) for sender in self._senders]
        for thread in self._threads:
            thread.start()

    @property
    def sent(self) -> int:
        """How many were answered so far, or closed."""
        return sum(sender.outcome.sent for sender in self._senders)

    def wait_for(self, number: int) -> None:
        """Wait until so many were answered, or no more will be."""
        while self.sent < number and any(thread.is_alive() for thread in self._threads):
            time.sleep(0.05)

    def end(self) -> Outcome:
        """Wait for the last answer, and raise what a sender could not cope with."""
        for thread in self._threads:
            thread.join()
        total = Outcome()
        for sender in self._senders:
            if sender.error is not None:
                raise sender.error
            total.statuses += sender.outcome.statuses
            total.problems += sender.outcome.problems
            total.sent += sender.outcome.sent
            total.longest = max(total.longest, sender.outcome.longest)
        return total
