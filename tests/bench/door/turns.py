"""Contenders in turns: each starts its server, is warmed up, and is measured at every number of connections."""

import socket
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from tests.bench.door.contenders import PATIENCE, Contender
from tests.bench.door.load import Answers, Load, RanOut
from tests.bench.page import Spread

WARM_SECONDS = 2.0
REST_SECONDS = 0.1


class Miscounted(Exception):
    """A contender answered otherwise than it should, or stored less than it said."""


@dataclass(slots=True)
class Results:
    """What every round gave, by the contender's name and the number of connections."""

    answers: dict[tuple[str, int], list[Answers]] = field(default_factory=dict)

    def rate(self, name: str, connections: int) -> Spread:
        """Answers a second."""
        return Spread([each.rate for each in self.answers[name, connections]])

    def p50(self, name: str, connections: int) -> Spread:
        """Milliseconds."""
        return Spread([each.p50 for each in self.answers[name, connections]])

    def p99(self, name: str, connections: int) -> Spread:
        """Milliseconds."""
        return Spread([each.p99 for each in self.answers[name, connections]])


@dataclass(frozen=True, slots=True, kw_only=True)
class Turns:
    """How long, how often, and over how many connections."""

    load: Load
    seconds: float
    rounds: int
    connections: Sequence[int]
    say: Callable[[str], None]

    def take(self, contenders: Sequence[Contender], before_each: Callable[[], None]) -> Results:
        """Measure all in turns; raises Miscounted. `before_each` turn whatever the last one left is put right."""
        results = Results()
        for number in range(1, self.rounds + 1):
            for contender in contenders:
                before_each()
                with contender.serving() as port:
                    requests = contender.requests()
                    _ask_once(port, next(requests))
                    self._measure(contender, port, requests, max(self.connections), min(WARM_SECONDS, self.seconds))
                    for connections in self.connections:
                        answers = self._measure(contender, port, requests, connections, self.seconds)
                        results.answers.setdefault((contender.name, connections), []).append(answers)
                        self.say(
                            f"round {number}, {connections} connections: {contender.name}: {answers.rate:,.0f}/s, "
                            f"p50 {answers.p50:.1f} ms, p99 {answers.p99:.1f} ms"
                        )
        return results

    def _measure(
        self, contender: Contender, port: int, requests: Iterator[bytes], connections: int, seconds: float
    ) -> Answers:
        answers = None
        while answers is None:
            before = _rows_at_rest(contender)
            with suppress(RanOut):
                answers = self.load.measure(contender.name, port, requests, connections, seconds)
        wrong = answers.number - answers.not_2xx if contender.refuses else answers.not_2xx
        if wrong:
            raise Miscounted(f"{contender.name}: {wrong} of {answers.number} answers were not as they should be")
        stored = _rows_at_rest(contender) - before
        told = 0 if contender.refuses else answers.number
        # Those that were still under way when the time was over are stored, and not counted.
        if not told <= stored <= told + connections:
            raise Miscounted(f"{contender.name}: {told} answers of 2xx, {stored} rows")
        return answers


def _ask_once(port: int, request: bytes) -> None:
    """Wait for the first answer: a server listens before it has loaded what it serves."""
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as line:
        line.sendall(request)
        line.recv(1)


def _rows_at_rest(contender: Contender) -> int:
    """How many rows there are once what was under way is stored."""
    rows = contender.rows()
    while True:
        time.sleep(REST_SECONDS)
        rows, before = contender.rows(), rows
        if rows == before:
            return rows
