"""What staff are told of a refused request, word for word, and what a caller is told that asks for the impossible."""

from collections.abc import Callable

import pytest

from tests.webhooks.verification.support import request, secrets
from webhooks.verification import (
    BasicAuth,
    BearerToken,
    BodyHmac,
    Cause,
    Refused,
    Scheme,
    StandardWebhooks,
    StaticHeader,
    TimestampedHmac,
    UrlBodyHmac,
    UrlToken,
    generate_secret,
    sign,
    verify,
)

URL = "https://stock.example/hooks/t/"
SECRET = "whsec_YWJjZA=="
BODY = b"{}"
Headers = tuple[tuple[str, bytes], ...]

HEX = b"0123456789abcdef" * 4
BASE64 = b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
GITHUB = BodyHmac(header="x-hub-signature-256", prefix="sha256=")
PLAIN = BodyHmac(header="x-signature")
WIDE = BodyHmac(header="x-signature", encoding="base64", algorithm="sha512")
SQUARE = UrlBodyHmac(url=URL)
TRACKTILE = TimestampedHmac(header="x-tracktile-signature")
STANDARD = StandardWebhooks()
SENT: Headers = (("webhook-id", b"msg_1"), ("webhook-timestamp", b"1700000000"), ("webhook-signature", b"v1," + BASE64))

TOLD: list[tuple[Scheme, Headers, Cause, str]] = [
    (
        GITHUB,
        (),
        Cause.MISSING,
        "There is no x-hub-signature-256 header; expected 'sha256=' and 64 hexadecimal digits.",
    ),
    (
        GITHUB,
        (("x-hub-signature-256", b"sha256=" + HEX),),
        Cause.WRONG,
        "The x-hub-signature-256 header carries 012345... (64 characters). Live secrets tried: 1.",
    ),
    (PLAIN, (), Cause.MISSING, "There is no x-signature header; expected 64 hexadecimal digits."),
    (
        PLAIN,
        (("x-signature", b"abc"),),
        Cause.MALFORMED,
        "The x-signature header holds 3 bytes; expected 64 hexadecimal digits.",
    ),
    (WIDE, (), Cause.MISSING, "There is no x-signature header; expected 88 characters of base64."),
    (
        WIDE,
        (("x-signature", b"abc"),),
        Cause.MALFORMED,
        "The x-signature header holds 3 bytes; expected 88 characters of base64.",
    ),
    (
        SQUARE,
        (),
        Cause.MISSING,
        "There is no x-square-hmacsha256-signature header; expected 44 characters of base64.",
    ),
    (
        SQUARE,
        (("x-square-hmacsha256-signature", BASE64),),
        Cause.WRONG,
        (
            "The x-square-hmacsha256-signature header carries AAECAw... (44 characters). Compare this endpoint's "
            "notification URL (30 characters) with the one registered at the sender, to the last slash, and check that "
            "the key belongs to this subscription and environment. Live secrets tried: 1."
        ),
    ),
    (
        TRACKTILE,
        (),
        Cause.MISSING,
        "There is no x-tracktile-signature header; expected t=<unix seconds>,v1=<64 hexadecimal digits>.",
    ),
    (
        TRACKTILE,
        (("x-tracktile-signature", b"t=1700000000,v1=" + HEX + b",v1=" + HEX[::-1]),),
        Cause.WRONG,
        "The x-tracktile-signature header carries 2 v1, the first 012345... (64 characters). Live secrets tried: 1.",
    ),
    (
        TRACKTILE,
        (("x-tracktile-signature", b"t=1,t=2,v1=" + HEX + b",v1=x"),),
        Cause.MALFORMED,
        (
            "The x-tracktile-signature header holds 80 bytes with 2 t and 2 v1, 1 of them well-formed; "
            "expected t=<unix seconds>,v1=<64 hexadecimal digits>, with one t and each v1 well-formed."
        ),
    ),
    (STANDARD, (), Cause.MISSING, "There is no webhook-id header; expected the message's id."),
    (STANDARD, SENT[:1], Cause.MISSING, "There is no webhook-timestamp header; expected unix seconds."),
    (STANDARD, SENT[:2], Cause.MISSING, "There is no webhook-signature header; expected v1,<44 characters of base64>."),
    (
        STANDARD,
        (("svix-signature", b"v1," + BASE64),),
        Cause.MISSING,
        "There is no svix-id header; expected the message's id.",
    ),
    (
        STANDARD,
        (*SENT[:2], ("webhook-signature", b"v1,abc")),
        Cause.MALFORMED,
        (
            "Expected in webhook-id 1 to 255 visible ASCII characters and no full stop (5 bytes came), in "
            "webhook-timestamp 1 to 12 digits (10 came), in webhook-signature v1,<44 characters of base64> or a list, "
            "single spaces between, each v1 of that form (6 came)."
        ),
    ),
    (
        STANDARD,
        SENT,
        Cause.WRONG,
        "The signature header carries 1 v1, the first AAECAw... (44 characters). Live secrets tried: 1.",
    ),
    (
        BearerToken(),
        (),
        Cause.MISSING,
        "There is no authorization header; expected the word Bearer, a space and the token.",
    ),
    (
        StaticHeader(headers=("a-hash", "b-hash")),
        (("a-hash", b"x"), ("b-hash", b"yy")),
        Cause.WRONG,
        "No live secret is the value of a-hash (1 bytes), b-hash (2 bytes). Live secrets tried: 1.",
    ),
    (
        BasicAuth(),
        (("authorization", b"Basic QWxhZGRpbg=="),),
        Cause.WRONG,
        "The authorization header carries 12 characters of Basic credentials. Live secrets tried: 1.",
    ),
]


@pytest.mark.parametrize(("scheme", "headers", "cause", "detail"), TOLD)
def test_a_refusal_says_what_came_and_what_was_expected(
    scheme: Scheme, headers: Headers, cause: Cause, detail: str
) -> None:
    live = secrets("user:password" if isinstance(scheme, BasicAuth) else SECRET)
    assert verify(request(BODY, *headers), scheme, live) == Refused(cause=cause, detail=detail)


@pytest.mark.parametrize(
    ("asking", "told"),
    [
        (lambda: generate_secret(UrlToken()), "url_token uses no secret: the endpoint's URL is the credential"),
        (
            lambda: UrlBodyHmac(url=""),
            "url must be the sender's notification URL: not empty, no white space",
        ),
        (lambda: sign(SQUARE, "key", b""), "body must not be empty"),
        (lambda: sign(PLAIN, "", b""), "secret cannot be used with body_hmac: It is empty."),
        (lambda: sign(TRACKTILE, "key", BODY), "timestamped_hmac signs the time: at is needed"),
        (lambda: sign(TRACKTILE, "key", BODY, at=-1), "at must be 0 to 999999999999 seconds since 1970, not -1"),
        (
            lambda: sign(STANDARD, SECRET, BODY, at=1),
            "standard_webhooks signs the time and the id: at and message_id are needed",
        ),
        (
            lambda: sign(STANDARD, SECRET, BODY, at=1, message_id="a.b"),
            "message_id 'a.b' must be 1 to 255 visible ASCII characters, no full stop",
        ),
        (lambda: BodyHmac(header="x-signature", prefix="ß"), "prefix 'ß' must be ASCII"),
        (lambda: BearerToken(header="X"), "header name 'X' must be in lower case, with dashes and no spaces"),
        (lambda: StaticHeader(headers=()), "headers () must be one or more names, each once"),
        (lambda: TimestampedHmac(header="x", tolerance=-1), "tolerance must be 0 or more seconds, not -1"),
        (lambda: request(b"", ("X-A", b"")), "header name 'X-A' must be in lower case, with dashes"),
    ],
)
def test_the_impossible_is_refused_word_for_word(asking: Callable[[], object], told: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011  # the whole message is compared below
        asking()
    assert str(error.value) == told
