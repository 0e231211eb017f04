"""`python -m tests.soak [murder] [outage] [restarts]`: soak Stockroom; end with 1 unless all came out clean."""

import argparse
import sys
import tempfile
from pathlib import Path

import tests.settings  # noqa: F401  # the keys of the processes that are started
from tests.acts import begin, say
from tests.soak.hand import Hand
from tests.soak.outage import Outage
from tests.soak.restarts import Restarts
from tests.soak.soak import Act, Load, soak

MOST_DELIVERIES = 1_000_000
OUTAGE_SECONDS, RESTARTS_SECONDS = 30.0, 120.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("acts", nargs="*", metavar="ACT", help="murder, outage, restarts (default: all three)")
    parser.add_argument("--deliveries", type=int, default=5_000, help="in the murder (default: %(default)s)")
    parser.add_argument("--kills", type=int, default=8, help="in the murder (default: %(default)s)")
    parser.add_argument("--rate", type=float, default=150.0, help="posts a second in it (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of what is said and of the hand (default: %(default)s)")
    parser.add_argument("--database", choices=("postgres", "sqlite"), default="postgres")
    options = parser.parse_args()
    if not (1 <= options.deliveries <= MOST_DELIVERIES and 0 <= options.kills <= options.deliveries):
        parser.error(f"from 1 to {MOST_DELIVERIES} deliveries, and no more kills than deliveries")
    seed = options.seed
    stages: dict[str, tuple[Act, Load]] = {
        "murder": (
            Hand(seed=seed, kills=options.kills, say=say),
            Load(deliveries=options.deliveries, seed=seed, rate=options.rate),
        ),
        "outage": (Outage(seconds=OUTAGE_SECONDS, say=say), Load(deliveries=1_500, seed=seed, rate=60.0)),
        "restarts": (Restarts(seconds=RESTARTS_SECONDS, say=say), Load(deliveries=6_000, seed=seed, rate=60.0)),
    }
    clean = True
    for name in begin(parser, options.acts, stages):
        act, load = stages[name]
        with tempfile.TemporaryDirectory(prefix="stockroom-soak-") as directory:
            report = soak(act, load, database=options.database, directory=Path(directory), say=say)
        say("\n".join(report.lines()))
        clean = clean and report.is_clean
    sys.exit(not clean)


if __name__ == "__main__":
    main()
