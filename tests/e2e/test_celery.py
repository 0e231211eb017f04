"""Celery's workers drain the inbox; whatever happens to messages, broker and workers, nothing is lost or doubled."""

import os
import re
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from celery import Celery

from tests.e2e.celery_stand import HELD, LISTINGS, CeleryStand, Made, Sent, celery_stand, meanwhile, one_more, opening
from tests.e2e.databases import Database, PostgresDatabase
from tests.e2e.processes import children_of
from tests.e2e.stand import PATIENCE, STORED, Answer, eventually
from tests.soak.ground import make_ground

OPENINGS = [opening(listing) for listing in range(LISTINGS)]
DOOR_SECONDS = 3.0
"""Longer than any answer takes that waits for nobody, and shorter than a broker that hangs."""


def more(count: int, *, begin: int = 0) -> list[Sent]:
    """So many deliveries; every tenth comes a second time."""
    deliveries = [one_more(number) for number in range(begin, begin + count)]
    return [each for number, one in enumerate(deliveries) for each in ([one, one] if number % 10 == 9 else [one])]


@pytest.fixture(scope="module")
def made(migrated: Database, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    """On PostgreSQL, wherever the other tests run: Celery's workers need it."""
    directory = tmp_path_factory.mktemp("made")
    if not isinstance(migrated, PostgresDatabase):
        with make_ground("postgres", directory) as ground:
            yield Made.of(ground.database, directory)
        return
    database = migrated.copy(directory)
    try:
        yield Made.of(database, directory)
    finally:
        database.drop()


@pytest.fixture
def shop(made: Made, tmp_path: Path) -> Iterator[CeleryStand]:
    """A Stockroom with its web server and no worker."""
    with celery_stand(made, tmp_path) as shop:
        shop.stand.start_server()
        yield shop


def all_stored(answers: list[Answer]) -> bool:
    return {(answer.status, answer.body) for answer in answers} == {STORED}


def test_two_workers_apply_everything_once(shop: CeleryStand) -> None:
    shop.start_worker()
    shop.start_worker()
    assert all_stored(shop.post([*OPENINGS, *more(600)]))
    shop.check(more=600)
    assert shop.broker.received() > 0
    assert shop.stand.rows("SELECT DISTINCT attempts FROM webhooks_delivery") == [(1,)]
    # Workers that are asked to stop end in peace.
    assert shop.stand.stop_workers() == [0, 0]


def test_messages_that_are_lost_delay_and_lose_nothing(shop: CeleryStand) -> None:
    shop.start_worker()
    shop.start_worker()
    with meanwhile(shop.broker.lose_messages, every=0.002):
        assert all_stored(shop.post([*OPENINGS, *more(300)], rate=100.0))
        # Nobody is there to be woken by what is left.
        eventually(shop.is_drained)
    shop.check(more=300)


def test_messages_that_come_many_times_apply_nothing_twice(shop: CeleryStand) -> None:
    shop.start_worker(processes=2)
    shop.start_worker(processes=2)
    with Celery("somebody", broker=shop.broker.url, fixups=[]) as somebody:

        def wake_again() -> None:
            for _ in range(5):
                somebody.send_task("webhooks.drain", queue="stockroom", ignore_result=True)

        with meanwhile(wake_again, every=0.01):
            assert all_stored(shop.post([*OPENINGS, *more(300)], rate=100.0))
            eventually(shop.is_drained)
    # Many more than there are deliveries, and than a driver of ours sends: it leaves twenty a second at most.
    assert shop.broker.received() > 320
    shop.check(more=300)


def test_while_nobody_works_one_message_waits_and_not_one_for_each_delivery(shop: CeleryStand) -> None:
    assert all_stored(shop.post([*OPENINGS, *more(300)], rate=150.0))
    eventually(lambda: shop.broker.waiting() == 1)
    assert shop.broker.received() == 1
    shop.start_worker()
    shop.check(more=300)


def test_a_broker_that_hangs_and_stops_delays_nobody_at_the_door_and_loses_nothing(shop: CeleryStand) -> None:
    shop.start_worker()
    shop.start_worker()
    assert all_stored(shop.post([*OPENINGS, *more(100)], rate=100.0))

    shop.broker.hang()
    answers = shop.post(more(200, begin=100), rate=100.0)
    # The workers look by the clock.
    eventually(shop.is_drained)
    shop.broker.go_on()
    shop.broker.stop()
    answers += shop.post(more(200, begin=300), rate=100.0)
    eventually(shop.is_drained)

    with ThreadPoolExecutor(1) as senders:
        coming = senders.submit(shop.post, more(300, begin=500), rate=60.0)
        shop.broker.start()
        answers += coming.result()
    assert all_stored(answers)
    assert max(answer.seconds for answer in answers) < DOOR_SECONDS
    # What was asked for while it was away is sent now, without another delivery.
    eventually(lambda: shop.broker.received() > 0)
    eventually(lambda: shop.broker.waiting() == 0)
    shop.check(more=800)
    assert [worker.poll() for worker in shop.stand.workers] == [None, None]
    assert "workers cannot be woken and look by the clock" in shop.stand.log.read_text()
    assert "Traceback" not in shop.stand.log.read_text()


def test_workers_stop_in_peace_while_the_broker_is_away(shop: CeleryStand) -> None:
    shop.start_worker()
    assert all_stored(shop.post(OPENINGS))
    eventually(shop.is_drained)
    shop.broker.stop()
    assert all_stored(shop.post(more(100)))
    eventually(shop.is_drained)
    assert shop.stand.stop_workers() == [0]
    shop.check(more=100)


def catch_in_mid_batch(shop: CeleryStand, pid: int) -> int:
    """Halt a process of the pool within the transaction that applies a batch; return how many deliveries it holds."""

    def is_caught() -> bool:
        if shop.stand.number(HELD) == 0 or not shop.stand.database.is_being_written():
            return False
        os.kill(pid, signal.SIGSTOP)
        if shop.stand.number(HELD) > 0 and shop.stand.database.is_being_written():
            return True
        os.kill(pid, signal.SIGCONT)
        return False

    eventually(is_caught, every=0.001)
    return shop.stand.number(HELD)


def process_of(worker: int) -> int:
    """The one process of a worker's pool; waits until there is one."""
    eventually(lambda: len(children_of(worker)) == 1)
    [process] = children_of(worker)
    return process


def test_a_process_killed_in_mid_batch_has_a_successor_and_loses_and_doubles_nothing(shop: CeleryStand) -> None:
    assert all_stored(shop.post([*OPENINGS, *more(600)]))
    worker = shop.start_worker()
    first = process_of(worker.pid)
    assert catch_in_mid_batch(shop, first) > 0
    os.kill(first, signal.SIGKILL)
    told = r"the process before this one ended without a word; it was at (no one delivery|delivery \d+)"
    eventually(lambda: bool(re.search(told, shop.stand.worker_log.read_text())))
    assert children_of(worker.pid) not in ([], [first])
    # And the whole worker, with another one beside it.
    shop.start_worker()
    os.killpg(worker.pid, signal.SIGKILL)
    assert worker.wait(timeout=PATIENCE) == -signal.SIGKILL
    shop.check(more=600)


def test_a_delivery_that_kills_its_process_counts_an_attempt_and_delays_no_neighbour(shop: CeleryStand) -> None:
    endpoint = shop.stand.add_square("Square")
    poison = b'{"event_id": "poison-kill-1"}'
    shop.stand.post_all(endpoint, [poison])
    assert all_stored(shop.post([*OPENINGS, *more(100)]))
    shop.start_worker(program=("-m", "tests.e2e.poisoned_celery"))
    eventually(lambda: shop.pending() == 1)
    eventually(lambda: shop.stand.number("SELECT COUNT(*) FROM webhooks_delivery WHERE failed_at IS NOT NULL") == 1)
    [(reason, attempts)] = shop.stand.rows("SELECT reason, attempts FROM webhooks_delivery WHERE state = 'pending'")
    assert reason == "WorkerEnded: the worker ended while it was at it"
    assert attempts in {1, 2}
    assert shop.counts() == {f"SKU-{number:02}": 105 for number in range(LISTINGS)}


@pytest.mark.parametrize("whom", ["the worker", "all of its processes", "the process in its pool"])
def test_who_is_asked_to_stop_finishes_what_is_in_hand(shop: CeleryStand, whom: str) -> None:
    assert all_stored(shop.post([*OPENINGS, *more(600)]))
    worker = shop.start_worker()
    process = process_of(worker.pid)
    assert catch_in_mid_batch(shop, process) > 0
    match whom:
        case "the worker":
            worker.terminate()
        case "all of its processes":
            os.killpg(worker.pid, signal.SIGTERM)
        case _:
            os.kill(process, signal.SIGTERM)
    os.kill(process, signal.SIGCONT)
    if whom == "the process in its pool":
        eventually(lambda: children_of(worker.pid) not in ([], [process]))
    else:
        assert worker.wait(timeout=PATIENCE) == 0
        assert shop.stand.number(HELD) == 0
        shop.start_worker()
    shop.check(more=600)
    assert shop.stand.rows("SELECT DISTINCT attempts FROM webhooks_delivery") == [(1,)]


def test_serve_runs_a_celery_worker_which_starts_the_proofs_too(made: Made, tmp_path: Path) -> None:
    with celery_stand(made, tmp_path) as shop:
        shop.stand.serve()
        assert all_stored(shop.post([*OPENINGS, *more(20)]))
        eventually(shop.is_drained)
        assert shop.broker.received() > 0
        shop.stand.command("shell", "-c", "from inventory import proofs; proofs.ask('ada')")
        finished = "SELECT COUNT(*) FROM inventory_proofrun WHERE finished_at IS NOT NULL"
        eventually(lambda: shop.stand.number(finished) == 1)
        found = "SELECT asked_by, counts, deliveries, breach_count, error FROM inventory_proofrun"
        assert shop.stand.rows(found) == [("ada", 20, 40, 0, "")]
        assert shop.stand.stop_server() == 0


@pytest.mark.parametrize("pool", ["solo", "threads"])
def test_a_pool_without_a_clock_in_each_process_is_refused(shop: CeleryStand, pool: str) -> None:
    worker = shop.stand.start_worker("--app", "config", "worker", "--pool", pool, program=("-m", "celery"))
    assert worker.wait(timeout=PATIENCE) == 1
    assert "Stockroom's Celery workers need the pool prefork" in shop.stand.worker_log.read_text()
