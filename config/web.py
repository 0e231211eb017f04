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
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from django.conf import settings
from django.utils.module_loading import import_string
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels

from config.signals import heed_stops
from webhooks.tether import stop_with

SECRETS = ("SECRET_KEY", "FIELD_KEYS", "DATABASE_URL", "PGPASSWORD", "CELERY_BROKER_URL")


def without_server_name(application: WSGIApplication) -> WSGIApplication:
    """`application`, answering under Stockroom's name: a stranger need not learn what serves it."""

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], exc_info: Any = None, /) -> Callable[[bytes], object]:
            return start_response(status, [*headers, ("Server", "Stockroom")], exc_info)

        return application(environ, start)

    return answer


def load() -> WSGIApplication:
    """The application, loaded in a worker of Granian's."""
    # Until Granian installs a worker's own handlers it has a copy of its master's, which swallow the signal.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    # Granian starts dozens of threads from here on.
    heed_stops()
    master = multiprocessing.parent_process()
    if master is not None and master.pid is not None:
        stop_with(master.pid)
    # Granian copies the environment into every request, where HTTP_PROXY would pass for a header of it.
    for name in [name for name in os.environ if name.startswith("HTTP_")]:
        del os.environ[name]
    application = without_server_name(import_string(settings.WSGI_APPLICATION))
    # And what the settings have read by now is no part of a request, which an error page may print.
    for name in SECRETS:
        os.environ.pop(name, None)
    return application


def main() -> None:
    """Serve until SIGTERM or SIGINT; requests that are being answered are finished first."""
    parser = argparse.ArgumentParser(prog="python -m config.web", description="The web server of Stockroom.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=1, help="processes; each has WEB_THREADS threads")
    arguments = parser.parse_args()
    os.environ["PROCESS"] = "web"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    Granian(
        settings.WSGI_APPLICATION,
        address=arguments.host,
        port=arguments.port,
        interface=Interfaces.WSGI,
        http=HTTPModes.http1,
        websockets=False,
        workers=arguments.workers,
        blocking_threads=settings.WEB_THREADS,
        # Backpressure stays at its default: it counts open connections, not requests, so a low one lets idle
        # connections close the door.
        respawn_failed_workers=True,
        # Below `error` is a warning, at every start, that 64 threads are many. They wait for the database.
        log_level=LogLevels.error,
        log_dictconfig=copy.deepcopy(settings.LOGGING),  # Granian adds a logger of its own to it
        log_access=False,
    ).serve(target_loader=load, wrap_loader=False)


if __name__ == "__main__":
    main()
