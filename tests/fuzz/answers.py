"""A line to the server, and a strict reading of what comes back: an answer is HTTP to the last byte, or it is none."""

import re
import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass

CONTINUE = 100
BODILESS = frozenset({204, 304})
MOST_HEADERS = 65_536
_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [\x20-\x7e]*)?")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([^\r\n\0]*)")
_SIZE = re.compile(rb"[0-9a-fA-F]{1,8}")


class NotHttp(Exception):
    """What came back is no answer."""


class Silence(Exception):
    """Nothing came back in time."""


class HungUp(Exception):
    """The line was reset, or closed in mid-answer after we had ended our side: what the server wrote may be lost."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer. `headers` are by their names in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def closes(self) -> bool:
        """Whether nothing more comes on its line."""
        return self.headers.get("connection", "").lower() == "close"


class Line:
    """A connection to 127.0.0.1."""

    def __init__(self, port: int, patience: float) -> None:
        """Raises OSError when nobody listens; `patience` is how long an answer may take, in seconds."""
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=patience)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._patience = patience
        self._unread = b""
        self._has_ended = False

    def send(self, content: bytes) -> None:
        """Send all of it, or as much as the server takes: it may answer and hang up before."""
        with suppress(BrokenPipeError, ConnectionResetError):
            self._socket.sendall(content)

    def end(self) -> None:
        """Close our side. Answers can still come, or be cut off: nobody has to write to somebody who has left."""
        self._has_ended = True
        with suppress(OSError):  # it is closed already
            self._socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Hang up."""
        self._socket.close()

    def is_quiet(self, seconds: float) -> bool:
        """Whether nothing comes for so long."""
        if self._unread:
            return False
        self._socket.settimeout(seconds)
        try:
            self._unread = self._socket.recv(65_536)
        except TimeoutError:
            return True
        except ConnectionResetError:
            return False
        finally:
            self._socket.settimeout(self._patience)
        return False

    def answer(self, method: bytes) -> Answer | None:
        """The next answer, but for interim ones; None when the line was closed before it.

        Raises NotHttp, Silence and HungUp.
        """
        while True:
            head = self._until(b"\r\n\r\n")
            if head is None:
                return None
            status, headers = _read_head(head)
            if status != CONTINUE:
                break
        return Answer(status=status, headers=headers, body=self._body(status, headers, method))

    def _body(self, status: int, headers: Mapping[str, str], method: bytes) -> bytes:
        if method == b"HEAD" or status in BODILESS:
            return b""
        if headers.get("transfer-encoding", "") == "chunked":
            return self._chunked()
        if (length := headers.get("content-length")) is not None:
            return self._exactly(int(length))
        return self._rest()

    def _chunked(self) -> bytes:
        body = b""
        while True:
            size = self._line()
            if not _SIZE.fullmatch(size):
                raise NotHttp(f"a chunk of {size!r} bytes")
            chunk = self._exactly(int(size, 16))
            if self._exactly(2) != b"\r\n":
                raise NotHttp("a chunk that does not end with its size")
            if not chunk:
                return body
            body += chunk

    def _line(self) -> bytes:
        line = self._until(b"\r\n")
        if line is None:
            raise self._cut_off("in mid-answer")
        return line

    def _until(self, mark: bytes) -> bytes | None:
        """What comes before `mark`; None when nothing comes at all."""
        while mark not in self._unread:
            if len(self._unread) > MOST_HEADERS:
                raise NotHttp(f"no end of {self._unread[:60]!r}")
            if not self._receive():
                if self._unread:
                    raise self._cut_off(f"behind {self._unread[:60]!r}")
                return None
        before, _, self._unread = self._unread.partition(mark)
        return before

    def _exactly(self, length: int) -> bytes:
        while len(self._unread) < length:
            if not self._receive():
                raise self._cut_off(f"after {len(self._unread)} of {length} bytes")
        body, self._unread = self._unread[:length], self._unread[length:]
        return body

    def _rest(self) -> bytes:
        while self._receive():
            pass
        body, self._unread = self._unread, b""
        return body

    def _cut_off(self, where: str) -> Exception:
        return (HungUp if self._has_ended else NotHttp)(f"the line was closed {where}")

    def _receive(self) -> bool:
        try:
            came = self._socket.recv(65_536)
        except ConnectionResetError as error:
            raise HungUp("the line was reset") from error
        except TimeoutError as error:
            raise Silence(f"nothing for {self._patience:g} s") from error
        self._unread += came
        return bool(came)


def _read_head(head: bytes) -> tuple[int, dict[str, str]]:
    first, *lines = head.split(b"\r\n")
    status = _STATUS.fullmatch(first)
    fields = [_FIELD.fullmatch(line) for line in lines]
    if status is None or None in fields:
        raise NotHttp(f"an answer that begins with {head[:80]!r}")
    return int(status[1]), {
        field[1].decode().lower(): field[2].decode("latin-1").strip() for field in fields if field is not None
    }
