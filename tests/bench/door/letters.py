"""The requests: a notification of Square's in every one, with an id of its own and the signature that goes with it."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

from tests.webhooks import square
from webhooks.twins.wire import moment

SIGNATURE = "x-square-hmacsha256-signature"
STRIPE_SIGNATURE = "stripe-signature"

Sign = Callable[[bytes], tuple[str, str]]
"""From a body to the header that proves it."""


def letters(path: str, sign: Sign, **more: Any) -> Iterator[bytes]:
    """Requests without end, all of one length, as they go over the line; `more` stands in each body beside its id."""
    now = moment(time.time_ns(), decimals=9)
    row = square.count("17", at=now, variation="BENCH-item-00001", place="BENCH-place-001")
    place = "0" * 36
    body = json.loads(square.counts_updated([row], event_id=place, created_at=now))
    before, after = json.dumps(body | more).encode().split(place.encode())
    while True:
        yield _letter(path, sign, before + str(uuid4()).encode() + after)


def _letter(path: str, sign: Sign, body: bytes) -> bytes:
    name, value = sign(body)
    return (
        f"POST {path} HTTP/1.1\r\n"
        "host: stock.example.org\r\n"
        "user-agent: Square Connect v2\r\n"
        "accept: */*\r\n"
        "accept-encoding: identity\r\n"
        "content-type: application/json\r\n"
        "square-environment: Production\r\n"
        "square-subscription-id: wbhk_b35f6b3145074cf9ad513610786c19d5\r\n"
        f"{name}: {value}\r\n"
        f"content-length: {len(body)}\r\n\r\n"
    ).encode() + body


def like_square(url: str) -> Sign:
    """Signs as Square does with the notification URL `url`."""
    return lambda body: (SIGNATURE, square.signature(url, body))


def wrongly(url: str) -> Sign:
    """As somebody who has another key."""
    return lambda body: (SIGNATURE, square.signature(url, body, "not-the-key"))


def like_stripe(secret: str) -> Sign:
    """Signs as Stripe does: t=seconds,v1=HMAC-SHA256(secret, "seconds.body") in hexadecimal."""

    def sign(body: bytes) -> tuple[str, str]:
        # Now, and not when the run began: what is five minutes old is refused.
        at = str(int(time.time()))
        proof = hmac.new(secret.encode(), at.encode() + b"." + body, hashlib.sha256).hexdigest()
        return STRIPE_SIGNATURE, f"t={at},v1={proof}"

    return sign


def like_standard_webhooks(secret: str) -> Sign:
    """Signs as the Standard Webhooks say; the message's id is the body's own."""
    key = base64.b64decode(secret.removeprefix("whsec_"))

    def sign(body: bytes) -> tuple[str, str]:
        message_id, at = str(uuid4()), str(int(time.time()))
        proof = hmac.new(key, f"{message_id}.{at}.".encode() + body, hashlib.sha256).digest()
        listed = base64.b64encode(proof).decode()
        return "webhook-id", f"{message_id}\r\nwebhook-timestamp: {at}\r\nwebhook-signature: v1,{listed}"

    return sign
