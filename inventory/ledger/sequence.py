"""Numbers that put the ledger in order: ids taken before their rows are written, and the head of the movements."""

from datetime import datetime

from django.db import connection
from django.db.models import Model
from django.utils import timezone

from inventory.models import LedgerHead


class Ids:
    """Hands out the ids of a model's rows before these are written.

    An event names its cause, and a movement its event: whoever knows the ids beforehand writes thousands of them with
    one statement, and asks for none back. A cause also carries the recorded time, which is known only under the lock of
    the ledger's head, so it is written last. Foreign keys are checked at commit on both databases.
    """

    def __init__(self, model: type[Model]) -> None:
        self._table = model._meta.db_table
        self._last = 0

    def take(self, number: int) -> list[int]:
        """The next so many ids."""
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(
                    # Which sequence it is, is asked once: for each number it takes longer than the number.
                    "SELECT nextval((SELECT pg_get_serial_sequence(%s, 'id')::regclass)) FROM generate_series(1, %s)",
                    [self._table, number],
                )
                return [int(number) for (number,) in cursor.fetchall()]
            # Nobody else can write while this transaction holds SQLite's only write lock.
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [self._table])
            row = cursor.fetchone()
        first = max(self._last, int(row[0]) if row else 0) + 1
        self._last = first + number - 1
        return list(range(first, first + number))


def advance_head(movements: int) -> tuple[int, datetime]:
    """Lock the ledger's head until commit; return the first of `movements` new numbers and the recorded time.

    The recorded time never goes back, whatever the machine's clock does, so that order by number is order by time.
    """
    head = LedgerHead.objects.select_for_update().filter(pk=1).first()
    if head is None:
        LedgerHead.objects.bulk_create([LedgerHead(id=1, seq=0, recorded_at=timezone.now())], ignore_conflicts=True)
        head = LedgerHead.objects.select_for_update().get(pk=1)
    recorded_at = max(timezone.now(), head.recorded_at)
    LedgerHead.objects.filter(pk=1).update(seq=head.seq + movements, recorded_at=recorded_at)
    return head.seq + 1, recorded_at
