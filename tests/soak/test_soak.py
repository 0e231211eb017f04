"""The short forms of the soaks; `make soak` runs them longer. On PostgreSQL the database is killed, too."""

import os
from pathlib import Path

import pytest

from tests.soak.cluster import NoPostgres
from tests.soak.hand import Hand, Kind
from tests.soak.outage import Outage
from tests.soak.report import Report
from tests.soak.restarts import Restarts
from tests.soak.soak import Act, Load, soak

DATABASE = "postgres" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"
NOTHING: dict[str, list[str]] = {"lost": [], "twice": [], "wrong": [], "undecided": []}


def soaked(act: Act, directory: Path, *, deliveries: int, rate: float) -> Report:
    load = Load(deliveries=deliveries, seed=1, rate=rate)
    try:
        report = soak(act, load, database=DATABASE, directory=directory, say=print)
    except NoPostgres as reason:
        pytest.skip(str(reason))
    print("\n".join(report.lines()))
    return report


def test_whoever_is_killed_nothing_is_lost_twice_wrong_or_undecided(tmp_path: Path) -> None:
    hand = Hand(seed=1, kills=8 if DATABASE == "postgres" else 6, say=print)
    report = soaked(hand, tmp_path, deliveries=5_000, rate=150.0)
    assert (report.findings, report.problems) == (NOTHING, [])
    assert (report.deliveries, report.statuses[200]) == (5_000, report.posts)
    assert len(report.kills) == hand.kills
    assert set(report.kills) == set(Kind) - ({Kind.DATABASE} if DATABASE == "sqlite" else set())


def test_a_database_that_is_away_for_half_a_minute_is_a_503_and_mends_by_itself(tmp_path: Path) -> None:
    report = soaked(Outage(seconds=30.0, say=print), tmp_path, deliveries=800, rate=60.0)
    assert (report.findings, report.problems) == (NOTHING, [])
    assert report.statuses.keys() == {200, 503}


def test_restart_after_restart_refuses_nothing_that_was_accepted(tmp_path: Path) -> None:
    report = soaked(Restarts(seconds=20.0, say=print), tmp_path, deliveries=800, rate=40.0)
    assert (report.findings, report.problems) == (NOTHING, [])
