"""The ledgers that pages are read of, and the readers that read them."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.bench.pages.questions import Kind, Question
from tests.e2e.databases import Database
from tests.e2e.stand import ROOT, Stand

HOURS = 3 * 3600.0
"""Seconds; filling the largest takes half an hour."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """A ledger in a database of its own."""

    name: str
    counts: int
    deliveries: int
    database: Database
    directory: Path

    def stand(self) -> Stand:
        return Stand(self.database, self.directory, PROCESS="web", LOG_LEVEL="ERROR")

    def fill(self) -> None:
        """Migrate an empty database and write the ledger."""
        self._run("migrate", "--verbosity", "0")
        self._shell(f"from tests.bench.million import fill_and_tell; fill_and_tell({self.counts})")

    def furnish(self) -> None:
        """Add what a shop has besides, and let the database look at what it holds, as it does by itself in time."""
        self._shell(f"from tests.bench.pages.furnishing import furnish; furnish({self.deliveries})")
        if self.database.url.startswith("postgres"):
            self.database.write("VACUUM ANALYZE")

    def _shell(self, script: str) -> None:
        self._run("shell", "-c", script)

    def _run(self, *arguments: str) -> None:
        ran = self.stand().run(*arguments, within=HOURS)
        assert ran.returncode == 0, f"{arguments} ended with {ran.returncode}: {ran.stdout}{ran.stderr}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one page answered."""

    status: int
    seconds: float
    processor_seconds: float
    """Of the page's process and of the database's."""
    rows: int
    """How many rows it shows."""
    size: int
    """In bytes."""


class Reader:
    """A process that reads one ledger's pages."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self._log = (ledger.directory / f"reader-{ledger.counts}.log").open("w+")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bench.pages.reader"],
            cwd=ROOT,
            env=ledger.stand().environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )
        # All on one processor, as they are asked in turn: whoever stayed on the slower of two would seem slow itself.
        os.sched_setaffinity(self._process.pid, {min(os.sched_getaffinity(0))})
        questions = [Question(**{**wire, "kind": Kind(wire["kind"])}) for wire in self._hear()]
        self.questions: Mapping[str, Question] = {f"{asked.group}: {asked.name}": asked for asked in questions}
        """By group and name."""
        assert len(self.questions) == len(questions), "two questions have one name"

    def ask(self, name: str) -> Answer:
        """Read the page of a question."""
        assert self._process.stdin is not None
        self._process.stdin.write(self.questions[name].path + "\n")
        self._process.stdin.flush()
        status, seconds, work, rows, size = self._hear()
        return Answer(status=status, seconds=seconds, processor_seconds=work, rows=rows, size=size)

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.communicate()
        self._log.close()

    def _hear(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            self._log.seek(0)
            raise AssertionError(f"the reader of {self.ledger.name} ended: {self._log.read()}")
        return json.loads(line)
