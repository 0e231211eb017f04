"""What is written out as a whole: how long it takes, and in how much memory."""

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.pages.ledgers import Ledger
from tests.e2e.stand import ROOT

EXPORTS: Sequence[Sequence[str]] = (
    ("--format", "csv"),
    ("--format", "json"),
    ("--format", "table"),
    ("--format", "csv", "--as-of", "2100-01-01T00:00:00Z"),
)
"""Of `manage.py stock`, the only thing that writes out more than a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """One export, from its start to its end."""

    lines: int
    seconds: float
    peak_megabytes: float
    """Of its process."""


def export(ledger: Ledger, arguments: Sequence[str]) -> Export:
    """Write all counts of a ledger out, to somebody who reads as fast as it writes."""
    began = time.monotonic()
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "manage.py", "stock", *arguments],
        cwd=ROOT,
        env=ledger.stand().environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    with process.stdout:
        lines = sum(1 for _ in process.stdout)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"stock {' '.join(arguments)} ended with {process.returncode}"
    return Export(lines=lines, seconds=time.monotonic() - began, peak_megabytes=usage.ru_maxrss / 1024)
