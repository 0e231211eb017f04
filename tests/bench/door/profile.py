"""Where the time of a request goes: each step of the way, measured in one process without a network."""

import json
import subprocess
import sys
from itertools import islice
from pathlib import Path

from tests.bench.door.contenders import Ours
from tests.bench.page import table
from tests.e2e.stand import ROOT

MOST_SECONDS = 300.0
PROGRAM = "tests.bench.door.programs.stages"
MICROSECONDS = 1e6


def profile(ours: Ours, directory: Path, number: int) -> str:
    """The table, of so many requests one after another."""
    file = directory / "profiled"
    length = 0
    with file.open("wb") as letters:
        for request in islice(ours.square("profiled").requests(), number):
            length = letters.write(request)
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-m", PROGRAM, str(file), str(length), str(number)],
        cwd=ROOT,
        env=ours.stand.environment | {"PROCESS": "web"},
        capture_output=True,
        text=True,
        timeout=MOST_SECONDS,
        check=True,
    )
    spent: dict[str, tuple[float, float]] = json.loads(ran.stdout.splitlines()[-1])
    clock, processor = (sum(each[kind] for each in spent.values()) for kind in range(2))
    rows = [
        [step, f"{here * MICROSECONDS:,.0f}", f"{own * MICROSECONDS:,.0f}", f"{own / processor:.0%}"]
        for step, (here, own) in sorted(spent.items(), key=lambda item: -item[1][1])
    ]
    rows.append(["together", f"{clock * MICROSECONDS:,.0f}", f"{processor * MICROSECONDS:,.0f}", "100%"])
    return table(["Step", "µs by the clock", "µs of our processor time", "of that"], rows)
