"""SIGKILL, for a worker in mid-batch and for the server right behind an answer: nothing is lost, nothing doubled."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from decimal import Decimal
from http.client import HTTPException

from tests.e2e.stand import PATIENCE, STORED, SquareEndpoint, Stand, ask, eventually
from tests.webhooks import square

VARIATIONS = 50
READINGS = 7
KILLS = 3
BATCH = 100
"""Each kill is in another batch: it holds at most so many of the 350 deliveries."""


def reading(number: int) -> tuple[str, int, int]:
    """The variation, second and quantity of delivery `number` (from 0).

    Seven readings of each of fifty variations, every quantity its own. The seconds of each variation come in the
    order 3 6 2 5 1 4 0, so that two of its readings are newer than all before them, and five are late.
    """
    variation, turn = number % VARIATIONS, number // VARIATIONS
    return f"V{variation:02}", (3 + 3 * turn) % READINGS, 1_000 * (variation + 1) + turn


def body(number: int) -> bytes:
    variation, second, quantity = reading(number)
    at = f"2026-01-31T12:00:{second:02}.000000001Z"
    row = square.count(str(quantity), variation=variation, at=at)
    return square.counts_updated([row], event_id=f"event-{number}")


HELD = "SELECT COUNT(*) FROM webhooks_delivery WHERE state = 'pending' AND attempts > 0"
"""Deliveries that a worker has taken and not settled."""


def kill_in_mid_batch(stand: Stand) -> int:
    """Start a worker, and kill it with its supervisor within the transaction that applies a batch; return how many
    deliveries that held.
    """
    before = stand.number(HELD)
    worker = stand.start_worker()

    def is_caught() -> bool:
        if stand.number(HELD) == before or not stand.database.is_being_written():
            return False
        os.killpg(worker.pid, signal.SIGSTOP)
        if stand.number(HELD) > before and stand.database.is_being_written():
            return True
        os.killpg(worker.pid, signal.SIGCONT)
        return False

    eventually(is_caught, every=0.001)
    os.killpg(worker.pid, signal.SIGKILL)
    assert worker.wait(timeout=PATIENCE) == -signal.SIGKILL
    return stand.number(HELD) - before


def test_a_worker_killed_in_mid_batch_loses_and_doubles_nothing(stand: Stand) -> None:
    stand.environment["WORKER_BATCH"] = str(BATCH)
    endpoint = stand.add_square("Square")
    bodies = [body(number) for number in range(VARIATIONS * READINGS)]
    stand.post_all(endpoint, [*bodies, *bodies[::10]])
    assert stand.number("SELECT COUNT(*) FROM webhooks_delivery") == 350

    held = [kill_in_mid_batch(stand) for _ in range(KILLS)]
    assert min(held) > 0
    settled_before = stand.number("SELECT COUNT(*) FROM webhooks_delivery WHERE state = 'processed'")
    assert settled_before < 350
    assert stand.work_once() == f"processed: {350 - settled_before}\nignored: 0\nquarantined: 0\nfailed: 0\n"

    assert stand.rows("SELECT state, COUNT(*) FROM webhooks_delivery GROUP BY state") == [("processed", 350)]
    # What a batch lost with its worker is tried alone the next time; nothing needed a third attempt.
    assert stand.rows("SELECT DISTINCT attempts FROM webhooks_delivery ORDER BY attempts") == [(1,), (2,)]
    # Second 6 comes on the second turn of every variation: 1001, 2001, ... 50001.
    assert {row["listing"]: row["quantity"] for row in stand.stock()} == {
        f"V{variation:02}": str(1_000 * (variation + 1) + 1) for variation in range(VARIATIONS)
    }
    assert movements_in_order(stand) == expected_movements(stand)
    assert stand.prove() == (
        f"50 counts, 50 streams, 350 standing events, {len(expected_movements(stand))} movements, "
        "350 deliveries: 0 breaches"
    )


def movements_in_order(stand: Stand) -> list[tuple[str, Decimal]]:
    """The whole ledger: the variation and the effect of each movement."""
    rows = stand.rows(
        "SELECT inventory_listing.external_id, inventory_movement.delta FROM inventory_movement "
        "JOIN inventory_count ON inventory_count.id = inventory_movement.count_id "
        "JOIN inventory_listing ON inventory_listing.id = inventory_count.listing_id ORDER BY inventory_movement.seq"
    )
    return [(variation, Decimal(millionths) / 1_000_000) for variation, millionths in rows]


def expected_movements(stand: Stand) -> list[tuple[str, Decimal]]:
    """What must move if deliveries are applied in the order in which they were settled, each once."""
    newest: dict[str, tuple[int, int]] = {}
    moved = []
    for (key,) in stand.rows("SELECT dedup_key FROM webhooks_delivery ORDER BY settled_at, id"):
        variation, second, quantity = reading(int(key.removeprefix("event-")))
        last_second, last_quantity = newest.get(variation, (-1, 0))
        if second > last_second:
            newest[variation] = (second, quantity)
            moved.append((variation, Decimal(quantity - last_quantity)))
    return moved


def test_what_was_answered_with_200_is_there_after_the_server_is_killed(stand: Stand) -> None:
    endpoint = stand.add_square("Square")
    assert stand.post(endpoint, square.CAPTURED).status == 200
    stand.kill_server()
    stand.start_server()
    assert stand.work_once() == "processed: 1\nignored: 0\nquarantined: 0\nfailed: 0\n"
    assert [(row["listing"], row["quantity"]) for row in stand.stock()] == [(square.VARIATION, "90")]


def test_a_server_killed_under_load_keeps_all_that_it_answered_and_takes_the_rest_again(stand: Stand) -> None:
    endpoint = stand.add_square("Square")
    with ThreadPoolExecutor(4) as pool:
        senders = [pool.submit(post_until_cut, stand, endpoint, sender) for sender in range(4)]
        eventually(lambda: stand.number("SELECT COUNT(*) FROM webhooks_delivery") > 40, every=0.001)
        stand.kill_server()
        answered = [key for sender in senders for key in sender.result()]
    stored = {key for (key,) in stand.rows("SELECT dedup_key FROM webhooks_delivery")}
    assert len(answered) >= 30
    assert [key for key in answered if key not in stored] == []
    # Each sender may have had one request whose answer was lost: it was stored, or will be, by its repeat.
    assert len(stored) - len(answered) <= 4

    stand.start_server()
    stand.post_all(endpoint, [square.counts_updated([square.count("1")], event_id=key) for key in sorted(stored)])
    rows = stand.rows("SELECT dedup_key, COUNT(*) FROM webhooks_delivery GROUP BY dedup_key")
    assert sorted(rows) == sorted((key, 1) for key in stored)


def post_until_cut(stand: Stand, endpoint: SquareEndpoint, sender: int) -> list[str]:
    """Post one delivery after another until the server is gone; return the ids of those it answered."""
    answered: list[str] = []
    deadline = time.monotonic() + PATIENCE
    with closing(stand.connect()) as connection:
        while time.monotonic() < deadline:
            key = f"{sender}-{len(answered)}"
            body = square.counts_updated([square.count("1")], event_id=key)
            try:
                answer = ask(connection, "POST", endpoint.path, body, endpoint.signed(body))
            except (OSError, HTTPException):
                return answered
            assert (answer.status, answer.body) == STORED
            answered.append(key)
    raise AssertionError("the server was not killed")
