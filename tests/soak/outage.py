"""A database that is away for a while under load: what is answered meanwhile, and that it mends by itself."""

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from tests.soak.ground import Ground
from tests.soak.senders import TAKEN, Answer, Senders

BEFORE = 3.0
"""Seconds of ordinary load before it."""
DOOR_SECONDS = 3.0
"""How long the door waits for its database."""
MARGIN = 1.5
"""Seconds for a busy machine to see that it has waited."""
UNAVAILABLE = 503


@dataclass(frozen=True, slots=True, kw_only=True)
class Outage:
    """Takes the database away for so many seconds."""

    seconds: float
    say: Callable[[str], None]

    name = "outage"

    def trouble(self, ground: Ground, senders: Senders) -> list[str]:
        """Take it away and give it back; return what was answered wrongly, and who did not live through it."""
        time.sleep(BEFORE)
        before = _processes(ground)
        with ground.database_away():
            began = time.monotonic()
            time.sleep(self.seconds)
            ended = time.monotonic()
        senders.hurry()
        senders.join()
        problems = [] if senders.posts else ["nothing was posted"]
        during = [answer for answer in senders.answers() if began <= answer.began <= ended]
        counted = Counter(answer.status for answer in during)
        longest = max((answer.seconds for answer in during), default=0.0)
        told = ", ".join(f"{number} times {status}" for status, number in sorted(counted.items())) or "nothing"
        self.say(f"while the database was away for {self.seconds:.0f} s: {told}, at most after {longest:.2f} s")
        problems += [f"while the database was away: {problem}" for answer in during for problem in _problems(answer)]
        if not counted[UNAVAILABLE]:
            problems.append("nothing was answered while the database was away")
        if senders.answers()[-1].status != TAKEN:
            problems.append("the last answer is no 200")
        if _processes(ground) != before:
            problems.append(f"processes {before} became {_processes(ground)}")
        return problems


def _processes(ground: Ground) -> list[int]:
    return [*ground.tier.web_workers(), *ground.tier.workers()]


def _problems(answer: Answer) -> list[str]:
    """What is wrong with an answer to a request that began when the database was away. 200 is for the judge."""
    found = []
    if answer.status not in {UNAVAILABLE, TAKEN}:
        found.append(f"answered {answer.status}")
    if answer.status == UNAVAILABLE and answer.retry_after is None:
        found.append("503 without Retry-After")
    if answer.status == UNAVAILABLE and answer.seconds > DOOR_SECONDS + MARGIN:
        found.append(f"answered after {answer.seconds:.1f} s")
    return found
