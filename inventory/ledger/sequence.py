"""Numbers that put the ledger in order: ids taken before their rows are written, and the head of the movements."""

from datetime import datetime

from django.db import connection
from django.utils import timezone

from inventory.models import Cause, LedgerHead


class CauseIds:
    """Hands out the ids of causes whose rows are written only at the end of the transaction.

    A cause carries the recorded time, which is known only under the lock of the ledger's head; events name their cause
    before that. Foreign keys are checked at commit on both databases.
    """

    def __init__(self) -> None:
        self._last: int | None = None

    def take(self, number: int) -> list[int]:
        """The next so many ids."""
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute(
                    "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
                    [Cause._meta.db_table, number],
                )
                return [int(number) for (number,) in cursor.fetchall()]
            if self._last is None:
                # Nobody else can write while this transaction holds SQLite's only write lock.
                cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [Cause._meta.db_table])
                row = cursor.fetchone()
                self._last = int(row[0]) if row else 0
        first, self._last = self._last + 1, self._last + number
        return list(range(first, self._last + 1))


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
