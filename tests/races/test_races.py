"""The short forms of the races; `make races` runs them longer, and says how long the good ones wait."""

import os

import pytest

from tests.e2e.stand import Stand
from tests.races.crowd import Crowd, post_beside_a_worker
from tests.races.kinds import Poison
from tests.races.locks import Crossing, cross
from tests.races.poison import Mixture, replay_all, run_mixture, run_out
from tests.races.same import Rounds, bring_at_once

ON_POSTGRES = os.environ.get("DATABASE_URL", "").startswith("postgres")
# SQLite lets every statement take as long as it likes.
KINDS = [kind for kind in Poison if ON_POSTGRES or kind is not Poison.TIMEOUT]


def test_a_delivery_that_many_connections_bring_at_once_is_one_row_and_200_each(idle_stand: Stand) -> None:
    bring_at_once(idle_stand, Rounds(number=30, connections=32), print)


@pytest.mark.skipif(not ON_POSTGRES, reason="SQLite has one writer, and no rows to lock")
def test_workers_that_want_the_same_rows_in_opposite_orders_leave_nothing_undone(idle_stand: Stand) -> None:
    cross(idle_stand, Crossing(deliveries=300, workers=3, listings=30, replays=2, seed=1), print)


def test_what_always_fails_is_quarantined_and_can_be_replayed_and_takes_nobody_along(idle_stand: Stand) -> None:
    mixture = Mixture(good=300, poison=12, rate=60.0, seed=1, kinds=KINDS)
    run_mixture(idle_stand, mixture, print)
    run_out(idle_stand, mixture)
    replay_all(idle_stand, mixture)


def test_eight_senders_beside_a_worker_are_all_answered_200_and_nobody_hears_of_a_lock(idle_stand: Stand) -> None:
    post_beside_a_worker(idle_stand, Crowd(deliveries=400, senders=8, variations=50, patience=180.0), print)
