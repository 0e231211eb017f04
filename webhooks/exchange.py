"""What the door's two ways in have in common, ASGI's and Django's: which bodies are read at all, and how it answers."""

import re

from webhooks import door
from webhooks.door import Answer

# With and without the slash: a sender counts a redirect as a failure.
ADDRESS = re.compile(r"/hooks/(?P<token>[^/]+)/?")
_LENGTH = re.compile(r"[0-9]{1,15}")


class BodyRefused(Exception):
    """A body that is not taken in; carries the answer."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.text)
        self.answer = answer


def announced_length(*, encoding: str, transfer: str, length: str, limit: int) -> int | None:
    """The bytes that a body is to have, None where it does not say, from the values of its three headers.

    Raises BodyRefused when it need not be read: it is encoded, or larger than `limit`.
    """
    if encoding.strip().lower() not in {"identity", ""}:
        raise BodyRefused(door.ENCODED)
    # A server undoes the chunks; a coding below them, as in "gzip, chunked", it leaves as it came.
    if transfer.strip().lower() not in {"chunked", ""}:
        raise BodyRefused(door.ENCODED)
    if not length:
        return None
    if not _LENGTH.fullmatch(length):
        raise BodyRefused(door.BAD_LENGTH)
    if int(length) > limit:
        raise BodyRefused(door.TOO_LARGE)
    return int(length)


def check_size(size: int, announced: int | None, limit: int) -> None:
    """Raise BodyRefused when a body that has come is larger than `limit`, or shorter than it said."""
    if size > limit:
        raise BodyRefused(door.TOO_LARGE)
    if announced is not None and size < announced:
        raise BodyRefused(door.CUT_SHORT)


def text_of(answer: Answer) -> bytes:
    """What is written as the answer's body."""
    return f"{answer.text}\n".encode()


def headers_of(answer: Answer) -> dict[str, str]:
    """What is written above it."""
    headers = {
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Length": str(len(text_of(answer))),
        # Should a browser ever see it: it is what it says, and may load nothing.
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "default-src 'none'",
    }
    if answer.status == door.NOT_POST.status:
        headers["Allow"] = "POST"
    if answer.retry_after is not None:
        headers["Retry-After"] = str(answer.retry_after)
    return headers
