"""The schemes that sign a time: the window, how a time may be written, and the header that Tracktile sends.

Expected signatures come from hashlib's HMAC by the sender's written recipe, never from `sign`.
"""

import hmac
from base64 import b64encode

import pytest

from tests.webhooks.verification.support import NOW, request, secrets
from webhooks.verification import (
    Cause,
    Outcome,
    Refused,
    SignedRequest,
    StandardWebhooks,
    TimestampedHmac,
    Verified,
    verify,
)

BODY = b'{"id":"evt_1"}'
SECRET = "whsec_c3RvY2tyb29tLXRlc3Qta2V5LTAx"
DECODED_KEY = b"stockroom-test-key-01"
TRACKTILE = TimestampedHmac(header="x-tracktile-signature")


def v1(time: bytes, body: bytes = BODY, key: bytes = SECRET.encode()) -> bytes:
    return hmac.new(key, time + b"." + body, "sha256").hexdigest().encode()


def standard_v1(time: bytes) -> bytes:
    content = b"msg_1." + time + b"." + BODY
    return b"v1," + b64encode(hmac.new(DECODED_KEY, content, "sha256").digest())


def tracktile(value: bytes, scheme: TimestampedHmac = TRACKTILE, now: int = NOW) -> Outcome:
    return verify(request(BODY, ("x-tracktile-signature", value), now=now), scheme, secrets(SECRET))


def standard(signature: bytes, *, time: bytes, tolerance: int = 300) -> Outcome:
    sent = request(
        BODY,
        ("webhook-id", b"msg_1"),
        ("webhook-timestamp", time),
        ("webhook-signature", signature),
    )
    return verify(sent, StandardWebhooks(tolerance=tolerance), secrets(SECRET))


def stale(seconds: int, tolerance: int = 300) -> Refused:
    return Refused(
        cause=Cause.STALE,
        detail=f"Signed {seconds} s before it arrived; at most {tolerance} s is accepted.",
    )


def future(seconds: int, tolerance: int = 300) -> Refused:
    return Refused(
        cause=Cause.FUTURE,
        detail=f"Signed {seconds} s ahead of our clock; at most {tolerance} s is accepted.",
    )


WINDOW = [
    (-1_700_000_000, 300, stale(1_700_000_000)),
    (-86_400, 300, stale(86_400)),
    (-301, 300, stale(301)),
    (-300, 300, None),
    (-299, 300, None),
    (0, 300, None),
    (299, 300, None),
    (300, 300, None),
    (301, 300, future(301)),
    (86_400, 300, future(86_400)),
    (-1, 0, stale(1, 0)),
    (0, 0, None),
    (1, 0, future(1, 0)),
    (-600, 600, None),
    (-601, 600, stale(601, 600)),
    (601, 600, future(601, 600)),
]


@pytest.mark.parametrize(("skew", "tolerance", "refused"), WINDOW)
def test_the_window_is_closed_and_symmetric_around_the_time_of_arrival(
    skew: int, tolerance: int, refused: Refused | None
) -> None:
    at = NOW + skew
    time = str(at).encode()
    assert tracktile(
        b"t=" + time + b",v1=" + v1(time),
        TimestampedHmac(header="x-tracktile-signature", tolerance=tolerance),
    ) == (refused or Verified(secret_id=1, signed_at=at))
    assert standard(standard_v1(time), time=time, tolerance=tolerance) == (
        refused or Verified(secret_id=1, signed_at=at, message_id="msg_1")
    )


@pytest.mark.parametrize("nanoseconds", [0, 1, 999_999_999])
def test_the_fraction_of_the_second_of_arrival_does_not_move_the_window(nanoseconds: int) -> None:
    def arriving(second: int) -> SignedRequest:
        return SignedRequest(
            method="POST",
            headers=(("x-tracktile-signature", b"t=1700000000,v1=" + v1(b"1700000000")),),
            body=BODY,
            received_at=second * 1_000_000_000 + nanoseconds,
        )

    verified = Verified(secret_id=1, signed_at=NOW)
    assert verify(arriving(NOW + 300), TRACKTILE, secrets(SECRET)) == verified
    assert verify(arriving(NOW - 300), TRACKTILE, secrets(SECRET)) == verified
    assert verify(arriving(NOW + 301), TRACKTILE, secrets(SECRET)) == stale(301)
    assert verify(arriving(NOW - 301), TRACKTILE, secrets(SECRET)) == future(301)


@pytest.mark.parametrize("time", [b"0", b"1", b"1699990000", b"1700010000", b"999999999999"])
def test_a_time_out_of_the_window_is_not_reported_before_its_signature_holds(time: bytes) -> None:
    wrong_key = v1(time, key=b"somebody else's")
    for outcome in (
        tracktile(b"t=" + time + b",v1=" + wrong_key),
        standard(standard_v1(b"1700000000"), time=time),
    ):
        assert isinstance(outcome, Refused)
        assert outcome.cause is Cause.WRONG


def test_a_signature_cannot_be_moved_to_another_time() -> None:
    outcome = tracktile(b"t=1700000001,v1=" + v1(b"1700000000"))
    assert isinstance(outcome, Refused)
    assert outcome.cause is Cause.WRONG


def test_the_time_is_signed_as_it_was_written() -> None:
    assert tracktile(b"t=01700000000,v1=" + v1(b"01700000000")) == Verified(secret_id=1, signed_at=NOW)
    outcome = tracktile(b"t=01700000000,v1=" + v1(b"1700000000"))
    assert isinstance(outcome, Refused)
    assert outcome.cause is Cause.WRONG


@pytest.mark.parametrize(
    "time",
    [
        b"",
        b"1_700_000_000",
        b"+1700000000",
        b"-1700000000",
        b" 1700000000",
        b"1700000000 ",
        b"1700000000\n",
        b"1700000000.0",
        b"1.7e9",
        b"nan",
        b"inf",
        b"0x6553f100",
        b"1700000000000",
        b"1" * 5_000,
        "\N{ARABIC-INDIC DIGIT ONE}\N{ARABIC-INDIC DIGIT SEVEN}".encode(),
        "\N{DEVANAGARI DIGIT ONE}\N{DEVANAGARI DIGIT SEVEN}".encode(),
        "\N{SUPERSCRIPT TWO}".encode(),
        b"\xff\xfe",
        b"\x001700000000",
    ],
)
def test_a_time_that_is_not_one_to_twelve_ascii_digits_is_malformed_even_if_signed(time: bytes) -> None:
    for outcome in (
        tracktile(b"t=" + time + b",v1=" + v1(time)),
        standard(standard_v1(time), time=time),
    ):
        assert isinstance(outcome, Refused)
        assert outcome.cause is Cause.MALFORMED


RIGHT = v1(b"1700000000")
OTHER = v1(b"1700000000", key=b"another")


@pytest.mark.parametrize(
    "value",
    [
        b"t=1700000000,v1=" + RIGHT,
        b"v1=" + RIGHT + b",t=1700000000",
        b"t=1700000000,v1=" + OTHER + b",v1=" + RIGHT,
        b"t=1700000000,v1=" + RIGHT + b",v1=" + OTHER,
        b"t=1700000000,v1=" + RIGHT + b",v0=" + OTHER,
        b"t=1700000000,v0=anything,v1=" + RIGHT + b",v2=,x=y=z",
    ],
    ids=["plain", "reversed", "second matches", "first matches", "with v0", "with unknown keys"],
)
def test_any_matching_v1_will_do_in_any_place(value: bytes) -> None:
    assert tracktile(value) == Verified(secret_id=1, signed_at=NOW)


@pytest.mark.parametrize(
    "value",
    [
        b"t=1700000000",
        b"v1=" + RIGHT,
        b"t=1700000000,v0=" + RIGHT,
        b"t=1700000000,V1=" + RIGHT,
        b"T=1700000000,v1=" + RIGHT,
        b"t=1700000000,t=1700000000,v1=" + RIGHT,
        b"t=1,t=1700000000,v1=" + RIGHT,
        b"t=1700000000,v1=" + RIGHT + b",v1=short",
        b"t=1700000000,v1==" + RIGHT[1:],
        b"t=1700000000;v1=" + RIGHT,
        b"t=1700000000, v1=" + RIGHT,
        b"t=1700000000,,v1=" + RIGHT,
        b"t=1700000000,v1=" + RIGHT + b",",
        b"t=1700000000,v1=" + RIGHT + b",=x",
        b"t=1700000000,v1=" + RIGHT + b",word",
        RIGHT,
    ],
)
def test_a_timestamped_header_that_cannot_be_read_in_one_way_is_malformed(value: bytes) -> None:
    outcome = tracktile(value)
    assert isinstance(outcome, Refused)
    assert outcome.cause is Cause.MALFORMED


def test_the_detail_of_a_malformed_timestamped_header_counts_what_was_found() -> None:
    assert tracktile(b"t=1700000000,t=1,v1=xyz") == Refused(
        cause=Cause.MALFORMED,
        detail="The x-tracktile-signature header holds 23 bytes with 2 t and 1 v1, 0 of them well-formed; "
        "expected t=<unix seconds>,v1=<64 hexadecimal digits>, with one t and each v1 well-formed.",
    )
