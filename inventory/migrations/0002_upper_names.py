"""PostgreSQL finds the beginning of a name, in capitals or not, by these indexes only.

Its plain index follows the language's sorting and cannot serve LIKE. SQLite has no such index; it reads the names.
"""

from typing import Any

from django.db import migrations

INDEXES = {
    "product_upper_name": ("inventory_product", "name"),
    "location_upper_name": ("inventory_location", "name"),
    "location_upper_own_name": ("inventory_location", "own_name"),
}


def make(_: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        for name, (table, column) in INDEXES.items():
            editor.execute(f"CREATE INDEX {name} ON {table} (UPPER({column}::text) text_pattern_ops)")


def drop(_: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        for name in INDEXES:
            editor.execute(f"DROP INDEX {name}")


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial")]
    operations = [migrations.RunPython(make, drop)]
