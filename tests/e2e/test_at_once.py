"""Many at once: senders at the door, and workers at the inbox."""

import select
import socket
from contextlib import ExitStack

import psycopg
import pytest

from tests.e2e.databases import PostgresDatabase
from tests.e2e.stand import PATIENCE, Stand, eventually
from tests.webhooks import square

STALLED = 200
LIMIT = 1_048_576
"""Bytes of a body."""
MOST_HELD = 67_108_864
"""Bytes of all bodies together, as the operations guide says."""


def test_senders_that_stall_do_not_keep_the_others_waiting(stand: Stand) -> None:
    endpoint = stand.add_square("Square")
    opening = f"POST {endpoint.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n{{".encode()
    with ExitStack() as open_lines:
        lines = [open_lines.enter_context(stand.dial()) for _ in range(STALLED)]
        for line in lines:
            line.sendall(opening)
        bodies = [square.counts_updated([square.count("1")], event_id=f"beside-{number}") for number in range(20)]
        stand.post_all(endpoint, bodies)
        assert stand.request("GET", endpoint.path).status == 405
        # Those that stalled may go on.
        for line in lines:
            line.sendall(b" " * 8)
        assert {line.recv(12) for line in lines} == {b"HTTP/1.1 401"}


def test_bodies_that_are_held_are_bounded_in_all(stand: Stand) -> None:
    """A sender that would take more memory than there is for all is asked to try again, and others are taken in."""
    endpoint = stand.add_square("Square")
    head = f"POST {endpoint.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {LIMIT}\r\n\r\n".encode()
    with ExitStack() as open_lines:
        lines = [open_lines.enter_context(stand.dial()) for _ in range(MOST_HELD // LIMIT + 8)]
        for line in lines:
            line.sendall(head + b" " * (LIMIT - 1))
        # One of them is turned away, or whoever comes while they are held.
        eventually(lambda: is_any_answered(lines) or stand.post(endpoint, square.CAPTURED).status == 503)
    eventually(lambda: stand.post(endpoint, square.CAPTURED).status == 200)


def is_any_answered(lines: list[socket.socket]) -> bool:
    return bool(select.select(lines, [], [], 0)[0])


def test_two_workers_that_drain_at_once_process_each_delivery_once(stand: Stand) -> None:
    # Neither takes all of the 200.
    stand.environment["WORKER_BATCH"] = "100"
    endpoint = stand.add_square("Square")
    bodies = [
        square.counts_updated([square.count(str(number), variation=f"V{number:03}")], event_id=f"event-{number}")
        for number in range(1, 201)
    ]
    stand.post_all(endpoint, bodies)
    stand.kill_server()
    with stand.database.hold_writers():
        workers = [stand.start_worker("--once") for _ in range(2)]
        eventually(lambda: stand.database.number_waiting() == 2)
    printed = [worker.communicate(timeout=PATIENCE)[0].decode().split() for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0]
    assert [words[2:] for words in printed] == [["ignored:", "0", "quarantined:", "0", "failed:", "0"]] * 2
    shares = [int(words[1]) for words in printed]
    assert (sum(shares), min(shares) > 0) == (200, True)
    assert stand.rows("SELECT state, attempts, COUNT(*) FROM webhooks_delivery GROUP BY state, attempts") == [
        ("processed", 1, 200)
    ]
    stock = {row["listing"]: row["quantity"] for row in stand.stock()}
    assert stock == {f"V{number:03}": str(number) for number in range(1, 201)}
    assert stand.prove() == "200 counts, 200 streams, 200 standing events, 200 movements, 200 deliveries: 0 breaches"


def test_what_is_stored_wakes_whoever_listens(stand: Stand) -> None:
    if not isinstance(stand.database, PostgresDatabase):
        pytest.skip("SQLite has nobody to notify; workers look by the clock")
    endpoint = stand.add_square("Square")
    with psycopg.connect(stand.database.url, autocommit=True) as line:
        line.execute("LISTEN stockroom_inbox")
        assert stand.post(endpoint, square.CAPTURED).status == 200
        [heard] = line.notifies(timeout=PATIENCE, stop_after=1)
    assert heard.channel == "stockroom_inbox"
