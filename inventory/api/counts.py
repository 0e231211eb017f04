"""Counts in the API: what there is, what was known then, and what was true then."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL
from django.http import Http404
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from inventory.api.errors import BadParameter
from inventory.api.fields import Instant, ListLink, QuantityText
from inventory.api.parameters import FLAG, MOMENT, ROW, Parameter, by, one_of
from inventory.api.references import BatchRef, ListingRef, LocationRef, ProductRef, SourceRef
from inventory.api.views import Reading
from inventory.events import HIDDEN, Bucket, Quality
from inventory.models import Count
from inventory.reports import Clock, values_at
from inventory.snapshot import read_snapshot

BUCKETS = [bucket.value for bucket in Bucket]
QUALITIES = [quality.value for quality in Quality]

_INSIDE = """
WITH RECURSIVE inside(id) AS (
    SELECT id FROM inventory_location WHERE id = %s
    UNION
    SELECT child.id FROM inventory_location child JOIN inside ON child.parent_id = inside.id
) SELECT id FROM inside
"""

CLOCKS = (
    Parameter(
        name="as_of",
        kind=MOMENT,
        description=(
            "What the counts were at this moment instead of what they are. Counts that were not there then are left "
            "out, so that a page may have fewer rows than it could, or none, and still have a next one. Names and "
            "product links are always today's."
        ),
    ),
    Parameter(
        name="clock",
        kind=one_of(clock.value for clock in Clock),
        description=(
            "Which answer to give for as_of. known, which is what is meant where nothing is said: what Stockroom "
            "showed then. true: what was so then, as far as is known today."
        ),
    ),
)
PRESENT_ONLY = ("location_tree", "negative")
"""They look at today's numbers and places, and would choose the wrong counts for another moment."""


class CountedSerializer(serializers.Serializer[Any]):
    """What is counted: a listing, its batch or none, its place or none, what for, and the sender's word for it."""

    id = serializers.IntegerField()
    source = SourceRef()  # type: ignore[assignment]  # a declared field is no attribute
    listing = ListingRef()
    batch = BatchRef(allow_null=True)
    location = LocationRef(allow_null=True)
    bucket = serializers.ChoiceField(choices=BUCKETS, help_text="What the units are there for.")
    state = serializers.CharField(help_text="The sender's own word for it; empty where it has none.")


class CountSerializer(CountedSerializer):
    """The quantity of one thing at one place, and how far it can be believed."""

    product = ProductRef(source="listing.product")
    quantity = QuantityText(
        source="shown", allow_null=True, help_text="Null where it is unknown or untracked: that is not zero."
    )
    quality = serializers.ChoiceField(choices=QUALITIES, help_text="How far the number can be believed.")
    as_of = Instant(allow_null=True, help_text="The newest moment of the sender's clock that the number takes in.")
    movements = ListLink("api:movement-list", "count", help_text="What made the number what it is.")


def _inside(rows: QuerySet[Any], location: int) -> QuerySet[Any]:
    return rows.filter(location_id__in=RawSQL(_INSIDE, [location]))  # noqa: S611  # one placeholder, one number


class CountViewSet(Reading[Count]):
    """The quantities, each with the way to what caused it."""

    queryset = Count.objects.select_related("source", "listing__product", "batch", "location").defer(
        "listing__description", "batch__description", "location__description", "source__settings"
    )
    serializer_class = CountSerializer
    detail_parameters = CLOCKS
    parameters = (
        Parameter(name="source", kind=ROW, narrow=by("source"), description="Counts of the source with this id."),
        Parameter(
            name="product",
            kind=ROW,
            narrow=by("listing__product"),
            description="Counts of all listings of the product with this id.",
        ),
        Parameter(name="listing", kind=ROW, narrow=by("listing"), description="Counts of the listing with this id."),
        Parameter(name="batch", kind=ROW, narrow=by("batch"), description="Counts of the batch with this id."),
        Parameter(
            name="location", kind=ROW, narrow=by("location"), description="Counts right at the location with this id."
        ),
        Parameter(
            name="location_tree",
            kind=ROW,
            narrow=_inside,
            description="Counts at the location with this id and in all that is inside it today. Not with as_of.",
        ),
        Parameter(
            name="bucket",
            kind=one_of(BUCKETS),
            narrow=by("bucket"),
            description="Counts of units that are there for this.",
        ),
        Parameter(
            name="negative",
            kind=FLAG,
            narrow=lambda rows, _: rows.filter(is_negative=True).exclude(quality__in=HIDDEN),
            description="Counts that are below zero now. Not with as_of.",
        ),
        *CLOCKS,
    )

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if "as_of" in self.asked:
            for name in PRESENT_ONLY:
                if name in self.asked:
                    raise BadParameter(name, f"{name} looks at the present; it cannot be asked together with as_of.")
        elif "clock" in self.asked:
            raise BadParameter("clock", "clock says how to answer as_of; give as_of too.")

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        with read_snapshot():
            return super().list(request, *args, **kwargs)

    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        with read_snapshot():
            return super().retrieve(request, *args, **kwargs)

    def paginate_queryset(self, queryset: Any) -> Any:
        page = super().paginate_queryset(queryset)
        return None if page is None else self._as_asked(page)

    def get_object(self) -> Count:
        found = self._as_asked([super().get_object()])
        if not found:
            raise Http404
        return found[0]

    def _as_asked(self, counts: Sequence[Count]) -> Sequence[Count]:
        """These counts as they were at the moment that is asked for, without those that were not there then."""
        values = values_at(self.asked.get("as_of"), Clock(self.asked.get("clock", Clock.KNOWN)))(counts)
        there = [count for count in counts if count.pk in values]
        for count in there:
            # Only what is shown changes: these rows are never saved.
            value = values[count.pk]
            count.quantity, count.quality, count.as_of = value.quantity, value.quality, value.as_of
        return there
