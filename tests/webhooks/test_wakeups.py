"""Wake-ups are sent from a thread of their own: nobody waits for the broker, and a burst is one message or two."""

import logging
import threading
import time

import pytest

from tests.e2e.stand import eventually
from webhooks.wakeups import CannotWake, Wakeups


class FakeBroker:
    """Counts what is sent; may hang, or take nothing."""

    def __init__(self) -> None:
        self.taken = 0
        self.tries = 0
        self.is_away = False
        self.goes_on = threading.Event()
        self.goes_on.set()

    def send(self) -> None:
        self.tries += 1
        assert self.goes_on.wait(60)
        if self.is_away:
            raise CannotWake("nobody listens")
        self.taken += 1


@pytest.fixture
def broker() -> FakeBroker:
    return FakeBroker()


def test_one_that_asks_is_heard(broker: FakeBroker) -> None:
    wakeups = Wakeups(broker.send, spacing=0.01)
    assert broker.tries == 0
    wakeups.ask()
    eventually(lambda: broker.taken == 1)


def test_a_burst_is_one_message_and_one_for_those_that_came_while_it_was_sent(broker: FakeBroker) -> None:
    wakeups = Wakeups(broker.send, spacing=0.2)
    broker.goes_on.clear()
    wakeups.ask()
    eventually(lambda: broker.tries == 1)
    for _ in range(300):
        wakeups.ask()
    broker.goes_on.set()
    eventually(lambda: broker.taken == 2)
    time.sleep(0.5)
    assert broker.tries == 2


def test_whoever_asks_while_the_broker_hangs_goes_on(broker: FakeBroker) -> None:
    wakeups = Wakeups(broker.send, spacing=0.01)
    broker.goes_on.clear()
    # It would wait for ever.
    for _ in range(3):
        wakeups.ask()
    assert broker.taken == 0
    broker.goes_on.set()
    eventually(lambda: broker.taken >= 1)


def test_what_nobody_took_is_sent_when_the_broker_is_back_and_told_once(
    broker: FakeBroker, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "webhooks.wakeups")
    wakeups = Wakeups(broker.send, spacing=0.01, cool_down=0.05)
    broker.is_away = True
    wakeups.ask()
    eventually(lambda: broker.tries >= 3)
    broker.is_away = False
    eventually(lambda: broker.taken == 1)
    eventually(lambda: len(caplog.messages) == 2)
    assert caplog.messages == [
        "workers cannot be woken and look by the clock: nobody listens",
        "workers can be woken again",
    ]


def test_a_fault_of_ours_is_told_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    sent = []

    def send() -> None:
        sent.append(1)
        if len(sent) == 1:
            raise KeyError("queue")

    Wakeups(send, spacing=0.01, cool_down=0.05).ask()
    eventually(lambda: len(sent) == 2)
    assert caplog.messages == ["a wake-up failed; workers look by the clock"]


def test_many_that_ask_at_once_start_one_thread(broker: FakeBroker) -> None:
    wakeups = Wakeups(broker.send, spacing=0.01)
    before = {thread for thread in threading.enumerate() if thread.name == "wake-ups"}
    callers = [threading.Thread(target=wakeups.ask) for _ in range(16)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert len({thread for thread in threading.enumerate() if thread.name == "wake-ups"} - before) == 1


def test_where_no_thread_can_be_started_it_is_told_and_nothing_raised(
    broker: FakeBroker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    Wakeups(broker.send).ask()
    assert caplog.messages == ["no thread could be started to send wake-ups; the deliveries stay pending"]
