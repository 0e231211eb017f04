"""An HMAC and the two ways senders write one into a header."""

import hashlib
import hmac
import re
from base64 import b64encode
from typing import Literal, TypeAlias

Encoding: TypeAlias = Literal["hex", "base64"]
Algorithm: TypeAlias = Literal["sha256", "sha512"]

_HEX = re.compile(rb"[0-9A-Fa-f]+")
_BASE64 = re.compile(rb"[A-Za-z0-9+/]+={0,2}")


def signature(key: bytes, *parts: bytes, encoding: Encoding = "hex", algorithm: Algorithm = "sha256") -> bytes:
    """The HMAC of the joined parts under `key`, as the ASCII text that a sender puts into its header."""
    mac = hmac.new(key, digestmod=algorithm)
    for part in parts:
        mac.update(part)
    return mac.hexdigest().encode() if encoding == "hex" else b64encode(mac.digest())


def read_signature(text: bytes, *, encoding: Encoding = "hex", algorithm: Algorithm = "sha256") -> bytes | None:
    """`text` ready to be compared with `signature`, or None if it has the wrong length or alphabet.

    Hex may come in either case. Base64 is never decoded: decoders skip garbage and ignore the last
    character's spare bits, so that several texts would pass for one signature.
    """
    if len(text) != _length(encoding, algorithm):
        return None
    if encoding == "hex":
        return text.lower() if _HEX.fullmatch(text) else None
    return text if _BASE64.fullmatch(text) else None


def signature_form(*, encoding: Encoding = "hex", algorithm: Algorithm = "sha256") -> str:
    """The form of a signature, in words for staff."""
    kind = "hexadecimal digits" if encoding == "hex" else "characters of base64"
    return f"{_length(encoding, algorithm)} {kind}"


def signature_hint(text: bytes) -> str:
    """As much of a well-formed signature as staff may see: enough to find it in the sender's log."""
    return f"{text[:6].decode('ascii')}... ({len(text)} characters)"


def _length(encoding: Encoding, algorithm: Algorithm) -> int:
    size = hashlib.new(algorithm).digest_size
    return size * 2 if encoding == "hex" else (size + 2) // 3 * 4
