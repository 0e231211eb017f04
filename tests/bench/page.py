"""The page of benchmarks: what was measured where, as ratios within one run."""

import os
import platform
import re
import sqlite3
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from tests.e2e.stand import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"


class NoPlace(Exception):
    """The page has no place for a part."""


@dataclass(frozen=True, slots=True)
class Spread:
    """What one contender reached in each round."""

    values: Sequence[float]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    def text(self, decimals: int = 0) -> str:
        """The median, with the least and the most."""
        least, most = min(self.values), max(self.values)
        return f"{self.median:,.{decimals}f} ({least:,.{decimals}f} to {most:,.{decimals}f})"


def ratio(ours: Spread, theirs: Spread) -> str:
    """How many times theirs ours is: the median over the rounds of the ratio within each, with the least and the most.

    What one round's machine was busy with beside it, both contenders had to bear.
    """
    return f"{Spread(ratios(ours, theirs)).text(2)} x"


def ratios(ours: Spread, theirs: Spread) -> list[float]:
    """The ratio within each round."""
    return [mine / other for mine, other in zip(ours.values, theirs.values, strict=True)]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of Markdown's."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def conditions(postgres: str) -> str:
    """When and on what, in a sentence."""
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    packages = ", ".join(f"{name} {version(name)}" for name in ("Django", "granian", "psycopg"))
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} processors ({_processor()}), load {load} before it began; "
        f"Python {platform.python_version()}, PostgreSQL {postgres} with its defaults, "
        f"SQLite {sqlite3.sqlite_version}, {packages}."
    )


def put_in(page: Path, name: str, text: str) -> None:
    """Put a part where the page has its marks, in the place of what stood there; raises NoPlace where it has none."""
    begin, end = f"<!-- {name}: written by make bench -->", f"<!-- end of {name} -->"
    part = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    old = page.read_text()
    if not part.search(old):
        raise NoPlace(f"{page} has no lines {begin} and {end}")
    page.write_text(part.sub(lambda _: f"{begin}\n\n{text.strip()}\n\n{end}", old))


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    found = re.search(r"^model name\s*: (.*)$", info.read_text(), re.MULTILINE) if info.is_file() else None
    return found[1].strip() if found else platform.machine()
