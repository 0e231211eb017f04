"""The door on SQLite beside what SQLite itself can commit on the same disk."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from tests.bench.door.contenders import PROGRAMS, Ours
from tests.bench.door.load import Load
from tests.bench.door.turns import Turns
from tests.bench.page import Spread, ratio, ratios, table
from tests.e2e.databases import SqliteDatabase

CONNECTIONS = (1, 32)


def measure_sqlite(
    load: Load, directory: Path, *, seconds: float, rounds: int, say: Callable[[str], None]
) -> tuple[str, dict[int, list[float]]]:
    """The table, and by the number of connections the ratios to the raw rate."""
    ours = Ours(SqliteDatabase(directory / "door.sqlite3"), directory)
    door = ours.square("ours on SQLite")
    raw: list[float] = []

    def commit() -> None:
        ran = subprocess.run(  # noqa: S603
            [sys.executable, "commits.py", str(directory / "raw.sqlite3"), str(seconds)],
            cwd=PROGRAMS,
            capture_output=True,
            text=True,
            timeout=seconds + 60,
            check=True,
        )
        raw.append(json.loads(ran.stdout)["rate"])
        say(f"SQLite alone: {raw[-1]:,.0f} commits/s")

    turns = Turns(load=load, seconds=seconds, rounds=rounds, connections=CONNECTIONS, say=say)
    results = turns.take([door], commit)
    alone = Spread(raw)
    rows = [["SQLite alone, one process in a loop", "", alone.text(), "", ""]]
    for connections in CONNECTIONS:
        rate = results.rate(door.name, connections)
        rows.append(
            [
                "ours",
                str(connections),
                rate.text(),
                results.p99(door.name, connections).text(1),
                ratio(rate, alone),
            ]
        )
    head = ["On SQLite", "connections", "commits or requests/s", "p99, ms", "of SQLite alone"]
    return table(head, rows), {each: ratios(results.rate(door.name, each), alone) for each in CONNECTIONS}
