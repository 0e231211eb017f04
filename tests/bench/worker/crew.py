"""Processes that work on the large ledger when they are told to, and tell what it took them."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.size import Size
from tests.e2e.databases import Database
from tests.e2e.stand import ROOT, Stand

LOADING_SECONDS = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Took:
    """One task: what it took the process that did it."""

    seconds: float
    processor_seconds: float
    megabytes: float
    """Of memory, when it was done."""
    done: Mapping[str, Any]


class Hand:
    """A process of Stockroom's own settings, loaded and connected, that waits for tasks."""

    def __init__(self, database: Database, directory: Path, size: Size) -> None:
        self._log = (directory / "hand.log").open("a+")
        self._process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-m", "tests.bench.worker.hand", str(size.counts)],
            cwd=ROOT,
            env=Stand(database, directory, LOG_LEVEL="ERROR").environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def begin(self, task: str, **given: Any) -> None:
        """Have it do one of the tasks of `hand`; `end` waits for it."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"task": task, **given}) + "\n")
        self._process.stdin.flush()

    def end(self) -> Took:
        """Wait for the task that it began last."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._log.seek(0)
            raise AssertionError(f"a worker of the bench ended: {self._log.read()[-4000:]}")
        return Took(**json.loads(line))

    def do(self, task: str, **given: Any) -> Took:
        """Have it do a task, and wait for it."""
        self.begin(task, **given)
        return self.end()

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()
        self._log.close()
