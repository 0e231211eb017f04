"""Watches how long each step of some work takes, without those inside it."""

import functools
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from tests.bench.page import table

MICROSECONDS = 1e6
Spent = Mapping[str, Sequence[float]]
"""Seconds by step: of the clock, and of our own processor time."""


class Watch:
    """Adds up what the steps take that it was put on."""

    def __init__(self) -> None:
        self.spent: dict[str, list[float]] = {}
        self._open: list[list[float]] = []

    def put_on(self, step: str, holder: Any, name: str, *, beside: bool = False) -> None:
        """Time the function that `holder` has under this name; `beside`: it runs in another thread."""
        setattr(holder, name, self.timed(step, getattr(holder, name), beside=beside))

    def timed(self, step: str, call: Callable[..., Any], *, beside: bool = False) -> Callable[..., Any]:
        """`call`, with what it takes added to a step; `beside`: in a thread whose processor time is its own."""
        total = self.spent.setdefault(step, [0.0, 0.0])

        @functools.wraps(call)
        def measured(*arguments: Any, **named: Any) -> Any:
            inside = [0.0, 0.0]
            self._open.append(inside)
            clock, processor = time.perf_counter(), time.thread_time()
            try:
                return call(*arguments, **named)
            finally:
                took = (time.perf_counter() - clock, time.thread_time() - processor)
                self._open.pop()
                for kind in range(2):
                    total[kind] += took[kind] - inside[kind]
                    if self._open and not (beside and kind):
                        self._open[-1][kind] += took[kind]

        return measured

    def each(self, number: int) -> dict[str, list[float]]:
        """What the steps took for one of so many."""
        return {step: [kind / number for kind in spent] for step, spent in self.spent.items()}


def steps_table(spent: Spent) -> str:
    """What each step takes, in microseconds, those that take most of our processor time first."""
    clock, processor = (sum(each[kind] for each in spent.values()) for kind in range(2))
    rows = [
        [step, f"{here * MICROSECONDS:,.0f}", f"{own * MICROSECONDS:,.0f}", f"{own / processor:.0%}"]
        for step, (here, own) in sorted(spent.items(), key=lambda item: -item[1][1])
    ]
    rows.append(["together", f"{clock * MICROSECONDS:,.0f}", f"{processor * MICROSECONDS:,.0f}", "100%"])
    return table(["Step", "µs by the clock", "µs of our processor time", "of that"], rows)
