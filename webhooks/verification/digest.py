"""An HMAC and the two ways senders write one into a header."""

import hashlib
import hmac
import re
from base64 import b64encode
from binascii import hexlify
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Encoding: TypeAlias = Literal["hex", "base64"]
Algorithm: TypeAlias = Literal["sha256", "sha512"]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Writing:
    """One way to write a digest as ASCII text."""

    write: Callable[[bytes], bytes]
    alphabet: re.Pattern[bytes]
    ignores_case: bool
    words: str


_WRITINGS: dict[Encoding, _Writing] = {
    "hex": _Writing(
        write=hexlify, alphabet=re.compile(rb"[0-9A-Fa-f]+"), ignores_case=True, words="hexadecimal digits"
    ),
    "base64": _Writing(
        write=b64encode,
        alphabet=re.compile(rb"[A-Za-z0-9+/]+={0,2}"),
        ignores_case=False,
        words="characters of base64",
    ),
}


def signature(key: bytes, *parts: bytes, encoding: Encoding = "hex", algorithm: Algorithm = "sha256") -> bytes:
    """The HMAC of the joined parts under `key`, as the ASCII text that a sender puts into its header."""
    mac = hmac.new(key, digestmod=algorithm)
    for part in parts:
        mac.update(part)
    return _WRITINGS[encoding].write(mac.digest())


def read_signature(text: bytes, *, encoding: Encoding = "hex", algorithm: Algorithm = "sha256") -> bytes | None:
    """`text` ready to be compared with `signature`, or None if it has the wrong length or alphabet.

    Hex may come in either case. Base64 is never decoded: decoders skip garbage and ignore the last
    character's spare bits, so that several texts would pass for one signature.
    """
    writing = _WRITINGS[encoding]
    if len(text) != _length(writing, algorithm) or not writing.alphabet.fullmatch(text):
        return None
    return text.lower() if writing.ignores_case else text


def signature_form(*, encoding: Encoding = "hex", algorithm: Algorithm = "sha256") -> str:
    """The form of a signature, in words for staff."""
    writing = _WRITINGS[encoding]
    return f"{_length(writing, algorithm)} {writing.words}"


def signature_hint(text: bytes) -> str:
    """As much of a well-formed signature as staff may see: enough to find it in the sender's log."""
    return f"{text[:6].decode('ascii')}... ({len(text)} characters)"


def _length(writing: _Writing, algorithm: Algorithm) -> int:
    return len(writing.write(bytes(hashlib.new(algorithm).digest_size)))
