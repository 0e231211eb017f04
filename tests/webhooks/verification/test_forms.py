"""How a signature may be written, and the URL that Square signs with the body.

Expected signatures come from hashlib's HMAC by the sender's written recipe, never from `sign`.
"""

import hmac
from base64 import b64decode, b64encode

import pytest

from tests.webhooks.verification.support import request, secrets
from webhooks.verification import BodyHmac, Cause, Refused, UrlBodyHmac, Verified, verify

SECRET = "Ibxx_5AKakO-3qeNVR61Dw"
URL = "https://stock.example/hooks/tok-4711/"
BODY = b'{"type":"inventory.count.updated"}'
GITHUB = BodyHmac(header="x-hub-signature-256", prefix="sha256=")
SQUARE = UrlBodyHmac(url=URL)


def mac(message: bytes) -> bytes:
    return hmac.new(SECRET.encode(), message, "sha256").digest()


def test_a_second_base64_text_of_the_same_digest_is_refused() -> None:
    # The last of 43 characters has two spare bits, so four texts decode to one digest.
    digest = mac(URL.encode() + BODY)
    right = b64encode(digest)
    alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    last = alphabet.index(right[42:43])
    twin = right[:42] + alphabet[last + 1 : last + 2] + b"="
    assert b64decode(twin) == digest
    outcome = verify(request(BODY, ("x-square-hmacsha256-signature", twin)), SQUARE, secrets(SECRET))
    assert isinstance(outcome, Refused)
    assert outcome.cause is Cause.WRONG


def test_the_url_safe_alphabet_is_not_base64() -> None:
    outcome = verify(
        request(BODY, ("x-square-hmacsha256-signature", b"-" * 43 + b"=")),
        SQUARE,
        secrets(SECRET),
    )
    assert outcome == Refused(
        cause=Cause.MALFORMED,
        detail="The x-square-hmacsha256-signature header holds 44 bytes; expected 44 characters of base64.",
    )


def test_hex_may_come_in_upper_case() -> None:
    signature = b"sha256=" + mac(BODY).hex().upper().encode()
    assert verify(request(BODY, ("x-hub-signature-256", signature)), GITHUB, secrets(SECRET)) == Verified(secret_id=1)


def test_a_missing_prefix_is_malformed_and_the_detail_says_what_was_expected() -> None:
    signature = mac(BODY).hex().encode()
    assert verify(request(BODY, ("x-hub-signature-256", signature)), GITHUB, secrets(SECRET)) == Refused(
        cause=Cause.MALFORMED,
        detail="The x-hub-signature-256 header holds 64 bytes; expected 'sha256=' and 64 hexadecimal digits.",
    )


def test_square_never_signs_an_empty_body_so_a_right_signature_of_one_is_refused() -> None:
    signature = b64encode(mac(URL.encode()))
    sent = request(b"", ("x-square-hmacsha256-signature", signature))
    assert verify(sent, SQUARE, secrets(SECRET)) == Refused(
        cause=Cause.MALFORMED, detail="The body is empty; this sender always sends one."
    )


def test_other_schemes_do_verify_an_empty_body() -> None:
    sent = request(b"", ("x-signature", mac(b"").hex().encode()))
    assert verify(sent, BodyHmac(header="x-signature"), secrets(SECRET)) == Verified(secret_id=1)


@pytest.mark.parametrize(
    "url",
    [
        "http://stock.example/hooks/tok-4711/",
        "https://stock.example/hooks/tok-4711",
        "https://stock.example:443/hooks/tok-4711/",
        "https://STOCK.example/hooks/tok-4711/",
        "https://stock.example/hooks/tok-4711/?",
    ],
)
def test_a_url_that_differs_from_the_registered_one_is_wrong_and_is_not_repeated_to_staff(url: str) -> None:
    signature = b64encode(mac(URL.encode() + BODY))
    sent = request(BODY, ("x-square-hmacsha256-signature", signature))
    outcome = verify(sent, UrlBodyHmac(url=url), secrets(SECRET))
    assert isinstance(outcome, Refused)
    assert outcome.cause is Cause.WRONG
    assert f"notification URL ({len(url)} characters)" in outcome.detail
    assert "tok-4711" not in outcome.detail


def test_a_square_url_outside_ascii_is_signed_as_utf8() -> None:
    url = "https://lager.example/h%C3%B6/ü"
    signature = b64encode(mac(b"https://lager.example/h%C3%B6/\xc3\xbc" + BODY))
    sent = request(BODY, ("x-square-hmacsha256-signature", signature))
    assert verify(sent, UrlBodyHmac(url=url), secrets(SECRET)) == Verified(secret_id=1)
