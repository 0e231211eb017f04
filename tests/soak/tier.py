"""The processes of one Stockroom as an operator runs them, and how they are killed and restarted."""

import os
import re
import signal
import subprocess
from contextlib import suppress

from tests.e2e.processes import children_of, command_of
from tests.e2e.stand import PATIENCE, Stand, eventually

WEB_WORKERS = 2
MORE_WORKERS = 1
"""Beside the one that `manage.py serve` keeps running."""

_ENDED = re.compile(
    r"The (?:web server|worker), process (\d+), ended with (status -?\d+)|worker (\d+) ended with (\w+ \d+);"
)


class Tier:
    """`manage.py serve` with some web workers and a worker, and further workers beside it."""

    def __init__(self, stand: Stand, *, more_workers: int = MORE_WORKERS) -> None:
        self.stand = stand
        self.more_workers = more_workers
        self._server_pid = 0
        self._excused: set[int] = set()
        """Those that were killed, and web servers of which a worker was."""

    def start(self) -> None:
        """Start all of it, and wait until it answers."""
        for _ in range(self.more_workers):
            self.stand.start_worker()
        self.stand.serve("--workers", str(WEB_WORKERS))
        assert self.stand.server is not None
        self._server_pid = self.stand.server.pid

    def is_whole(self) -> bool:
        """Whether every process of it runs."""
        return len(self.web_workers()) == WEB_WORKERS and len(self.workers()) == 1 + self.more_workers

    def web_workers(self) -> list[int]:
        """The processes that answer requests."""
        found = [pid for server in self._web_servers() for pid in children_of(server)]
        return [pid for pid in found if " worker-" in command_of(pid)]

    def supervisors(self) -> list[int]:
        """The processes that keep the workers running."""
        own = [pid for pid in children_of(self._server_pid) if "manage.py worker" in command_of(pid)]
        return own + [worker.pid for worker in self.stand.workers if worker.poll() is None]

    def workers(self) -> list[int]:
        """The processes that drain the inbox."""
        found = [pid for supervisor in self.supervisors() for pid in children_of(supervisor)]
        return [pid for pid in found if "manage.py worker" in command_of(pid)]

    def kill_web_worker(self, which: int) -> None:
        """SIGKILL for one of them; the web server starts another."""
        # Granian ends where a worker of its dies within seconds of its start, and is then started again itself.
        self._excused.update(self._web_servers())
        self._kill([_chosen(self.web_workers(), which)])

    def kill_worker(self, which: int) -> None:
        """SIGKILL for one of them, every second time together with its supervisor; whoever is left starts another."""
        victim = _chosen(self.workers(), which)
        keepers = [pid for pid in self.supervisors() if which % 2 and victim in children_of(pid)]
        self._kill([*keepers, victim])
        for worker in [worker for worker in self.stand.workers if worker.pid in keepers]:
            self._bury(worker)
            self.stand.start_worker()

    def kill(self) -> None:
        """SIGKILL for every process, the parents first, so that none starts a child again."""
        parents = [self._server_pid, *self._web_servers(), *self.supervisors()]
        children = [*self.web_workers(), *self.workers()]
        self._kill([*parents, *children])
        self.stand.kill_server()
        for worker in list(self.stand.workers):
            self._bury(worker)

    def stop(self) -> list[int]:
        """SIGTERM for all, as an operator stops them; return the statuses with which they ended."""
        for worker in self.stand.workers:
            worker.terminate()
        statuses = [self.stand.stop_server()]
        for worker in list(self.stand.workers):
            statuses.append(worker.wait(timeout=PATIENCE))
            self._bury(worker)
        return statuses

    def ended_by_themselves(self) -> list[str]:
        """The processes that nobody killed or stopped and that are gone, as their parents tell it."""
        logs = [log.read_text(errors="replace") for log in (self.stand.log, self.stand.worker_log) if log.exists()]
        told = {int(told[1] or told[3]): told[2] or told[4] for told in _ENDED.finditer("".join(logs))}
        gone = [f"process {pid} ended with {how}" for pid, how in told.items() if pid not in self._excused]
        return gone + [
            f"worker {worker.pid} ended with status {worker.returncode}"
            for worker in self.stand.workers
            if worker.poll() is not None
        ]

    def _web_servers(self) -> list[int]:
        return [pid for pid in children_of(self._server_pid) if "manage.py" not in command_of(pid)]

    def _kill(self, victims: list[int]) -> None:
        for victim in victims:
            self._excused.add(victim)
            with suppress(ProcessLookupError):  # its parent's end was its own
                os.kill(victim, signal.SIGKILL)

    def _bury(self, worker: subprocess.Popen[bytes]) -> None:
        worker.wait(timeout=PATIENCE)
        if worker.stdout is not None:
            worker.stdout.close()
        self.stand.workers.remove(worker)


def _chosen(pids: list[int], which: int) -> int:
    """One of them; waits for nothing, and fails when there is none."""
    assert pids, "there is nobody to kill"
    return sorted(pids)[which % len(pids)]


def wait_until_whole(tier: Tier) -> None:
    """Wait until every process of it runs again; fail when that takes a minute."""
    eventually(tier.is_whole, every=0.1)
