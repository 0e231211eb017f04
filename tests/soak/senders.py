"""The senders: they post until they are answered 200, and keep for every body how often it was tried and taken."""

import hashlib
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from http.client import HTTPConnection, HTTPException

from tests.soak.accounts import Account
from webhooks.twins import Message

ANSWER_SECONDS = 30.0
NO_ANSWER = 0
"""Stands for a status where the connection was refused, or died before the answer."""
TAKEN = 200
TRIED_AGAIN = frozenset({NO_ANSWER, 503})
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0
"""Seconds before what was not taken is tried again; each pause is twice the one before."""
PATIENCE = 180.0
"""Seconds after which a sender gives a message up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came of one try. Moments are of the monotonic clock, in seconds."""

    status: int
    retry_after: str | None
    began: float
    ended: float

    @property
    def seconds(self) -> float:
        return self.ended - self.began


@dataclass(slots=True)
class Tries:
    """What a sender knows of one body."""

    made: int = 0
    taken: int = 0


@dataclass(slots=True)
class Line:
    """One connection of a sender, and what goes over it: one request in flight."""

    account: Account
    port: int
    posts: Sequence[Message]
    pause: float
    """Seconds from one post to the next, where answers come fast enough; 0: as fast as may be."""
    stop: threading.Event
    asking: bool = False
    taken: int = 0
    given_up: list[str] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    bodies: dict[str, Tries] = field(default_factory=dict)
    error: BaseException | None = None

    def run(self) -> None:
        try:
            due = time.monotonic()
            with closing(HTTPConnection("127.0.0.1", self.port, timeout=ANSWER_SECONDS)) as connection:
                for message in self.posts:
                    if self.stop.wait(max(due - time.monotonic(), 0)):
                        return
                    due = max(due + self.pause, time.monotonic() - self.pause)
                    self._post(connection, message)
        except BaseException as error:  # noqa: BLE001  # it is raised again by Senders.join, in the thread that asked
            self.error = error

    def _post(self, connection: HTTPConnection, message: Message) -> None:
        """Try until it is taken; what is answered otherwise than by 200 or 503 is given up at once."""
        tries = self.bodies.setdefault(hashlib.sha256(message.body).hexdigest(), Tries())
        deadline, pause = time.monotonic() + PATIENCE, FIRST_PAUSE
        for attempt in range(10_000):
            tries.made += 1
            answer = self._ask(connection, replace(message, attempt=attempt))
            self.answers.append(answer)
            if answer.status == TAKEN:
                tries.taken += 1
                self.taken += 1
                return
            if answer.status not in TRIED_AGAIN or time.monotonic() > deadline or self.stop.wait(pause):
                break
            pause = min(2 * pause, LONGEST_PAUSE)
        self.given_up.append(f"{message.sender}, {message.kind}: the last answer was {self.answers[-1].status}")

    def _ask(self, connection: HTTPConnection, message: Message) -> Answer:
        signed = self.account.signer.headers(message, int(time.time()))
        headers = {name: value.decode("latin-1") for name, value in signed}
        began = time.monotonic()
        status, retry_after = NO_ANSWER, None
        self.asking = True
        try:
            connection.request("POST", self.account.path, message.body, headers)
            response = connection.getresponse()
            response.read()
            status, retry_after = response.status, response.getheader("retry-after")
        except (OSError, HTTPException):
            connection.close()
        finally:
            self.asking = False
        return Answer(status=status, retry_after=retry_after, began=began, ended=time.monotonic())


class Senders:
    """All lines of all accounts. `rate`: posts a second in all; 0: as fast as may be."""

    def __init__(self, accounts: Sequence[Account], port: int, *, rate: float) -> None:
        self.accounts = accounts
        self._stop = threading.Event()
        number = sum(len(account.lines) for account in accounts)
        pause = number / rate if rate else 0.0
        self.lines = [
            Line(account=account, port=port, posts=posts, pause=pause, stop=self._stop)
            for account in accounts
            for posts in account.lines
        ]
        self._threads = [threading.Thread(target=line.run) for line in self.lines]

    def start(self) -> None:
        """Begin to post."""
        for thread in self._threads:
            thread.start()

    def hurry(self) -> None:
        """Post what is left as fast as may be."""
        for line in self.lines:
            line.pause = 0.0

    def join(self) -> None:
        """Wait until everything is posted; raise here what a line could not cope with."""
        for thread in self._threads:
            thread.join()
        for line in self.lines:
            if line.error is not None:
                raise line.error

    def close(self) -> None:
        """Let every line end after the request that it has in flight."""
        self._stop.set()
        for thread in self._threads:
            if thread.ident is not None:
                thread.join()

    @property
    def posts(self) -> int:
        """How many there will be, repeats counted, tries again not."""
        return sum(len(line.posts) for line in self.lines)

    @property
    def taken(self) -> int:
        """How many were acknowledged so far."""
        return sum(line.taken for line in self.lines)

    @property
    def in_flight(self) -> int:
        """How many requests wait for their answer now."""
        return sum(line.asking for line in self.lines)

    @property
    def busy(self) -> bool:
        """Whether some line has still something to post."""
        return any(thread.is_alive() for thread in self._threads)

    def answers(self) -> list[Answer]:
        """Every answer so far, in the order in which they ended."""
        return sorted((answer for line in self.lines for answer in list(line.answers)), key=lambda answer: answer.ended)

    def statuses(self) -> Counter[int]:
        """How often each was answered; NO_ANSWER where there was none."""
        return Counter(answer.status for answer in self.answers())

    def given_up(self) -> list[str]:
        """What was never taken."""
        return [what for line in self.lines for what in line.given_up]

    def bodies(self, account: Account) -> dict[str, tuple[int, int]]:
        """By the digest of each body that an account posted: how often it was tried, and how often taken."""
        made: Counter[str] = Counter()
        taken: Counter[str] = Counter()
        for line in self.lines:
            if line.account is account:
                for digest, tries in line.bodies.items():
                    made[digest] += tries.made
                    taken[digest] += tries.taken
        return {digest: (made[digest], taken[digest]) for digest in made}
