"""The schemes in which the request carries the credential itself."""

import pytest

from tests.webhooks.verification.support import flips, request, secrets
from webhooks.verification import (
    BasicAuth,
    BearerToken,
    Cause,
    Outcome,
    Refused,
    Scheme,
    StaticHeader,
    UrlToken,
    Verified,
    verify,
)

TOKEN = "tr33z-token-0123456789ab"
BODY = b'{"event_type":"INVENTORY"}'


def bearer(*values: bytes) -> Outcome:
    headers = [("authorization", value) for value in values]
    return verify(request(BODY, *headers), BearerToken(), secrets("old-token", TOKEN))


@pytest.mark.parametrize("word", [b"Bearer ", b"bearer ", b"BEARER ", b"bEARER  "])
def test_a_bearer_token_is_verified_whatever_the_case_of_its_word(word: bytes) -> None:
    assert bearer(word + TOKEN.encode()) == Verified(secret_id=2)


def test_a_bearer_token_may_live_in_another_header() -> None:
    sent = request(BODY, ("x-treez-authorization", b"Bearer " + TOKEN.encode()))
    assert verify(sent, BearerToken(header="x-treez-authorization"), secrets(TOKEN)) == Verified(secret_id=1)


def test_no_bearer_token_is_missing() -> None:
    assert bearer() == Refused(
        cause=Cause.MISSING,
        detail="There is no authorization header; expected the word Bearer, a space and the token.",
    )


def test_a_wrong_bearer_token_is_told_by_its_length_alone() -> None:
    assert bearer(b"Bearer tr33z-token-0123456789aB") == Refused(
        cause=Cause.WRONG,
        detail="The authorization header carries a token of 24 characters. Live secrets tried: 2.",
    )


@pytest.mark.parametrize(
    "value",
    [
        TOKEN.encode(),
        b"Basic " + TOKEN.encode(),
        b"Bearer",
        b"Bearer ",
        b"Bearer\t" + TOKEN.encode(),
        b" Bearer " + TOKEN.encode(),
        b"Bearer " + TOKEN.encode() + b" ",
        b"Bearer " + TOKEN.encode() + b"\n",
        b"Bearer " + TOKEN.encode() + b", Bearer " + TOKEN.encode(),
        b"Bearer tr33z token",
        b"Bearer \xff\xfe",
        b"Bearer a\x00b",
        b"",
    ],
)
def test_an_authorization_that_is_not_a_bearer_token_is_malformed_and_not_repeated(value: bytes) -> None:
    assert bearer(value) == Refused(
        cause=Cause.MALFORMED,
        detail=f"The authorization header holds {len(value)} bytes; expected the word Bearer, a space and the token.",
    )


def test_a_bearer_token_sent_twice_is_malformed() -> None:
    right = b"Bearer " + TOKEN.encode()
    assert bearer(right, right) == Refused(
        cause=Cause.MALFORMED, detail="The authorization header was sent 2 times; expected it once."
    )


@pytest.mark.parametrize(
    ("scheme", "name", "word", "credential"),
    [
        (BearerToken(), "authorization", b"Bearer ", TOKEN.encode()),
        (StaticHeader(), "jetti-hash", b"", b"first hash"),
        # RFC 7617, section 2: "Aladdin" with the password "open sesame".
        (BasicAuth(), "authorization", b"Basic ", b"QWxhZGRpbjpvcGVuIHNlc2FtZQ=="),
    ],
)
def test_every_flipped_bit_of_a_credential_is_refused_and_of_its_word_all_but_the_case(
    scheme: Scheme, name: str, word: bytes, credential: bytes
) -> None:
    live = secrets(TOKEN, "first hash", "Aladdin:open sesame") if isinstance(scheme, StaticHeader) else ()
    live = live or secrets("Aladdin:open sesame" if isinstance(scheme, BasicAuth) else TOKEN)
    sent = word + credential
    assert isinstance(verify(request(BODY, (name, sent)), scheme, live), Verified)
    accepted = {
        flipped for flipped in flips(sent) if isinstance(verify(request(BODY, (name, flipped)), scheme, live), Verified)
    }
    assert accepted == {sent[:at] + sent[at : at + 1].swapcase() + sent[at + 1 :] for at in range(len(word.rstrip()))}


ONPORT, JETTI = "onport-hash", "jetti-hash"


def static(*headers: tuple[str, bytes]) -> Outcome:
    return verify(request(BODY, *headers), StaticHeader(), secrets("first hash", "second hash"))


@pytest.mark.parametrize(
    ("headers", "secret_id"),
    [
        ([(ONPORT, b"first hash")], 1),
        ([(JETTI, b"first hash")], 1),
        ([(JETTI, b"second hash")], 2),
        ([(JETTI, b"second hash"), (ONPORT, b"second hash")], 2),
        ([(JETTI, b"first hash"), (ONPORT, b"second hash")], 2),
    ],
)
def test_any_of_the_names_will_do_and_all_that_are_present_must_match(
    headers: list[tuple[str, bytes]], secret_id: int
) -> None:
    assert static(*headers) == Verified(secret_id=secret_id)


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        (
            [],
            Refused(
                cause=Cause.MISSING,
                detail="There is no onport-hash or jetti-hash header; expected the secret.",
            ),
        ),
        (
            [("jetti-webhook-hash", b"first hash")],
            Refused(
                cause=Cause.MISSING,
                detail="There is no onport-hash or jetti-hash header; expected the secret.",
            ),
        ),
        (
            [(JETTI, b"First hash")],
            Refused(
                cause=Cause.WRONG,
                detail="No live secret is the value of jetti-hash (10 bytes). Live secrets tried: 2.",
            ),
        ),
        (
            [(JETTI, b"first hash"), (ONPORT, b"forged")],
            Refused(
                cause=Cause.WRONG,
                detail="No live secret is the value of onport-hash (6 bytes). Live secrets tried: 2.",
            ),
        ),
        (
            [(ONPORT, b"first hash"), (JETTI, b"first hash"), (JETTI, b"forged")],
            Refused(cause=Cause.MALFORMED, detail="The jetti-hash header was sent 2 times; expected it once."),
        ),
        (
            [(ONPORT, b""), (JETTI, b"first hash")],
            Refused(cause=Cause.MALFORMED, detail="The onport-hash header is empty; expected the secret."),
        ),
    ],
    ids=["none", "the other direction's name", "wrong", "one of two wrong", "repeated", "one of two empty"],
)
def test_a_static_header_is_refused_with_its_reason(headers: list[tuple[str, bytes]], refused: Refused) -> None:
    assert static(*headers) == refused


@pytest.mark.parametrize(
    "value",
    [b"first hash ", b" first hash", b"first hash\n", b"first hash, first hash", b"\xff", b"x" * 100_000],
)
def test_a_static_value_is_compared_exactly(value: bytes) -> None:
    outcome = static((JETTI, value))
    assert isinstance(outcome, Refused)
    assert outcome.cause is Cause.WRONG


# RFC 7617, section 2: "Aladdin" with the password "open sesame".
ALADDIN = b"QWxhZGRpbjpvcGVuIHNlc2FtZQ=="


def basic(*values: bytes) -> Outcome:
    headers = [("authorization", value) for value in values]
    return verify(request(BODY, *headers), BasicAuth(), secrets("stockroom:old", "Aladdin:open sesame"))


@pytest.mark.parametrize("word", [b"Basic ", b"basic ", b"BASIC "])
def test_basic_verifies_the_example_of_its_rfc(word: bytes) -> None:
    assert basic(word + ALADDIN) == Verified(secret_id=2)


@pytest.mark.parametrize(
    ("value", "cause"),
    [
        (b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZR==", Cause.WRONG),
        (b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ", Cause.WRONG),
        (b"Basic QWxhZGRpbjpPcGVuIHNlc2FtZQ==", Cause.WRONG),
        (b"Basic Aladdin:open sesame", Cause.MALFORMED),
        (b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ===", Cause.MALFORMED),
        (b"Basic QWxh ZGRpbjpvcGVuIHNlc2FtZQ==", Cause.MALFORMED),
        (b"Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\n", Cause.MALFORMED),
        (b"Bearer " + ALADDIN, Cause.MALFORMED),
        (b"Basic \xff", Cause.MALFORMED),
        (b"Basic", Cause.MALFORMED),
        (b"", Cause.MALFORMED),
    ],
    ids=[
        "spare bits set",
        "unpadded",
        "another password",
        "not encoded",
        "too much padding",
        "space inside",
        "line break",
        "another word",
        "not ASCII",
        "word alone",
        "empty",
    ],
)
def test_basic_credentials_are_read_in_one_form_only(value: bytes, cause: Cause) -> None:
    outcome = basic(value)
    assert isinstance(outcome, Refused)
    assert outcome.cause is cause
    assert "QWxh" not in outcome.detail


def test_basic_credentials_missing_or_sent_twice_are_refused() -> None:
    assert basic() == Refused(
        cause=Cause.MISSING,
        detail="There is no authorization header; expected the word Basic, a space and base64 of user:password.",
    )
    assert basic(b"Basic " + ALADDIN, b"Basic " + ALADDIN) == Refused(
        cause=Cause.MALFORMED, detail="The authorization header was sent 2 times; expected it once."
    )


@pytest.mark.parametrize("scheme", [BearerToken(), StaticHeader(), BasicAuth()])
def test_a_static_scheme_without_a_live_secret_refuses_everything(
    scheme: BearerToken | StaticHeader | BasicAuth,
) -> None:
    sent = request(BODY, ("authorization", b"Bearer "), (ONPORT, b""))
    expected = Refused(cause=Cause.NO_SECRET, detail="The endpoint has no live secret.")
    assert verify(sent, scheme, ()) == expected
    assert verify(sent, scheme, secrets("")) == expected


def test_where_the_url_is_the_credential_nothing_of_the_request_is_looked_at() -> None:
    assert verify(request(b""), UrlToken(), ()) == Verified(secret_id=None)
    assert verify(request(b"\xff", ("authorization", b"\x00")), UrlToken(), secrets("unused")) == Verified(
        secret_id=None
    )
