"""Schemes in which the sender signs the body with a shared text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import ClassVar

from webhooks.verification.digest import (
    Algorithm,
    Encoding,
    read_signature,
    signature,
    signature_form,
    signature_hint,
)
from webhooks.verification.outcome import Outcome, Refused, Verified
from webhooks.verification.reading import (
    check_tolerance,
    malformed,
    read_header,
    read_seconds,
    window_refusal,
    write_seconds,
    wrong,
)
from webhooks.verification.request import SignedRequest, check_header_name
from webhooks.verification.secret import SecretValue, matching_secret, text_problem

_KEY = re.compile(rb"[A-Za-z0-9_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class BodyHmac:
    """The HMAC of the body alone. Raises ValueError if the header's name is not in lower case.

    GitHub: header x-hub-signature-256, prefix "sha256="
    (https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries).
    """

    name: ClassVar[str] = "body_hmac"

    header: str
    encoding: Encoding = "hex"
    prefix: str = ""
    """What stands before the signature in the header, compared exactly."""
    algorithm: Algorithm = "sha256"

    def __post_init__(self) -> None:
        check_header_name(self.header)
        if not self.prefix.isascii():
            raise ValueError(f"prefix {self.prefix!r} must be ASCII")

    def check(self, request: SignedRequest, secrets: Sequence[SecretValue]) -> Outcome:
        """The outcome under usable secrets; `verify` is the way in."""
        form = signature_form(encoding=self.encoding, algorithm=self.algorithm)
        if self.prefix:
            form = f"{self.prefix!r} and {form}"
        sent = read_header(request, self.header, form)
        if isinstance(sent, Refused):
            return sent
        prefix = self.prefix.encode()
        text = read_signature(sent.removeprefix(prefix), encoding=self.encoding, algorithm=self.algorithm)
        if text is None or not sent.startswith(prefix):
            return malformed(f"The {self.header} header holds {len(sent)} bytes; expected {form}.")
        secret_id = matching_secret(secrets, lambda secret: self._signature(secret, request.body), (text,))
        if secret_id is None:
            return wrong(f"The {self.header} header carries {signature_hint(text)}.", len(secrets))
        return Verified(secret_id=secret_id)

    def sign(self, secret: str, body: bytes) -> tuple[tuple[str, bytes], ...]:
        """The header to send with `body`."""
        return ((self.header, self.prefix.encode() + self._signature(secret, body)),)

    def secret_problem(self, value: str) -> str | None:
        """Why `value` cannot be the signing secret, which is used as UTF-8 text."""
        return text_problem(value)

    def generate_secret(self) -> str:
        """A new secret of 256 random bits."""
        return token_urlsafe(32)

    def _signature(self, secret: str, body: bytes) -> bytes:
        return signature(secret.encode(), body, encoding=self.encoding, algorithm=self.algorithm)


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlBodyHmac:
    """Square: HMAC-SHA256 of the notification URL followed by the body.

    The key is the signature key's text as it is, not base64-decoded
    (https://developer.squareup.com/docs/webhooks/step3validate). Square's older x-square-signature, an
    HMAC-SHA1, is not looked at. Raises ValueError on an unusable header name or URL, as Square's SDK does on
    an empty URL.
    """

    name: ClassVar[str] = "url_body_hmac"

    url: str
    """The notification URL, character for character as registered with the sender: stored, never rebuilt from
    the request, whose scheme and host a proxy may have changed."""
    header: str = "x-square-hmacsha256-signature"
    encoding: Encoding = "base64"

    def __post_init__(self) -> None:
        check_header_name(self.header)
        problem = text_problem(self.url)
        if problem is not None or " " in self.url:
            raise ValueError("url must be the sender's notification URL: not empty, no white space")

    def check(self, request: SignedRequest, secrets: Sequence[SecretValue]) -> Outcome:
        """The outcome under usable secrets; `verify` is the way in."""
        form = signature_form(encoding=self.encoding)
        sent = read_header(request, self.header, form)
        if isinstance(sent, Refused):
            return sent
        text = read_signature(sent, encoding=self.encoding)
        if text is None:
            return malformed(f"The {self.header} header holds {len(sent)} bytes; expected {form}.")
        if not request.body:
            # Square's SDK answers False for an empty body whatever its signature, and Square sends none: what
            # is signed would be the URL alone, one value for ever.
            # https://github.com/square/square-python-sdk/blob/master/src/square/utils/webhooks_helper.py
            return malformed("The body is empty; this sender always sends one.")
        secret_id = matching_secret(secrets, lambda secret: self._signature(secret, request.body), (text,))
        if secret_id is None:
            # The URL itself stays out of the detail: it holds the endpoint's token.
            return wrong(
                f"The {self.header} header carries {signature_hint(text)}. Compare this endpoint's "
                f"notification URL ({len(self.url)} characters) with the one registered at the sender, to "
                "the last slash, and check that the key belongs to this subscription and environment.",
                len(secrets),
            )
        return Verified(secret_id=secret_id)

    def sign(self, secret: str, body: bytes) -> tuple[tuple[str, bytes], ...]:
        """The header to send with `body`. Raises ValueError on an empty body, which is never accepted."""
        if not body:
            raise ValueError("body must not be empty")
        return ((self.header, self._signature(secret, body)),)

    def secret_problem(self, value: str) -> str | None:
        """Why `value` cannot be the signature key, which is used as UTF-8 text."""
        return text_problem(value)

    def generate_secret(self) -> str:
        """A new key of 256 random bits."""
        return token_urlsafe(32)

    def _signature(self, secret: str, body: bytes) -> bytes:
        return signature(secret.encode(), self.url.encode(), body, encoding=self.encoding)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimestampedHmac:
    """Stripe's scheme, which Tracktile uses: `t=<unix seconds>,v1=<hex HMAC-SHA256 of "<t>.<body>">`.

    The secret is used as text, a `whsec_` included (https://developers.tracktile.io/webhooks/security,
    https://docs.stripe.com/webhooks/signature). Stripe sends several v1 while a secret is rolled, and a v0
    that counts for nothing. Raises ValueError on an unusable header name or tolerance.
    """

    name: ClassVar[str] = "timestamped_hmac"

    header: str
    tolerance: int = 300
    """Seconds that the time of signing may lie to either side of our clock."""

    def __post_init__(self) -> None:
        check_header_name(self.header)
        check_tolerance(self.tolerance)

    def check(self, request: SignedRequest, secrets: Sequence[SecretValue]) -> Outcome:
        """The outcome under usable secrets; `verify` is the way in."""
        form = f"t=<unix seconds>,v1=<{signature_form()}>"
        sent = read_header(request, self.header, form)
        if isinstance(sent, Refused):
            return sent
        fields = [item.partition(b"=") for item in sent.split(b",")]
        times = [value for key, _, value in fields if key == b"t"]
        texts = [read_signature(value) for key, _, value in fields if key == b"v1"]
        candidates = [text for text in texts if text is not None]
        signed_at = read_seconds(times[0]) if len(times) == 1 else None
        # A repeated header that a proxy has joined with ", " shows as a key with a space before it.
        named = all(equals and _KEY.fullmatch(key) for key, equals, _ in fields)
        if signed_at is None or not candidates or len(candidates) < len(texts) or not named:
            return malformed(
                f"The {self.header} header holds {len(sent)} bytes with {len(times)} t and {len(texts)} v1, "
                f"{len(candidates)} of them well-formed; expected {form}, with one t and each v1 well-formed."
            )
        secret_id = matching_secret(secrets, lambda secret: self._signature(secret, times[0], request.body), candidates)
        if secret_id is None:
            return wrong(
                f"The {self.header} header carries {len(candidates)} v1, the first {signature_hint(candidates[0])}.",
                len(secrets),
            )
        return window_refusal(signed_at, request.received_at, self.tolerance) or Verified(
            secret_id=secret_id, signed_at=signed_at
        )

    def sign(self, secret: str, body: bytes, *, at: int) -> tuple[tuple[str, bytes], ...]:
        """The header to send with `body` at `at` (s). Raises ValueError if `at` has more than 12 digits."""
        time = write_seconds(at)
        return ((self.header, b"t=" + time + b",v1=" + self._signature(secret, time, body)),)

    def secret_problem(self, value: str) -> str | None:
        """Why `value` cannot be the signing secret, which is used as UTF-8 text."""
        return text_problem(value)

    def generate_secret(self) -> str:
        """A new secret of 256 random bits."""
        return token_urlsafe(32)

    def _signature(self, secret: str, time: bytes, body: bytes) -> bytes:
        return signature(secret.encode(), time, b".", body)
