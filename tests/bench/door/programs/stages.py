"""Calls the door in this process, one request after another, and prints what each step of the way costs, as JSON.

`python stages.py REQUESTS LENGTH NUMBER`, in the environment of Stockroom's web server.
"""

import asyncio
import json
import sys
from collections.abc import Iterator, MutableMapping
from typing import Any

from config.asgi import application  # first: it sets Django up
from tests.bench.watch import Watch
from webhooks import door, intake
from webhooks.commits import SharedCommits
from webhooks.providers.square import Square


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


def watched(posts: Posts) -> Watch:
    """Watch every step from now on."""
    steps: tuple[tuple[str, Any, str], ...] = (
        ("verify", door, "verify"),
        ("the dedup key", Square, "dedup_key"),
        ("the rest of the door", door, "prove"),
        ("make the row", intake, "row_of"),
    )
    watch = Watch()
    for step, holder, name in steps:
        watch.put_on(step, holder, name)
    watch.put_on("INSERT and commit, in the writer's thread", SharedCommits, "_write", beside=True)
    watch.put_on("around it: the event loop, the body, the way to the writer and back", posts, "post")
    return watch


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
    watch = watched(posts)
    for request in timed_ones:
        posts.post(request)
    print(json.dumps(watch.each(len(timed_ones))))


if __name__ == "__main__":
    main()
