"""Square's captured payload, from a signed HTTP request to stock that is read, proven, replayed and rebuilt."""

import json

from tests.e2e.stand import Stand, eventually
from tests.webhooks import square

NINETY = {
    "source": "Square, Main Street",
    "listing": "6F4K33KPNUVDWKZ43KUIFH6K",
    "batch": None,
    "location": "EF6D9SACKWBKZ",
    "product": "6F4K33KPNUVDWKZ43KUIFH6K",
    "location_path": "EF6D9SACKWBKZ",
    "bucket": "available",
    "state": "IN_STOCK",
    "quantity": "90",
    "quality": "exact",
    "as_of": "2020-12-29T18:38:45.10296Z",
}
PROVEN = "1 counts, 1 streams, {events} standing events, 1 movements, 1 deliveries: 0 breaches"


def test_a_signed_request_becomes_stock_that_can_be_read_proven_replayed_and_rebuilt(stand: Stand) -> None:
    endpoint = stand.add_square("Square, Main Street")
    assert endpoint.public_url == f"http://127.0.0.1:{stand.port}{endpoint.path}"

    answer = stand.post(endpoint, square.CAPTURED, **{"Square-Environment": "Production", "Square-Retry-Number": "1"})
    assert (answer.status, answer.body) == (200, b"stored\n")
    assert stand.stock() == []
    assert stand.work_once() == "processed: 1\nignored: 0\nquarantined: 0\nfailed: 0\n"
    assert stand.stock() == [NINETY]
    assert stand.prove() == PROVEN.format(events=1)
    [(body, headers, attempts, replays)] = stand.rows("SELECT body, headers, attempts, replays FROM webhooks_delivery")
    assert bytes(body) == square.CAPTURED
    assert sorted(json.loads(headers) if isinstance(headers, str) else headers) == [
        ["content-length", str(len(square.CAPTURED))],
        ["content-type", "application/json"],
        ["square-environment", "Production"],
        ["square-retry-number", "1"],
    ]
    assert (attempts, replays) == (1, 0)

    assert stand.post(endpoint, square.CAPTURED).status == 200
    assert stand.work_once() == "processed: 0\nignored: 0\nquarantined: 0\nfailed: 0\n"

    [(number,)] = stand.rows("SELECT id FROM webhooks_delivery")
    assert stand.command("replay", str(number)) == "put back: 1\n"
    assert stand.work_once() == "processed: 1\nignored: 0\nquarantined: 0\nfailed: 0\n"
    assert stand.stock() == [NINETY]
    assert stand.prove() == PROVEN.format(events=1)
    assert stand.rows("SELECT state, replays FROM webhooks_delivery") == [("processed", 1)]

    url = f"http://127.0.0.1:{stand.port}{endpoint.path}"
    assert stand.command("send_test", str(endpoint.id), "--url", url) == "200\nstored\n"
    assert stand.command("send_test", str(endpoint.id)) == "200\nstored\n"
    assert stand.work_once() == "processed: 0\nignored: 0\nquarantined: 0\nfailed: 0\n"
    assert stand.stock() == [NINETY]
    assert stand.rows("SELECT COUNT(*) FROM webhooks_refusal") == [(0,)]


def test_serve_makes_stock_of_a_delivery_by_itself(idle_stand: Stand) -> None:
    idle_stand.serve()
    endpoint = idle_stand.add_square("Square, Main Street")
    assert idle_stand.post(endpoint, square.CAPTURED).status == 200
    eventually(lambda: idle_stand.rows("SELECT state FROM webhooks_delivery") == [("processed",)])
    assert idle_stand.stock() == [NINETY]
    assert idle_stand.prove() == PROVEN.format(events=1)
    assert idle_stand.stop_server() == 0
