"""What came in: deliveries that were proven genuine, and refusals that were not."""

from django.db import models
from django.db.models import Q

from webhooks.encryption import EncryptedTextField
from webhooks.models.endpoint import Endpoint, Secret, Token


class Delivery(models.Model):
    """One genuine accepted request. What came in never changes (the database refuses it); only its fate does."""

    class State(models.TextChoices):
        PENDING = "pending"
        PROCESSED = "processed"
        IGNORED = "ignored"
        QUARANTINED = "quarantined"

    INTAKE = ("endpoint", "token", "secret", "received_at", "dedup_key", "body_digest", "body", "headers")
    """What came in, which never changes."""

    # Without indexes of their own: others begin with them, and each costs the door.
    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    token = models.ForeignKey(Token, on_delete=models.PROTECT, related_name="deliveries", db_index=False)
    secret = models.ForeignKey(Secret, on_delete=models.PROTECT, null=True, related_name="deliveries", db_index=False)
    received_at = models.DateTimeField()
    dedup_key = models.CharField(max_length=255)
    body_digest = models.CharField(max_length=64)
    body = models.BinaryField()
    headers = models.JSONField()

    state = models.CharField(max_length=12, choices=State, default=State.PENDING)
    # Why it was ignored or quarantined, what its last attempt failed with, or what is to be noted about it.
    reason = models.TextField(blank=True)
    event_kind = models.CharField(max_length=100, blank=True)
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField()
    failed_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(null=True)
    replays = models.PositiveIntegerField(default=0)
    # The checks that staff have set aside for this delivery: tenant, environment, clock, conflict.
    waived = models.JSONField(default=list)

    class Meta:
        ordering = ["-id"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(
                fields=["endpoint", "dedup_key", "body_digest"], name="one_delivery_for_a_key_and_body"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "processed", "ignored", "quarantined"]),
                name="delivery_state_is_known",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["ignored", "quarantined"]) | ~Q(reason=""),
                name="an_idle_delivery_says_why",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], name="delivery_due", condition=Q(state="pending")),
            models.Index(fields=["state", "-id"]),
            models.Index(fields=["received_at", "state"], name="delivery_received"),
            models.Index(fields=["endpoint", "-id"]),
            models.Index(fields=["secret", "-id"]),
            models.Index(fields=["token", "-id"]),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"

    @property
    def reference(self) -> str:
        """How the ledger's causes name this delivery."""
        return f"delivery:{self.pk}"


class Refusal(models.Model):
    """One request that failed verification. Kept within bounds, never processed; credentials only encrypted."""

    BODY_KEPT = 65_536
    KEPT_PER_ENDPOINT = 200

    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="refusals", db_index=False)
    refused_at = models.DateTimeField()
    cause = models.CharField(max_length=40)
    detail = models.TextField()
    headers = models.JSONField()
    credentials = EncryptedTextField()
    body = models.BinaryField()
    body_size = models.PositiveIntegerField()

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["endpoint", "-id"]),
            models.Index(fields=["cause", "-id"]),
            models.Index(fields=["refused_at", "id"]),
        ]

    def __str__(self) -> str:
        return f"refusal {self.pk}: {self.cause}"
