"""A database that fails once: at its n-th statement or commit, before or after it has done what it was asked."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any

from django.db import OperationalError, connection


class When(Enum):
    """When the error comes, as the one who asked sees it."""

    BEFORE = "before the server acted"
    AFTER = "after the server acted"
    LOST = "after the server acted, and the line is dead from then on"


@dataclass
class Faults:
    """Counts what is asked of the database, and fails the n-th time."""

    n: int
    when: When
    asked: int = 0
    dead: bool = False

    @property
    def happened(self) -> bool:
        return self.asked >= self.n

    def ask(self, act: Callable[[], Any]) -> Any:
        """Do what is asked, unless this is the time to fail."""
        if self.dead:
            raise OperationalError("the line is dead")
        self.asked += 1
        if self.asked != self.n:
            return act()
        if self.when is not When.BEFORE:
            act()
        self.dead = self.when is When.LOST
        raise OperationalError(f"the fault at statement {self.n}, {self.when.value}")

    def execute(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        return self.ask(lambda: execute(sql, params, many, context))

    def reconnect(self) -> None:
        """What closing the connection and opening another comes to; a database in memory cannot be closed."""
        self.dead = False
        if connection.vendor != "sqlite":
            connection.close()
        elif connection.connection.in_transaction:
            connection.connection.rollback()


@contextmanager
def failing(n: int, when: When) -> Iterator[Faults]:
    """Every statement and every commit in this block is counted, and the n-th fails."""
    faults = Faults(n, when)
    commit = connection._commit  # type: ignore[attr-defined]  # Django's one way to a commit
    connection._commit = lambda: faults.ask(commit)  # type: ignore[attr-defined]
    try:
        with connection.execute_wrapper(faults.execute):
            yield faults
    finally:
        del connection._commit  # type: ignore[attr-defined]  # the class's own is there again
        faults.reconnect()
