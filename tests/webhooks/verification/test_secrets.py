"""Secrets fit and unfit, new secrets, signing, and values that cannot be born wrong."""

import hmac
import re
from base64 import b64encode
from collections.abc import Callable

import pytest

from tests.webhooks.verification.support import NOW, request, secrets
from webhooks.verification import (
    BasicAuth,
    BearerToken,
    BodyHmac,
    Cause,
    Refused,
    Scheme,
    SecretValue,
    SignedRequest,
    StandardWebhooks,
    StaticHeader,
    TimestampedHmac,
    UrlBodyHmac,
    UrlToken,
    Verified,
    generate_secret,
    scheme_needs_secret,
    secret_problem,
    sign,
    verify,
)

BODY_HMAC = BodyHmac(header="x-signature")
SQUARE = UrlBodyHmac(url="https://stock.example/hooks/t/")
TIMESTAMPED = TimestampedHmac(header="x-tracktile-signature")
STANDARD = StandardWebhooks()
BEARER = BearerToken()
STATIC = StaticHeader()
BASIC = BasicAuth()
WITH_SECRET: list[Scheme] = [BODY_HMAC, SQUARE, TIMESTAMPED, STANDARD, BEARER, STATIC, BASIC]

EMPTY = "It is empty."
EDGES = "It starts or ends with white space; paste it again without."
INVISIBLE = "It contains a line break or another invisible character; paste it again."
NOT_ASCII = "It contains a character outside ASCII, which a header cannot carry reliably."
NOT_WHSEC = "It is not whsec_ followed by base64; copy it again from the sender, whole."
NOT_PAIR = "It is not a user name, a colon and a password."
SPACED = "It contains a space; a token has none. Enter it without the word Bearer."


@pytest.mark.parametrize("scheme", WITH_SECRET, ids=lambda scheme: scheme.name)
@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("", EMPTY),
        (" ", EDGES),
        ("secret\n", EDGES),
        ("\tsecret", EDGES),
        ("sec\nret", INVISIBLE),
        ("sec\x00ret", INVISIBLE),
        ("sec\u200bret", INVISIBLE),
        ("\ufeffsecret", INVISIBLE),
        ("sec\u00a0ret", INVISIBLE),
        ("sec\ud800ret", INVISIBLE),
    ],
)
def test_no_scheme_takes_a_secret_that_was_copied_badly(scheme: Scheme, value: str, problem: str) -> None:
    assert secret_problem(scheme, value) == problem


@pytest.mark.parametrize(
    ("scheme", "value", "problem"),
    [
        (BODY_HMAC, "It's a Secret to Everybody", None),
        (BODY_HMAC, "schlüssel", None),
        (SQUARE, "Ibxx_5AKakO-3qeNVR61Dw", None),
        (TIMESTAMPED, "whsec_test_secret", None),
        (STANDARD, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", None),
        (STANDARD, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", None),
        (STANDARD, "whsec_YWJjZA==", None),
        (STANDARD, "whsec_YWJjZA=", None),
        (STANDARD, "whsec_YWJjZA", None),
        (STANDARD, "whsec_", NOT_WHSEC),
        (STANDARD, "whsec_====", NOT_WHSEC),
        (STANDARD, "whsec_YWJjZ", NOT_WHSEC),
        (STANDARD, "whsec_YWJj-_8", NOT_WHSEC),
        (STANDARD, "whsec_YWJj ZGVm", NOT_WHSEC),
        (STANDARD, "whpk_YWJjZGVm", NOT_WHSEC),
        (STANDARD, "whsec_ÄÖÜ", NOT_WHSEC),
        (BEARER, "abc.DEF-123_~+/==", None),
        (BEARER, "Bearer abc", SPACED),
        (BEARER, "schlüssel", NOT_ASCII),
        (STATIC, "open sesame, please", None),
        (STATIC, "schlüssel", NOT_ASCII),
        (BASIC, "user:password", None),
        (BASIC, "user:pass:word with space", None),
        (BASIC, "user:pass:", None),
        (BASIC, "password", NOT_PAIR),
        (BASIC, "user:", NOT_PAIR),
        (BASIC, ":password", NOT_PAIR),
        (BASIC, "user:schlüssel", NOT_ASCII),
        (UrlToken(), "anything", "This scheme uses no secret: the endpoint's URL is the credential."),
    ],
)
def test_each_scheme_says_what_its_secrets_must_be(scheme: Scheme, value: str, problem: str | None) -> None:
    assert secret_problem(scheme, value) == problem


def test_a_problem_never_repeats_the_secret() -> None:
    for scheme in WITH_SECRET:
        for value in ("hunter2\n", "hunter2\x00x", "hünter2 hunter2"):
            assert "hunter2" not in (secret_problem(scheme, value) or "")


def test_live_secrets_that_cannot_work_are_passed_over_and_reported_if_no_other_is_left() -> None:
    headers = sign(STANDARD, "whsec_YWJjZA==", b"{}", at=NOW, message_id="msg_1")
    sent = request(b"{}", *headers)
    verified = Verified(secret_id=3, signed_at=NOW, message_id="msg_1")
    assert verify(sent, STANDARD, secrets("", "no base64", "whsec_YWJjZA==")) == verified
    assert verify(sent, STANDARD, secrets("", "no base64", "whsec_YWJj\n")) == Refused(
        cause=Cause.UNUSABLE_SECRET, detail=f"Live secrets: 2, none usable. The first: {NOT_WHSEC}"
    )


@pytest.mark.parametrize("value", ["YWJX", "whsec_YWJX", "whsec_YWJX=", "whsec_YWJX=="])
def test_prefix_and_padding_say_nothing_of_the_key(value: str) -> None:
    """base64 of the bytes 61 62 57; a padding that is not needed is no part of it."""
    mac = b64encode(hmac.new(b"\x61\x62\x57", b"msg_1.1700000000.{}", "sha256").digest())
    headers = (("webhook-id", b"msg_1"), ("webhook-timestamp", b"1700000000"), ("webhook-signature", b"v1," + mac))
    assert verify(request(b"{}", *headers), STANDARD, secrets(value)) == Verified(
        secret_id=1, signed_at=NOW, message_id="msg_1"
    )


@pytest.mark.parametrize(
    ("scheme", "shape"),
    [
        (BODY_HMAC, r"[A-Za-z0-9_-]{43}"),
        (SQUARE, r"[A-Za-z0-9_-]{43}"),
        (TIMESTAMPED, r"[A-Za-z0-9_-]{43}"),
        (STANDARD, r"whsec_[A-Za-z0-9+/]{43}="),
        (BEARER, r"[A-Za-z0-9_-]{43}"),
        (STATIC, r"[A-Za-z0-9_-]{43}"),
        (BASIC, r"stockroom:[A-Za-z0-9_-]{43}"),
    ],
)
def test_a_new_secret_has_256_random_bits_in_the_schemes_form_and_works(scheme: Scheme, shape: str) -> None:
    new = {generate_secret(scheme) for _ in range(100)}
    assert len(new) == 100
    for value in new:
        assert re.fullmatch(shape, value)
        assert secret_problem(scheme, value) is None
        headers = sign(scheme, value, b"{}", at=NOW, message_id="msg_1")
        outcome = verify(request(b"{}", *headers), scheme, secrets("whsec_YWJjZA==", "a:b", value))
        assert isinstance(outcome, Verified)
        assert outcome.secret_id == 3


def test_every_scheme_but_the_url_token_needs_a_secret() -> None:
    assert [scheme_needs_secret(scheme) for scheme in [*WITH_SECRET, UrlToken()]] == [True] * 7 + [False]
    assert sign(UrlToken(), "", b"{}") == ()
    with pytest.raises(ValueError, match="uses no secret"):
        generate_secret(UrlToken())


def test_sign_writes_a_credential_as_its_sender_does() -> None:
    assert sign(BEARER, "abc", b"{}") == (("authorization", b"Bearer abc"),)
    assert sign(STATIC, "abc", b"{}") == (("onport-hash", b"abc"),)
    assert sign(BASIC, "Aladdin:open sesame", b"{}") == (("authorization", b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),)


@pytest.mark.parametrize(
    ("signing", "message"),
    [
        (lambda: sign(BODY_HMAC, "", b"{}"), "secret cannot be used with body_hmac: It is empty"),
        (lambda: sign(STANDARD, "x y", b"{}", at=NOW, message_id="m"), "standard_webhooks: It is not whsec_"),
        (lambda: sign(SQUARE, "key", b""), "body must not be empty"),
        (lambda: sign(TIMESTAMPED, "key", b"{}"), "at is needed"),
        (lambda: sign(TIMESTAMPED, "key", b"{}", at=-1), "0 to 999999999999 seconds"),
        (lambda: sign(TIMESTAMPED, "key", b"{}", at=10**12), "0 to 999999999999 seconds"),
        (lambda: sign(STANDARD, "whsec_YWJj", b"{}", at=NOW), "at and message_id are needed"),
        (lambda: sign(STANDARD, "whsec_YWJj", b"{}", message_id="m"), "at and message_id are needed"),
        (lambda: sign(STANDARD, "whsec_YWJj", b"{}", at=NOW, message_id="a.b"), "no full stop"),
    ],
)
def test_sign_refuses_what_verify_would_refuse(signing: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        signing()


@pytest.mark.parametrize(
    ("making", "message"),
    [
        (lambda: BodyHmac(header="X-Signature"), "lower case"),
        (lambda: BodyHmac(header=""), "lower case"),
        (lambda: BodyHmac(header="x_signature"), "lower case"),
        (lambda: BodyHmac(header="x-signature", prefix="sígn="), "prefix"),
        (lambda: BearerToken(header="x token"), "lower case"),
        (lambda: StaticHeader(headers=()), "one or more names"),
        (lambda: StaticHeader(headers=("a", "a")), "one or more names"),
        (lambda: StaticHeader(headers=("a", "B")), "lower case"),
        (lambda: UrlBodyHmac(url="https://stock.example/a b"), "notification URL"),
        (lambda: UrlBodyHmac(url="https://stock.example/\n"), "notification URL"),
        (lambda: UrlBodyHmac(url="https://stock.example/", header="Ü"), "lower case"),
        (lambda: TimestampedHmac(header="x-t", tolerance=-1), "tolerance"),
        (lambda: TimestampedHmac(header="x-T"), "lower case"),
        (lambda: StandardWebhooks(tolerance=-1), "tolerance"),
        (
            lambda: SignedRequest(method="POST", headers=(("X-A", b""),), body=b"", received_at=0),
            "lower case",
        ),
        (lambda: SignedRequest(method="POST", headers=(("x_a", b""),), body=b"", received_at=0), "dashes"),
    ],
)
def test_a_value_that_could_never_work_cannot_be_made(making: Callable[[], object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        making()


def test_a_header_is_told_from_an_absent_and_a_repeated_one() -> None:
    sent = request(b"", ("x-one", b"1"), ("x-two", b"2"), ("x-two", b""), ("x-empty", b""))
    assert [sent.header(name) for name in ("x-one", "x-two", "x-empty", "x-none")] == [b"1", None, b"", None]
    assert [sent.header_values(name) for name in ("x-one", "x-two", "x-none")] == [(b"1",), (b"2", b""), ()]


def test_a_secret_is_not_shown_by_its_repr() -> None:
    assert repr(SecretValue(id=7, value="hunter2")) == "SecretValue(id=7)"


def test_every_cause_has_a_stable_value_and_one_line_for_staff() -> None:
    assert [cause.value for cause in Cause] == [
        "no_secret",
        "unusable_secret",
        "missing",
        "malformed",
        "wrong",
        "stale",
        "future",
    ]
    assert Cause("stale") is Cause.STALE
    for cause in Cause:
        assert re.fullmatch(r"[A-Z][^\n]{20,100}\.", cause.meaning)


def test_every_scheme_has_a_stable_name() -> None:
    assert [scheme.name for scheme in [*WITH_SECRET, UrlToken()]] == [
        "body_hmac",
        "url_body_hmac",
        "timestamped_hmac",
        "standard_webhooks",
        "bearer_token",
        "static_header",
        "basic_auth",
        "url_token",
    ]
