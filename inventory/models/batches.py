"""Which lot: batches, and how one came out of another."""

from django.db import models

from inventory.events import IDENTIFIER_LENGTH
from inventory.models.catalogue import Listing
from inventory.models.places import Location
from inventory.models.source import Source


class Batch(models.Model):
    """A source's own lot. Everything but its identity is a projection of what the source said."""

    class Status(models.TextChoices):
        UNKNOWN = "unknown"
        LIVE = "live"
        ENDED = "ended"

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="batches", db_index=False)
    tenant = models.CharField(max_length=IDENTIFIER_LENGTH, blank=True)
    external_id = models.CharField(max_length=IDENTIFIER_LENGTH)
    label = models.CharField(max_length=500, blank=True)
    listing = models.ForeignKey(Listing, on_delete=models.PROTECT, null=True, related_name="batches")
    status = models.CharField(max_length=10, choices=Status, default=Status.UNKNOWN)
    # Without an index of its own: another one begins with it.
    location = models.ForeignKey(Location, on_delete=models.PROTECT, null=True, related_name="batches", db_index=False)
    expires_on = models.DateField(null=True)
    description = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        verbose_name_plural = "batches"
        constraints = [
            models.UniqueConstraint(fields=["source", "tenant", "external_id"], name="one_batch_for_an_identifier"),
        ]
        indexes = [
            models.Index(fields=["external_id"]),
            models.Index(fields=["label", "id"]),
            models.Index(fields=["expires_on", "id"]),
            models.Index(fields=["status", "id"], name="batch_status"),
            models.Index(fields=["location", "id"], name="batch_location"),
            # What has ended stays where it was last: a place has ever more of that.
            models.Index(fields=["location", "id"], name="batch_in_use", condition=~models.Q(status="ended")),
        ]

    def __str__(self) -> str:
        return self.label or self.external_id


class BatchLink(models.Model):
    """How one batch came out of another. Undoing ends a link; nothing deletes it."""

    class Kind(models.TextChoices):
        MERGED = "merged"
        SPLIT = "split"
        DECONSTRUCTED = "deconstructed"
        CONSUMED = "consumed"
        CORRELATED = "correlated"

    kind = models.CharField(max_length=15, choices=Kind)
    origin = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="links_onward")
    result = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="links_back")
    event = models.ForeignKey("inventory.StockEvent", on_delete=models.PROTECT, related_name="links_made")
    ended_by = models.ForeignKey(
        "inventory.StockEvent", on_delete=models.PROTECT, null=True, related_name="links_ended"
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "origin", "result", "event"], name="one_link_for_an_event"),
        ]

    def __str__(self) -> str:
        return f"{self.origin} {self.kind} {self.result}"
