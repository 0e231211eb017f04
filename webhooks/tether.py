"""Runs a Python command that stops when its parent is gone: `python -m webhooks.tether PARENT ARGUMENTS...`.

A parent that is killed with SIGKILL cannot stop its children: an orphaned web server would keep the port,
and an orphaned worker would run on beside the next one. Linux sends a child a signal of its choice when its
parent dies (PR_SET_PDEATHSIG, prctl(2)), and the choice outlives execve(2). It is made in this small
process, between the fork and the command, because code that subprocess runs there (preexec_fn) can deadlock
in a parent with threads. On other systems the command runs untethered.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 30.0  # seconds before a child that ended is started again


def stop_with(parent: int) -> None:
    """Ask for SIGTERM when process `parent`, which started this one, ends; exit at once if it already has.

    Raises OSError if Linux refuses.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    if os.getppid() != parent:
        sys.exit(f"the parent, process {parent}, is gone")


def pause_after(ends_in_a_row: int) -> float:
    """How many seconds a parent waits before it starts a child again that has ended so often in a row."""
    return min(FIRST_PAUSE * 2.0 ** min(ends_in_a_row - 1, 10), LONGEST_PAUSE)


if __name__ == "__main__":
    stop_with(int(sys.argv[1]))
    os.execv(sys.executable, [sys.executable, *sys.argv[2:]])  # noqa: S606  # our own interpreter, no shell
