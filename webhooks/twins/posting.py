"""Posts messages over HTTP as their senders would: on kept connections, lane by lane, trying again on schedule."""

import http.client
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple
from urllib.parse import urlsplit

from webhooks.twins.message import Message, Proof
from webhooks.twins.retrying import SCHEDULES
from webhooks.twins.signing import Signer
from webhooks.twins.wire import SECOND

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
ANSWER_SECONDS = 30.0
NO_ANSWER = 0
"""Stands for a status where there was no answer."""


class NotHere(ValueError):
    """An address that twins do not post to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where to post: a URL on this machine."""

    host: str
    port: int
    path: str

    @classmethod
    def of(cls, url: str) -> "Target":
        """Raises NotHere unless it is plain HTTP on this machine: what twins say would be a lie anywhere else."""
        parts = urlsplit(url)
        if parts.scheme != "http" or parts.hostname not in LOOPBACK:
            raise NotHere(f"{url!r} is not on this machine: twins post over http to {', '.join(sorted(LOOPBACK))} only")
        return cls(host=parts.hostname, port=parts.port or 80, path=parts.path or "/")


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was answered."""

    statuses: Counter[int] = field(default_factory=Counter)
    """How often each; 0 where there was no answer."""
    seconds: list[float] = field(default_factory=list)
    """From each request to the end of its answer."""
    retries: int = 0
    given_up: int = 0
    """Messages that were never taken, however often they were tried."""
    unsent: int = 0
    """Messages, or further tries, for which there was no time left."""

    def add(self, other: "Tally") -> None:
        self.statuses += other.statuses
        self.seconds += other.seconds
        self.retries += other.retries
        self.given_up += other.given_up
        self.unsent += other.unsent

    def percentile(self, share: float) -> float:
        """The seconds within which this share of the answers came; 0 where there were none."""
        ordered = sorted(self.seconds)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast to post, and for how long."""

    speed: float
    """How many seconds of the senders' time pass in one; 0: as fast as may be."""
    retry_scale: float = 1.0
    """What the pauses of the retry schedules are multiplied by."""
    within: float = 600.0
    """Seconds after which nothing more is begun."""
    connections: int = 1


def post_all(
    messages: Sequence[Message], signer: Signer, target: Target, pace: Pace, told: Callable[[int], None]
) -> Tally:
    """Post these, given in the order in which they are sent; return what was answered.

    `told` is called with 1 for each message that is done with, by whichever thread it was. What a connection's thread
    raises is raised here, once all have ended.
    """
    began = time.monotonic()
    first = messages[0].sent_at if messages else 0
    stop = threading.Event()
    lines = [_Line(signer, target, pace, began, told, stop) for _ in range(pace.connections)]
    lane_of: dict[str, _Line] = {}
    for index, message in enumerate(messages):
        line = lines[index % len(lines)]
        if message.lane:
            line = lane_of.setdefault(message.lane, line)
        seconds = (message.sent_at - first) / SECOND / pace.speed if pace.speed else 0.0
        line.add(began + seconds, message)
    threads = [threading.Thread(target=line.run) for line in lines]
    for thread in threads:
        thread.start()
    try:
        for thread in threads:
            thread.join()
    finally:
        stop.set()
    total = Tally()
    for line in lines:
        if line.error is not None:
            raise line.error
        total.add(line.tally)
    return total


class _Turn(NamedTuple):
    """One message that waits for its time; where two have the same, the number decides."""

    due: float
    number: int
    message: Message
    again: bool = False
    """Whether it is tried again."""


class _Line:
    """One connection and what goes over it: of each lane one at a time, also while that one is tried again."""

    def __init__(
        self,
        signer: Signer,
        target: Target,
        pace: Pace,
        began: float,
        told: Callable[[int], None],
        stop: threading.Event,
    ) -> None:
        self.signer = signer
        self.target = target
        self.pace = pace
        self.ends_at = began + pace.within
        self.told = told
        self.stop = stop
        self.tally = Tally()
        self.error: BaseException | None = None
        self._numbers = count()
        self._turns: list[_Turn] = []
        self._behind: dict[str, list[_Turn]] = {}
        """By each lane in which one is to be tried again: what waits until it is taken or given up."""
        self._connection = http.client.HTTPConnection(target.host, target.port, timeout=ANSWER_SECONDS)

    def add(self, due: float, message: Message, *, again: bool = False) -> None:
        heappush(self._turns, _Turn(due, next(self._numbers), message, again))

    def run(self) -> None:
        try:
            while self._turns and not self.stop.is_set():
                now = time.monotonic()
                if max(now, self._turns[0].due) > self.ends_at:
                    break
                if self._turns[0].due > now:
                    self.stop.wait(self._turns[0].due - now)
                else:
                    self._take(heappop(self._turns))
            self.tally.unsent = len(self._turns) + sum(map(len, self._behind.values()))
        except BaseException as error:  # noqa: BLE001  # it is raised again by post_all, in the thread that asked
            self.error = error
        finally:
            self._connection.close()

    def _take(self, turn: _Turn) -> None:
        message = turn.message
        if message.lane in self._behind and not turn.again:
            self._behind[message.lane].append(turn)
            return
        status = self._ask(message)
        self.tally.statuses[status] += 1
        schedule = SCHEDULES[message.sender]
        if status in schedule.taken or message.proof is not Proof.GENUINE:
            self._done(message)
        elif message.attempt < len(schedule.pauses):
            self.tally.retries += 1
            if message.lane:
                self._behind.setdefault(message.lane, [])
            pause = schedule.pauses[message.attempt] * self.pace.retry_scale
            self.add(time.monotonic() + pause, replace(message, attempt=message.attempt + 1), again=True)
        else:
            self.tally.given_up += 1
            self._done(message)

    def _done(self, message: Message) -> None:
        self.told(1)
        for turn in self._behind.pop(message.lane, ()):
            heappush(self._turns, turn)

    def _ask(self, message: Message) -> int:
        """The answer's status; NO_ANSWER when there was none, and the next request goes over a new connection."""
        headers = {name: value.decode("latin-1") for name, value in self.signer.headers(message, int(time.time()))}
        began = time.monotonic()
        try:
            self._connection.request("POST", self.target.path, message.body, headers)
            response = self._connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return NO_ANSWER
        self.tally.seconds.append(time.monotonic() - began)
        return response.status
