"""The process that keeps a worker working, and what becomes of the one when the other dies."""

import os
import signal
import subprocess
from pathlib import Path

from tests.e2e.processes import children_of
from tests.e2e.stand import PATIENCE, Stand, eventually
from tests.webhooks import square


def worker_of(supervisor: "subprocess.Popen[bytes]") -> int:
    """The process that does the work; waits until there is one."""
    eventually(lambda: bool(children_of(supervisor.pid)))
    [worker] = children_of(supervisor.pid)
    return worker


def is_gone(pid: int) -> bool:
    """Whether a process has ended, and is at most waiting to be counted."""
    try:
        return ") Z " in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return True


def work_is_done(stand: Stand) -> bool:
    return stand.rows("SELECT DISTINCT state FROM webhooks_delivery") == [("processed",)]


def test_a_worker_that_is_killed_has_a_successor_at_once(stand: Stand) -> None:
    endpoint = stand.add_square("Square")
    supervisor = stand.start_worker()
    first = worker_of(supervisor)
    os.kill(first, signal.SIGKILL)
    eventually(lambda: children_of(supervisor.pid) not in ([], [first]))
    assert stand.post(endpoint, square.CAPTURED).status == 200
    eventually(lambda: work_is_done(stand))
    assert f"worker {first} ended with signal 9; it was at no one delivery" in stand.worker_log.read_text()


def test_a_stop_is_passed_on_and_answered_with_success(stand: Stand) -> None:
    supervisor = stand.start_worker()
    worker = worker_of(supervisor)
    supervisor.terminate()
    assert supervisor.wait(timeout=PATIENCE) == 0
    assert is_gone(worker)


def test_a_worker_whose_supervisor_is_killed_finishes_and_ends(stand: Stand) -> None:
    supervisor = stand.start_worker()
    worker = worker_of(supervisor)
    supervisor.kill()
    supervisor.wait(timeout=PATIENCE)
    eventually(lambda: is_gone(worker))
