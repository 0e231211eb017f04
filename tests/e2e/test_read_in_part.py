"""What is written out as a whole, and read in part only."""

import signal
import subprocess
import sys
from contextlib import closing

import pytest

from tests.e2e.stand import ROOT, Stand

COUNTS = 1_000
"""More than a pipe takes at once."""


@pytest.mark.parametrize("form", ["csv", "json", "table"])
def test_whoever_has_read_enough_of_the_stock_is_shown_no_traceback(idle_stand: Stand, form: str) -> None:
    idle_stand.command("shell", "-c", f"from tests.bench.million import fill_and_tell; fill_and_tell({COUNTS})")
    command = subprocess.Popen(  # noqa: S603
        [sys.executable, "manage.py", "stock", "--format", form],
        cwd=ROOT,
        env=idle_stand.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert command.stdout is not None
    assert command.stderr is not None
    with closing(command.stderr):
        with closing(command.stdout):
            assert b"source" in command.stdout.readline() + command.stdout.readline()
        assert command.stderr.read() == b""
    assert command.wait() == 128 + signal.SIGPIPE
