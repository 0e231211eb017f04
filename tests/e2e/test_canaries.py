"""The search itself: it finds a secret in each of its forms, and finds none where there is none."""

import base64
import html
import json
from urllib.parse import quote, urlencode

import pytest

from tests.e2e.canaries import Canaries, Hit, Surface

SECRET = 'k7"Canary+<&>/5d1e=Z'


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("plain", f"the key is {SECRET}."),
        ("reversed", f"the key is {SECRET[::-1]}."),
        ("hex", f"\\x00{SECRET.encode().hex()}00"),
        ("hex", SECRET.encode().hex().upper()),
        ("percent", "".join(f"%{ord(letter):02X}" for letter in SECRET)),
        ("URL", f"/?key={quote(SECRET, safe='')}"),
        ("form", urlencode({"key": SECRET})),
        ("HTML", f"<p>{html.escape(SECRET)}</p>"),
        ("JSON", json.dumps({"key": SECRET})),
        ("Python", repr({"key": SECRET})),
        ("base64 at 0", base64.b64encode(SECRET.encode()).decode()),
        ("base64 at 1", base64.b64encode(b"user" + SECRET.encode() + b"xyz").decode()),
        ("base64 at 2", base64.b64encode(b"a user:d" + SECRET.encode() + b"x").decode()),
        ("URL-safe base64 at 0", base64.urlsafe_b64encode(SECRET.encode()).decode()),
        ("UTF-16", SECRET.encode("utf-16-le").decode("latin-1")),
        ("base32", base64.b32encode(SECRET.encode()).decode()),
    ],
)
def test_a_secret_is_found_in_every_form(form: str, text: str) -> None:
    canaries = Canaries()
    canaries.add("key", SECRET)
    assert Hit("page", "key", form) in canaries.hits([Surface(where="page", content=text.encode("latin-1"))])


def test_what_is_like_a_secret_is_none() -> None:
    canaries = Canaries()
    canaries.add("key", SECRET)
    others = [SECRET[:-1], SECRET.lower(), base64.b64encode(SECRET[:-3].encode()).decode(), "encrypted:gAAAAA"]
    assert canaries.hits([Surface(where="page", content=other.encode()) for other in others]) == []
