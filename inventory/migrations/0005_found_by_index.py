"""Listings are found by an index from the beginning of their name and by what the admin filters them by; and the
batches of one location in their order: PostgreSQL went through half of all batches for the first of those of one.

SQLite has no index for the beginning of a name; it reads the names.
"""

from typing import Any

from django.db import migrations, models
from django.db.models import PROTECT, Index, Q


def make(_: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("CREATE INDEX listing_upper_name ON inventory_listing (UPPER(name::text) text_pattern_ops)")
        # Until it has looked at what is in the index, PostgreSQL would rather read all listings.
        editor.execute("ANALYZE inventory_listing")


def drop(_: Any, editor: Any) -> None:
    if editor.connection.vendor == "postgresql":
        editor.execute("DROP INDEX listing_upper_name")


class Migration(migrations.Migration):
    dependencies = [("inventory", "0004_lists_narrowed")]
    operations = [
        migrations.RunPython(make, drop),
        migrations.RemoveIndex("listing", "listing_unmatched"),
        migrations.AddIndex("listing", Index(fields=["match", "id"], name="listing_match")),
        migrations.AddIndex("listing", Index(fields=["id"], name="listing_inactive", condition=Q(active=False))),
        migrations.AddIndex("batch", Index(fields=["location", "id"], name="batch_location")),
        migrations.AddIndex(
            "batch", Index(fields=["location", "id"], name="batch_in_use", condition=~Q(status="ended"))
        ),
        migrations.AlterField(
            "batch",
            "location",
            models.ForeignKey(
                on_delete=PROTECT, to="inventory.location", null=True, related_name="batches", db_index=False
            ),
        ),
    ]
