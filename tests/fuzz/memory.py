"""How much memory the web server's own processes take, as the kernel tells it."""

import re
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

from tests.e2e.processes import children_of, command_of
from tests.e2e.stand import Stand

EVERY = 0.25
"""Seconds from one look to the next."""
MIB = 1_024
"""In the kernel's unit, which is KiB."""


def web_workers(stand: Stand) -> list[int]:
    """The processes that answer requests, of a server that `start_server` started."""
    assert stand.server is not None
    return [pid for pid in children_of(stand.server.pid) if " worker-" in command_of(pid)]


def resident(pids: Sequence[int], field: str = "VmRSS") -> float:
    """MiB that these processes hold now, or with VmHWM held at most."""
    found = 0
    for pid in pids:
        with suppress(OSError):  # it has ended
            if said := re.search(rf"^{field}:\s+([0-9]+) kB", Path(f"/proc/{pid}/status").read_text(), re.MULTILINE):
                found += int(said[1])
    return found / MIB


class Watch:
    """Looks at processes while its block runs; `peak` is the most that they held together, in MiB."""

    def __init__(self, pids: Sequence[int]) -> None:
        self.pids = pids
        self.peak = 0.0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def __enter__(self) -> "Watch":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def now(self) -> float:
        """What they hold now."""
        return resident(self.pids)

    def _look(self) -> None:
        while not self._over.wait(EVERY):
            self.peak = max(self.peak, self.now())
