"""Batches in the API."""

from typing import Any

from rest_framework import serializers

from inventory.api.fields import ListLink, Moment, TextOrNull
from inventory.api.parameters import DAY, ROW, TEXT, Parameter, by
from inventory.api.references import ListingRef, LocationRef, SourceRef
from inventory.api.views import Reading
from inventory.models import Batch


class BatchSerializer(serializers.Serializer[Any]):
    """A source's own lot."""

    id = serializers.IntegerField()
    source = SourceRef()  # type: ignore[assignment]  # a declared field is no attribute
    tenant = serializers.CharField(help_text="The account that the sender names; empty where it names none.")
    external_id = serializers.CharField(help_text="The source's own identifier, as it writes it.")
    label = TextOrNull(  # type: ignore[assignment]  # a declared field is no attribute
        help_text="What people read on it; null: the source has not said."
    )
    listing = ListingRef(allow_null=True, help_text="What it is of; null: not known.")
    status = serializers.ChoiceField(choices=Batch.Status.values)
    location = LocationRef(allow_null=True, help_text="Where it is; null: not known, or at no one place.")
    expires_on = serializers.DateField(allow_null=True, help_text="The day it expires; null: not known.")
    created_at = Moment()
    counts = ListLink("api:count-list", "batch", help_text="Its counts.")


class BatchDetailSerializer(BatchSerializer):
    """A batch, with everything that its source says of it."""

    description = serializers.JSONField(help_text="What the source says of it; numbers are text, digit for digit.")


class BatchViewSet(Reading[Batch]):
    """The sources' own lots. A list leaves out description, which one batch shows."""

    queryset = Batch.objects.select_related("source", "listing", "location").defer(
        "listing__description", "location__description"
    )
    serializer_class = BatchSerializer
    detail_serializer_class = BatchDetailSerializer
    only_alone = ("description",)
    parameters = (
        Parameter(name="source", kind=ROW, narrow=by("source"), description="Batches of the source with this id."),
        Parameter(name="listing", kind=ROW, narrow=by("listing"), description="Batches of the listing with this id."),
        Parameter(
            name="location",
            kind=ROW,
            narrow=by("location"),
            description="Batches that are at the location with this id.",
        ),
        Parameter(
            name="external_id",
            kind=TEXT,
            narrow=by("external_id"),
            description="Batches with exactly this identifier of their source's.",
        ),
        Parameter(name="label", kind=TEXT, narrow=by("label"), description="Batches with exactly this label."),
        Parameter(
            name="expires_before",
            kind=DAY,
            narrow=by("expires_on__lt"),
            description="Batches that expire on a day before this one.",
        ),
        Parameter(
            name="expires_after",
            kind=DAY,
            narrow=by("expires_on__gt"),
            description="Batches that expire on a day after this one.",
        ),
    )
