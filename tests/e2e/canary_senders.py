"""Senders whose secrets would be known anywhere, one for each way in which a request proves itself."""

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from tests.webhooks import budsense, generic, jetti, square, tracktile, treez
from tests.webhooks.account import Prove


def canary(word: str) -> str:
    """A secret that is in no other text, with letters that every encoding writes otherwise."""
    return f"{word}+Canary<&>/{secrets.token_hex(8)}="


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """One that posts to an endpoint of its own."""

    arguments: tuple[str, ...]
    """Of `add_endpoint`."""
    prove: Prove
    genuine: bytes
    around: str = "{}"
    """What stands around the secret itself in what is agreed on, such as a user's name."""
    is_key: bool = False
    """Whether it is agreed on in base64."""
    has_secret: bool = True

    def agreed(self, secret: str) -> str:
        """The text that both sides keep for a secret."""
        return self.around.format(base64.b64encode(secret.encode()).decode() if self.is_key else secret)


def sign_as_square(secret: str, body: bytes) -> Mapping[str, str]:
    return {"x-square-hmacsha256-signature": square.signature(SQUARE_URL, body, secret)}


def sign_as_tracktile(secret: str, body: bytes) -> Mapping[str, str]:
    return {"x-tracktile-signature": tracktile.signature(body, secret)}


SQUARE_URL = f"https://shop.example/{secrets.token_urlsafe(16)}"
READING = generic.event(generic.reading("5"))
SENDERS = {
    "square": Sender(arguments=("square", "--public-url", SQUARE_URL), prove=sign_as_square, genuine=square.CAPTURED),
    "treez": Sender(arguments=("treez",), prove=treez.prove, genuine=treez.CAPTURED),
    "tracktile": Sender(
        arguments=("tracktile",), prove=sign_as_tracktile, genuine=tracktile.captured("inventory.received")
    ),
    "jetti": Sender(arguments=("jetti",), prove=jetti.prove, genuine=jetti.CAPTURED),
    "basic": Sender(
        arguments=("generic", "--setting", "scheme=basic_auth"),
        prove=generic.basic_auth,
        genuine=READING,
        around="user:{}",
    ),
    "standard": Sender(
        arguments=("generic",),
        prove=generic.standard_webhooks,
        genuine=READING,
        around="whsec_{}",
        is_key=True,
    ),
    "budsense": Sender(arguments=("budsense",), prove=budsense.prove, genuine=budsense.CAPTURED, has_secret=False),
}
