"""Listings in the API."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from inventory.api.fields import ListLink, Moment, QuantityText, TextOrNull
from inventory.api.parameters import FLAG, GTIN, ROW, TEXT, Parameter, by
from inventory.api.references import ProductRef, SourceRef
from inventory.api.views import Reading
from inventory.models import Barcode, Listing


class BarcodeSerializer(serializers.Serializer[Any]):
    """A code that the source gives for a listing."""

    code = serializers.CharField(help_text="As the source writes it.")
    gtin = TextOrNull(help_text="Its 14 digits where it is a valid GTIN, else null.")


class ListingSerializer(serializers.Serializer[Any]):
    """A source's own record of a product."""

    id = serializers.IntegerField()
    source = SourceRef()  # type: ignore[assignment]  # a declared field is no attribute
    tenant = serializers.CharField(help_text="The account that the sender names; empty where it names none.")
    external_id = serializers.CharField(help_text="The source's own identifier, as it writes it.")
    name = TextOrNull(help_text="As the source calls it; null: it has not said.")
    product = ProductRef()
    match = serializers.ChoiceField(choices=Listing.Match.values, help_text="What linked it to its product.")
    unit = TextOrNull(help_text="In what the source counts it; null: not known.")
    unit_factor = QuantityText(help_text="How many of the product's unit are in one of these.")
    active = serializers.BooleanField(help_text="Whether the source still lists it.")
    barcodes = BarcodeSerializer(many=True)
    created_at = Moment()
    counts = ListLink("api:count-list", "listing", help_text="Its counts.")


class ListingDetailSerializer(ListingSerializer):
    """A listing, with everything that its source says of it."""

    description = serializers.JSONField(help_text="What the source says of it; numbers are text, digit for digit.")


def _with_gtin(rows: QuerySet[Any], gtin: str) -> QuerySet[Any]:
    # A listing may have one GTIN in several spellings; the index leaves out the empty ones, so the query says so too.
    return rows.filter(pk__in=Barcode.objects.filter(gtin=gtin).exclude(gtin="").values("listing"))


class ListingViewSet(Reading[Listing]):
    """The sources' own records of products. A list leaves out description, which one listing shows."""

    queryset = Listing.objects.select_related("source", "product").prefetch_related(
        Prefetch("barcodes", queryset=Barcode.objects.order_by("code"))
    )
    serializer_class = ListingSerializer
    detail_serializer_class = ListingDetailSerializer
    only_alone = ("description",)
    parameters = (
        Parameter(name="source", kind=ROW, narrow=by("source"), description="Listings of the source with this id."),
        Parameter(name="product", kind=ROW, narrow=by("product"), description="Listings of the product with this id."),
        Parameter(
            name="external_id",
            kind=TEXT,
            narrow=by("external_id"),
            description="Listings with exactly this identifier of their source's.",
        ),
        Parameter(
            name="unmatched",
            kind=FLAG,
            narrow=lambda rows, _: rows.filter(match=Listing.Match.UNMATCHED),
            description="Listings that neither a barcode nor staff have linked to a product that others share.",
        ),
        Parameter(
            name="barcode",
            kind=TEXT,
            narrow=lambda rows, code: rows.filter(pk__in=Barcode.objects.filter(code=code).values("listing")),
            description="Listings with exactly this code, as their source writes it.",
        ),
        Parameter(
            name="gtin",
            kind=GTIN,
            narrow=_with_gtin,
            description="Listings with this GTIN, however many leading zeros it is written with.",
        ),
    )
