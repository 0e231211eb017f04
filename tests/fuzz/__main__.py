"""`python -m tests.fuzz [strangers] [stalled] [signed]`: send what is hostile; end with 1 unless all came out clean."""

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import tests.settings  # noqa: F401  # the keys of the processes that are started
from tests.acts import begin, say
from tests.fuzz.report import Report
from tests.fuzz.signed import signed
from tests.fuzz.stalled import stalled
from tests.fuzz.strangers import strangers

MOST = 10_000_000


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("acts", nargs="*", metavar="ACT", help="strangers, stalled, signed (default: all three)")
    parser.add_argument("--requests", type=int, default=200_000, help="of strangers (default: %(default)s)")
    parser.add_argument("--bodies", type=int, default=20_000, help="that are signed (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of all dice (default: %(default)s)")
    parser.add_argument("--database", choices=("postgres", "sqlite"), default="postgres")
    options = parser.parse_args()
    if not (1 <= options.requests <= MOST and 1 <= options.bodies <= MOST):
        parser.error(f"from 1 to {MOST} requests and bodies")
    acts: dict[str, Callable[[Path], Report]] = {
        "strangers": lambda directory: strangers(
            requests=options.requests, seed=options.seed, database=options.database, directory=directory, say=say
        ),
        "stalled": lambda directory: stalled(database=options.database, directory=directory, say=say),
        "signed": lambda directory: signed(
            bodies=options.bodies, seed=options.seed, database=options.database, directory=directory, say=say
        ),
    }
    clean = True
    for name in begin(parser, options.acts, acts):
        with tempfile.TemporaryDirectory(prefix="stockroom-fuzz-") as directory:
            report = acts[name](Path(directory))
        say("\n".join(report.lines()))
        clean = clean and report.is_clean
    say(f"  {'to run it again':<38}make fuzz ARGS={' '.join(_chosen(options))!r}")
    sys.exit(not clean)


def _chosen(options: argparse.Namespace) -> list[str]:
    """The arguments, each as it was taken."""
    named = (f"--{name} {getattr(options, name)}" for name in ("requests", "bodies", "seed", "database"))
    return [*options.acts, *named]


if __name__ == "__main__":
    main()
