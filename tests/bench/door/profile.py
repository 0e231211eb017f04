"""Where the time of a request goes: each step of the way, measured in one process without a network."""

import json
import subprocess
import sys
from itertools import islice
from pathlib import Path

from tests.bench.door.contenders import Ours
from tests.bench.watch import steps_table
from tests.e2e.stand import ROOT

MOST_SECONDS = 300.0
PROGRAM = "tests.bench.door.programs.stages"


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
    return steps_table(json.loads(ran.stdout.splitlines()[-1]))
