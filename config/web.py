"""The web server: `python -m config.web [--host 127.0.0.1] [--port 8000] [--workers 1]`.

Granian is run from here and not from its own command line for three reasons. It then logs through the
settings' logging, which keeps URL tokens out. Each of its workers ends with its master, even with one that
was killed with SIGKILL. A signal that comes while a worker is still loading Stockroom, or is just starting its
threads, stops it.
"""

import argparse
import copy
import multiprocessing
import os
import signal
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from webhooks.tether import stop_with

APPLICATION = "config.asgi.application"


def load() -> Callable[..., Any]:
    """The application, loaded in a worker of Granian's."""
    # Granian has set up the event loop's handlers only once this returns: until then it has a copy of its master's,
    # which swallow the signal.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    master = multiprocessing.parent_process()
    if master is not None and master.pid is not None:
        stop_with(master.pid)
    application: Callable[..., Any] = import_string(APPLICATION)
    return application


def main() -> None:
    """Serve until SIGTERM or SIGINT; requests that are being answered are finished first."""
    parser = argparse.ArgumentParser(prog="python -m config.web", description="The web server of Stockroom.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=1, help="processes; each has WEB_THREADS threads for pages")
    arguments = parser.parse_args()
    os.environ["PROCESS"] = "web"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    Granian(
        APPLICATION,
        address=arguments.host,
        port=arguments.port,
        interface=Interfaces.ASGINL,
        http=HTTPModes.http1,
        websockets=False,
        workers=arguments.workers,
        # Backpressure stays at its default: it counts open connections, not requests, so a low one lets idle
        # connections close the door.
        respawn_failed_workers=True,
        log_level=LogLevels.error,
        log_dictconfig=copy.deepcopy(settings.LOGGING),  # Granian adds a logger of its own to it
        log_access=False,
    ).serve(target_loader=load, wrap_loader=False)


if __name__ == "__main__":
    main()
