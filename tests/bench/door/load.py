"""The load: wrk sends requests that were signed beforehand, each with an id of its own, over some connections."""

import json
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

SCRIPT = Path(__file__).with_name("wrk.lua")
RAN_OUT = 3
FIRST_GUESS = 6_000.0
"""Requests a second. Where that is too few, they are measured again with twice as many."""
AT_LEAST = 2_000
ROOM = 2.0
"""How many times as many requests are signed as the last measurement needed."""


class NoWrk(Exception):
    """There is no wrk on this machine."""


class LoadFailed(Exception):
    """wrk, or the contender under it, did not do what it was to do."""


class RanOut(Exception):
    """There were fewer requests than the contender answered in the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What came back in one measurement."""

    number: int
    not_2xx: int
    seconds: float
    p50: float
    """Milliseconds."""
    p99: float

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.number / self.seconds


class Load:
    """Loads one contender; knows from before how many requests it will want."""

    def __init__(self, directory: Path) -> None:
        """Raises NoWrk."""
        if shutil.which("wrk") is None:
            raise NoWrk("the load is made with wrk (on Debian: apt install wrk)")
        self._file = directory / "requests"
        self._rates: dict[tuple[str, int], float] = {}

    def measure(self, who: str, port: int, requests: Iterator[bytes], connections: int, seconds: float) -> Answers:
        """Send for so many whole seconds.

        Raises RanOut when it has to be done again, with more requests; LoadFailed where an answer did not come or was
        none.
        """
        whole = max(1, round(seconds))
        rate = self._rates.get((who, connections), FIRST_GUESS)
        length = self._write(islice(requests, max(AT_LEAST, int(rate * whole * ROOM))))
        try:
            answers = self._run(port, length, connections, whole)
        except RanOut:
            self._rates[who, connections] = rate * ROOM
            raise
        self._rates[who, connections] = answers.rate
        return answers

    def _write(self, requests: Iterator[bytes]) -> int:
        """Write them into the file; return the length of each, in bytes."""
        length = 0
        with self._file.open("wb") as file:
            for request in requests:
                if length not in {0, len(request)}:
                    raise LoadFailed(f"a request of {len(request)} bytes among those of {length}")
                length = file.write(request)
        return length

    def _run(self, port: int, length: int, connections: int, seconds: int) -> Answers:
        """One run of wrk."""
        wrk = subprocess.run(  # noqa: S603
            [
                *("wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s"),
                *("--timeout", "30s", "--script", str(SCRIPT), f"http://127.0.0.1:{port}/"),
                *("--", str(self._file), str(length)),
            ],
            capture_output=True,
            text=True,
            timeout=seconds + 60,
            check=False,
        )
        if wrk.returncode == RAN_OUT:
            raise RanOut(f"{seconds} s were too long for {self._file.stat().st_size // length} requests")
        if wrk.returncode:
            raise LoadFailed(f"wrk ended with {wrk.returncode}: {wrk.stdout}{wrk.stderr}")
        said = json.loads(wrk.stdout.splitlines()[-1])
        if said["broken"] or not said["answers"]:
            raise LoadFailed(f"requests without an answer: {wrk.stdout}")
        return Answers(
            number=said["answers"],
            not_2xx=said["not_2xx"],
            seconds=said["microseconds"] / 1e6,
            p50=said["p50"] / 1000,
            p99=said["p99"] / 1000,
        )
