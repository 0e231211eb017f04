"""Senders that stall, before our own server and behind nginx; and what nginx keeps from us, by the documented lines."""

import os
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from tests.e2e.stand import PATIENCE, STORED, SquareEndpoint, Stand, ask
from tests.fuzz.nginx import Nginx
from tests.fuzz.stalled import genuine_body, stalled
from tests.soak.ground import make_ground
from tests.webhooks import square

DATABASE = "postgres" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "sqlite"
LIMIT = 1_048_576
CHUNKED = "Transfer-Encoding: chunked"
UPSTREAM_KEPT = 20.0
"""Seconds after which nginx closes an idle connection to Stockroom, as documented."""


def test_senders_that_stall_keep_nobody_waiting(tmp_path: Path) -> None:
    report = stalled(database=DATABASE, directory=tmp_path, say=print)
    print("\n".join(report.lines()))
    assert report.problems == []


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """A stand that expects to be reached over https, and nginx before it."""

    stand: Stand
    nginx: Nginx
    endpoint: SquareEndpoint

    def get(self, path: str, **headers: str) -> tuple[int, str | None]:
        """The status, and where it sends on to."""
        with closing(HTTPConnection("127.0.0.1", self.nginx.port, timeout=PATIENCE)) as connection:
            answer = ask(connection, "GET", path, headers=headers)
        return answer.status, answer.headers.get("location")

    def post(self, *lines: str, body: bytes) -> tuple[int, bytes]:
        """What bytes that begin with a signed head are answered, by whoever answers."""
        head = "\r\n".join([f"POST {self.endpoint.path} HTTP/1.1", "Host: 127.0.0.1", *lines, "", ""])
        with self.nginx.dial() as line:
            line.sendall(head.encode() + body)
            response = HTTPResponse(line)
            response.begin()
            return response.status, response.read()

    def sign(self, body: bytes, header: str = "x-square-hmacsha256-signature") -> str:
        return f"{header}: {square.signature(self.endpoint.public_url, body)}"

    def stored(self) -> list[bytes]:
        """The bodies of all deliveries."""
        return [bytes(body) for (body,) in self.stand.rows("SELECT body FROM webhooks_delivery ORDER BY id")]

    def refused(self) -> list[str]:
        return [cause for (cause,) in self.stand.rows("SELECT cause FROM webhooks_refusal ORDER BY id")]


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    directory = tmp_path_factory.mktemp("front")
    with make_ground(DATABASE, directory) as ground:
        ground.stand.environment["HTTPS"] = "true"
        endpoint = ground.stand.add_square("Square")
        ground.stand.start_server()
        with Nginx(directory, upstream=ground.stand.port) as nginx:
            yield Front(stand=ground.stand, nginx=nginx, endpoint=endpoint)


def test_a_body_of_the_limit_comes_through_byte_for_byte_and_one_byte_more_does_not(front: Front) -> None:
    before, refused = front.stored(), front.refused()
    most = genuine_body().ljust(LIMIT)
    assert front.post(front.sign(most), f"Content-Length: {LIMIT}", body=most) == STORED
    assert front.post(front.sign(most), f"Content-Length: {LIMIT + 1}", body=b"")[0] == 413
    assert (front.stored(), front.refused()) == ([*before, most], refused)


def test_a_chunked_body_comes_through_as_a_whole(front: Front) -> None:
    before, body = front.stored(), genuine_body()
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in body) + b"0\r\n\r\n"
    assert front.post(front.sign(body), CHUNKED, body=chunks) == STORED
    assert front.stored() == [*before, body]


@pytest.mark.parametrize("rest", [b"", b"5\r\n", b"5\r\nabc", b"zz\r\n", b"0\r\n"])
def test_a_chunked_body_that_is_cut_short_never_reaches_us(front: Front, rest: bytes) -> None:
    # What came of it is signed: without the proxy it would be taken for the whole.
    before, body = (front.stored(), front.refused()), genuine_body()
    head = "\r\n".join([f"POST {front.endpoint.path} HTTP/1.1", "Host: 127.0.0.1", front.sign(body), CHUNKED, "", ""])
    with front.nginx.dial() as line:
        line.sendall(head.encode() + b"%x\r\n%b\r\n" % (len(body), body) + rest)
        line.shutdown(1)
        answer = line.recv(12)
    assert answer in {b"", b"HTTP/1.1 400"}
    after = genuine_body()
    assert front.post(front.sign(after), f"Content-Length: {len(after)}", body=after) == STORED
    assert (front.stored(), front.refused()) == ([*before[0], after], before[1])


def test_a_header_with_underscores_is_not_passed_on(front: Front) -> None:
    body = genuine_body()
    forged = front.sign(body, "x_square_hmacsha256_signature")
    assert front.post(forged, f"Content-Length: {len(body)}", body=body) == (401, b"not authenticated\n")
    assert front.refused()[-1] == "missing"


@pytest.mark.parametrize("name", ["X-Forwarded-Proto", "X_Forwarded_Proto"])
def test_only_the_proxy_says_that_a_visitor_came_over_https(front: Front, name: str) -> None:
    # This nginx is asked over http, so that it is what it passes on.
    assert front.get("/products/", **{name: "https"}) == (301, "https://127.0.0.1/products/")


def test_a_page_is_answered_under_a_name_that_is_listed_only(front: Front) -> None:
    assert front.get("/products/", Host="elsewhere.example") == (400, None)


def test_stockroom_keeps_an_idle_connection_for_longer_than_nginx_does(front: Front) -> None:
    with closing(front.stand.connect()) as connection:
        assert ask(connection, "GET", front.endpoint.path).status == 405
        connection.sock.settimeout(UPSTREAM_KEPT + 1.0)
        with pytest.raises(TimeoutError):
            connection.sock.recv(1)
