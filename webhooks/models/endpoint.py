"""Endpoint: one URL of ours that one source posts to, with its URL tokens and secrets."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from inventory.models import Source
from webhooks.encryption import EncryptedTextField


class Endpoint(models.Model):
    """One URL of ours that one source posts to. The source's provider says which dialect is spoken."""

    class State(models.TextChoices):
        ACTIVE = "active"
        PAUSED = "paused", "paused: deliveries are kept and wait"
        DISABLED = "disabled", "disabled: senders get “not found”"

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="endpoints")
    state = models.CharField(max_length=10, choices=State, default=State.ACTIVE)
    tenants = models.JSONField(
        default=list,
        blank=True,
        help_text="The accounts accepted at this endpoint; an empty list accepts any.",
    )
    body_limit = models.PositiveIntegerField(default=1_048_576, help_text="Bytes; a larger request is refused.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["active", "paused", "disabled"]), name="endpoint_state_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source.name} #{self.pk}"


def not_ended(at: datetime | None) -> Q:
    """The credentials that are live at a moment (now, if none is given)."""
    return Q(not_after__isnull=True) | Q(not_after__gt=at or timezone.now())


class TokenQuerySet(models.QuerySet["Token"]):
    def live(self, at: datetime | None = None) -> "TokenQuerySet":
        """The tokens whose URLs are answered."""
        return self.filter(not_ended(at))


class Token(models.Model):
    """A secret part of an endpoint's URL. Several may live at once, so that a URL can be changed without a gap."""

    KEYED_HASHES = {"value": "digest"}
    """By encrypted column, the one that holds its keyed hash: whoever re-encrypts the one writes both."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True, editable=False)
    value = EncryptedTextField(editable=False)
    # The text that the sender has registered: Square signs exactly this, whatever a proxy makes of the request.
    public_url = EncryptedTextField()
    not_after = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return f"URL token {self.pk}"

    @property
    def path(self) -> str:
        """The path of the URL on this server."""
        return f"/hooks/{self.value}/"


class SecretQuerySet(models.QuerySet["Secret"]):
    def live(self, at: datetime | None = None) -> "SecretQuerySet":
        """The secrets that may still prove a request."""
        return self.filter(not_ended(at))


class Secret(models.Model):
    """A secret shared with the sender. Write-only: shown once at most, retired by `not_after`, never deleted in use."""

    endpoint = models.ForeignKey(Endpoint, on_delete=models.PROTECT, related_name="secrets")
    label = models.CharField(max_length=200, blank=True)
    value = EncryptedTextField()
    not_after = models.DateTimeField(null=True, blank=True, help_text="Refused from then on. Empty: no end.")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SecretQuerySet.as_manager()

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.label or f"secret {self.pk}"
