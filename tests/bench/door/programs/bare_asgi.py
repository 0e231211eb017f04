"""A receiver without a framework that lets concurrent requests share a commit: the upper bound on this machine.

While one transaction is being committed, requests that arrive wait together for the next.
"""

import asyncio
import hmac
import os
from base64 import b64encode
from collections.abc import Awaitable, Callable, MutableMapping
from datetime import UTC, datetime
from typing import Any

import psycopg

TABLE = "CREATE TABLE received (id bigserial PRIMARY KEY, received_at timestamptz NOT NULL, body bytea NOT NULL)"
INSERT = "INSERT INTO received (received_at, body) SELECT * FROM unnest(%b::timestamptz[], %b::bytea[])"
MOST_BYTES = 1_048_576

KEY = os.environ["BENCH_SECRET"].encode()
URL = os.environ["BENCH_URL"].encode()
DATABASE = os.environ["DATABASE_URL"]

Message = MutableMapping[str, Any]
Row = tuple[datetime, bytes]
Waiting = tuple[Row, "asyncio.Future[None]"]


class Writer:
    """One connection, and who waits for it."""

    def __init__(self) -> None:
        self._waiting: list[Waiting] = []
        self._task: asyncio.Task[None] | None = None
        self._connection: psycopg.AsyncConnection | None = None

    async def store(self, row: Row) -> None:
        """Returns once the row is committed."""
        stored = asyncio.get_running_loop().create_future()
        self._waiting.append((row, stored))
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._write())
        await stored

    async def _write(self) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                if self._connection is None:
                    self._connection = await psycopg.AsyncConnection.connect(
                        DATABASE, autocommit=True, prepare_threshold=0
                    )
                moments, bodies = zip(*(row for row, _ in batch), strict=True)
                await self._connection.execute(INSERT, (list(moments), list(bodies)))
            except psycopg.Error as error:
                self._connection = None
                for _, stored in batch:
                    stored.set_exception(error)
            else:
                for _, stored in batch:
                    stored.set_result(None)


writer = Writer()


async def application(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """The program."""
    if scope["type"] != "http":
        return
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False) and len(body) <= MOST_BYTES
    proof = b64encode(hmac.digest(KEY, URL + body, "sha256"))
    sent = dict(scope["headers"]).get(b"x-square-hmacsha256-signature", b"")
    status = 413 if len(body) > MOST_BYTES else 200 if hmac.compare_digest(proof, sent) else 401
    if status == 200:
        await writer.store((datetime.now(UTC), body))
    text = str(status).encode()
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"3")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": text})


if __name__ == "__main__":
    with psycopg.connect(DATABASE, autocommit=True) as maker:
        maker.execute(TABLE)
