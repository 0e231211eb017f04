"""Commits single rows of SQLite's one after another, as fast as it can: `python commits.py FILE SECONDS`.

Each has the size of a delivery, and the pragmas are Stockroom's. Prints commits a second, and the 99th percentile of
their milliseconds, as JSON.
"""

import json
import os
import sqlite3
import sys
import time
from contextlib import closing

TABLE = "CREATE TABLE IF NOT EXISTS received (id INTEGER PRIMARY KEY, at REAL, headers TEXT, body BLOB)"
BODY_BYTES = 480
HEADERS_BYTES = 300


def main() -> None:
    file, seconds = sys.argv[1], float(sys.argv[2])
    with closing(sqlite3.connect(file, isolation_level=None)) as database:
        for pragma in ("journal_mode=WAL", "synchronous=FULL"):
            database.execute(f"PRAGMA {pragma}")
        database.execute(
            "CREATE TABLE IF NOT EXISTS received (id INTEGER PRIMARY KEY, at REAL, headers TEXT, body BLOB)"
        )
        times = []
        began = before = time.perf_counter()
        while before - began < seconds:
            row = (time.time(), "h" * HEADERS_BYTES, os.urandom(BODY_BYTES))
            database.execute("INSERT INTO received (at, headers, body) VALUES (?, ?, ?)", row)
            now = time.perf_counter()
            times.append(now - before)
            before = now
        [(rows,)] = database.execute("SELECT COUNT(*) FROM received")
    if rows < len(times):
        sys.exit(f"{len(times)} commits, {rows} rows")
    times.sort()
    print(json.dumps({"rate": len(times) / (before - began), "p99": times[int(len(times) * 0.99)] * 1000}))


if __name__ == "__main__":
    main()
