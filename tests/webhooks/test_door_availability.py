"""What the door answers to a request in order: at which endpoint, by which method, and when it cannot take it in."""

import io
import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from tests.webhooks import square
from tests.webhooks.door_support import NeverRead, nothing_is_kept, send, told
from tests.webhooks.shop import SquareShop
from webhooks import inbox, lookup, views, worker
from webhooks.encryption import keyed_hashes
from webhooks.models import Delivery, Endpoint, Token

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
ANOTHER_FIELD_KEY = "0nWpGjyUQmdT3PSxTlkIWhJJfqDsHf9yO0Ifcb0KbJ8="


# --- Which endpoint, which method ------------------------------------------------------------------------


def test_an_unknown_token_is_not_found(shop: SquareShop) -> None:
    answer = shop.client.post("/hooks/AAAAAAAAAAAAAAAAAAAAAA/", square.CAPTURED, content_type="application/json")
    assert told(answer) == (404, b"not found\n", None)
    assert nothing_is_kept()


def test_an_ended_token_is_not_found_and_its_successor_is(shop: SquareShop) -> None:
    Token.objects.update(not_after=datetime(2020, 1, 1, tzinfo=UTC))
    assert told(send(shop)) == (404, b"not found\n", None)
    Token.objects.update(not_after=None)
    lookup.forget_doorways()
    assert told(send(shop)) == (200, b"stored\n", None)


def test_a_disabled_endpoint_is_not_found(shop: SquareShop) -> None:
    Endpoint.objects.update(state=Endpoint.State.DISABLED)
    assert told(send(shop)) == (404, b"not found\n", None)
    assert nothing_is_kept()


def test_the_cache_is_what_lets_a_change_wait_for_up_to_a_second(
    shop: SquareShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = 1000.0
    monkeypatch.setattr("webhooks.lookup.time.monotonic", lambda: clock)
    assert send(shop).status_code == 200
    Endpoint.objects.update(state=Endpoint.State.DISABLED)
    clock = 1000.999
    assert send(shop).status_code == 200
    clock = 1001.0
    assert send(shop).status_code == 404


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
def test_only_post_is_accepted(shop: SquareShop, method: str) -> None:
    answer = send(shop, method=method)
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert answer.content == (b"" if method == "HEAD" else b"only POST is accepted here\n")
    assert nothing_is_kept()


def test_a_stranger_learns_of_no_endpoint_by_another_method(shop: SquareShop) -> None:
    assert told(shop.client.get("/hooks/AAAAAAAAAAAAAAAAAAAAAA/")) == (404, b"not found\n", None)


@pytest.mark.parametrize("ending", ["/", ""])
def test_a_delivery_is_taken_with_and_without_the_slash(shop: SquareShop, ending: str) -> None:
    answer = shop.client.generic(
        "POST",
        shop.made.token.path.rstrip("/") + ending,
        square.CAPTURED,
        headers={"x-square-hmacsha256-signature": square.signature(shop.made.token.public_url, square.CAPTURED)},
    )
    assert told(answer) == (200, b"stored\n", None)


def test_a_duplicate_gets_the_same_answer(shop: SquareShop) -> None:
    assert [told(send(shop)) for _ in range(3)] == [(200, b"stored\n", None)] * 3
    assert Delivery.objects.count() == 1


# --- Paused ----------------------------------------------------------------------------------------------


def test_a_paused_endpoint_keeps_what_comes_and_lets_it_wait_until_it_is_active_again(shop: SquareShop) -> None:
    Endpoint.objects.update(state=Endpoint.State.PAUSED)
    with time_machine.travel(NOON, tick=False) as clock:
        assert told(send(shop)) == (200, b"stored\n", None)
        clock.shift(timedelta(hours=3))
        assert (worker.drain(), inbox.is_anything_due()) == ({}, False)
        waiting = Delivery.objects.get()
        assert (waiting.state, waiting.attempts, waiting.received_at) == ("pending", 0, NOON)
        Endpoint.objects.update(state=Endpoint.State.ACTIVE)
        assert worker.drain() == {"processed": 1}
    processed = Delivery.objects.get()
    assert (processed.state, processed.received_at) == ("processed", NOON)
    assert processed.settled_at == datetime(2024, 5, 1, 15, tzinfo=UTC)
    assert shop.stock() == {(square.VARIATION, square.PLACE, "IN_STOCK"): "90"}


# --- What Django would put in the way --------------------------------------------------------------------


def test_a_sender_needs_no_csrf_token(shop: SquareShop) -> None:
    shop.client = Client(enforce_csrf_checks=True)
    assert told(send(shop)) == (200, b"stored\n", None)


def test_https_is_never_forced_on_a_sender_by_a_redirect_but_on_staff_it_is(
    shop: SquareShop, settings: Settings
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    shop.client = Client()
    assert told(send(shop)) == (200, b"stored\n", None)
    assert told(shop.client.get("/hooks/AAAAAAAAAAAAAAAAAAAAAA")) == (404, b"not found\n", None)
    staff = shop.client.get("/admin/login/")
    assert (staff.status_code, staff["Location"]) == (301, "https://testserver/admin/login/")


def test_a_sender_may_come_under_a_host_name_that_nobody_listed_but_staff_may_not(shop: SquareShop) -> None:
    assert told(send(shop, environ={"HTTP_HOST": "shop.example.org"})) == (200, b"stored\n", None)
    assert shop.client.get("/admin/login/", headers={"host": "shop.example.org"}).status_code == 400


# --- Not now ---------------------------------------------------------------------------------------------


class Slow(io.RawIOBase):
    """A body that is being waited for until the gate opens."""

    def __init__(self, body: bytes, begun: threading.Semaphore, gate: threading.Event) -> None:
        self.body = io.BytesIO(body)
        self.begun = begun
        self.gate = gate

    def read(self, size: int = -1, /) -> bytes:
        self.begun.release()
        assert self.gate.wait(timeout=30)
        return self.body.read(size)


def test_the_49th_reader_is_sent_away_at_once_and_welcome_when_one_has_finished(
    shop: SquareShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    doorway = lookup.find_doorway(shop.made.token.value)
    stored: list[str] = []
    monkeypatch.setattr(views, "find_doorway", lambda _: doorway)
    monkeypatch.setattr(inbox, "accept", lambda *arguments: stored.append(arguments[3]))
    begun, gate = threading.Semaphore(0), threading.Event()
    signed = square.signature(shop.made.token.public_url, square.CAPTURED)
    answers: list[tuple[int, bytes, str | None]] = []

    def post(stream: Any) -> None:
        environ = {"wsgi.input": stream}
        headers = {"x-square-hmacsha256-signature": signed}
        request = RequestFactory().generic("POST", "/hooks/token/", square.CAPTURED, headers=headers, **environ)
        answers.append(told(views.receive(request, "token")))

    readers = [threading.Thread(target=post, args=(Slow(square.CAPTURED, begun, gate),)) for _ in range(48)]
    for reader in readers:
        reader.start()
    for _ in readers:
        assert begun.acquire(timeout=30)

    post(NeverRead())
    assert answers == [(503, b"please try again\n", "5")]

    gate.set()
    for reader in readers:
        reader.join()
    post(io.BytesIO(square.CAPTURED))
    assert answers[1:] == [(200, b"stored\n", None)] * 49
    assert stored == ["df5f3813-a913-45a1-94e9-fdc3f7d5e3b6"] * 49


@pytest.mark.parametrize("error", [OperationalError, InterfaceError, DatabaseError])
@pytest.mark.parametrize("where", ["webhooks.inbox.accept", "webhooks.views.find_doorway"])
def test_while_the_database_is_away_the_sender_is_asked_to_try_again(
    shop: SquareShop, monkeypatch: pytest.MonkeyPatch, where: str, error: type[Exception]
) -> None:
    def away(*_: object) -> None:
        raise error("connection refused")

    with monkeypatch.context() as patched:
        patched.setattr(where, away)
        assert told(send(shop)) == (503, b"please try again\n", "5")
    assert nothing_is_kept()
    assert told(send(shop)) == (200, b"stored\n", None)


# --- Lost keys -------------------------------------------------------------------------------------------


def test_under_wrong_field_keys_the_sender_is_asked_to_try_again(shop: SquareShop, settings: Settings) -> None:
    """And not told that there is no such URL: no token can be found then."""
    right = settings.FIELD_KEYS
    settings.FIELD_KEYS = [ANOTHER_FIELD_KEY]
    assert told(send(shop)) == (503, b"please try again\n", "5")
    settings.FIELD_KEYS = right
    assert told(send(shop)) == (200, b"stored\n", None)


def test_a_secret_that_cannot_be_read_proves_nothing_not_even_to_who_knows_its_ciphertext(
    shop: SquareShop, settings: Settings
) -> None:
    (ciphertext,) = raw_secrets()
    settings.FIELD_KEYS = [ANOTHER_FIELD_KEY, *settings.FIELD_KEYS]
    token = Token.objects.get()
    token.digest = keyed_hashes(token.value)[0]
    token.save()
    settings.FIELD_KEYS = [ANOTHER_FIELD_KEY]
    for key in (square.KEY, ciphertext):
        signed = square.signature(token.public_url, square.CAPTURED, key=key)
        assert told(shop.post(square.CAPTURED, signature=signed)) == (
            503,
            b"please try again\n",
            "5",
        )
    assert nothing_is_kept()


def raw_secrets() -> list[str]:
    """The column as it stands in the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM webhooks_secret ORDER BY id")
        return [value for (value,) in cursor.fetchall()]
