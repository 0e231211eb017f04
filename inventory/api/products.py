"""Products in the API."""

import sys
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from rest_framework import serializers

from inventory.api.fields import ListLink, Moment, QuantityText, TextOrNull
from inventory.api.parameters import TEXT, Parameter, by
from inventory.api.views import Reading
from inventory.models import Product


class ProductSerializer(serializers.Serializer[Any]):
    """One thing that the shop sells, however many sources list it."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    unit = TextOrNull(help_text="In what it is counted; null: not known.")
    threshold = QuantityText(allow_null=True, help_text="Fewer sellable units than this need attention; null: none.")
    created_at = Moment()
    listings = ListLink("api:listing-list", "product", help_text="The sources' records of it.")
    counts = ListLink("api:count-list", "product", help_text="Its counts, at every source.")


def _beginning_with(rows: QuerySet[Any], prefix: str) -> QuerySet[Any]:
    if connection.vendor == "postgresql":
        return rows.filter(name__startswith=prefix)
    # SQLite's LIKE takes capitals for small letters, and so reads every row; its order is that of the code points.
    return rows.filter(name__gte=prefix, name__lt=prefix + chr(sys.maxunicode))


class ProductViewSet(Reading[Product]):
    """What the shop sells. Staff data: always today's."""

    queryset = Product.objects.all()
    serializer_class = ProductSerializer
    parameters = (
        Parameter(name="name", kind=TEXT, narrow=by("name"), description="Products that have exactly this name."),
        Parameter(
            name="name_prefix",
            kind=TEXT,
            narrow=_beginning_with,
            description="Products whose name begins with this, capitals and all.",
        ),
    )
