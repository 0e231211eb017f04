"""`manage.py serve`: web server and worker, two children that one parent starts and stops together."""

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from argparse import ArgumentParser
from types import FrameType

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from webhooks.tether import pause_after

TICK = 0.1  # seconds between two looks at the children
PORT_PATIENCE = 3.0  # seconds in which the server of a run that was just killed may still let go of the port
SETTLED = 30.0  # seconds after which a child counts as up, and its earlier ends are forgotten

WORKER = ["manage.py", "worker"]
# What Celery's workers tell each other, nobody here wants to know.
ALONE = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
CELERY_WORKER = ["-m", "celery", "--quiet", "--app", "config", "worker", *ALONE]
WORKERS = {"worker": WORKER, "inline": WORKER, "celery": CELERY_WORKER}
"""Who drains the inbox, for each engine."""

logger = logging.getLogger(__name__)


class Child:
    """A process that is kept running.

    It has a session of its own: Ctrl-C in a terminal reaches the parent alone, which then stops the
    children, and whatever a killed child leaves behind can be found by the process group.
    """

    def __init__(self, name: str, arguments: list[str], environment: dict[str, str]) -> None:
        self.name = name
        self.arguments = arguments
        self.environment = environment
        self.process: subprocess.Popen[bytes] | None = None
        self.ends_in_a_row = 0
        self.started_at = 0.0
        self.due_at = 0.0

    def start(self) -> None:
        command = [sys.executable, "-m", "webhooks.tether", str(os.getpid()), *self.arguments]
        self.process = subprocess.Popen(  # noqa: S603  # our own interpreter and arguments, no shell
            command, cwd=settings.BASE_DIR, env=os.environ | self.environment, start_new_session=True
        )
        self.started_at = time.monotonic()
        logger.info("The %s is process %d", self.name, self.process.pid)

    def keep_running(self) -> None:
        """Start the child if it is due; if it has ended, make it due after a pause of up to 30 seconds."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due_at:
                self.start()
        elif self.process.poll() is not None:
            if now - self.started_at >= SETTLED:
                self.ends_in_a_row = 0
            self.ends_in_a_row += 1
            pause = pause_after(self.ends_in_a_row)
            logger.error(
                "The %s, process %d, ended with status %d; it starts again in %.1f seconds",
                self.name,
                self.process.pid,
                self.process.returncode,
                pause,
            )
            self.clear_away(self.process)
            self.process = None
            self.due_at = now + pause

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def ask_to_stop(self) -> None:
        if self.process is not None and self.is_running():
            self.process.terminate()

    def end(self) -> bool:
        """Kill what is left of the child; whether the child itself had to be killed."""
        if self.process is None:
            return False
        had_to_be_killed = self.is_running()
        self.clear_away(self.process)
        self.process.wait()
        return had_to_be_killed

    @staticmethod
    def clear_away(process: subprocess.Popen[bytes]) -> None:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return  # nothing was left


class Command(BaseCommand):
    help = "Run the web server and the worker until Ctrl-C or SIGTERM."

    def __init__(self) -> None:
        super().__init__()
        self.stopping = False
        self.hurried = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: %(default)s)")
        parser.add_argument("--port", type=int, default=8000, help="port to listen on (default: %(default)s)")
        parser.add_argument("--workers", type=int, default=1, help="web server processes (default: %(default)s)")
        parser.add_argument(
            "--grace",
            type=float,
            default=20.0,
            help="seconds that work in hand has to finish at a stop (default: %(default)s)",
        )

    def handle(self, *, host: str, port: int, workers: int, grace: float, **_options: object) -> None:
        signal.signal(signal.SIGINT, self.request_stop)
        signal.signal(signal.SIGTERM, self.request_stop)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # nohup ignores it for the command that it runs
            signal.signal(signal.SIGHUP, self.request_stop)
        self.wait_for_port(host, port)
        near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  # compared, not bound
        address = f"http://{f'[{near}]' if ':' in near else near}:{port}"
        # By now `.env` has been read into the environment, so this fills in only what nobody has set.
        environment = {"PUBLIC_BASE_URL": os.environ.get("PUBLIC_BASE_URL", address)}
        web = ["-m", "config.web", "--host", host, "--port", str(port), "--workers", str(workers)]
        children = [
            Child("web server", web, environment | {"PROCESS": "web"}),
            Child("worker", WORKERS[settings.ENGINE], environment | {"PROCESS": "command"}),
        ]
        announced = False
        while not self.stopping:
            for child in children:
                child.keep_running()
            if not announced and answers(near, port):
                announced = True
                self.stdout.write(f"Stockroom is at {address}/")
                self.stdout.flush()
            time.sleep(TICK)
        self.stop(children, grace)

    def request_stop(self, number: int, _frame: FrameType | None) -> None:
        # A second Ctrl-C is somebody in a hurry. A second SIGTERM is not: make passes on what its group got, too.
        self.hurried = self.stopping and number == signal.SIGINT
        self.stopping = True

    def wait_for_port(self, host: str, port: int) -> None:
        """Return once `port` can be had; raise CommandError if it cannot."""
        deadline = time.monotonic() + PORT_PATIENCE
        while True:
            try:
                with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
                    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    probe.bind((host, port))
            except OSError as error:
                if self.stopping or time.monotonic() >= deadline:
                    raise CommandError(
                        f"Stockroom cannot listen on {host}, port {port}: {error.strerror}. "
                        "Stop what uses it, or choose another port."
                    ) from error
                time.sleep(TICK)
            else:
                return

    def stop(self, children: list[Child], grace: float) -> None:
        """Let what is in hand finish; after `grace` seconds, or at a second Ctrl-C, kill it."""
        logger.info("Stopping")
        deadline = time.monotonic() + grace
        for child in children:
            child.ask_to_stop()
        while any(child.is_running() for child in children):
            if time.monotonic() >= deadline or self.hurried:
                break
            time.sleep(TICK)
        killed = [child.name for child in children if child.end()]
        if killed:
            raise CommandError(f"Killed before it had finished: {', '.join(killed)}")
        logger.info("Stopped")


def answers(host: str, port: int) -> bool:
    """Whether something accepts connections there; Granian listens only once the application is loaded."""
    try:
        socket.create_connection((host, port), timeout=1).close()
    except OSError:
        return False
    return True
