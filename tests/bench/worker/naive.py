"""The naive way: one `update_or_create` for each count that an event tells of, in a table of its own.

It proves nothing, keeps no event and no movement, and the last that comes wins.
"""

from collections.abc import Iterable

from django.db import connection, models

from tests.bench.worker.messages import Sent


class Stock(models.Model):
    """How much there is of something somewhere."""

    item = models.CharField(max_length=100)
    quantity = models.DecimalField(max_digits=20, decimal_places=6)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "inventory"
        db_table = "bench_naive_stock"
        managed = False
        constraints = [models.UniqueConstraint(fields=["item"], name="bench_one_stock_of_an_item")]

    def __str__(self) -> str:
        return self.item


def make(messages: Iterable[Sent], rows: int) -> None:
    """Make the table, of so many rows, among which are those that these messages are about."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS bench_naive_stock")
    with connection.schema_editor() as editor:
        editor.create_model(Stock)
    items = {item for sent in messages for item in sent.counts}
    Stock._default_manager.bulk_create([Stock(item=item, quantity=0) for item in items], batch_size=5_000)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_naive_stock (item, quantity, updated_at) "
            "SELECT 'item ' || number, number, now() FROM generate_series(1, %s) AS number",
            [max(0, rows - len(items))],
        )
        cursor.execute("ANALYZE bench_naive_stock")


def apply(sent: Sent, quantity: int) -> None:
    """Bring the counts of one message up to date, each in a transaction of its own, as Django does it."""
    for item in sent.counts:
        Stock._default_manager.update_or_create(item=item, defaults={"quantity": quantity})
