"""Serves a program as config/web.py serves Stockroom: `python serve.py MODULE:APPLICATION --port N --threads N`.

It needs nothing but Granian, so that it also runs where Stockroom is not installed.
"""

import argparse

from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("target")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--threads", type=int, required=True)
    parser.add_argument("--interface", choices=("wsgi", "asgi"), default="wsgi")
    options = parser.parse_args()
    interface = Interfaces(options.interface)
    Granian(
        options.target,
        address="127.0.0.1",
        port=options.port,
        interface=interface,
        http=HTTPModes.http1,
        websockets=False,
        workers=1,
        # An ASGI program has one thread.
        blocking_threads=options.threads if interface is Interfaces.WSGI else 1,
        respawn_failed_workers=True,
        log_level=LogLevels.error,
        log_access=False,
    ).serve()


if __name__ == "__main__":
    main()
