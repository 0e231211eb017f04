"""How values are written in JSON: quantities and instants as text with all their digits, and never as floats."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from inventory.instants import from_datetime, instant_text
from inventory.quantity import quantity_text


@extend_schema_field({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]{1,6})?$", "examples": ["2.5"]})
class QuantityText(serializers.Field[Decimal, Any, str, Any]):
    """A quantity: plain digits, no idle zeros."""

    def to_representation(self, value: Decimal) -> str:
        return quantity_text(value)


@extend_schema_field({"type": "string", "format": "date-time", "examples": ["2026-05-31T12:00:00.000000001Z"]})
class Instant(serializers.Field[int, Any, str, Any]):
    """Nanoseconds since 1970 as RFC 3339 in UTC, with every digit that the sender's clock gave."""

    def to_representation(self, value: int) -> str:
        return instant_text(value)


@extend_schema_field({"type": "string", "format": "date-time", "examples": ["2026-05-31T12:00:00Z"]})
class Moment(serializers.Field[datetime, Any, str, Any]):
    """A moment of our own clock, written like an instant."""

    def to_representation(self, value: datetime) -> str:
        return instant_text(from_datetime(value))


@extend_schema_field({"type": ["string", "null"]})
class TextOrNull(serializers.Field[str, Any, str | None, Any]):
    """Text, and null where nobody has told it."""

    def to_representation(self, value: str) -> str | None:
        return value or None


@extend_schema_field({"type": "string", "format": "uri"})
class ListLink(serializers.Field[Any, Any, str, Any]):
    """The address of a list, narrowed to what belongs to this row."""

    def __init__(self, route: str, parameter: str, *, source: str = "pk", help_text: str) -> None:
        self._route = route
        self._parameter = parameter
        super().__init__(source=source, read_only=True, help_text=help_text)

    def to_representation(self, value: Any) -> str:
        address = f"{reverse(self._route)}?{urlencode({self._parameter: value})}"
        return str(self.context["request"].build_absolute_uri(address))
