"""Signatures that the senders themselves published, and variants of them that must fail."""

import pytest

from tests.webhooks.verification.support import request, secrets
from webhooks.verification import (
    BodyHmac,
    Cause,
    Outcome,
    Refused,
    StandardWebhooks,
    TimestampedHmac,
    UrlBodyHmac,
    Verified,
    sign,
    verify,
)

# square/square-python-sdk, tests/integration/test_webhooks_helper.py
SQUARE_KEY = "Ibxx_5AKakO-3qeNVR61Dw"
SQUARE_URL = "https://webhook.site/679a4f3a-dcfa-49ee-bac5-9d0edad886b9"
SQUARE_BODY = (
    b'{"merchant_id":"MLEFBHHSJGVHD","type":"webhooks.test_notification",'
    b'"event_id":"ac3ac95b-f97d-458c-a6e6-18981597e05f","created_at":"2022-07-13T20:30:59.037339943Z",'
    b'"data":{"type":"webhooks","id":"bc368e64-01aa-407e-b46e-3231809b1129"}}'
)
SQUARE_SIGNATURE = b"GF4YkrJgGBDZ9NIYbNXBnMzqb2HoL4RW/S6vkZ9/2N4="
SQUARE_PRETTY_BODY = b"""{
  "merchant_id": "MLEFBHHSJGVHD",
  "type": "webhooks.test_notification",
  "event_id": "ac3ac95b-f97d-458c-a6e6-18981597e05f",
  "created_at": "2022-07-13T20:30:59.037339943Z",
  "data": {
    "type": "webhooks",
    "id": "bc368e64-01aa-407e-b46e-3231809b1129"
  }
}"""

# standard-webhooks/standard-webhooks, libraries/python/tests/test_webhooks.py
STANDARD_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
STANDARD_ID = "msg_p5jXN8AQM9LWM0D4loKWxJek"
STANDARD_TIME = 1614265330
STANDARD_BODY = b'{"test": 2432232314}'
STANDARD_SIGNATURE = b"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="

GITHUB = BodyHmac(header="x-hub-signature-256", prefix="sha256=")


def square(
    *,
    key: str = SQUARE_KEY,
    url: str = SQUARE_URL,
    sent: bytes = SQUARE_SIGNATURE,
    body: bytes = SQUARE_BODY,
) -> Outcome:
    return verify(request(body, ("x-square-hmacsha256-signature", sent)), UrlBodyHmac(url=url), secrets(key))


def test_square_verifies_its_own_test_notification() -> None:
    assert square() == Verified(secret_id=1)


@pytest.mark.parametrize(
    ("variant", "cause"),
    [
        (square(url="https://webhook.site/79a4f3a-dcfa-49ee-bac5-9d0edad886b9"), Cause.WRONG),
        (square(key="MCmhFRxGX82xMwg5FsaoQA"), Cause.WRONG),
        (square(sent=b"1z2n3DEJJiUPKcPzQo1ftvbxGdw="), Cause.MALFORMED),
        (square(body=SQUARE_BODY.replace(b"2022-07-13", b"2022-06-13")), Cause.WRONG),
        (square(body=SQUARE_PRETTY_BODY), Cause.WRONG),
        (square(key=""), Cause.NO_SECRET),
    ],
    ids=["url", "key", "signature", "body changed", "body pretty-printed", "empty key"],
)
def test_square_refuses_each_variant_that_its_sdk_refuses(variant: Outcome, cause: Cause) -> None:
    assert isinstance(variant, Refused)
    assert variant.cause is cause


def test_square_with_an_empty_url_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="notification URL"):
        UrlBodyHmac(url="")


def test_square_signs_a_greater_than_sign_as_it_stands() -> None:
    body = b'{"data":{"type":"webhooks","id":">id<"}}'
    outcome = square(
        key="signature-key",
        url="https://webhook.site/webhooks",
        sent=b"Cxt7+aTi4rKgcA0bC4g9EHdVtLSDWdqccmL5MvihU4U=",
        body=body,
    )
    assert outcome == Verified(secret_id=1)


@pytest.mark.parametrize("family", ["webhook", "svix"])
def test_standard_webhooks_verifies_its_published_message_under_either_spelling(family: str) -> None:
    sent = request(
        STANDARD_BODY,
        (f"{family}-id", STANDARD_ID.encode()),
        (f"{family}-timestamp", b"1614265330"),
        (f"{family}-signature", STANDARD_SIGNATURE),
        now=STANDARD_TIME,
    )
    assert verify(sent, StandardWebhooks(), secrets(STANDARD_SECRET)) == Verified(
        secret_id=1, signed_at=STANDARD_TIME, message_id=STANDARD_ID
    )


def test_standard_webhooks_refuses_the_signature_published_as_wrong() -> None:
    sent = request(
        STANDARD_BODY,
        ("webhook-id", STANDARD_ID.encode()),
        ("webhook-timestamp", b"1614265330"),
        ("webhook-signature", b"v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OA="),
        now=STANDARD_TIME,
    )
    assert verify(sent, StandardWebhooks(), secrets(STANDARD_SECRET)) == Refused(
        cause=Cause.WRONG,
        detail="The signature header carries 1 v1, the first g0hM9S... (44 characters). Live secrets tried: 1.",
    )


def test_github_verifies_the_example_of_its_documentation() -> None:
    # https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
    signature = b"sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    sent = request(b"Hello, World!", ("x-hub-signature-256", signature))
    assert verify(sent, GITHUB, secrets("It's a Secret to Everybody")) == Verified(secret_id=1)


def test_the_timestamped_scheme_still_gives_the_signature_recorded_for_it() -> None:
    # No vendor publishes one: made once by the documented recipe, and kept to notice a change.
    body = (
        b'{\n  "id": "evt_test_webhook",\n  "object": "event",\n'
        b'  "data": { "object": { "id": "rdr_123", "object": "terminal.reader" } }\n}'
    )
    header = b"t=1700000000,v1=3bfab77baf5f7b6991a46c9b53b6547d7afc56148b10468fcad9f35c1992ffbd"
    sent = request(body, ("stripe-signature", header))
    scheme = TimestampedHmac(header="stripe-signature")
    assert verify(sent, scheme, secrets("whsec_test_secret")) == Verified(secret_id=1, signed_at=1700000000)


def test_sign_reproduces_every_published_signature() -> None:
    assert sign(UrlBodyHmac(url=SQUARE_URL), SQUARE_KEY, SQUARE_BODY) == (
        ("x-square-hmacsha256-signature", SQUARE_SIGNATURE),
    )
    assert sign(GITHUB, "It's a Secret to Everybody", b"Hello, World!") == (
        (
            "x-hub-signature-256",
            b"sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        ),
    )
    assert sign(StandardWebhooks(), STANDARD_SECRET, STANDARD_BODY, at=STANDARD_TIME, message_id=STANDARD_ID) == (
        ("webhook-id", STANDARD_ID.encode()),
        ("webhook-timestamp", b"1614265330"),
        ("webhook-signature", STANDARD_SIGNATURE),
    )
