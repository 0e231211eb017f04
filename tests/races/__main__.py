"""`python -m tests.races [same] [locks] [poison] [crowd]`: the long forms; end with 1 unless all came out right."""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import tests.settings  # noqa: F401  # the keys of the processes that are started
from tests.acts import begin, say
from tests.e2e.stand import Stand
from tests.races.crowd import Crowd, post_beside_a_worker
from tests.races.kinds import Poison
from tests.races.locks import Crossing, cross
from tests.races.poison import Mixture, compare, replay_all, run_mixture, run_out
from tests.races.same import Rounds, bring_at_once
from tests.soak.ground import make_ground

MOST_LAG = 1.5
"""Times that the good ones' p99 may be longer with poison than without."""
MOST_SECONDS = 1.0
"""The p99 of the answers of a crowd."""


@contextmanager
def new_stand(database: str) -> Iterator[Stand]:
    """A Stockroom of its own, with nothing running yet."""
    with (
        tempfile.TemporaryDirectory(prefix="stockroom-races-") as directory,
        make_ground(database, Path(directory)) as ground,
    ):
        yield ground.stand


def same() -> bool:
    with new_stand("postgres") as stand:
        bring_at_once(stand, Rounds(number=1_000, connections=32), say)
    return True


def locks() -> bool:
    with new_stand("postgres") as stand:
        cross(stand, Crossing(deliveries=2_000, workers=4, listings=40, replays=5, seed=1), say)
    return True


def poison() -> bool:
    mixture = Mixture(good=10_000, poison=100, rate=50.0, seed=1, kinds=[*Poison])
    with new_stand("postgres") as stand:
        without = run_mixture(stand, replace(mixture, poison=0), say)
    with new_stand("postgres") as stand:
        lags = run_mixture(stand, mixture, say)
        run_out(stand, mixture)
        replay_all(stand, mixture)
    return compare(lags, without, say) <= MOST_LAG


def crowd() -> bool:
    with new_stand("sqlite") as stand:
        slowest = post_beside_a_worker(
            stand, Crowd(deliveries=10_000, senders=8, variations=200, patience=1_800.0), say
        )
    return slowest < MOST_SECONDS


RACES: dict[str, Callable[[], bool]] = {"same": same, "locks": locks, "poison": poison, "crowd": crowd}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.races", description=__doc__)
    parser.add_argument("races", nargs="*", metavar="RACE", help=f"{', '.join(RACES)} (default: all of them)")
    came_out = [RACES[name]() for name in begin(parser, parser.parse_args().races, RACES)]
    sys.exit(not all(came_out))


if __name__ == "__main__":
    main()
