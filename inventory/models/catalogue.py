"""What is sold: products, and the listings by which each source knows them."""

from decimal import Decimal

from django.db import models

from inventory.events import IDENTIFIER_LENGTH
from inventory.models.fields import QuantityField
from inventory.models.source import Source


class Product(models.Model):
    """One thing that the shop sells, however many sources list it. Staff data: no event is about a product."""

    name = models.CharField(max_length=500)
    unit = models.CharField(max_length=40, blank=True, help_text="Empty: not known.")
    threshold = QuantityField(null=True, blank=True, help_text="Fewer sellable units than this need attention.")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name", "id"]
        indexes = [
            models.Index(fields=["name", "id"]),
            # PostgreSQL finds the beginning of a name only where letters are compared byte by byte.
            models.Index(fields=["name", "id"], name="product_name_prefix", opclasses=["text_pattern_ops", "int8_ops"]),
            models.Index(fields=["id"], name="product_threshold", condition=models.Q(threshold__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.name


class Listing(models.Model):
    """A source's own record of a product."""

    class Match(models.TextChoices):
        UNMATCHED = "unmatched"
        BARCODE = "barcode"
        STAFF = "staff"

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="listings", editable=False)
    tenant = models.CharField(max_length=IDENTIFIER_LENGTH, blank=True, editable=False)
    external_id = models.CharField(max_length=IDENTIFIER_LENGTH, editable=False)
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="listings")
    match = models.CharField(max_length=10, choices=Match, default=Match.UNMATCHED, editable=False)
    name = models.CharField(max_length=500, blank=True, editable=False)
    unit = models.CharField(max_length=40, blank=True, help_text="Empty: not known.")
    unit_factor = QuantityField(default=Decimal(1), help_text="How many of the product's unit are in one of these.")
    active = models.BooleanField(default=True, editable=False)
    description = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["source", "tenant", "external_id"], name="one_listing_for_an_identifier"),
            models.CheckConstraint(condition=models.Q(unit_factor__gt=Decimal(0)), name="listing_factor_is_positive"),
        ]
        indexes = [
            models.Index(fields=["external_id"]),
            models.Index(fields=["name", "id"]),
            models.Index(fields=["match", "id"], name="listing_match"),
            models.Index(fields=["id"], name="listing_inactive", condition=models.Q(active=False)),
        ]

    def __str__(self) -> str:
        return self.name or self.external_id


class Barcode(models.Model):
    """A code that a source gives for a listing; `gtin` is its 14 digits where it is a valid one, else empty."""

    listing = models.ForeignKey(Listing, on_delete=models.CASCADE, related_name="barcodes")
    code = models.CharField(max_length=IDENTIFIER_LENGTH)
    gtin = models.CharField(max_length=14, blank=True)

    class Meta:
        ordering = ["listing_id", "code"]
        constraints = [
            models.UniqueConstraint(fields=["listing", "code"], name="one_barcode_for_a_code"),
            models.CheckConstraint(
                condition=models.Q(gtin="") | models.Q(gtin__regex=r"^[0-9]{14}$"), name="gtin_has_14_digits"
            ),
        ]
        indexes = [
            models.Index(fields=["code"]),
            models.Index(fields=["gtin"], name="barcode_gtin", condition=~models.Q(gtin="")),
        ]

    def __str__(self) -> str:
        return self.code
