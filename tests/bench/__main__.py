"""`make bench`: times Stockroom against contenders in the same run, and writes docs/benchmarks.md.

Each act makes what it needs, runs the contenders in turns, and gives its part of the page. Everything goes over
loopback, and nothing takes longer than it is given.
"""

import argparse
import os
import secrets
import tempfile
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path

from cryptography.fernet import Fernet

from tests.acts import begin, say
from tests.bench import drivers
from tests.bench.door.act import measure_door
from tests.bench.ground import Ground
from tests.bench.page import PAGE, conditions, put_in
from tests.bench.pages.act import pages
from tests.bench.worker.act import measure as measure_worker
from tests.bench.worker.memory import measure_memory

Act = Callable[[Ground, Callable[[str], None]], str]
"""Measures on a ground, tells how far it is, and returns its part of the page, in Markdown."""

ACTS: Mapping[str, Act] = {
    "door": measure_door,
    "drivers": drivers.measure,
    "worker": measure_worker,
    "memory": measure_memory,
    "pages": pages,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("acts", nargs="*", metavar="ACT", help=f"{', '.join(ACTS)} (default: all)")
    parser.add_argument("--counts", type=int, default=1_000_000, help="of the large ledger (default: %(default)s)")
    parser.add_argument("--deliveries", type=int, default=5_000_000, help="of the full inbox (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each measurement (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="of all contenders in turn (default: %(default)s)")
    parser.add_argument("--server", default="", help="the URL of a PostgreSQL database, instead of a server of its own")
    parser.add_argument("--page", type=Path, default=PAGE, help="that the figures go into (default: %(default)s)")
    options = parser.parse_args()
    chosen = begin(parser, options.acts, ACTS)
    os.environ |= {"SECRET_KEY": secrets.token_urlsafe(50), "FIELD_KEYS": Fernet.generate_key().decode()}
    with ExitStack() as ends:
        directory = Path(ends.enter_context(tempfile.TemporaryDirectory(prefix="stockroom-bench-")))
        ground = ends.enter_context(
            Ground(
                directory,
                counts=options.counts,
                deliveries=options.deliveries,
                seconds=options.seconds,
                rounds=options.rounds,
                server=options.server,
            )
        )
        for name in chosen:
            where = conditions(ground.postgres_version())
            put_in(options.page, name, f"{where}\n\n{ACTS[name](ground, say)}")


if __name__ == "__main__":
    main()
