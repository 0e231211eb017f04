"""Movements in the API: the ledger, row by row, and a feed that can be followed."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from inventory.api.counts import QUALITIES, CountedSerializer
from inventory.api.fields import Instant, ListLink, Moment, QuantityText
from inventory.api.parameters import MOMENT, ROW, Parameter, by, one_of
from inventory.api.views import Reading
from inventory.models import Cause, Movement
from inventory.registry import cause_link


class EventRef(serializers.Serializer[Any]):
    """A statement of the source's, in our words."""

    id = serializers.IntegerField()
    kind = serializers.CharField(help_text="What sort of statement it is: reading, adjustment, lot_moved and so on.")
    key = serializers.CharField(help_text="Unique among what the source states.")
    occurred = Instant(help_text="When it happened, by the sender's clock, or when it arrived where it has none.")


class CauseRef(serializers.Serializer[Any]):
    """Why the ledger was written."""

    id = serializers.IntegerField()
    kind = serializers.ChoiceField(choices=Cause.Kind.values)
    reference = serializers.CharField(help_text="What it refers to (delivery:17); empty where there is nothing.")
    actor = serializers.CharField(help_text="Who did it; empty where it was no person.")
    evidence = serializers.SerializerMethodField(help_text="The page with the evidence; null where none is kept.")

    def get_evidence(self, cause: Cause) -> str | None:
        link = cause_link(cause)
        return None if link is None else str(self.context["request"].build_absolute_uri(link.url))


class MovementSerializer(serializers.Serializer[Any]):
    """One row of the ledger: the signed effect of an event, or of its retraction, on one count."""

    seq = serializers.IntegerField(help_text="Its place in the ledger: without gaps, in the order of commits.")
    count = CountedSerializer(help_text="The count that it moved.")
    delta = QuantityText(help_text="What it adds; all deltas of a count add up to its quantity.")
    quality = serializers.ChoiceField(choices=QUALITIES, help_text="How far the count can be believed from then on.")
    as_of = Instant(allow_null=True, help_text="The as_of of the count from then on.")
    event = serializers.SerializerMethodField(help_text="What moved the count, or what was taken back.")
    is_retraction = serializers.SerializerMethodField(
        help_text="Whether what moved it is that the event was taken back."
    )
    cause = CauseRef()
    recorded_at = Moment(help_text="When it was written, by our clock; it never goes back along seq.")
    movements = ListLink("api:movement-list", "count", source="count_id", help_text="All movements of the same count.")

    @extend_schema_field(EventRef)
    def get_event(self, movement: Movement) -> Any:
        retraction = movement.retraction
        return EventRef(movement.event if retraction is None else retraction.event).data

    def get_is_retraction(self, movement: Movement) -> bool:
        return movement.retraction is not None


def _recorded_from(rows: QuerySet[Any], moment: datetime) -> QuerySet[Any]:
    first = _first_recorded_from(moment)
    return rows.none() if first is None else rows.filter(seq__gte=first)


def _recorded_before(rows: QuerySet[Any], moment: datetime) -> QuerySet[Any]:
    first = _first_recorded_from(moment)
    return rows.filter(recorded_at__lt=moment) if first is None else rows.filter(seq__lt=first)


def _first_recorded_from(moment: datetime) -> int | None:
    """The recorded time never goes back along seq: a range of the one is a range of the other."""
    rows = Movement.objects.filter(recorded_at__gte=moment).order_by("recorded_at", "seq")
    return rows.values_list("seq", flat=True).first()


class MovementViewSet(Reading[Movement]):
    """The ledger. Newest first; with order=oldest a feed that can be followed by after_seq."""

    queryset = Movement.objects.select_related(
        "count__source", "count__listing", "count__batch", "count__location", "event", "retraction__event", "cause"
    ).defer(
        "count__source__settings",
        "count__listing__description",
        "count__batch__description",
        "count__location__description",
        "event__data",
        "retraction__event__data",
        "cause__note",
    )
    serializer_class = MovementSerializer
    key = "seq"
    parameters = (
        Parameter(name="count", kind=ROW, narrow=by("count"), description="Movements of the count with this id."),
        Parameter(
            name="after_seq",
            kind=ROW,
            narrow=by("seq__gt"),
            description="Movements behind this seq. With order=oldest: what has happened since.",
        ),
        Parameter(
            name="recorded_from",
            kind=MOMENT,
            narrow=_recorded_from,
            description="Movements that were written at this moment or later.",
        ),
        Parameter(
            name="recorded_before",
            kind=MOMENT,
            narrow=_recorded_before,
            description="Movements that were written before this moment.",
        ),
        Parameter(
            name="order",
            kind=one_of(["newest", "oldest"]),
            description="Which come first: newest, where nothing is said, or oldest.",
        ),
    )

    @property
    def newest_first(self) -> bool:
        return self.asked.get("order") != "oldest"
