"""What no provider sends, over raw sockets: each request gets its answer, and nothing that it may not leave behind."""

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.e2e.conftest import NewStand
from tests.e2e.stand import SquareEndpoint, Stand, eventually
from tests.webhooks import square

LIMIT = 1_048_576
SIGNATURE = "X-Square-HmacSha256-Signature"
NOT_PROVEN = (401, b"not authenticated\n")
TOO_LARGE = (413, b"the body is too large\n")
# From the web server, which knows no words.
BAD_FRAMING = (400, b"")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """One endpoint of a running server, and the bytes of requests to it."""

    stand: Stand
    endpoint: SquareEndpoint

    def head(self, *lines: bytes | str, method: str = "POST", path: str = "") -> bytes:
        """A request up to the blank line."""
        first = f"{method} {path or self.endpoint.path} HTTP/1.1"
        encoded = [line.encode() if isinstance(line, str) else line for line in (first, "Host: 127.0.0.1", *lines)]
        return b"\r\n".join([*encoded, b"", b""])

    def sign(self, body: bytes = square.CAPTURED, header: str = SIGNATURE) -> str:
        """The line that proves `body`."""
        return f"{header}: {square.signature(self.endpoint.public_url, body)}"

    def found(self) -> tuple[int, list[str]]:
        """How many deliveries there are, and the causes of the refusals."""
        causes = self.stand.rows("SELECT cause FROM webhooks_refusal ORDER BY id")
        return self.stand.number("SELECT COUNT(*) FROM webhooks_delivery"), [cause for (cause,) in causes]

    def gets(self, *pieces: bytes, half_close: bool = False) -> tuple[int, bytes, int, list[str]]:
        """The status and text that these bytes get, and the deliveries and refusals that they leave."""
        deliveries, causes = self.found()
        answer = self.stand.send(*pieces, half_close=half_close)
        assert "location" not in answer.headers
        now, all_causes = self.found()
        return answer.status, answer.body, now - deliveries, all_causes[len(causes) :]


@pytest.fixture(scope="module")
def shop(new_stand: NewStand, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    # At its wordiest the server's log must hold no credential either.
    with new_stand(tmp_path_factory.mktemp("stand"), LOG_LEVEL="DEBUG") as stand:
        stand.start_server()
        yield Shop(stand=stand, endpoint=stand.add_square("Square"))


def length(body: bytes) -> str:
    return f"Content-Length: {len(body)}"


CHUNKED = "Transfer-Encoding: chunked"


def chunks(body: bytes, size: int = 100) -> bytes:
    """`body` in chunks, with the last one."""
    cut = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in [*cut, b""])


def genuine(number: int | str, size: int = 0) -> bytes:
    """A payload that no other request here carries, of `size` bytes if that is more."""
    return square.counts_updated([square.count("1")], event_id=f"genuine-{number}").ljust(size)


@pytest.mark.parametrize(
    ("lines", "cause"),
    [
        ([], "missing"),
        ([f"{SIGNATURE}:"], "malformed"),
        ([f"{SIGNATURE}: {'A' * 43}="], "wrong"),
        ([f"{SIGNATURE}: {'A' * 100_000}"], "malformed"),
        ([SIGNATURE.encode() + b": \xc3\xa9\xff\x80"], "malformed"),
        ([f"{SIGNATURE}: {'A' * 43}=", "x-square-signature: AAAA"], "wrong"),
        (["Authorization: Bearer x"], "missing"),
    ],
)
def test_what_proves_nothing_is_refused_in_the_same_words_and_kept_with_its_cause(
    shop: Shop, lines: list[bytes | str], cause: str
) -> None:
    request = shop.head(*lines, length(square.CAPTURED)) + square.CAPTURED
    assert shop.gets(request) == (*NOT_PROVEN, 0, [cause])


def test_a_signature_of_other_bytes_or_of_another_url_is_refused(shop: Shop) -> None:
    body = square.CAPTURED.replace(b'"90"', b'"91"')
    assert shop.gets(shop.head(shop.sign(), length(body)) + body) == (*NOT_PROVEN, 0, ["wrong"])
    other = f"{SIGNATURE}: {square.signature(shop.endpoint.public_url.rstrip('/'), body)}"
    assert shop.gets(shop.head(other, length(body)) + body) == (*NOT_PROVEN, 0, ["wrong"])


def test_a_signature_sent_twice_is_refused_although_both_are_right(shop: Shop) -> None:
    request = shop.head(shop.sign(), shop.sign(), length(square.CAPTURED)) + square.CAPTURED
    assert shop.gets(request) == (*NOT_PROVEN, 0, ["malformed"])


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "BREW"])
def test_only_post_is_accepted(shop: Shop, method: str) -> None:
    answer = shop.stand.request(method, shop.endpoint.path)
    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert answer.body == (b"" if method == "HEAD" else b"only POST is accepted here\n")


@pytest.mark.parametrize(
    "path", ["/hooks/unknown/", "/hooks/unknown", "/hooks/%ff%00/", "/hooks/%ed%a0%80/", "/hooks/" + "a" * 8_000]
)
def test_an_unknown_token_is_not_found(shop: Shop, path: str) -> None:
    request = shop.head(shop.sign(), length(square.CAPTURED), path=path) + square.CAPTURED
    assert shop.gets(request) == (404, b"not found\n", 0, [])


@pytest.mark.parametrize("ending", ["", "/", "?a=b", "/?a=b"])
def test_the_url_works_with_and_without_its_slash_and_never_redirects(shop: Shop, ending: str) -> None:
    body = genuine(f"slash {ending}")
    path = shop.endpoint.path.rstrip("/") + ending
    assert shop.gets(shop.head(shop.sign(body), length(body), path=path) + body) == (200, b"stored\n", 1, [])


def test_a_body_of_the_limit_is_stored_and_one_byte_more_is_too_large(shop: Shop) -> None:
    most, more = genuine("most", LIMIT), genuine("more", LIMIT + 1)
    assert shop.gets(shop.head(shop.sign(most), length(most)), most) == (200, b"stored\n", 1, [])
    assert shop.gets(shop.head(shop.sign(more), length(more)), more) == (*TOO_LARGE, 0, [])
    # Announced is enough: nothing of the body has to come.
    assert shop.gets(shop.head(shop.sign(more), "Content-Length: 999999999999999")) == (*TOO_LARGE, 0, [])


def test_a_chunked_body_is_counted_while_it_is_read(shop: Shop) -> None:
    most, more = genuine("most chunks", LIMIT), genuine("more chunks", LIMIT + 1)
    assert shop.gets(shop.head(shop.sign(most), CHUNKED), chunks(most, 60_000)) == (200, b"stored\n", 1, [])
    assert shop.gets(shop.head(shop.sign(more), CHUNKED), chunks(more, 60_000)) == (*TOO_LARGE, 0, [])
    # The last chunk never comes: the answer does not wait for it.
    endless = chunks(more + b" " * 60_000, 60_000).removesuffix(b"0\r\n\r\n")
    assert shop.gets(shop.head(shop.sign(more), CHUNKED), endless) == (*TOO_LARGE, 0, [])


@pytest.mark.parametrize(
    "lines",
    [
        ["Content-Encoding: gzip"],
        ["Content-Encoding: identity, gzip"],
        ["Content-Encoding: BR"],
        ["Content-Encoding: identity", "Content-Encoding: deflate"],
    ],
)
def test_an_encoded_body_is_not_taken_in(shop: Shop, lines: list[str]) -> None:
    body = gzip.compress(square.CAPTURED)
    request = shop.head(shop.sign(body), *lines, length(body)) + body
    assert shop.gets(request) == (415, b"an encoded body is not accepted\n", 0, [])


@pytest.mark.parametrize("coding", ["gzip, chunked", "chunked, chunked"])
def test_a_transfer_coding_below_the_chunks_is_not_taken_in(shop: Shop, coding: str) -> None:
    request = shop.head(shop.sign(), f"Transfer-Encoding: {coding}") + chunks(square.CAPTURED)
    assert shop.gets(request) == (415, b"an encoded body is not accepted\n", 0, [])


@pytest.mark.parametrize("sent", [b"", square.CAPTURED[:300], square.CAPTURED])
def test_a_body_that_is_cut_short_is_not_stored_although_what_came_is_signed(shop: Shop, sent: bytes) -> None:
    head = shop.head(shop.sign(sent), f"Content-Length: {len(square.CAPTURED) + 1}")
    assert shop.gets(head, sent, half_close=True) == (400, b"the body ended early\n", 0, [])


def test_a_sender_that_hangs_up_in_mid_body_leaves_nothing(shop: Shop) -> None:
    refused = "Bad Request: /hooks/[token]/"
    found, logged = shop.found(), shop.stand.log.read_text().count(refused)
    with shop.stand.dial() as line:
        line.sendall(shop.head(shop.sign(), length(square.CAPTURED)) + square.CAPTURED[:300])
    eventually(lambda: shop.stand.log.read_text().count(refused) == logged + 1)
    assert shop.found() == found


def test_a_chunked_body_that_is_cut_short_is_not_stored_although_what_came_is_signed(shop: Shop) -> None:
    head, body = shop.head(shop.sign(), CHUNKED), square.CAPTURED
    chunk = b"%x\r\n%b\r\n" % (len(body), body)
    for rest in (b"", b"5\r\n", b"5\r\nabc", b"zz\r\n"):
        assert shop.gets(head, chunk + rest, half_close=True) == (400, b"the body ended early\n", 0, [])


def test_a_chunked_body_is_stored_byte_for_byte(shop: Shop) -> None:
    body = genuine("chunked").replace(b'"1"', '"1", "note": "caf\u00e9 \u2713"'.encode()) + b"\r\n\x00 \xff"
    assert shop.gets(shop.head(shop.sign(body), CHUNKED), chunks(body, 7)) == (200, b"stored\n", 1, [])
    [(stored, digest)] = shop.stand.rows("SELECT body, body_digest FROM webhooks_delivery ORDER BY id DESC LIMIT 1")
    assert (bytes(stored), digest) == (body, hashlib.sha256(body).hexdigest())


@pytest.mark.parametrize(
    "lines",
    [
        ["Content-Length: 622", "Content-Length: 3"],
        ["Content-Length: 622, 622"],
        ["Content-Length: -622"],
        ["Content-Length: +622"],
        ["Content-Length: 0x26e"],
        ["Content-Length: 99999999999999999999999"],
        ["Transfer-Encoding: identity"],
        ["Transfer-Encoding: chunked, gzip"],
        [f"{SIGNATURE}: a\0b"],
        ["X-Folded: a", " b"],
        ["X Spaced: a"],
    ],
)
def test_what_two_readers_could_frame_differently_is_refused_before_it_reaches_us(shop: Shop, lines: list[str]) -> None:
    assert len(square.CAPTURED) == 622
    assert shop.gets(shop.head(shop.sign(), *lines) + square.CAPTURED) == (*BAD_FRAMING, 0, [])


@pytest.mark.parametrize("stated", [5, 622, 10_000])
def test_chunks_win_over_a_content_length_and_the_connection_ends_with_them(shop: Shop, stated: int) -> None:
    body = genuine(f"both, {stated}")
    request = shop.head(shop.sign(body), f"Content-Length: {stated}", CHUNKED) + chunks(body)
    deliveries, refusals = shop.found()
    # Whatever follows on such a connection is not read.
    answer = shop.stand.send(request + shop.head("Content-Length: 0"))
    assert (answer.status, answer.body, answer.headers["connection"]) == (200, b"stored\n", "close")
    assert shop.found() == (deliveries + 1, refusals)
    [(stored,)] = shop.stand.rows("SELECT body FROM webhooks_delivery ORDER BY id DESC LIMIT 1")
    assert bytes(stored) == body


def test_a_header_that_is_not_ours_to_read_changes_nothing(shop: Shop) -> None:
    body = genuine("strange headers")
    strange = [
        "Proxy: http://127.0.0.1:1",
        "X-HTTP-Method-Override: GET",
        "X-Forwarded-Host: elsewhere",
        "X-Forwarded-Proto: http",
    ]
    request = shop.head(shop.sign(body), *strange, b"X-Odd: \xff\xfe", length(body)) + body
    assert shop.gets(request) == (200, b"stored\n", 1, [])


def test_an_underscore_does_not_help_a_request_that_lacks_the_key(shop: Shop) -> None:
    # WSGI shows both names as one. Whoever knows the key may write either; nobody else gains by it.
    forged = f"{SIGNATURE.replace('-', '_')}: {'A' * 43}="
    assert shop.gets(shop.head(forged, length(square.CAPTURED)) + square.CAPTURED) == (*NOT_PROVEN, 0, ["wrong"])


def test_the_log_and_what_is_kept_of_a_refusal_hold_no_credential_in_clear(shop: Shop) -> None:
    signature = f"{'B' * 43}="
    request = shop.head(f"{SIGNATURE}: {signature}", "Cookie: sessionid=cookie-credential", length(b"{}")) + b"{}"
    assert shop.gets(request) == (*NOT_PROVEN, 0, ["wrong"])
    assert shop.stand.request("GET", shop.endpoint.path).status == 405
    assert shop.gets(shop.head(length(b"a"), "Content-Encoding: gzip") + b"a")[0] == 415
    [row] = shop.stand.rows("SELECT detail, headers, credentials FROM webhooks_refusal ORDER BY id DESC LIMIT 1")
    log = shop.stand.log
    eventually(lambda: "Unsupported Media Type: /hooks/[token]/" in log.read_text())
    for told in (log.read_text(), str(row)):
        assert [
            secret for secret in (shop.endpoint.token, square.KEY, signature, "cookie-credential") if secret in told
        ] == []
    assert " endpoint 1 refused a request: wrong" in log.read_text()
