"""Many at once: senders at the door, and workers at the inbox."""

import select
import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import psycopg
import pytest

from tests.e2e.databases import PostgresDatabase
from tests.e2e.stand import PATIENCE, SquareEndpoint, Stand, eventually
from tests.webhooks import square

MOST_READING = 48
FULL = 503


def test_senders_that_stall_do_not_keep_the_others_waiting(stand: Stand) -> None:
    endpoint = stand.add_square("Square")
    opening = f"POST {endpoint.path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n{{".encode()
    with ExitStack() as open_lines:
        lines: list[socket.socket] = []

        def stall(number: int) -> None:
            for _ in range(number):
                lines.append(open_lines.enter_context(stand.dial()))
                lines[-1].sendall(opening)

        def is_full() -> bool:
            if stand.post(endpoint, square.CAPTURED).status == FULL:
                return True
            # While it was read, it may have had the place of one that was to stall, and was turned away.
            stall(1)
            return False

        stall(MOST_READING)
        eventually(is_full)
        answer = stand.post(endpoint, square.CAPTURED)
        assert (answer.status, answer.body, answer.headers["retry-after"]) == (FULL, b"please try again\n", "5")
        assert answer.seconds < 1
        # A request that reads no body is answered as ever.
        assert stand.request("GET", endpoint.path).status == 405
        # One of those that stalled goes on, and its place is free for another.
        answered, _, _ = select.select(lines, [], [], 0)
        patient = next(line for line in lines if line not in answered)
        patient.sendall(b" " * 8)
        assert patient.recv(12) == b"HTTP/1.1 401"
        eventually(lambda: stand.post(endpoint, square.CAPTURED).status == 200)
        for line in lines:
            if line not in answered:
                line.shutdown(socket.SHUT_RDWR)
    eventually(lambda: all_are_stored(stand, endpoint))


def all_are_stored(stand: Stand, endpoint: SquareEndpoint) -> bool:
    """Whether as many senders as may read at once, each with its whole body, are all answered with 200."""
    bodies = [square.counts_updated([square.count("1")], event_id=f"after-{number}") for number in range(MOST_READING)]
    with ThreadPoolExecutor(MOST_READING) as pool:
        return all(answer.status == 200 for answer in pool.map(lambda body: stand.post(endpoint, body), bodies))


def test_two_workers_that_drain_at_once_process_each_delivery_once(stand: Stand) -> None:
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
