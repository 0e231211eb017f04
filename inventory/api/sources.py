"""Sources in the API."""

from typing import Any

from rest_framework import serializers

from inventory.api.fields import ListLink, Moment
from inventory.api.parameters import TEXT, Parameter, by
from inventory.api.views import Reading
from inventory.models import Source


class SourceSerializer(serializers.Serializer[Any]):
    """One upstream account whose word is taken."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    provider = serializers.CharField(help_text="Whose dialect it speaks.")
    environment = serializers.ChoiceField(choices=Source.Environment.values)
    sellable_by_default = serializers.BooleanField(
        help_text="Whether stock at its locations may be sold where nobody says otherwise."
    )
    revoked_at = Moment(
        allow_null=True, help_text="When the sender said that our connection to the account ended; null: never."
    )
    reconnected_at = Moment(allow_null=True, help_text="When staff connected it again; null: never.")
    created_at = Moment()
    counts = ListLink("api:count-list", "source", help_text="Its counts.")


class SourceViewSet(Reading[Source]):
    """The upstream accounts whose word is taken."""

    queryset = Source.objects.all()
    serializer_class = SourceSerializer
    parameters = (
        Parameter(name="name", kind=TEXT, narrow=by("name"), description="The source that has exactly this name."),
    )
