"""What was said and what it did: causes, streams, stock events, retractions, movements and counts.

Causes, stock events, restatements, retractions and movements are facts: inserted once, never changed or deleted, which
the database itself refuses (see inventory.immutability). Streams and counts are projections of them.
"""

from decimal import Decimal

from django.db import models

from inventory.events import HIDDEN, IDENTIFIER_LENGTH, KEY_LENGTH, Bucket, Quality, StreamKind
from inventory.models.batches import Batch
from inventory.models.catalogue import Listing
from inventory.models.fields import QuantityField
from inventory.models.places import Location
from inventory.models.source import Source


def _choices(words: type[Bucket] | type[Quality] | type[StreamKind]) -> list[tuple[str, str]]:
    return [(word.value, word.value.replace("_", " ")) for word in words]


def _is_one_of(field: str, words: type[Bucket] | type[Quality] | type[StreamKind], name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=models.Q(**{f"{field}__in": [word.value for word in words]}), name=name)


class Cause(models.Model):
    """Why the ledger was written."""

    class Kind(models.TextChoices):
        DELIVERY = "delivery"
        MANUAL = "manual"
        COUNT = "count"
        IMPORT = "import"
        API = "api"
        REPLAY = "replay"

    kind = models.CharField(max_length=10, choices=Kind)
    # Opaque to inventory: whoever caused the writing knows what it means ("delivery:17").
    reference = models.CharField(max_length=200, blank=True)
    actor = models.CharField(max_length=200, blank=True)
    note = models.TextField(blank=True)
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["reference", "id"]),
            models.Index(fields=["recorded_at", "id"]),
            # Without what nearly all are: a delivery's writing pays nothing for it.
            models.Index(fields=["kind", "id"], name="cause_kind", condition=~models.Q(kind="delivery")),
        ]

    def __str__(self) -> str:
        return self.reference or f"{self.kind} by {self.actor or 'nobody named'}"


class Stream(models.Model):
    """The events that are folded together, and the unit of locking. `state` is their fold up to the newest."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="streams", db_index=False)
    kind = models.CharField(max_length=10, choices=_choices(StreamKind))
    # One not-null text for the whole key: a unique key over nullable columns admits duplicates.
    slot = models.CharField(max_length=400)
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, null=True, related_name="streams")
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, related_name="streams")
    location = models.ForeignKey(Location, on_delete=models.PROTECT, null=True, related_name="streams", db_index=False)
    state = models.JSONField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            _is_one_of("kind", StreamKind, "stream_kind_is_known"),
            # Said here and not of the field, which on PostgreSQL would bring a second index.
            models.UniqueConstraint(fields=["slot"], name="one_stream_for_a_slot"),
        ]
        indexes = [
            models.Index(fields=["kind", "id"], name="stream_kind"),
            # In place of the foreign keys' own: the newest of many at one place are found without reading the others.
            models.Index(fields=["source", "id"], name="stream_source"),
            models.Index(fields=["location", "id"], name="stream_location"),
        ]

    def __str__(self) -> str:
        return self.slot


class StockEvent(models.Model):
    """One immutable statement by a source, in our words, with its clock.

    An event stands while one of the causes that stated it (its own, or a restatement's) is not retracted. `key` is
    unique among the standing events of a source; a changed statement under one key is its next revision.
    """

    # Without indexes of their own: others begin with them, and each costs every insert.
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="events", db_index=False)
    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="events", db_index=False)
    cause = models.ForeignKey(Cause, on_delete=models.PROTECT, related_name="events")
    key = models.CharField(max_length=KEY_LENGTH)
    revision = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=30)
    occurred = models.BigIntegerField(help_text="Nanoseconds since 1970-01-01 UTC.")
    rank = models.PositiveSmallIntegerField()
    order_key = models.BinaryField()
    group = models.CharField(max_length=KEY_LENGTH, blank=True)
    transaction = models.CharField(max_length=IDENTIFIER_LENGTH, blank=True)
    quantity = QuantityField(null=True)
    data = models.JSONField()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "key", "revision"], name="one_event_for_a_key_and_revision"),
        ]
        indexes = [
            models.Index(fields=["stream", "occurred", "id"]),
            models.Index(fields=["source", "group"], name="event_group", condition=~models.Q(group="")),
            models.Index(
                fields=["source", "transaction"],
                name="event_transaction",
                condition=~models.Q(transaction=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class Restatement(models.Model):
    """A further cause that states an event which is there already."""

    event = models.ForeignKey(StockEvent, on_delete=models.PROTECT, related_name="restatements")
    cause = models.ForeignKey(Cause, on_delete=models.PROTECT, related_name="restatements")

    class Meta:
        ordering = ["-id"]
        constraints = [models.UniqueConstraint(fields=["event", "cause"], name="one_restatement_by_a_cause")]

    def __str__(self) -> str:
        return f"{self.event} by {self.cause}"


class Retraction(models.Model):
    """The statement of one event by one cause, withdrawn by another cause."""

    event = models.ForeignKey(StockEvent, on_delete=models.PROTECT, related_name="retractions")
    stated_by = models.ForeignKey(Cause, on_delete=models.PROTECT, related_name="retractions_of")
    cause = models.ForeignKey(Cause, on_delete=models.PROTECT, related_name="retractions")

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["event", "stated_by"], name="one_retraction_of_a_statement"),
        ]

    def __str__(self) -> str:
        return f"{self.event} no longer by {self.stated_by}"


class Count(models.Model):
    """The quantity of one (listing, batch or none, location or none, bucket, sender's state word): a projection."""

    stream = models.ForeignKey(Stream, on_delete=models.PROTECT, related_name="counts")
    # Without indexes of their own: others begin with them.
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="counts", db_index=False)
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, related_name="counts", db_index=False)
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, null=True, related_name="counts", db_index=False)
    location = models.ForeignKey(Location, on_delete=models.PROTECT, null=True, related_name="counts", db_index=False)
    bucket = models.CharField(max_length=10, choices=_choices(Bucket))
    state = models.CharField(max_length=IDENTIFIER_LENGTH, blank=True)
    slot = models.CharField(max_length=400)
    # The last number, kept under every quality; a quality of unknown or untracked hides it (see `shown`).
    quantity = QuantityField(default=Decimal(0))
    quality = models.CharField(max_length=10, choices=_choices(Quality), default=Quality.UNKNOWN)
    as_of = models.BigIntegerField(null=True, help_text="Nanoseconds since 1970-01-01 UTC.")
    # The index of negative counts hangs on this and not on the quantity: PostgreSQL then writes a changed quantity into
    # the same page, and nothing into the ten indexes.
    is_negative = models.GeneratedField(
        expression=models.Q(quantity__lt=Decimal(0)),  # type: ignore[arg-type]  # a condition, as Django documents
        output_field=models.BooleanField(),
        db_persist=True,
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            _is_one_of("bucket", Bucket, "count_bucket_is_known"),
            _is_one_of("quality", Quality, "count_quality_is_known"),
            models.UniqueConstraint(fields=["slot"], name="one_count_for_a_slot"),
        ]
        indexes = [
            models.Index(fields=["listing", "id"]),
            models.Index(fields=["location", "bucket", "id"]),
            models.Index(fields=["bucket", "id"]),
            models.Index(fields=["source", "id"]),
            models.Index(fields=["batch", "id"], name="count_batch", condition=models.Q(batch__isnull=False)),
            models.Index(fields=["id"], name="count_negative", condition=models.Q(is_negative=True)),
            # Without what nearly all are: a count that stays exact is in it never.
            models.Index(fields=["quality", "id"], name="count_quality", condition=~models.Q(quality="exact")),
        ]

    def __str__(self) -> str:
        return f"count {self.pk}"

    @property
    def shown(self) -> Decimal | None:
        """The number that may be shown and added; None where it is unknown or untracked."""
        return None if self.quality in HIDDEN else self.quantity


class Movement(models.Model):
    """One append-only ledger row: the signed effect of an event or a retraction on one count.

    `seq` order is the order in which transactions were committed, so that a reader never finds a gap filled later.
    """

    seq = models.BigIntegerField(primary_key=True)
    count = models.ForeignKey(Count, on_delete=models.PROTECT, related_name="movements", db_index=False)
    delta = QuantityField()
    quality = models.CharField(max_length=10, choices=_choices(Quality))
    as_of = models.BigIntegerField(null=True, help_text="Nanoseconds since 1970-01-01 UTC.")
    event = models.ForeignKey(StockEvent, on_delete=models.PROTECT, null=True, related_name="movements")
    retraction = models.ForeignKey(Retraction, on_delete=models.PROTECT, null=True, related_name="movements")
    cause = models.ForeignKey(Cause, on_delete=models.PROTECT, related_name="movements")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-seq"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(event__isnull=False, retraction__isnull=True)
                | models.Q(event__isnull=True, retraction__isnull=False),
                name="movement_names_an_event_or_a_retraction",
            ),
            _is_one_of("quality", Quality, "movement_quality_is_known"),
        ]
        indexes = [models.Index(fields=["count", "seq"]), models.Index(fields=["recorded_at", "seq"])]

    def __str__(self) -> str:
        return f"{self.delta:+f}"


class LedgerHead(models.Model):
    """The one row whose lock puts the movements of concurrent transactions in a single order."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    seq = models.BigIntegerField()
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="ledger_has_one_head")]

    def __str__(self) -> str:
        return str(self.seq)
