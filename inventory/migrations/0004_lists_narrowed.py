"""What a list is narrowed to is found by an index: without one, a filter that few rows pass reads all of them."""

from django.db import migrations, models
from django.db.models import PROTECT, Index, Q


def _streams(to: str, *, null: bool) -> "models.ForeignKey[models.Model]":
    """Without an index of its own: another one begins with it."""
    return models.ForeignKey(on_delete=PROTECT, to=to, null=null, related_name="streams", db_index=False)


class Migration(migrations.Migration):
    dependencies = [("inventory", "0003_lean_indexes")]
    operations = [
        migrations.AddIndex("cause", Index(fields=["kind", "id"], name="cause_kind", condition=~Q(kind="delivery"))),
        migrations.AddIndex(
            "count", Index(fields=["quality", "id"], name="count_quality", condition=~Q(quality="exact"))
        ),
        migrations.AddIndex("batch", Index(fields=["status", "id"], name="batch_status")),
        migrations.AddIndex("stream", Index(fields=["kind", "id"], name="stream_kind")),
        migrations.AddIndex("stream", Index(fields=["source", "id"], name="stream_source")),
        migrations.AddIndex("stream", Index(fields=["location", "id"], name="stream_location")),
        migrations.AlterField("stream", "source", _streams("inventory.source", null=False)),
        migrations.AlterField("stream", "location", _streams("inventory.location", null=True)),
    ]
