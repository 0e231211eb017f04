"""How one row names another: our number, and what the source or staff call it."""

from typing import Any

from rest_framework import serializers

from inventory.api.fields import TextOrNull


class SourceRef(serializers.Serializer[Any]):
    """The upstream account whose word it is."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class ProductRef(serializers.Serializer[Any]):
    """What is sold, as staff have linked it today."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class ListingRef(serializers.Serializer[Any]):
    """The source's own record of a product."""

    id = serializers.IntegerField()
    external_id = serializers.CharField()
    name = TextOrNull()


class BatchRef(serializers.Serializer[Any]):
    """The source's own lot."""

    id = serializers.IntegerField()
    external_id = serializers.CharField()
    label = TextOrNull()  # type: ignore[assignment]  # a declared field is no attribute


class LocationRef(serializers.Serializer[Any]):
    """The source's own place."""

    id = serializers.IntegerField()
    external_id = serializers.CharField()
    name = TextOrNull()


class SiteRef(serializers.Serializer[Any]):
    """Staff's grouping of places."""

    id = serializers.IntegerField()
    name = serializers.CharField()
