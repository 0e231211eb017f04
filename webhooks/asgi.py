"""The door's way in for the web server: an ASGI application before all the others.

Whoever sends slowly holds a connection here and no thread, and what several bring at once is stored by one commit.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, TypeAlias, TypeVar

from django.conf import settings
from django.db import Error, close_old_connections

from webhooks import door, intake, refusals
from webhooks.commits import SharedCommits, let_go
from webhooks.door import Answer, Doorway, Genuine
from webhooks.encryption import UnreadableSecret
from webhooks.exchange import ADDRESS, BodyRefused, announced_length, check_size, headers_of, text_of
from webhooks.lookup import find_doorway, remembered
from webhooks.verification import Refused, SignedRequest

logger = logging.getLogger(__name__)

Scope: TypeAlias = MutableMapping[str, Any]
Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
Application: TypeAlias = Callable[[Scope, Receive, Send], Awaitable[None]]
Headers: TypeAlias = tuple[tuple[str, bytes], ...]
T = TypeVar("T")

BODY_SECONDS = 30.0
"""That a whole body may take."""
MOST_HELD = 67_108_864
"""Bytes of bodies, read or being read, that may be held at once."""
SMALL = 65_536
"""Bytes of a body that is proved at once; a larger one would keep the others waiting, and is proved in a thread."""
HELPERS = 16
"""Threads that ask the database who a token is, keep refusals and prove large bodies."""


class Hooks:
    """Answers every request to a delivery's address; everything else is for `others`.

    Sessions, cookies, redirects to https and the check of the Host header are for browsers. A delivery proves itself
    by its own bytes, and one that came under a host name that nobody listed is as genuine as any.
    """

    def __init__(self, others: Application) -> None:
        self._others = others
        self._commits = SharedCommits(intake.store)
        self._helpers = ThreadPoolExecutor(HELPERS, thread_name_prefix="door")
        self._asked: dict[str, asyncio.Future[Doorway | None]] = {}
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        address = ADDRESS.fullmatch(scope["path"])
        if address is None:
            await self._others(scope, receive, send)
            return
        try:
            answer = await self._answer(address["token"], scope, receive)
        except (Error, UnreadableSecret, TimeoutError):
            # Nothing is known to be stored: the sender has to try again. A repeat is harmless, its dedup key sees to
            # that.
            logger.exception("a delivery could not be taken in")
            answer = door.UNAVAILABLE
        if answer is not door.STORED:
            logger.warning("%s: /hooks/[token]/", HTTPStatus(answer.status).phrase)
        start, body = _WRITTEN.get(answer) or _written(answer)
        await send(start)
        await send(body)

    async def _answer(self, token: str, scope: Scope, receive: Receive) -> Answer:
        received_at = time.time_ns()
        known = remembered(token)
        doorway = known.doorway if known is not None else await self._find(token)
        if doorway is None:
            return door.NOT_FOUND
        if scope["method"] != "POST":
            return door.NOT_POST
        # An underscore counts as a dash, as it does for WSGI: whoever sends both has sent the header twice.
        headers = tuple((name.decode("latin-1").replace("_", "-"), value) for name, value in scope["headers"])
        chunks: list[bytes] = []
        try:
            async with asyncio.timeout(BODY_SECONDS):
                await self._read(chunks, headers, receive, doorway.body_limit)
            body = chunks[0] if len(chunks) == 1 else b"".join(chunks)
            signed = SignedRequest(method="POST", headers=headers, body=body, received_at=received_at)
            return await self._admit(doorway, signed)
        except BodyRefused as refused:
            return refused.answer
        except TimeoutError:
            return door.TOO_SLOW
        finally:
            self._held -= sum(map(len, chunks))

    async def _find(self, token: str) -> Doorway | None:
        """Ask the database, once for all who ask meanwhile: else each second's end has every connection ask at once.

        Raises TimeoutError when that takes too long, besides what find_doorway raises.
        """
        asked = self._asked.get(token)
        if asked is None:
            asked = self._asked[token] = asyncio.ensure_future(self._in_thread(find_doorway, token))
            asked.add_done_callback(lambda _: self._asked.pop(token))
        return await asyncio.wait_for(asyncio.shield(asked), settings.DATABASE_WAIT_SECONDS)

    async def _read(self, chunks: list[bytes], headers: Headers, receive: Receive, limit: int) -> None:
        """Take in the body; raises BodyRefused when it may not or cannot be had."""
        announced = announced_length(
            encoding=_joined(headers, "content-encoding"),
            transfer=_joined(headers, "transfer-encoding"),
            length=_joined(headers, "content-length"),
            limit=limit,
        )
        size = 0
        while True:
            message = await receive()
            if message["type"] != "http.request":
                raise BodyRefused(door.CUT_SHORT)
            if chunk := message.get("body"):
                chunks.append(chunk)
                size += len(chunk)
                self._held += len(chunk)
            if size > limit or not message.get("more_body"):
                break
            if self._held > MOST_HELD:
                raise BodyRefused(door.UNAVAILABLE)
        # A server that is told of chunks goes by these, whatever length is announced beside them.
        check_size(size, None if _joined(headers, "transfer-encoding") else announced, limit)

    async def _admit(self, doorway: Doorway, request: SignedRequest) -> Answer:
        """As `door.admit`, which waits for each step."""
        if len(request.body) > SMALL:
            outcome = await self._in_thread(door.prove, doorway, request)
        else:
            outcome = door.prove(doorway, request)
        match outcome:
            case Answer() as answer:
                return answer
            case Refused() as refused:
                if refusals.is_worth_keeping(doorway):
                    await self._in_thread(refusals.keep, doorway, request, refused)
                return door.NOT_PROVEN
            case Genuine() as genuine:
                await self._commits.store(intake.row_of(doorway, request, genuine.verified, genuine.dedup_key))
                return door.STORED

    async def _in_thread(self, work: Callable[..., T], *arguments: Any) -> T:
        def run() -> T:
            try:
                return work(*arguments)
            except BaseException as error:
                let_go(error)
                raise
            finally:
                close_old_connections()

        return await asyncio.get_running_loop().run_in_executor(self._helpers, run)


def _joined(headers: Headers, name: str) -> str:
    return ",".join([value.decode("latin-1") for known, value in headers if known == name])


def _written(answer: Answer) -> tuple[Message, Message]:
    headers = [(name.lower().encode(), value.encode()) for name, value in headers_of(answer).items()]
    return (
        {
            "type": "http.response.start",
            "status": answer.status,
            # A stranger need not learn what serves it.
            "headers": [*headers, (b"server", b"Stockroom")],
        },
        {"type": "http.response.body", "body": text_of(answer)},
    )


_WRITTEN = {door.STORED: _written(door.STORED)}
