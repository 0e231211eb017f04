"""Calls the door in this process, one request after another, and prints what each step of the way costs, as JSON.

`python stages.py REQUESTS LENGTH NUMBER`, in the environment of Stockroom's web server.
"""

import asyncio
import functools
import json
import sys
import time
from collections.abc import Callable, Iterator, MutableMapping
from typing import Any

from config.asgi import application  # first: it sets Django up
from webhooks import door, intake
from webhooks.commits import SharedCommits
from webhooks.providers.square import Square

Spent = tuple[float, float]

_spent: dict[str, list[float]] = {}
"""Seconds of each step without those inside it: of the clock, and of this thread's processor time."""
_open: list[list[float]] = []


def timed(step: str, call: Callable[..., Any], *, beside: bool = False) -> Callable[..., Any]:
    """`call`, with what it takes added to a step; `beside`: in another thread, whose processor time is its own."""
    total = _spent.setdefault(step, [0.0, 0.0])

    @functools.wraps(call)
    def measured(*arguments: Any, **named: Any) -> Any:
        inside = [0.0, 0.0]
        _open.append(inside)
        clock, processor = time.perf_counter(), time.thread_time()
        try:
            return call(*arguments, **named)
        finally:
            took = (time.perf_counter() - clock, time.thread_time() - processor)
            _open.pop()
            for kind in range(2):
                total[kind] += took[kind] - inside[kind]
                if _open and not (beside and kind):
                    _open[-1][kind] += took[kind]

    return measured


def scope_and_body(request: bytes) -> tuple[dict[str, Any], bytes]:
    """A request as the server program hands it over."""
    head, _, body = request.partition(b"\r\n\r\n")
    first, *lines = head.split(b"\r\n")
    path = first.decode().split(" ")[1]
    pairs = [line.partition(b": ") for line in lines]
    headers = [(name.lower(), value) for name, _, value in pairs]
    return {"type": "http", "method": "POST", "path": path, "headers": headers}, body


class Posts:
    """Calls of the application, one after another, each to the end of its answer."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()

    def post(self, request: tuple[dict[str, Any], bytes]) -> None:
        scope, body = request
        statuses: list[int] = []

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        self._loop.run_until_complete(application(scope, receive, send))
        if statuses != [200]:
            sys.exit(f"it was answered {statuses}")


def put_watches(posts: Posts) -> Callable[[tuple[dict[str, Any], bytes]], None]:
    """Watch every step from now on; return the watched call."""
    steps: tuple[tuple[str, Any, str], ...] = (
        ("verify", door, "verify"),
        ("the dedup key", Square, "dedup_key"),
        ("the rest of the door", door, "prove"),
        ("make the row", intake, "row_of"),
    )
    for step, holder, name in steps:
        setattr(holder, name, timed(step, getattr(holder, name)))
    SharedCommits._write = timed(  # type: ignore[method-assign]
        "INSERT and commit, in the writer's thread", SharedCommits._write, beside=True
    )
    return timed("around it: the event loop, the body, the way to the writer and back", posts.post)


def requests(file: str, length: int, number: int) -> Iterator[tuple[dict[str, Any], bytes]]:
    """The first so many."""
    with open(file, "rb") as letters:  # noqa: PTH123
        for _ in range(number):
            yield scope_and_body(letters.read(length))


def main() -> None:
    file, length, number = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    made = list(requests(file, length, number))
    warm, timed_ones = made[: number // 5], made[number // 5 :]
    posts = Posts()
    for request in warm:
        posts.post(request)
    watched = put_watches(posts)
    for request in timed_ones:
        watched(request)
    print(json.dumps({step: [each / len(timed_ones) for each in spent] for step, spent in _spent.items()}))


if __name__ == "__main__":
    main()
