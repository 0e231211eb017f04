"""The signed schemes: every bit counts, every secret is tried, and only the scheme's own form is read.

Expected signatures come from hashlib's HMAC by the sender's written recipe, never from `sign`.
"""

import hmac
from base64 import b64decode, b64encode
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from tests.webhooks.verification.support import NOW, flips, request, secrets
from webhooks.verification import (
    BodyHmac,
    Cause,
    Refused,
    Scheme,
    SignedRequest,
    StandardWebhooks,
    TimestampedHmac,
    UrlBodyHmac,
    Verified,
    verify,
)

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"
TEXT_KEY = SECRET.encode()
DECODED_KEY = b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
URL = "https://stock.example/hooks/tok-4711/"
BODY = (
    b'{"kind":"inventory.moved","entity":{"id":"LOT-1","quantity":1.50,"name":"\xc3\x9cberg\xc3\xb6\xc3\x9fe"},'
    b'"note":"bytes that no decoder keeps: \x00 \xff \xed\xa0\x80 \r\n \xef\xbb\xbf, and white space up to '
    b'the very last of a thousand of them" } '
).ljust(1_000)


def mac(key: bytes, message: bytes, algorithm: str = "sha256") -> bytes:
    return hmac.new(key, message, algorithm).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One signed scheme with the recipe of its sender."""

    scheme: Scheme
    digest: bytes
    """What the sender computes over BODY."""
    headers: Callable[[bytes], tuple[tuple[str, bytes], ...]]
    """The digest as the sender writes it into headers, the signature's header last."""
    verified: Verified

    def request(self, body: bytes = BODY, digest: bytes | None = None) -> SignedRequest:
        return request(body, *self.headers(self.digest if digest is None else digest))


CASES = {
    "github": Case(
        scheme=BodyHmac(header="x-hub-signature-256", prefix="sha256="),
        digest=mac(TEXT_KEY, BODY),
        headers=lambda digest: (("x-hub-signature-256", b"sha256=" + digest.hex().encode()),),
        verified=Verified(secret_id=1),
    ),
    "base64 over the body": Case(
        scheme=BodyHmac(header="x-signature", encoding="base64"),
        digest=mac(TEXT_KEY, BODY),
        headers=lambda digest: (("x-signature", b64encode(digest)),),
        verified=Verified(secret_id=1),
    ),
    "sha512 over the body": Case(
        scheme=BodyHmac(header="x-signature", algorithm="sha512"),
        digest=mac(TEXT_KEY, BODY, "sha512"),
        headers=lambda digest: (("x-signature", digest.hex().encode()),),
        verified=Verified(secret_id=1),
    ),
    "square": Case(
        scheme=UrlBodyHmac(url=URL),
        digest=mac(TEXT_KEY, URL.encode() + BODY),
        headers=lambda digest: (("x-square-hmacsha256-signature", b64encode(digest)),),
        verified=Verified(secret_id=1),
    ),
    "tracktile": Case(
        scheme=TimestampedHmac(header="x-tracktile-signature"),
        digest=mac(TEXT_KEY, b"1700000000." + BODY),
        headers=lambda digest: (("x-tracktile-signature", b"t=1700000000,v1=" + digest.hex().encode()),),
        verified=Verified(secret_id=1, signed_at=NOW),
    ),
    "standard webhooks": Case(
        scheme=StandardWebhooks(),
        digest=mac(DECODED_KEY, b"msg_1.1700000000." + BODY),
        headers=lambda digest: (
            ("webhook-id", b"msg_1"),
            ("webhook-timestamp", b"1700000000"),
            ("webhook-signature", b"v1," + b64encode(digest)),
        ),
        verified=Verified(secret_id=1, signed_at=NOW, message_id="msg_1"),
    ),
}
every_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())


@every_case
def test_a_request_signed_by_the_senders_recipe_is_verified(case: Case) -> None:
    assert verify(case.request(), case.scheme, secrets(SECRET)) == case.verified


@every_case
def test_every_flipped_bit_of_the_body_is_refused(case: Case) -> None:
    causes = {
        outcome.cause if isinstance(outcome, Refused) else None
        for outcome in (verify(case.request(body=body), case.scheme, secrets(SECRET)) for body in flips(BODY))
    }
    assert len(BODY) == 1_000
    assert causes == {Cause.WRONG}


@every_case
def test_every_flipped_bit_of_the_signature_is_refused(case: Case) -> None:
    causes = {
        outcome.cause if isinstance(outcome, Refused) else None
        for outcome in (
            verify(case.request(digest=digest), case.scheme, secrets(SECRET)) for digest in flips(case.digest)
        )
    }
    assert causes == {Cause.WRONG}


@every_case
def test_a_flipped_bit_of_the_header_is_refused_unless_it_only_changes_the_case_of_hex(case: Case) -> None:
    *before, (name, value) = case.headers(case.digest)
    accepted = {
        changed
        for changed in flips(value)
        if isinstance(verify(request(BODY, *before, (name, changed)), case.scheme, secrets(SECRET)), Verified)
    }
    hexadecimal = case.digest.hex().encode()
    start = value.find(hexadecimal)
    letters = [] if start < 0 else [at for at, digit in enumerate(hexadecimal, start) if digit > ord("9")]
    assert accepted == {value[:at] + value[at : at + 1].upper() + value[at + 1 :] for at in letters}


@every_case
def test_a_shortened_or_lengthened_body_is_refused(case: Case) -> None:
    for body in (BODY[:-1], BODY[1:], BODY + b" ", BODY + b"\x00", b"\xef\xbb\xbf" + BODY):
        outcome = verify(case.request(body=body), case.scheme, secrets(SECRET))
        assert isinstance(outcome, Refused)
        assert outcome.cause is Cause.WRONG


@every_case
def test_a_request_for_one_secret_is_refused_under_another(case: Case) -> None:
    outcome = verify(case.request(), case.scheme, secrets(OTHER))
    assert isinstance(outcome, Refused)
    assert outcome.cause is Cause.WRONG
    assert outcome.detail.endswith("Live secrets tried: 1.")


@every_case
@pytest.mark.parametrize("place", [1, 2, 3])
def test_the_secret_that_matches_is_named_wherever_it_stands(case: Case, place: int) -> None:
    values = [OTHER, OTHER, OTHER]
    values[place - 1] = SECRET
    outcome = verify(case.request(), case.scheme, secrets(*values))
    assert isinstance(outcome, Verified)
    assert outcome.secret_id == place


@every_case
def test_the_secrets_after_a_match_are_still_tried(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []
    compare = hmac.compare_digest

    def watched(wanted: bytes, sent: bytes) -> bool:
        compared.append((wanted, sent))
        return compare(wanted, sent)

    monkeypatch.setattr(hmac, "compare_digest", watched)
    assert verify(case.request(), case.scheme, secrets(SECRET, OTHER, SECRET)) == case.verified
    assert len(compared) == 3


@every_case
def test_no_secret_and_an_empty_secret_both_leave_nothing_to_verify_with(case: Case) -> None:
    expected = Refused(cause=Cause.NO_SECRET, detail="The endpoint has no live secret.")
    assert verify(case.request(), case.scheme, ()) == expected
    assert verify(case.request(), case.scheme, secrets("", "")) == expected


def test_a_signature_made_with_an_empty_key_is_refused() -> None:
    signature = mac(b"", BODY).hex().encode()
    scheme = BodyHmac(header="x-signature")
    outcome = verify(request(BODY, ("x-signature", signature)), scheme, secrets("", SECRET))
    assert outcome == Refused(
        cause=Cause.WRONG,
        detail=f"The x-signature header carries {signature[:6].decode()}... (64 characters). Live secrets tried: 1.",
    )


@every_case
def test_a_request_without_its_signature_header_is_refused_as_missing(case: Case) -> None:
    *before, (name, _) = case.headers(case.digest)
    outcome = verify(request(BODY, *before), case.scheme, secrets(SECRET))
    assert isinstance(outcome, Refused)
    assert outcome.cause is Cause.MISSING
    assert outcome.detail.startswith(f"There is no {name} header; expected ")


@every_case
def test_a_signature_header_sent_twice_is_refused_even_if_both_are_right(case: Case) -> None:
    sent = case.headers(case.digest)
    outcome = verify(request(BODY, *sent, sent[-1]), case.scheme, secrets(SECRET))
    assert outcome == Refused(
        cause=Cause.MALFORMED, detail=f"The {sent[-1][0]} header was sent 2 times; expected it once."
    )


@every_case
@pytest.mark.parametrize(
    "change",
    [
        lambda _: b"",
        lambda value: b" " + value,
        lambda value: value + b" ",
        lambda value: value + b"\n",
        lambda value: value + b"\x00",
        lambda value: value[:-1],
        lambda value: value + b"=",
        lambda value: value + b", " + value,
        lambda value: value.decode().encode("utf-16"),
        lambda value: "\N{FULLWIDTH LATIN SMALL LETTER T}\N{FULLWIDTH EQUALS SIGN}".encode() + value,
        lambda value: value * 1_000,
        lambda _: b"," * 100_000,
    ],
    ids=[
        "empty",
        "space before",
        "space after",
        "line break",
        "NUL",
        "short",
        "padded",
        "joined repeat",
        "UTF-16",
        "wide letters",
        "a thousandfold",
        "100 kB of commas",
    ],
)
def test_a_header_in_another_form_is_refused_as_malformed(case: Case, change: Callable[[bytes], bytes]) -> None:
    *before, (name, value) = case.headers(case.digest)
    outcome = verify(request(BODY, *before, (name, change(value))), case.scheme, secrets(SECRET))
    assert isinstance(outcome, Refused)
    assert outcome.cause is Cause.MALFORMED
