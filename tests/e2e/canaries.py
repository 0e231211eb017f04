"""Secrets that would be recognised anywhere, and the forms in which one may have got somewhere."""

import base64
import hashlib
import html
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote, quote_plus


@dataclass(frozen=True, slots=True)
class Hit:
    """A secret where it may not be."""

    where: str
    secret: str
    form: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Surface:
    """Something that others can read."""

    where: str
    content: bytes


class Canaries:
    """Secrets by name, each of which may have several spellings (a key and the bytes that it stands for)."""

    def __init__(self) -> None:
        self._forms: dict[str, dict[str, bytes]] = {}

    def add(self, name: str, value: str | bytes) -> None:
        """Look for `value` under this name from now on."""
        raw = value.encode() if isinstance(value, str) else value
        assert len(raw) >= 12, "so short a text may be anywhere by chance"
        self._forms.setdefault(name, {}).update(_forms(raw))

    @property
    def names(self) -> set[str]:
        """Every secret that is looked for."""
        return set(self._forms)

    def hits(self, surfaces: Iterable[Surface]) -> list[Hit]:
        """Every form of every secret that is in one of these."""
        return [
            Hit(surface.where, name, form)
            for surface in surfaces
            for name, forms in self._forms.items()
            for form, text in forms.items()
            if text in surface.content or (form.startswith("hex") and text.upper() in surface.content)
        ]


def _forms(raw: bytes) -> dict[str, bytes]:
    forms = {
        "plain": raw,
        "reversed": raw[::-1],
        "hex": raw.hex().encode(),
        "percent": "".join(f"%{byte:02X}" for byte in raw).encode(),
        "percent, in lower case": "".join(f"%{byte:02x}" for byte in raw).encode(),
        "UTF-16": b"".join(bytes([byte, 0]) for byte in raw),
        "hex of SHA-256": hashlib.sha256(raw).hexdigest().encode(),
        "hex of MD5": hashlib.md5(raw, usedforsecurity=False).hexdigest().encode(),
    }
    forms |= {f"base64 at {place}": part for place, part in _base64(raw)}
    forms |= {f"URL-safe base64 at {place}": part.translate(_URL_SAFE) for place, part in _base64(raw)}
    if raw.isascii():
        text = raw.decode()
        forms |= {
            "URL": quote(text, safe="").encode(),
            "URL, with slashes": quote(text).encode(),
            "form": quote_plus(text).encode(),
            "HTML": html.escape(text).encode(),
            "JSON": json.dumps(text)[1:-1].encode(),
            "JSON, all escaped": "".join(f"\\u{byte:04x}" for byte in raw).encode(),
            "Python": repr(text)[1:-1].encode(),
            "base32": base64.b32encode(raw).rstrip(b"="),
        }
    return forms


_URL_SAFE = bytes.maketrans(b"+/", b"-_")


def _base64(raw: bytes) -> Iterator[tuple[int, bytes]]:
    """What base64 makes of `raw` wherever in a longer text it stands: without the letters that its neighbours share."""
    for before in range(3):
        encoded = base64.b64encode(bytes(before) + raw).rstrip(b"=")
        begin = (before * 8 + 5) // 6
        end = (before + len(raw)) * 8 // 6
        yield before, encoded[begin:end]
