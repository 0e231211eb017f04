"""Being asked to stop by a signal, wherever it interrupts."""

import signal
import time
from collections.abc import Iterator

import pytest

from webhooks.stop import Stop


@pytest.fixture
def _alarm() -> Iterator[None]:
    before = signal.getsignal(signal.SIGALRM)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, before)


@pytest.mark.usefixtures("_alarm")
def test_a_signal_ends_a_wait() -> None:
    stop = Stop()
    signal.signal(signal.SIGALRM, lambda *_: stop.set())
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    began = time.monotonic()
    assert stop.wait(60)
    assert time.monotonic() - began < 30
    assert stop.is_set()


@pytest.mark.usefixtures("_alarm")
def test_signals_that_rain_on_a_wait_block_nothing() -> None:
    stop = Stop()
    rained = [0]

    def ask(*_: object) -> None:
        rained[0] += 1
        stop.is_set()
        stop.wait(0)

    signal.signal(signal.SIGALRM, ask)
    signal.setitimer(signal.ITIMER_REAL, 0.0001, 0.0001)
    assert [stop.wait(0.001) for _ in range(200)] == [False] * 200
    assert rained[0] > 0


def test_without_anybody_asking_a_wait_is_as_long_as_it_says() -> None:
    stop = Stop()
    began = time.monotonic()
    assert not stop.wait(0.12)
    assert time.monotonic() - began >= 0.12
