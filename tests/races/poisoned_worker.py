"""`python -m tests.races.poisoned_worker`: `manage.py worker`, with faults that some deliveries of Square bring out.

A delivery asks for its fault by its event id, `poison-KIND-NUMBER`.
"""

import os
import re
import signal
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import django
from django.core.management import execute_from_command_line
from django.db import connection

django.setup()

from inventory import ledger  # noqa: E402  # models can be imported only once Django is set up
from inventory.events import Statement  # noqa: E402
from tests.races.kinds import Poison  # noqa: E402
from webhooks.providers import Ignored, Intake, Parsed  # noqa: E402
from webhooks.providers.square import Square  # noqa: E402

STATEMENT_TIMEOUT = "200ms"


_ASKED = re.compile(rb'"event_id":\s*"poison-([a-z]+)-')


_slow: set[str] = set()
"""The references of deliveries whose writing takes too long."""


def endlessly(depth: int) -> int:
    """Never returns."""
    return endlessly(depth + 1) + 1


def fall_ill(kind: Poison, number: int) -> None:
    """Do to the reading of delivery `number`, or to its writing later on, what it asks for."""
    match kind:
        case Poison.EXCEPTION:
            raise RuntimeError("this delivery is too much")
        case Poison.RECURSION:
            endlessly(0)
        case Poison.KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        case Poison.TIMEOUT:
            _slow.add(f"delivery:{number}")


def write_slowly(references: Iterable[str]) -> None:
    """Take longer than the server allows, if one of these asked for it."""
    if _slow.intersection(references):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [STATEMENT_TIMEOUT])
            cursor.execute("SELECT pg_sleep(60)")


def install() -> None:
    """Put the faults in."""
    parse, record, together = Square.parse, ledger.Book.record, ledger.Book.record_together

    def faulty_parse(self: Square, intake: Intake) -> Parsed | Ignored:
        if asked := _ASKED.search(intake.body):
            fall_ill(Poison(asked[1].decode()), intake.number)
        return parse(self, intake)

    def faulty_record(
        self: ledger.Book, source: int, statements: Sequence[Statement], why: ledger.Why, **more: Any
    ) -> Any:
        write_slowly([why.reference])
        return record(self, source, statements, why, **more)

    def faulty_together(self: ledger.Book, pieces: Sequence[tuple[int, Sequence[Statement], ledger.Why]]) -> set[int]:
        write_slowly(why.reference for _, _, why in pieces)
        return together(self, pieces)

    # mypy knows that a method is not assigned to; here it is the point.
    setattr(Square, "parse", faulty_parse)  # noqa: B010
    setattr(ledger.Book, "record", faulty_record)  # noqa: B010
    setattr(ledger.Book, "record_together", faulty_together)  # noqa: B010


if __name__ == "__main__":
    install()
    execute_from_command_line(["manage.py", "worker", *sys.argv[1:]])
