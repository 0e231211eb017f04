"""Databases that a test makes, reads by SQL of its own, and drops."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit
from uuid import uuid4

import psycopg

LOCK_SECONDS = 60.0
Row = tuple[Any, ...]


class Database(Protocol):
    """A database that other processes reach by `url` and the test reads by SQL of its own."""

    url: str

    def copy(self, directory: Path) -> "Database":
        """A second one, with the same content."""

    def rows(self, sql: str) -> list[Row]:
        """What a query finds."""

    def write(self, sql: str) -> None:
        """Carry out a statement by somebody's hand, and commit it."""

    def is_being_written(self) -> bool:
        """Whether a transaction that has written something is open."""

    def hold_writers(self) -> AbstractContextManager[None]:
        """Let nobody write deliveries while its block runs: they wait for its end."""

    def number_waiting(self) -> int:
        """How many processes wait to write, or will when they get to it."""

    def drop(self) -> None:
        """Remove it, whoever is connected."""


class SqliteDatabase:
    """A database file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.url = f"sqlite:///{path}"

    def copy(self, directory: Path) -> "SqliteDatabase":
        copied = SqliteDatabase(directory / f"{uuid4().hex}.sqlite3")
        with closing(sqlite3.connect(self.path)) as here, closing(sqlite3.connect(copied.path)) as there:
            here.backup(there)
        return copied

    def rows(self, sql: str) -> list[Row]:
        with closing(sqlite3.connect(self.path, timeout=LOCK_SECONDS)) as connection:
            return connection.execute(sql).fetchall()

    def write(self, sql: str) -> None:
        with closing(sqlite3.connect(self.path, timeout=LOCK_SECONDS)) as connection, connection:
            connection.execute(sql)

    def is_being_written(self) -> bool:
        with closing(sqlite3.connect(self.path, timeout=0, isolation_level=None)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return True
            return False

    @contextmanager
    def hold_writers(self) -> Iterator[None]:
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield

    def number_waiting(self) -> int:
        # SQLite knows nothing of those who wait: whoever else has the file open is taken for one.
        return sum(process.name != str(os.getpid()) and self._is_open_in(process) for process in _processes())

    def _is_open_in(self, process: Path) -> bool:
        with suppress(OSError):  # not ours to look into, or gone
            return any(link.readlink() == self.path for link in process.joinpath("fd").iterdir())
        return False

    def drop(self) -> None:
        self.path.unlink()


class PostgresDatabase:
    """A database of a PostgreSQL server."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.name = urlsplit(url).path.lstrip("/")
        self._server = urlsplit(url)._replace(path="/postgres").geturl()

    @classmethod
    def create(cls, server_url: str, *, template: str = "template0") -> "PostgresDatabase":
        """A new one, on the server that any database's `server_url` names."""
        name = f"stockroom_e2e_{os.getpid()}_{uuid4().hex[:12]}"
        made = cls(urlsplit(server_url)._replace(path=f"/{name}").geturl())
        made._on_server(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return made

    def exists(self) -> bool:
        """Whether it is there."""
        named = PostgresDatabase(self._server).rows(f"SELECT 1 FROM pg_database WHERE datname = '{self.name}'")  # noqa: S608
        return bool(named)

    def copy(self, directory: Path) -> "PostgresDatabase":  # noqa: ARG002  # a server keeps its databases itself
        return self.create(self.url, template=self.name)

    def rows(self, sql: str) -> list[Row]:
        with psycopg.connect(self.url, autocommit=True) as connection:
            return connection.execute(sql.encode()).fetchall()

    def write(self, sql: str) -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(sql.encode())

    def is_being_written(self) -> bool:
        activity = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND backend_xid IS NOT NULL"
        return bool(self.rows(activity))

    @contextmanager
    def hold_writers(self) -> Iterator[None]:
        with psycopg.connect(self.url) as connection:
            connection.execute("LOCK TABLE webhooks_delivery IN EXCLUSIVE MODE")
            yield

    def number_waiting(self) -> int:
        activity = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        return len(self.rows(activity))

    def drop(self) -> None:
        self._on_server(f'DROP DATABASE "{self.name}" WITH (FORCE)')

    def _on_server(self, sql: str) -> None:
        with psycopg.connect(self._server, autocommit=True) as connection:
            connection.execute(sql.encode())


def _processes() -> Iterator[Path]:
    return Path("/proc").glob("[0-9]*")


def new_database(directory: Path) -> Database:
    """An empty one of the kind that DATABASE_URL names."""
    url = os.environ.get("DATABASE_URL", "")
    if url.startswith("postgres"):
        return PostgresDatabase.create(url)
    return SqliteDatabase(directory / "template.sqlite3")
