"""What the door answers: every kind of bad input, word for word, and what it leaves behind."""

import io
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.webhooks import square
from tests.webhooks.door_support import NeverRead, nothing_is_kept, send, told
from tests.webhooks.shop import Answer, SquareShop
from webhooks import lookup
from webhooks.models import Delivery, Endpoint, Refusal, Secret


class Endless(io.RawIOBase):
    """A body that never ends, and how much of it was taken."""

    def __init__(self) -> None:
        self.taken = 0

    def read(self, size: int = -1, /) -> bytes:
        self.taken += size
        return b"x" * size


class Broken(io.RawIOBase):
    """A connection that breaks after its first bytes."""

    def __init__(self) -> None:
        self.chunks = [b"{"]

    def read(self, _size: int = -1, /) -> bytes:
        if self.chunks:
            return self.chunks.pop()
        raise ConnectionResetError("the sender went away")


# --- Not proven ------------------------------------------------------------------------------------------


def _no_secret(shop: SquareShop) -> Answer:
    Secret.objects.all().delete()
    return send(shop)


def _unusable_secret(shop: SquareShop) -> Answer:
    Secret.objects.update(value=square.KEY + "\n")
    return send(shop)


def _ended_secret(shop: SquareShop) -> Answer:
    Secret.objects.update(not_after=datetime(2020, 1, 1, tzinfo=UTC))
    return send(shop)


def _missing(shop: SquareShop) -> Answer:
    answer: Answer = shop.client.generic("POST", shop.made.token.path, square.CAPTURED)
    return answer


def _malformed(shop: SquareShop) -> Answer:
    return shop.post(square.CAPTURED, signature="not base64 at all")


def _empty_body(shop: SquareShop) -> Answer:
    return send(shop, b"", environ={"CONTENT_LENGTH": "0"})


def _wrong_key(shop: SquareShop) -> Answer:
    forged = square.signature(shop.made.token.public_url, square.CAPTURED, key="another-key")
    return shop.post(square.CAPTURED, signature=forged)


def _wrong_url(shop: SquareShop) -> Answer:
    without_slash = square.signature(shop.made.token.public_url.rstrip("/"), square.CAPTURED)
    return shop.post(square.CAPTURED, signature=without_slash)


def _changed_body(shop: SquareShop) -> Answer:
    signed = square.signature(shop.made.token.public_url, square.CAPTURED)
    return shop.post(square.CAPTURED.replace(b'"90"', b'"91"'), signature=signed)


NOT_PROVEN: list[tuple[Callable[[SquareShop], Answer], str]] = [
    (_no_secret, "no_secret"),
    (_unusable_secret, "unusable_secret"),
    (_ended_secret, "no_secret"),
    (_missing, "missing"),
    (_malformed, "malformed"),
    (_empty_body, "malformed"),
    (_wrong_key, "wrong"),
    (_wrong_url, "wrong"),
    (_changed_body, "wrong"),
]


@pytest.mark.parametrize(("attempt", "cause"), NOT_PROVEN, ids=[attempt.__name__[1:] for attempt, _ in NOT_PROVEN])
def test_whatever_proves_nothing_is_answered_in_the_same_words_and_kept_as_a_refusal(
    shop: SquareShop, attempt: Callable[[SquareShop], Answer], cause: str
) -> None:
    typical = shop.post(b"{}", signature="no")
    lookup.forget_doorways()
    answer = attempt(shop)
    assert told(answer) == (401, b"not authenticated\n", None)
    assert dict(answer.headers) == dict(typical.headers)
    assert [refusal.cause for refusal in Refusal.objects.order_by("pk")] == ["malformed", cause]
    assert not Delivery.objects.exists()


# --- Encodings and lengths -------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "br", "deflate", "zstd", "identity, gzip", "aws-chunked"])
def test_an_encoded_body_is_not_accepted_and_not_read(shop: SquareShop, encoding: str) -> None:
    answer = send(shop, environ={"HTTP_CONTENT_ENCODING": encoding, "wsgi.input": NeverRead()})
    assert told(answer) == (415, b"an encoded body is not accepted\n", None)
    assert nothing_is_kept()


@pytest.mark.parametrize("encoding", ["identity", "Identity", " identity ", ""])
def test_a_body_that_is_said_to_be_as_it_is_is_stored(shop: SquareShop, encoding: str) -> None:
    assert told(send(shop, environ={"HTTP_CONTENT_ENCODING": encoding})) == (200, b"stored\n", None)


def test_a_body_of_exactly_the_limit_is_stored(shop: SquareShop) -> None:
    body = b" " * 1_048_576
    assert told(send(shop, body)) == (200, b"stored\n", None)
    assert len(Delivery.objects.get().body) == 1_048_576


def test_a_body_announced_as_one_byte_more_is_too_large_and_not_read(shop: SquareShop) -> None:
    answer = send(shop, environ={"CONTENT_LENGTH": "1048577", "wsgi.input": NeverRead()})
    assert told(answer) == (413, b"the body is too large\n", None)
    assert nothing_is_kept()


def test_a_body_without_a_length_is_counted_while_it_is_read_and_left_at_one_byte_too_many(shop: SquareShop) -> None:
    endless = Endless()
    answer = send(shop, environ={"CONTENT_LENGTH": "", "wsgi.input": endless})
    assert told(answer) == (413, b"the body is too large\n", None)
    assert endless.taken == 1_048_577
    assert nothing_is_kept()


def test_a_body_without_a_length_is_stored_byte_for_byte(shop: SquareShop) -> None:
    """As a chunked one arrives, which Django's own request takes for an empty one."""
    answer = send(shop, environ={"CONTENT_LENGTH": "", "wsgi.input": io.BytesIO(square.CAPTURED)})
    assert told(answer) == (200, b"stored\n", None)
    assert bytes(Delivery.objects.get().body) == square.CAPTURED


def test_an_endpoint_may_have_a_limit_of_its_own(shop: SquareShop) -> None:
    Endpoint.objects.update(body_limit=10)
    assert told(send(shop, b'"34567890"')) == (200, b"stored\n", None)
    assert told(send(shop, b'"345678901"')) == (413, b"the body is too large\n", None)


def test_no_more_is_read_than_was_announced(shop: SquareShop) -> None:
    """What follows belongs to the next request on that connection."""
    stream = io.BytesIO(square.CAPTURED + b"POST /hooks/ HTTP/1.1")
    assert told(send(shop, environ={"wsgi.input": stream})) == (200, b"stored\n", None)
    assert stream.read() == b"POST /hooks/ HTTP/1.1"


def test_a_body_shorter_than_announced_was_cut_short(shop: SquareShop) -> None:
    environ = {"CONTENT_LENGTH": str(len(square.CAPTURED) + 1), "wsgi.input": io.BytesIO(square.CAPTURED)}
    assert told(send(shop, environ=environ)) == (400, b"the body ended early\n", None)
    assert nothing_is_kept()


@pytest.mark.parametrize("length", ["100", ""])
def test_a_body_whose_connection_breaks_was_cut_short(shop: SquareShop, length: str) -> None:
    answer = send(shop, environ={"CONTENT_LENGTH": length, "wsgi.input": Broken()})
    assert told(answer) == (400, b"the body ended early\n", None)
    assert nothing_is_kept()


@pytest.mark.parametrize("length", ["many", "-1", "+5", "5.0", "1_0", " 5", "1e3", "٣", "²", "5, 5", "9" * 16])
def test_a_length_that_is_no_number_is_a_bad_request(shop: SquareShop, length: str) -> None:
    answer = send(shop, environ={"CONTENT_LENGTH": length, "wsgi.input": NeverRead()})
    assert told(answer) == (400, b"the content length is not a number\n", None)
    assert nothing_is_kept()
