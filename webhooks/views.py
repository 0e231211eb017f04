"""The door's way in for Django's own servers and tests, one thin view for every provider.

In production `webhooks.asgi` is asked first, and no delivery comes here.
"""

import logging
import threading
import time
from typing import Any

from django.db import Error, connection
from django.http import HttpRequest, HttpResponse

from webhooks import door, inbox, refusals
from webhooks.door import Answer
from webhooks.encryption import UnreadableSecret
from webhooks.exchange import BodyRefused, announced_length, check_size, headers_of, text_of
from webhooks.lookup import find_doorway
from webhooks.verification import SignedRequest

logger = logging.getLogger(__name__)

MOST_READING = 48
"""Requests that may be reading a body at once: fewer than the threads, so that slow senders cannot take them all."""

_CHUNK = 65_536
_reading = threading.BoundedSemaphore(MOST_READING)


def receive(request: HttpRequest, token: str) -> HttpResponse:
    """A provider's delivery; reached through webhooks.middleware."""
    try:
        return _response(_receive(request, token))
    except (Error, UnreadableSecret):
        # Nothing is known to be stored: the sender has to try again. A repeat is harmless, its dedup key sees to that.
        logger.exception("a delivery could not be taken in")
        return _response(door.UNAVAILABLE)


def _receive(request: HttpRequest, token: str) -> Answer:
    received_at = time.time_ns()
    doorway = find_doorway(token)
    if doorway is None:
        return door.NOT_FOUND
    if request.method != "POST":
        return door.NOT_POST
    if connection.vendor == "postgresql" and not connection.in_atomic_block:
        # A body may take its time: meanwhile the pooled connection that looked the endpoint up serves others.
        connection.close()
    try:
        body = _read_body(request.META, doorway.body_limit)
    except BodyRefused as refused:
        return refused.answer
    signed = SignedRequest(method="POST", headers=_headers(request.META), body=body, received_at=received_at)
    return door.admit(doorway, signed, accept=inbox.accept, refuse=refusals.refuse)


def _read_body(environ: dict[str, Any], limit: int) -> bytes:
    """The whole body, byte for byte; raises BodyRefused when it may not or cannot be had.

    Read from wsgi.input and not from Django's request, which takes a chunked body for an empty one.
    """
    announced = announced_length(
        encoding=environ.get("HTTP_CONTENT_ENCODING", ""),
        transfer=environ.get("HTTP_TRANSFER_ENCODING", ""),
        length=environ.get("CONTENT_LENGTH") or "",
        limit=limit,
    )
    if not _reading.acquire(blocking=False):
        raise BodyRefused(door.UNAVAILABLE)
    try:
        body = _read(environ["wsgi.input"], announced, limit)
    except OSError as error:
        raise BodyRefused(door.CUT_SHORT) from error
    finally:
        _reading.release()
    check_size(len(body), announced, limit)
    return body


def _read(stream: Any, announced: int | None, limit: int) -> bytes:
    wanted = limit + 1 if announced is None else announced
    chunks = []
    while wanted > 0 and (chunk := stream.read(min(wanted, _CHUNK))):
        chunks.append(chunk)
        wanted -= len(chunk)
    return b"".join(chunks)


def _headers(environ: dict[str, Any]) -> tuple[tuple[str, bytes], ...]:
    names = {"CONTENT_TYPE": "content-type", "CONTENT_LENGTH": "content-length"}
    return tuple(
        (names.get(name) or name[5:].lower().replace("_", "-"), str(value).encode("latin-1", "replace"))
        for name, value in environ.items()
        if name.startswith("HTTP_") or (name in names and value)
    )


def _response(answer: Answer) -> HttpResponse:
    return HttpResponse(text_of(answer), status=answer.status, headers=headers_of(answer))
