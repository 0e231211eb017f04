"""Ways to take a database away from a server that runs, and to give it back."""

import socket
import threading
from contextlib import ExitStack, suppress
from urllib.parse import urlsplit

from tests.e2e.databases import Database, PostgresDatabase, SqliteDatabase
from tests.e2e.stand import free_port


class LockedFile:
    """An SQLite file that somebody else keeps locked for writing."""

    def __init__(self, database: SqliteDatabase) -> None:
        self.url = database.url
        self._database = database
        self._lock = ExitStack()

    def begin(self) -> None:
        """Take it away."""
        self._lock.enter_context(self._database.hold_writers())

    def end(self) -> None:
        """Give it back."""
        self._lock.close()

    def close(self) -> None:
        """Leave nothing behind."""
        self.end()


class CutLine:
    """A PostgreSQL server behind a line that can be cut; `url` leads through it."""

    def __init__(self, database: PostgresDatabase) -> None:
        server = urlsplit(database.url)
        self._server = (server.hostname or "127.0.0.1", server.port or 5432)
        self._port = free_port()
        login = server.netloc.rpartition("@")[0]
        self.url = server._replace(netloc=f"{login}@127.0.0.1:{self._port}").geturl()
        self._entrance: socket.socket | None = None
        self._ends: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self.end()

    def begin(self) -> None:
        """Cut it: what is connected is dropped, and nothing listens."""
        if self._entrance is None:
            return
        _hang_up(self._entrance)
        self._threads.pop(0).join()  # it accepts, and so adds to the ends; from here on they stay as they are
        self._entrance.close()
        self._entrance = None
        for end in self._ends:
            _hang_up(end)
        for thread in self._threads:
            thread.join()
        for end in self._ends:
            end.close()
        self._threads.clear()
        self._ends.clear()

    def end(self) -> None:
        """Mend it."""
        self._entrance = socket.create_server(("127.0.0.1", self._port))
        self._start(threading.Thread(target=self._accept, args=(self._entrance,)))

    def close(self) -> None:
        """Leave nothing behind."""
        self.begin()

    def _start(self, thread: threading.Thread) -> None:
        self._threads.append(thread)
        thread.start()

    def _accept(self, entrance: socket.socket) -> None:
        while True:
            try:
                near, _ = entrance.accept()
            except OSError:
                return
            far = socket.create_connection(self._server)
            self._ends += near, far
            self._start(threading.Thread(target=_carry, args=(near, far)))
            self._start(threading.Thread(target=_carry, args=(far, near)))


def _carry(here: socket.socket, there: socket.socket) -> None:
    with suppress(OSError):
        while data := here.recv(65_536):
            there.sendall(data)
    _hang_up(there)


def _hang_up(line: socket.socket) -> None:
    with suppress(OSError):  # the other side was first
        line.shutdown(socket.SHUT_RDWR)


def outage_of(database: Database) -> LockedFile | CutLine:
    """The kind of outage that this database can have."""
    if isinstance(database, PostgresDatabase):
        return CutLine(database)
    assert isinstance(database, SqliteDatabase)
    return LockedFile(database)
