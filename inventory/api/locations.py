"""Locations in the API."""

from typing import Any

from rest_framework import serializers

from inventory.api.fields import ListLink, Moment, TextOrNull
from inventory.api.parameters import ROW, TEXT, Parameter, by
from inventory.api.references import LocationRef, SiteRef, SourceRef
from inventory.api.views import Reading
from inventory.models import Location


class LocationSerializer(serializers.Serializer[Any]):
    """A source's own place."""

    id = serializers.IntegerField()
    source = SourceRef()  # type: ignore[assignment]  # a declared field is no attribute
    tenant = serializers.CharField(help_text="The account that the sender names; empty where it names none.")
    external_id = serializers.CharField(help_text="The source's own identifier, as it writes it.")
    name = TextOrNull(help_text="As the source calls it; null: it has not said.")
    own_name = TextOrNull(help_text="As staff call it; null: as the source does.")
    kind = TextOrNull(help_text="What sort of place it is, in the source's word; null: it has not said.")
    parent = LocationRef(allow_null=True, help_text="The place that it stands in; null: none that is known.")
    parent_refused = serializers.BooleanField(
        help_text="Whether the source named a parent that would close a circle, and which was therefore not taken."
    )
    site = SiteRef(allow_null=True, help_text="Staff's grouping; null: none.")
    sellable = serializers.BooleanField(
        allow_null=True, help_text="Whether stock here may be sold; null: as the source's default says."
    )
    active = serializers.BooleanField(help_text="Whether the source still has it.")
    created_at = Moment()
    counts = ListLink("api:count-list", "location", help_text="The counts right here.")
    counts_inside = ListLink("api:count-list", "location_tree", help_text="The counts here and in all that is inside.")


class LocationDetailSerializer(LocationSerializer):
    """A location, with everything that its source says of it."""

    description = serializers.JSONField(help_text="What the source says of it; numbers are text, digit for digit.")


class LocationViewSet(Reading[Location]):
    """The sources' own places. A list leaves out description, which one location shows."""

    queryset = Location.objects.select_related("source", "parent", "site").defer("parent__description")
    serializer_class = LocationSerializer
    detail_serializer_class = LocationDetailSerializer
    only_alone = ("description",)
    parameters = (
        Parameter(name="source", kind=ROW, narrow=by("source"), description="Locations of the source with this id."),
        Parameter(name="site", kind=ROW, narrow=by("site"), description="Locations of the site with this id."),
        Parameter(
            name="parent",
            kind=ROW,
            narrow=by("parent"),
            description="Locations that stand directly in the one with this id.",
        ),
        Parameter(
            name="external_id",
            kind=TEXT,
            narrow=by("external_id"),
            description="Locations with exactly this identifier of their source's.",
        ),
    )
