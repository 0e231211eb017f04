"""Workers that are woken: what they wait for, and what ends their waiting."""

import threading
import time

import pytest
from django.db import connection

from webhooks.notification import Listener, notify
from webhooks.stop import Stop
from webhooks.wakeups import CannotWake

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite has nobody to notify; workers look by the clock"
    ),
]
LONG = 60.0


@pytest.fixture
def listener() -> Listener:
    listening = Listener()
    # It begins to listen, and looks once more for what it may have missed before.
    listening.wait(Stop(), LONG)
    return listening


def seconds_of_waiting(listener: Listener, stop: Stop) -> float:
    began = time.monotonic()
    listener.wait(stop, LONG)
    return time.monotonic() - began


def from_another_thread() -> None:
    thread = threading.Thread(target=notify)
    thread.start()
    thread.join()


def test_a_notification_ends_the_wait(listener: Listener) -> None:
    later = threading.Timer(0.2, notify)
    later.start()
    assert seconds_of_waiting(listener, Stop()) < LONG / 2
    later.join()


def test_one_that_came_before_the_wait_ends_it_at_once(listener: Listener) -> None:
    from_another_thread()
    assert seconds_of_waiting(listener, Stop()) < LONG / 2


def test_a_stop_ends_the_wait(listener: Listener) -> None:
    stop = Stop()
    stop.set()
    assert seconds_of_waiting(listener, stop) < LONG / 2


def test_without_either_it_ends_by_itself(listener: Listener) -> None:
    began = time.monotonic()
    listener.wait(Stop(), 0.2)
    assert time.monotonic() - began >= 0.2


def test_after_the_connection_was_lost_it_listens_on_the_next_one(listener: Listener) -> None:
    connection.close()
    # What came while nobody listened is looked for.
    assert seconds_of_waiting(listener, Stop()) < LONG / 2
    from_another_thread()
    assert seconds_of_waiting(listener, Stop()) < LONG / 2


def test_who_cannot_notify_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def away() -> None:
        monkeypatch.setitem(connection.settings_dict, "PORT", "1")
        try:
            notify()
        except CannotWake as error:
            told.append(str(error))

    thread = threading.Thread(target=away)
    thread.start()
    thread.join()
    assert [text for text in told if "refused" in text or "failed" in text] == told != []
