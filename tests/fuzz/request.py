"""A request before it is written down, and the bytes that are sent for it."""

from collections.abc import Iterable
from dataclasses import dataclass

Header = tuple[bytes, bytes]
LENGTH = b"Content-Length"
CHUNKED: Header = (b"Transfer-Encoding", b"chunked")
FRAMING = frozenset({b"content-length", b"transfer-encoding", b"host", b"connection", b"expect"})
"""The names of the headers that say where a request ends, and to whom it goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One request; its length is written when it is."""

    target: bytes
    method: bytes = b"POST"
    headers: tuple[Header, ...] = ()
    """Without those that frame it."""
    body: bytes = b""
    proof: frozenset[bytes] = frozenset()
    """The names, in lower case, of the headers that would prove it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """The bytes that are sent, and what may come back."""

    content: bytes
    is_plain: bool = True
    """Whether HTTP leaves no doubt where it ends: it must be answered, and the line can be used again."""
    ends: bool = False
    """Whether it breaks off: our side of the line is closed before an answer is awaited."""
    asks: bytes = b"POST"
    """The method, by which an answer is known to have no body."""


def written(request: Request, framing: Iterable[Header] | None = None, *, version: bytes = b"HTTP/1.1") -> bytes:
    """The head of a request; with the length of its body, unless other `framing` is given."""
    framed = [(LENGTH, str(len(request.body)).encode())] if framing is None else framing
    lines = [b" ".join((request.method, request.target, version)), b"Host: 127.0.0.1"]
    lines += [name + b": " + value for name, value in (*request.headers, *framed)]
    return b"\r\n".join([*lines, b"", b""])


def plain(request: Request) -> Shot:
    """The request as HTTP writes it."""
    return Shot(content=written(request) + request.body, asks=request.method)
