"""`manage.py serve` as it runs: a real parent, its two children, and signals."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection

PATIENCE = 30.0  # seconds that anything may take on a busy machine


def eventually(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def group_is_gone(leader: int) -> bool:
    """Whether no process of this leader's group runs; one that ended and is not yet reaped does not count."""
    running = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):
            # The name, in brackets, may hold anything; behind it come state, parent and group: proc(5).
            state, _parent, group = stat.read_text().rpartition(")")[2].split()[:3]
            if int(group) == leader and state not in "ZX":
                running.append(stat)
    return not running


def database_url() -> str:
    """The test's own database, as another process names it."""
    database = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    user, password, name = (quote(database[key], safe="") for key in ("USER", "PASSWORD", "NAME"))
    return f"postgres://{user}:{password}@{database['HOST']}:{database['PORT'] or 5432}/{name}"


class Served:
    """A running `manage.py serve` and what it has said so far."""

    def __init__(self, directory: Path, port: int, *arguments: str) -> None:
        self.port = port
        self.said = directory / "stdout"
        self.logged = directory / "stderr"
        environment = os.environ | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": database_url(),
            "PYTHONWARNINGS": "",
        }
        with self.said.open("w") as said, self.logged.open("w") as logged:
            self.process = subprocess.Popen(  # noqa: S603
                [sys.executable, "manage.py", "serve", "--port", str(port), *arguments],
                cwd=settings.BASE_DIR,
                env=environment,
                stdout=said,
                stderr=logged,
            )

    def children(self, name: str) -> list[int]:
        """The process numbers that this child has had, in order."""
        return [int(number) for number in re.findall(rf"The {name} is process (\d+)", self.logged.read_text())]

    def status(self) -> int | None:
        """The answer's status to a visit of the sign-in page; None while nobody answers."""
        visit = HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            visit.request("GET", "/admin/login/")
            return visit.getresponse().status
        except (OSError, HTTPException):
            return None
        finally:
            visit.close()

    def is_up(self) -> bool:
        assert self.process.poll() is None, self.logged.read_text()
        return self.status() == 200

    def end(self) -> int:
        return self.process.wait(timeout=PATIENCE)


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def served(transactional_db: None, tmp_path: Path, port: int) -> Iterator[Served]:
    served = Served(tmp_path, port, "--grace", "10")
    try:
        eventually(served.is_up)
        yield served
    finally:
        served.process.kill()
        served.process.wait()
        for child in served.children("web server") + served.children("worker"):
            with suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)


def open_request(port: int) -> socket.socket:
    """A request of which the server has read the head and half of the body, and so is in hand."""
    sender = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    sender.sendall(
        b"POST /admin/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: csrftoken=" + 32 * b"a" + b"\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 16\r\n\r\nusername"
    )
    time.sleep(1)
    return sender


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_both_children_and_the_parent_ends_well(served: Served, number: signal.Signals) -> None:
    web, worker = served.children("web server"), served.children("worker")
    assert (len(web), len(worker)) == (1, 1)
    assert served.said.read_text() == f"Stockroom is at http://127.0.0.1:{served.port}/\n"
    served.process.send_signal(number)
    assert served.end() == 0
    assert [group_is_gone(child) for child in web + worker] == [True, True]
    assert served.status() is None


def test_no_answer_names_the_software_that_serves(served: Served) -> None:
    visit = HTTPConnection("127.0.0.1", served.port, timeout=PATIENCE)
    visit.request("GET", "/admin/login/")
    assert visit.getresponse().headers.get_all("Server") == ["Stockroom"]
    visit.close()


def test_a_request_in_hand_is_answered_before_the_stop(served: Served) -> None:
    with open_request(served.port) as sender:
        for _ in range(2):  # as a group gets it under make, which passes its own on
            served.process.terminate()
            time.sleep(0.5)
        sender.sendall(b"=lena&a=")
        # The form lacks its token: an answer from the far side of the body.
        assert sender.recv(4096).startswith(b"HTTP/1.1 403 ")
    assert served.end() == 0


def test_a_request_that_never_ends_is_cut_off_after_the_grace(served: Served) -> None:
    with open_request(served.port):
        served.process.terminate()
        assert served.end() == 1
    assert "Killed before it had finished: web server" in served.logged.read_text()
    assert group_is_gone(served.children("web server")[0])


def test_a_second_interrupt_does_not_wait(served: Served) -> None:
    with open_request(served.port):
        asked = time.monotonic()
        for _ in range(2):
            served.process.send_signal(signal.SIGINT)
            time.sleep(0.5)
        assert served.end() == 1
        assert time.monotonic() - asked < 4


@pytest.mark.parametrize("name", ["web server", "worker"])
def test_a_killed_child_comes_back_alone(served: Served, name: str) -> None:
    other = {"web server": "worker", "worker": "web server"}[name]
    [killed], [kept] = served.children(name), served.children(other)
    os.kill(killed, signal.SIGKILL)
    eventually(lambda: len(served.children(name)) == 2 and served.is_up())
    assert group_is_gone(killed)
    assert served.children(other) == [kept]
    assert f"The {name}, process {killed}, ended with status -9" in served.logged.read_text()
    served.process.terminate()
    assert served.end() == 0
    assert [group_is_gone(child) for child in (*served.children(name), kept)] == [True, True, True]


def test_the_children_of_a_killed_parent_stop(served: Served) -> None:
    served.process.kill()
    children = served.children("web server") + served.children("worker")
    eventually(lambda: [group_is_gone(child) for child in children] == [True, True])


def test_a_port_that_is_taken_is_said_in_a_sentence(transactional_db: None, tmp_path: Path, port: int) -> None:
    with socket.create_server(("127.0.0.1", port)):
        served = Served(tmp_path, port)
        assert served.end() == 1
    assert served.said.read_text() == ""
    assert served.logged.read_text() == (
        f"CommandError: Stockroom cannot listen on 127.0.0.1, port {port}: Address already in use. "
        "Stop what uses it, or choose another port.\n"
    )
