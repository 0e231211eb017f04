"""Source: one upstream account whose word we take."""

from django.db import models


class Source(models.Model):
    """One upstream account ("Square, Main Street"), in production or in a sandbox."""

    class Environment(models.TextChoices):
        PRODUCTION = "production"
        SANDBOX = "sandbox"

    name = models.CharField(max_length=200, unique=True)
    # To inventory an opaque label: only webhooks knows what a provider is.
    provider = models.SlugField(max_length=40, editable=False)
    environment = models.CharField(max_length=10, choices=Environment, default=Environment.PRODUCTION, editable=False)
    sellable_by_default = models.BooleanField(
        default=False,
        help_text="Whether stock at this source's locations may be sold where nobody says otherwise.",
    )
    # What staff told us about the sender; only its provider knows what each means.
    settings = models.JSONField(default=dict, editable=False)
    revoked_at = models.DateTimeField(
        null=True, editable=False, help_text="When the sender said that our connection to the account ended."
    )
    reconnected_at = models.DateTimeField(
        null=True, blank=True, help_text="When staff connected the account again; empty until then."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(environment__in=["production", "sandbox"]),
                name="source_environment_is_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_dead(self) -> bool:
        """Whether the sender ended the connection and nobody has connected it again since."""
        return self.revoked_at is not None and (self.reconnected_at is None or self.reconnected_at < self.revoked_at)
