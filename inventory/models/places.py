"""Where stock is: the sources' locations, and the sites by which staff group them."""

from django.db import models

from inventory.events import IDENTIFIER_LENGTH
from inventory.models.source import Source


class Site(models.Model):
    """Staff's grouping of locations; its authority is the one source whose counts make up its totals."""

    name = models.CharField(max_length=200, unique=True)
    authority = models.ForeignKey(
        Source,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sites_in_charge_of",
        help_text="Whose counts are added up here. Empty: every source keeps a subtotal of its own.",
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Location(models.Model):
    """A source's own place. The parent follows what the source says; own name, site and sellable are staff data."""

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="locations", editable=False)
    tenant = models.CharField(max_length=IDENTIFIER_LENGTH, blank=True, editable=False)
    external_id = models.CharField(max_length=IDENTIFIER_LENGTH, editable=False)
    name = models.CharField(max_length=500, blank=True, editable=False)
    kind = models.CharField(max_length=40, blank=True, editable=False)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children", editable=False)
    parent_refused = models.BooleanField(
        default=False, editable=False, help_text="The source named a parent that would close a circle."
    )
    same_as = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="earlier_names",
        editable=False,
        help_text="The place that this is another name of.",
    )
    identity = models.CharField(
        max_length=IDENTIFIER_LENGTH, blank=True, editable=False, help_text="What the source calls it for good."
    )
    active = models.BooleanField(default=True, editable=False)
    description = models.JSONField(default=dict, editable=False)
    own_name = models.CharField(
        max_length=200, blank=True, help_text="How you call it. Empty: as its source does, which may be an identifier."
    )
    site = models.ForeignKey(Site, on_delete=models.SET_NULL, null=True, blank=True, related_name="locations")
    sellable = models.BooleanField(null=True, blank=True, help_text="Unknown: as the source's default says.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "tenant", "external_id"], name="one_location_for_an_identifier"),
        ]
        indexes = [
            models.Index(fields=["external_id"]),
            models.Index(fields=["name", "id"]),
            models.Index(fields=["id"], name="location_parent_refused", condition=models.Q(parent_refused=True)),
        ]

    def __str__(self) -> str:
        return self.own_name or self.name or self.external_id
