"""Standard Webhooks: the list of signatures, the message's id, the two spellings, the decoded secret.

Expected signatures come from hashlib's HMAC by the specification's recipe, never from `sign`.
"""

import hmac
from base64 import b64encode

import pytest

from tests.webhooks.verification.support import NOW, request, secrets
from webhooks.verification import Cause, Outcome, Refused, StandardWebhooks, Verified, verify

BODY = b'{"id":"evt_1"}'
SECRET = "whsec_c3RvY2tyb29tLXRlc3Qta2V5LTAx"
DECODED_KEY = b"stockroom-test-key-01"


def standard_v1(time: bytes, message_id: bytes = b"msg_1") -> bytes:
    content = message_id + b"." + time + b"." + BODY
    return b"v1," + b64encode(hmac.new(DECODED_KEY, content, "sha256").digest())


def standard(signature: bytes, *, message_id: bytes = b"msg_1") -> Outcome:
    sent = request(
        BODY,
        ("webhook-id", message_id),
        ("webhook-timestamp", b"1700000000"),
        ("webhook-signature", signature),
    )
    return verify(sent, StandardWebhooks(), secrets(SECRET))


@pytest.mark.parametrize(
    "signature",
    [
        standard_v1(b"1700000000"),
        b"v1a,c2lnbmVkIHdpdGggZWQyNTUxOQ== " + standard_v1(b"1700000000"),
        standard_v1(b"1699999999") + b" " + standard_v1(b"1700000000"),
        standard_v1(b"1700000000") + b" " + standard_v1(b"1699999999"),
        b"v2, " + standard_v1(b"1700000000") + b" v9,xyz=",
    ],
    ids=["plain", "after a v1a", "second matches", "first matches", "among unknown versions"],
)
def test_any_matching_v1_of_the_standard_list_will_do(signature: bytes) -> None:
    assert standard(signature) == Verified(secret_id=1, signed_at=NOW, message_id="msg_1")


@pytest.mark.parametrize(
    "signature",
    [
        b"v1a," + standard_v1(b"1700000000")[3:],
        b"V1," + standard_v1(b"1700000000")[3:],
        standard_v1(b"1700000000")[3:],
        standard_v1(b"1700000000").rstrip(b"="),
        standard_v1(b"1700000000") + b"  " + standard_v1(b"1700000000"),
        standard_v1(b"1700000000") + b"," + standard_v1(b"1700000000"),
        standard_v1(b"1700000000") + b" v1,",
        b",c2lnbmVk " + standard_v1(b"1700000000"),
        b"v1a,c2lnbmVk, " + standard_v1(b"1700000000"),
        standard_v1(b"1700000000") + b" v1",
        b"v1",
        b",",
    ],
)
def test_a_standard_list_without_a_readable_v1_is_malformed(signature: bytes) -> None:
    outcome = standard(signature)
    assert isinstance(outcome, Refused)
    assert outcome.cause is Cause.MALFORMED


@pytest.mark.parametrize(
    "message_id", [b"", b"msg.1", b"msg 1", b"m" * 256, b"msg\x00", b"msg\n", "größe".encode(), b"\xff"]
)
def test_a_message_id_that_could_be_cut_elsewhere_or_not_be_kept_is_malformed(message_id: bytes) -> None:
    # The specification: an id that contains a full stop lets "id.time.body" be read in two ways.
    outcome = standard(standard_v1(b"1700000000", message_id), message_id=message_id)
    assert isinstance(outcome, Refused)
    assert outcome.cause is Cause.MALFORMED


def test_a_message_id_is_part_of_what_is_signed() -> None:
    outcome = standard(standard_v1(b"1700000000"), message_id=b"msg_2")
    assert isinstance(outcome, Refused)
    assert outcome.cause is Cause.WRONG


@pytest.mark.parametrize("absent", ["webhook-id", "webhook-timestamp", "webhook-signature"])
@pytest.mark.parametrize("times", [0, 2])
def test_each_standard_header_must_come_exactly_once(absent: str, times: int) -> None:
    headers = (
        ("webhook-id", b"msg_1"),
        ("webhook-timestamp", b"1700000000"),
        ("webhook-signature", standard_v1(b"1700000000")),
    )
    sent = [pair for pair in headers for _ in range(times if pair[0] == absent else 1)]
    outcome = verify(request(BODY, *sent), StandardWebhooks(), secrets(SECRET))
    assert isinstance(outcome, Refused)
    assert outcome.cause is (Cause.MALFORMED if times else Cause.MISSING)
    assert absent in outcome.detail


def test_the_two_spellings_of_the_standard_headers_are_not_mixed() -> None:
    sent = request(
        BODY,
        ("svix-id", b"msg_1"),
        ("svix-timestamp", b"1700000000"),
        ("webhook-signature", standard_v1(b"1700000000")),
    )
    assert verify(sent, StandardWebhooks(), secrets(SECRET)) == Refused(
        cause=Cause.MISSING, detail="There is no webhook-id header; expected the message's id."
    )


def test_where_both_spellings_are_sent_whole_the_standards_own_is_read() -> None:
    sent = request(
        BODY,
        ("svix-id", b"msg_2"),
        ("svix-timestamp", b"1"),
        ("svix-signature", standard_v1(b"1", b"msg_2")),
        ("webhook-id", b"msg_1"),
        ("webhook-timestamp", b"1700000000"),
        ("webhook-signature", standard_v1(b"1700000000")),
    )
    assert verify(sent, StandardWebhooks(), secrets(SECRET)) == Verified(secret_id=1, signed_at=NOW, message_id="msg_1")


@pytest.mark.parametrize(
    "secret",
    ["c3RvY2tyb29tLXRlc3Qta2V5LTAx", "whsec_c3RvY2tyb29tLXRlc3Qta2V5LTAx"],
    ids=["without its prefix", "with its prefix"],
)
def test_a_standard_secret_is_decoded_before_use(secret: str) -> None:
    sent = request(
        BODY,
        ("webhook-id", b"msg_1"),
        ("webhook-timestamp", b"1700000000"),
        ("webhook-signature", standard_v1(b"1700000000")),
    )
    assert verify(sent, StandardWebhooks(), secrets(secret)) == Verified(secret_id=1, signed_at=NOW, message_id="msg_1")


@pytest.mark.parametrize("secret", ["whsec_c3RvY2tyb29tLTAwMQ==", "whsec_c3RvY2tyb29tLTAwMQ"])
def test_a_standard_secret_may_come_without_its_padding(secret: str) -> None:
    key = b"stockroom-001"
    signature = b64encode(hmac.new(key, b"msg_1.1700000000." + BODY, "sha256").digest())
    sent = request(
        BODY,
        ("webhook-id", b"msg_1"),
        ("webhook-timestamp", b"1700000000"),
        ("webhook-signature", b"v1," + signature),
    )
    assert verify(sent, StandardWebhooks(), secrets(secret)) == Verified(secret_id=1, signed_at=NOW, message_id="msg_1")
