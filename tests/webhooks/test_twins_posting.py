"""Twins over HTTP: what is proven how, what is tried again and when, and that nothing leaves this machine."""

import hashlib
import hmac
import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.webhooks import square
from webhooks.providers import PROVIDERS
from webhooks.twins import Message, Proof
from webhooks.twins.posting import NotHere, Pace, Tally, Target, post_all
from webhooks.twins.retrying import SCHEDULES
from webhooks.twins.signing import CannotForge, Signer

SECRET = "a-secret-that-was-agreed-on-0123456789"
AT = 1_790_000_000


class Listener(ThreadingHTTPServer):
    """Somebody's server, which answers as it is told to and keeps what it was posted."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.got: list[tuple[bytes, dict[str, str]]] = []
        self.answers: dict[bytes, list[int]] = {}
        """By body: what is answered first; then 200."""

    @property
    def target(self) -> Target:
        return Target.of(f"http://127.0.0.1:{self.server_port}/hooks/x/")

    @property
    def bodies(self) -> list[bytes]:
        return [body for body, _ in self.got]


class Handler(BaseHTTPRequestHandler):
    server: Listener
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((body, {name.lower(): value for name, value in self.headers.items()}))
        first = self.server.answers.get(body, [])
        self.send_response(first.pop(0) if first else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Keep the test's output clean."""


@pytest.fixture
def listener() -> Iterator[Listener]:
    with Listener() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def signer(provider: str, url: str = "https://stock.example.test/hooks/x/") -> Signer:
    return Signer(scheme=PROVIDERS[provider].scheme(url, {}), secret=SECRET)


def message(body: bytes, sender: str = "jetti", *, lane: str = "", **more: Any) -> Message:
    return Message(sender=sender, kind="said", body=body, occurred=0, sent_at=10, lane=lane, **more)


def post(listener: Listener, messages: Sequence[Message], sender: str = "jetti", **pace: Any) -> Tally:
    heard: list[int] = []
    chosen = Pace(**{"speed": 0.0, "retry_scale": 0.0, **pace})
    tally = post_all(messages, signer(sender), listener.target, chosen, heard.append)
    assert sum(heard) + tally.unsent == len(messages)
    return tally


def told(tally: Tally) -> tuple[dict[int, int], int, int, int]:
    return dict(tally.statuses), tally.retries, tally.given_up, tally.unsent


# Proof


def test_squares_twin_signs_the_url_and_the_body() -> None:
    headers = dict(signer("square").headers(message(b"{}", "square"), AT))
    assert headers["x-square-hmacsha256-signature"].decode() == square.signature(
        "https://stock.example.test/hooks/x/", b"{}", SECRET
    )
    wrong = dict(signer("square").headers(message(b"{}", "square", proof=Proof.WRONG_URL), AT))
    assert wrong["x-square-hmacsha256-signature"].decode() == square.signature(
        "https://stock.example.test/hooks/x", b"{}", SECRET
    )


def test_tracktiles_twin_signs_the_moment_and_the_body() -> None:
    headers = dict(signer("tracktile").headers(message(b"{}", "tracktile"), AT))
    signed = hmac.new(SECRET.encode(), b"1790000000.{}", hashlib.sha256).hexdigest()
    assert headers["x-tracktile-signature"].decode() == f"t=1790000000,v1={signed}"


def test_the_other_twins_send_their_secret_or_nothing() -> None:
    common = {"content-type": b"application/json", "content-length": b"2"}
    sent = {name: dict(signer(name).headers(message(b"{}", name), AT)) for name in ("treez", "jetti", "budsense")}
    assert sent == {
        "treez": {
            **common,
            "user-agent": b"Apache-HttpClient/4.5.14 (Java/17.0.18)",
            "authorization": b"Bearer " + SECRET.encode(),
        },
        "jetti": {**common, "user-agent": b"twin", "onport-hash": SECRET.encode()},
        "budsense": {**common, "user-agent": b"twin"},
    }


def test_a_second_try_of_squares_says_which_it_is() -> None:
    headers = dict(signer("square").headers(message(b"{}", "square", attempt=3), AT))
    assert (headers["square-retry-number"], headers["square-retry-reason"]) == (b"3", b"http_error")


@pytest.mark.parametrize(
    ("provider", "proof", "problem"),
    [
        ("budsense", Proof.WRONG_SECRET, "wrong_secret: a request of this sender proves nothing"),
        ("treez", Proof.WRONG_URL, "wrong_url: this sender does not sign its URL"),
    ],
)
def test_what_a_sender_does_not_prove_cannot_be_wrong(provider: str, proof: Proof, problem: str) -> None:
    with pytest.raises(CannotForge, match=problem):
        signer(provider).headers(message(b"{}", provider, proof=proof), AT)


# Over HTTP


def test_what_is_taken_is_sent_once(listener: Listener) -> None:
    bodies = [b'{"n": %d}' % number for number in range(20)]
    tally = post(listener, [message(body) for body in bodies])
    assert listener.bodies == bodies
    assert told(tally) == ({200: 20}, 0, 0, 0)
    assert len(tally.seconds) == 20
    assert listener.got[0][1]["onport-hash"] == SECRET


def test_what_is_not_taken_is_tried_again_until_it_is(listener: Listener) -> None:
    listener.answers[b"first"] = [503, 503]
    tally = post(listener, [message(b"first", "square"), message(b"second", "square")], "square")
    assert Counter(listener.bodies) == {b"first": 3, b"second": 1}
    assert told(tally) == ({503: 2, 200: 2}, 2, 0, 0)
    tries = [headers.get("square-retry-number") for body, headers in listener.got if body == b"first"]
    assert tries == [None, "1", "2"]


def test_a_sender_gives_up_after_its_last_try(listener: Listener) -> None:
    """BudSense tries three times in all, and takes nothing but 200 for an answer."""
    listener.answers[b"never"] = [202] * 9
    tally = post(listener, [message(b"never", "budsense")], "budsense")
    assert told(tally) == ({202: 3}, 2, 1, 0)


def test_what_is_behind_one_that_is_tried_again_waits_in_its_lane(listener: Listener) -> None:
    listener.answers = {b"a1": [503, 503], b"a2": [503]}
    lanes = [message(b"a1", lane="a"), message(b"b1", lane="b"), message(b"a2", lane="a"), message(b"a3", lane="a")]
    tally = post(listener, lanes, connections=3, retry_scale=0.001)
    assert [body for body in listener.bodies if body != b"b1"] == [b"a1", b"a1", b"a1", b"a2", b"a2", b"a3"]
    assert told(tally) == ({503: 3, 200: 4}, 3, 0, 0)


def test_a_forgery_is_not_tried_again(listener: Listener) -> None:
    listener.answers[b"forged"] = [401]
    tally = post(listener, [message(b"forged", proof=Proof.WRONG_SECRET)])
    assert told(tally) == ({401: 1}, 0, 0, 0)
    assert listener.got[0][1]["onport-hash"] != SECRET


def test_a_server_that_does_not_answer_is_tried_again_too() -> None:
    with Listener() as closed:
        target = closed.target
    pace = Pace(speed=0.0, retry_scale=0.0)
    heard: list[int] = []
    tally = post_all([message(b"lost")], signer("jetti"), target, pace, heard.append)
    assert told(tally) == ({0: 4}, 3, 1, 0)
    assert (tally.percentile(0.5), heard) == (0.0, [1])


def test_what_there_is_no_time_for_is_not_sent(listener: Listener) -> None:
    late = Message(sender="jetti", kind="said", body=b"late", occurred=0, sent_at=3_600 * 10**9)
    tally = post(listener, [message(b"now"), late], speed=1.0, within=1.0)
    assert listener.bodies == [b"now"]
    assert told(tally) == ({200: 1}, 0, 0, 1)


def test_what_cannot_be_signed_is_told_to_who_asked(listener: Listener) -> None:
    with pytest.raises(CannotForge):
        post(listener, [message(b"{}", proof=Proof.WRONG_URL)])
    assert listener.bodies == []


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/hooks/x/", "http://stock.example.test/hooks/x/", "http://10.0.0.1/", "ftp://localhost/"]
)
def test_nothing_is_posted_to_another_machine(url: str) -> None:
    with pytest.raises(NotHere, match="is not on this machine"):
        Target.of(url)


def test_the_answers_are_told_by_how_long_they_took() -> None:
    tally = Tally(seconds=[0.4, 0.1, 0.3, 0.2])
    assert [tally.percentile(share) for share in (0.0, 0.5, 0.95, 1.0)] == [0.1, 0.3, 0.4, 0.4]


def test_square_tries_eleven_times_more_within_a_day() -> None:
    """1, 2, 4, 8, 16, 32 and 60 minutes, then 2, 4, 8 and 8 hours: 24 hours and 3 minutes."""
    assert len(SCHEDULES["square"].pauses) == 11
    assert sum(SCHEDULES["square"].pauses) == 123 * 60 + 22 * 3_600
    assert sum(SCHEDULES["budsense"].pauses) < 300
    assert set(SCHEDULES) == {"budsense", "jetti", "square", "tracktile", "treez"}
