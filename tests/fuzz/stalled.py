"""The act of senders that never end: in mid-body, byte by byte, or in their headers.

200 of them delay nobody, neither before our own server nor before nginx, and all of them are given up.
"""

import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from http.client import HTTPConnection
from itertools import count
from pathlib import Path

from tests.e2e.stand import PATIENCE, STORED, Answer, SquareEndpoint, Stand, ask
from tests.fuzz.nginx import Nginx
from tests.fuzz.report import Report
from tests.fuzz.strangers import in_the_log
from tests.soak.ground import make_ground
from tests.webhooks import square

STALLED = 200
POSTS = 21
"""Genuine requests of which each is timed."""
TOO_SLOW = b"HTTP/1.1 408"
AT_ONCE = 1.0
"""Seconds that nobody's answer may take, on a busy machine."""
AS_FAST = 0.25
"""Seconds by which the middle one of several may be slower than without those who stall."""
TRICKLE = 0.2
"""Seconds from one byte to the next."""
GIVEN_UP = 10.0 + 8.0
"""Seconds after which nginx has hung up on who sends nothing: as documented, and what a busy machine adds."""
OURS_GIVEN_UP = 30.0 + 8.0
"""The same of our own server, of headers and of bodies that never end."""

_numbers = count()


def stalled(*, database: str, directory: Path, say: Callable[[str], None]) -> Report:
    """Stall before a Stockroom on `postgres` or `sqlite`, whose files are left in `directory`."""
    with make_ground(database, directory) as ground:
        stand, began = ground.stand, time.monotonic()
        endpoint = stand.add_square("Square")
        stand.start_server()
        facts: dict[str, str] = {}
        problems = directly(stand, endpoint, facts)
        say(f"stalled before our own server for {time.monotonic() - began:.0f} s")
        with Nginx(directory, upstream=stand.port) as nginx:
            problems += behind_nginx(stand, nginx, endpoint, facts)
        problems += in_the_log(stand.log)
        return Report(
            act="stalled",
            database=ground.name,
            seed=0,
            counts={},
            facts=facts | {"seconds": f"{time.monotonic() - began:.0f}"},
            problems=problems,
        )


def directly(stand: Stand, endpoint: SquareEndpoint, facts: dict[str, str]) -> list[str]:
    """Headers that never end, and bodies that trickle, before our own server."""
    problems = []
    with ExitStack() as lines:
        opened = time.monotonic()
        endless = [_stall(lines, stand.dial(), b"POST /hooks/a/ HTTP/1.1\r\nX-Endless: a") for _ in range(STALLED)]
        problems += [f"beside headers that never end: {told}" for told in _slow(_timed_posts(stand.port, endpoint))]
        with _trickling(stand, endpoint) as senders:
            answers = _timed_posts(stand.port, endpoint)
            longest = max(answer.seconds for answer in answers)
            facts[f"beside {STALLED} bodies that trickle"] = f"stored, at most after {longest:.3f} s"
            problems += [f"beside bodies that trickle: {told}" for told in _slow(answers)]
            told = [_first_words(line, until=time.monotonic() + OURS_GIVEN_UP) for line in senders]
            late = told.count(TOO_SLOW)
            facts["bodies that trickle"] = f"{STALLED}, of which {late} were told that they are too slow"
            problems += [f"{STALLED - late} bodies that trickle were answered otherwise"] if late < STALLED else []
        left = _still_open(endless, until=opened + OURS_GIVEN_UP)
        facts["headers that never end"] = f"{STALLED}, of which {STALLED - left} were given up"
        problems += [f"{left} headers that never end are still waited for"] if left else []
    return problems


def behind_nginx(stand: Stand, nginx: Nginx, endpoint: SquareEndpoint, facts: dict[str, str]) -> list[str]:
    """Bodies and headers that stall before nginx: they reach nobody, delay nobody, and are given up."""
    before = _timed_posts(nginx.port, endpoint)
    with ExitStack() as lines:
        opened = time.monotonic()
        head = _head(endpoint, b"Content-Length: 1000")
        starts = (head + b"{", _head(endpoint, b"Transfer-Encoding: chunked") + b"5\r\n{", head[:-2], head)
        quiet = [_stall(lines, nginx.dial(), starts[number % len(starts)]) for number in range(STALLED)]
        during = _timed_posts(nginx.port, endpoint)
        left = _still_open(quiet, until=opened + GIVEN_UP)
    middle = [statistics.median(answer.seconds for answer in answers) for answers in (before, during)]
    longest = max(answer.seconds for answer in during)
    facts["behind nginx, beside 200"] = (
        f"{middle[1]:.3f} s in the middle (without them {middle[0]:.3f} s), at most {longest:.3f} s"
    )
    facts["given up by nginx"] = f"{STALLED - left} of {STALLED}"
    problems = [f"behind nginx: {told}" for told in [*_slow(before), *_slow(during)]]
    if middle[1] > middle[0] + AS_FAST:
        problems.append(f"behind nginx: {middle[1]:.3f} s beside 200 that stall, {middle[0]:.3f} s without them")
    problems += [f"{left} of {STALLED} that stall are still waited for by nginx"] if left else []
    problems += ["nginx has logged the URL token"] if endpoint.token in nginx.log.read_text() else []
    return problems


def genuine_body() -> bytes:
    """A body that no other request carries."""
    return square.counts_updated([square.count("1")], event_id=f"beside-{next(_numbers)}")


def _post(port: int, endpoint: SquareEndpoint) -> Answer:
    body = genuine_body()
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as connection:
        return ask(connection, "POST", endpoint.path, body, endpoint.signed(body))


def _timed_posts(port: int, endpoint: SquareEndpoint) -> list[Answer]:
    return [_post(port, endpoint) for _ in range(POSTS)]


def _slow(answers: list[Answer]) -> list[str]:
    """Those that were not stored, or not at once."""
    return [
        f"a genuine request was answered {answer.status} after {answer.seconds:.2f} s"
        for answer in answers
        if (answer.status, answer.body) != STORED or answer.seconds > AT_ONCE
    ]


def _head(endpoint: SquareEndpoint, framing: bytes) -> bytes:
    return b"POST %b HTTP/1.1\r\nHost: 127.0.0.1\r\n%b\r\n\r\n" % (endpoint.path.encode(), framing)


def _stall(lines: ExitStack, line: socket.socket, start: bytes) -> socket.socket:
    lines.enter_context(line).sendall(start)
    return line


@contextmanager
def _trickling(stand: Stand, endpoint: SquareEndpoint) -> Iterator[list[socket.socket]]:
    """Many send a byte now and then, until they are hung up on."""
    over = threading.Event()
    with ExitStack() as lines:
        senders = [_stall(lines, stand.dial(), _head(endpoint, b"Content-Length: 100000")) for _ in range(STALLED)]

        def trickle() -> None:
            while not over.wait(TRICKLE):
                for line in senders:
                    with suppress(BrokenPipeError, ConnectionResetError):
                        line.sendall(b" ")

        thread = threading.Thread(target=trickle)
        thread.start()
        try:
            yield senders
        finally:
            over.set()
            thread.join()


def _first_words(line: socket.socket, *, until: float) -> bytes:
    """What is answered by that moment of the monotonic clock; nothing when nothing is."""
    line.settimeout(max(until - time.monotonic(), 0.01))
    with suppress(TimeoutError, ConnectionResetError):
        return line.recv(len(TOO_SLOW))
    return b""


def _still_open(lines: list[socket.socket], *, until: float) -> int:
    """How many are, at that moment of the monotonic clock, neither answered nor closed."""
    still = 0
    for line in lines:
        line.settimeout(max(until - time.monotonic(), 0.01))
        try:
            line.recv(1)
        except TimeoutError:
            still += 1
        except ConnectionResetError:
            pass
    return still
