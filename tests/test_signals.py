"""A stop that interrupts any thread but the main one is heeded all the same."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

# The main thread sleeps without an end, and the signal is sent to another one.
SLEEPER = """
import os, signal, threading, time
from config.signals import heed_stops
heed_stops()
stopped = threading.Event()
signal.signal(signal.{name}, lambda *_: stopped.set())
other = threading.Thread(target=time.sleep, args=(60,), daemon=True)
other.start()
threading.Timer(0.3, signal.pthread_kill, (other.ident, signal.{name})).start()
stopped.wait()
print("stopped")
"""


@pytest.mark.parametrize("name", ["SIGTERM", "SIGINT"])
def test_a_stop_that_reaches_another_thread_wakes_the_main_one(name: str) -> None:
    command = [sys.executable, "-c", SLEEPER.format(name=name)]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=True)  # noqa: S603
    assert ran.stdout == "stopped\n"


def test_a_stop_that_reaches_the_main_thread_is_handled_once() -> None:
    script = SLEEPER.format(name="SIGTERM").replace("(other.ident,", "(threading.main_thread().ident,")
    script = script.replace("lambda *_: stopped.set()", "lambda *_: (print('handled'), stopped.set())")
    script += "time.sleep(1.2)\n"
    ran = subprocess.run(  # noqa: S603
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=30, check=True
    )
    assert ran.stdout == "handled\nstopped\n"
