"""The Standard Webhooks scheme, which Svix sends too."""

import re
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_bytes
from typing import ClassVar, NamedTuple

from webhooks.verification.digest import read_signature, signature, signature_form, signature_hint
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
from webhooks.verification.request import SignedRequest
from webhooks.verification.secret import SecretValue, matching_secret, text_problem

_FAMILIES = ("webhook", "svix")
_PREFIX = "whsec_"
_SECRET = re.compile(r"[A-Za-z0-9+/]+={0,2}")
# No full stop: the specification warns that an id containing one lets "id.time.body" be cut at another place.
_MESSAGE_ID = re.compile(rb"[\x21-\x2d\x2f-\x7e]{1,255}")


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardWebhooks:
    """HMAC-SHA256 of "<id>.<unix seconds>.<body>" under a base64 secret, as one of a list of signatures.

    https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    Headers webhook-id, -timestamp and -signature, or the same with svix-. The list is separated by spaces;
    `v1,<base64>` is ours, `v1a` (ed25519) and later versions are ignored. Raises ValueError on a negative
    tolerance.
    """

    name: ClassVar[str] = "standard_webhooks"

    tolerance: int = 300
    """Seconds that the time of signing may lie to either side of our clock."""

    def __post_init__(self) -> None:
        check_tolerance(self.tolerance)

    def check(self, request: SignedRequest, secrets: Sequence[SecretValue]) -> Outcome:
        """The outcome under usable secrets; `verify` is the way in."""
        sent = _read(request)
        if isinstance(sent, Refused):
            return sent
        secret_id = matching_secret(
            secrets, lambda secret: _signature(secret, sent.id, sent.time, request.body), sent.signatures
        )
        if secret_id is None:
            return wrong(
                f"The signature header carries {len(sent.signatures)} v1, the first "
                f"{signature_hint(sent.signatures[0])}.",
                len(secrets),
            )
        return window_refusal(sent.signed_at, request.received_at, self.tolerance) or Verified(
            secret_id=secret_id, signed_at=sent.signed_at, message_id=sent.id.decode("ascii")
        )

    def sign(self, secret: str, body: bytes, *, at: int, message_id: str) -> tuple[tuple[str, bytes], ...]:
        """The headers to send with `body` at `at` (s). Raises ValueError if one of them is unusable."""
        time = write_seconds(at)
        identity = message_id.encode()
        if not _MESSAGE_ID.fullmatch(identity):
            raise ValueError(f"message_id {message_id!r} must be 1 to 255 visible ASCII characters, no full stop")
        return (
            ("webhook-id", identity),
            ("webhook-timestamp", time),
            ("webhook-signature", b"v1," + _signature(secret, identity, time, body)),
        )

    def secret_problem(self, value: str) -> str | None:
        """Why `value` is not `whsec_` and base64; the prefix and the padding may be left out."""
        problem = text_problem(value)
        if problem is not None:
            return problem
        encoded = value.removeprefix(_PREFIX)
        # One character over a multiple of four holds six bits: no whole byte, so part of the text is lost.
        if not _SECRET.fullmatch(encoded) or len(encoded.rstrip("=")) % 4 == 1:
            return "It is not whsec_ followed by base64; copy it again from the sender, whole."
        return None

    def generate_secret(self) -> str:
        """A new secret of 256 random bits."""
        return _PREFIX + b64encode(token_bytes(32)).decode()


class _Sent(NamedTuple):
    """The three headers, each well-formed, and nothing of them proved yet."""

    id: bytes
    time: bytes
    signed_at: int
    signatures: list[bytes]


def _read(request: SignedRequest) -> _Sent | Refused:
    # All three headers of one spelling: Svix may send both sets, and a mixture of the two could be crafted.
    family = next((known for known in _FAMILIES if request.header_values(f"{known}-signature")), _FAMILIES[0])
    message_id = read_header(request, f"{family}-id", "the message's id")
    if isinstance(message_id, Refused):
        return message_id
    time = read_header(request, f"{family}-timestamp", "unix seconds")
    if isinstance(time, Refused):
        return time
    form = f"v1,<{signature_form(encoding='base64')}>"
    listed = read_header(request, f"{family}-signature", form)
    if isinstance(listed, Refused):
        return listed

    signed_at = read_seconds(time)
    signatures = _signatures(listed)
    if signed_at is None or not signatures or not _MESSAGE_ID.fullmatch(message_id):
        return malformed(
            f"Expected in {family}-id 1 to 255 visible ASCII characters and no full stop ({len(message_id)} "
            f"bytes came), in {family}-timestamp 1 to 12 digits ({len(time)} came), in {family}-signature "
            f"{form} or a list, single spaces between, each v1 of that form ({len(listed)} came)."
        )
    return _Sent(message_id, time, signed_at, signatures)


def _signatures(listed: bytes) -> list[bytes]:
    """The v1 signatures of the list; none if anything in it cannot be read."""
    signatures: list[bytes] = []
    for item in listed.split(b" "):
        match item.split(b","):
            case [b"v1", text]:
                found = read_signature(text, encoding="base64")
                if found is None:
                    return []
                signatures.append(found)
            case [version, _] if version:
                pass
            case _:
                return []
    return signatures


def _signature(secret: str, message_id: bytes, time: bytes, body: bytes) -> bytes:
    encoded = secret.removeprefix(_PREFIX).rstrip("=")
    # Senders leave the padding out; the reference libraries add it before decoding, and so do we.
    key = b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    return signature(key, message_id, b".", time, b".", body, encoding="base64")
