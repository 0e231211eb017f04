"""Proof runs: what was found each time the laws were held against what is stored."""

from django.db import models


class ProofRun(models.Model):
    """One proof, from the moment it was asked for; a night asks for one by itself."""

    night = models.DateField(null=True, unique=True, help_text="The night that asked for it; empty: a person did.")
    asked_by = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    counts = models.PositiveBigIntegerField(default=0)
    streams = models.PositiveBigIntegerField(default=0)
    events = models.PositiveBigIntegerField(default=0)
    movements = models.PositiveBigIntegerField(default=0)
    deliveries = models.PositiveBigIntegerField(default=0)
    breach_count = models.PositiveBigIntegerField(default=0)
    # The first of them: [law, where, problem].
    breaches = models.JSONField(default=list)
    error = models.TextField(blank=True, help_text="Why it could not be carried through; empty when it was.")

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["id"], name="proof_run_waiting", condition=models.Q(started_at__isnull=True)),
            models.Index(fields=["-id"], name="proof_run_finished", condition=models.Q(finished_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"proof of {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def holds(self) -> bool:
        """Whether it was carried through and found nothing."""
        return self.finished_at is not None and not self.error and not self.breach_count
