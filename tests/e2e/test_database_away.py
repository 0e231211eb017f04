"""A database that goes away under a running server and worker, and comes back."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.e2e.outage import CutLine, LockedFile, outage_of
from tests.e2e.stand import Stand, eventually
from tests.webhooks import square

DOOR_SECONDS = 3.0
"""How long the door waits for its database."""
MARGIN = 1.0


@pytest.fixture
def outage(idle_stand: Stand) -> Iterator[CutLine | LockedFile]:
    outage = outage_of(idle_stand.database)
    idle_stand.environment["DATABASE_URL"] = outage.url
    try:
        yield outage
    finally:
        idle_stand.close()
        outage.close()


def delivery(number: int) -> bytes:
    row = square.count(str(number), at=f"2026-01-31T12:00:{number:02}Z")
    return square.counts_updated([row], event_id=f"event-{number}")


def test_without_a_database_the_answer_is_503_in_time_and_with_it_200_again(
    idle_stand: Stand, outage: CutLine | LockedFile
) -> None:
    stand = idle_stand
    endpoint = stand.add_square("Square")
    stand.start_server()
    worker = stand.start_worker()
    assert stand.post(endpoint, delivery(1)).status == 200
    eventually(lambda: stand.rows("SELECT state FROM webhooks_delivery") == [("processed",)])

    outage.begin()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda number: stand.post(endpoint, delivery(number)), range(2, 10)))
    assert {(answer.status, answer.body, answer.headers["retry-after"]) for answer in answers} == {
        (503, b"please try again\n", "5")
    }
    assert max(answer.seconds for answer in answers) < DOOR_SECONDS + MARGIN
    # And as soon, now that nothing is remembered of the endpoint.
    answer = stand.post(endpoint, delivery(2))
    assert (answer.status, answer.seconds < DOOR_SECONDS + MARGIN) == (503, True)

    outage.end()
    eventually(lambda: stand.post(endpoint, delivery(2)).status == 200)
    stand.post_all(endpoint, [delivery(number) for number in range(2, 10)])
    by_state = "SELECT state, COUNT(*) FROM webhooks_delivery GROUP BY state"
    eventually(lambda: stand.rows(by_state) == [("processed", 9)])
    assert worker.poll() is None
    assert [(row["quantity"], row["as_of"]) for row in stand.stock()] == [("9", "2026-01-31T12:00:09Z")]
    assert stand.prove() == "1 counts, 1 streams, 9 standing events, 9 movements, 9 deliveries: 0 breaches"
