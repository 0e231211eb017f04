"""Requests nobody would write by hand, and the reference library as a second opinion."""

import time
from base64 import b64encode
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook, WebhookVerificationError

from tests.webhooks.verification.support import NOW, request, secrets
from webhooks.verification import (
    BasicAuth,
    BearerToken,
    BodyHmac,
    Refused,
    Scheme,
    StandardWebhooks,
    StaticHeader,
    TimestampedHmac,
    UrlBodyHmac,
    UrlToken,
    Verified,
    sign,
    verify,
)

SECRET = "whsec_c3RvY2tyb29tLXRlc3Qta2V5LTAx"
PAIR = "user:whsec_c3RvY2tyb29t"
SCHEMES: list[Scheme] = [
    BodyHmac(header="x-signature"),
    BodyHmac(header="x-signature", encoding="base64", prefix="sha256=", algorithm="sha512"),
    UrlBodyHmac(url="https://stock.example/hooks/t/", header="x-signature"),
    TimestampedHmac(header="x-signature"),
    StandardWebhooks(),
    BearerToken(),
    StaticHeader(headers=("x-signature", "authorization")),
    BasicAuth(),
    UrlToken(),
]
NAMES = (
    "x-signature",
    "authorization",
    "webhook-id",
    "webhook-timestamp",
    "webhook-signature",
    "svix-id",
    "svix-timestamp",
    "svix-signature",
)

# Fragments of real headers, so that random values get past the first check as well.
fragments = st.sampled_from(
    [
        b"t=1700000000",
        b"v1=" + b"0" * 64,
        b"v1=",
        b"v0=",
        b"v1," + b"A" * 43 + b"=",
        b"v1a,",
        b"sha256=",
        b"A" * 43 + b"=",
        b"0" * 64,
        b"Bearer ",
        b"Basic ",
        b"dXNlcjpwYXNz",
        b"1700000000",
        b"msg_1",
        b",",
        b" ",
        b"=",
        b".",
        b"\x00",
        b"\xff",
        b"\r\n",
        "１٣".encode(),
    ]
)
values = st.one_of(
    st.binary(max_size=120),
    st.lists(st.one_of(fragments, st.binary(max_size=4)), max_size=8).map(b"".join),
    st.binary(min_size=1, max_size=3).map(lambda piece: piece * 40_000),
)
headers = st.lists(st.tuples(st.sampled_from(NAMES), values), max_size=10)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
@given(sent=headers, body=st.binary(max_size=300), now=st.integers(min_value=-(2**70), max_value=2**70))
def test_a_random_request_is_refused_with_printable_words_and_raises_nothing(
    scheme: Scheme, sent: list[tuple[str, bytes]], body: bytes, now: int
) -> None:
    outcome = verify(request(body, *sent, now=now), scheme, secrets(SECRET, PAIR))
    if isinstance(scheme, UrlToken):
        assert outcome == Verified(secret_id=None)
    else:
        assert isinstance(outcome, Refused)
        assert outcome.detail.isprintable()
        assert outcome.detail.isascii()
        assert len(outcome.detail) < 500


@given(secret=st.text(max_size=40), value=values)
def test_a_random_secret_raises_nothing(secret: str, value: bytes) -> None:
    sent = request(b"{}", *((name, value) for name in NAMES))
    for scheme in SCHEMES:
        assert isinstance(verify(sent, scheme, secrets(secret)), Verified | Refused)


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)
@given(body=st.binary(min_size=1, max_size=300), at=st.integers(min_value=0, max_value=999_999_999_999))
def test_what_is_signed_is_verified_at_that_moment_and_under_no_other_secret(
    scheme: Scheme, body: bytes, at: int
) -> None:
    secret = PAIR if isinstance(scheme, BasicAuth) else SECRET
    sent = request(body, *sign(scheme, secret, body, at=at, message_id="msg_1"), now=at)
    assert isinstance(verify(sent, scheme, secrets(secret)), Verified)
    if not isinstance(scheme, UrlToken):
        assert isinstance(verify(sent, scheme, secrets("whsec_YW5vdGhlcg", "another:one")), Refused)


@given(
    key=st.binary(min_size=1, max_size=64),
    padded=st.booleans(),
    message_id=st.from_regex(r"msg_[A-Za-z0-9]{1,30}", fullmatch=True),
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=200),
    at=st.integers(min_value=0, max_value=250_000_000_000),
)
def test_a_signature_of_the_reference_library_is_verified_and_equals_ours(
    key: bytes, padded: bool, message_id: str, text: str, at: int
) -> None:
    encoded = b64encode(key).decode()
    secret = "whsec_" + (encoded if padded else encoded.rstrip("="))
    signature = Webhook(secret).sign(message_id, datetime.fromtimestamp(at, UTC), text).encode()
    ours = sign(StandardWebhooks(), secret, text.encode(), at=at, message_id=message_id)
    assert ours == (
        ("webhook-id", message_id.encode()),
        ("webhook-timestamp", str(at).encode()),
        ("webhook-signature", signature),
    )
    assert verify(request(text.encode(), *ours, now=at), StandardWebhooks(), secrets(secret)) == Verified(
        secret_id=1, signed_at=at, message_id=message_id
    )


def test_the_reference_library_verifies_what_we_sign_and_nothing_else() -> None:
    at = int(time.time())
    body = b'{"sku":"A-1","available":5}'
    signed = sign(StandardWebhooks(), SECRET, body, at=at, message_id="msg_1")
    sent = {name: value.decode() for name, value in signed}
    assert Webhook(SECRET).verify(body, sent) == {"sku": "A-1", "available": 5}
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body.replace(b"5", b"6"), sent)


@pytest.mark.parametrize("size", [100_000, 1_000_000])
def test_a_list_of_very_many_signatures_is_answered_within_a_second(size: int) -> None:
    one = b"v1," + b"A" * 43 + b"="
    listed = b" ".join([one] * (size // len(one)))
    sent = request(b"{}", ("webhook-id", b"m"), ("webhook-timestamp", str(NOW).encode()), ("webhook-signature", listed))
    started = time.perf_counter()
    outcome = verify(sent, StandardWebhooks(), secrets(SECRET, "whsec_YWJj", "whsec_YWJk"))
    assert isinstance(outcome, Refused)
    assert time.perf_counter() - started < 1
