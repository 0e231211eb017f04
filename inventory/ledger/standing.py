"""Which events stand: those that at least one cause states and has not taken back."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from inventory.models import Restatement, Retraction, StockEvent


def standing_events(known_at: datetime | None = None) -> QuerySet[StockEvent]:
    """The events that stand, of every source; with `known_at`, those that stood as far as was recorded by then."""
    by_then = Q() if known_at is None else Q(cause__recorded_at__lte=known_at)
    taken_back = Retraction.objects.filter(by_then, stated_by=OuterRef("cause"))
    own = Q(~Exists(taken_back.filter(event=OuterRef("pk")))) & by_then
    restated = Restatement.objects.filter(by_then, event=OuterRef("pk"))
    again = Exists(restated.exclude(Exists(taken_back.filter(event=OuterRef("event")))))
    return StockEvent.objects.filter(own | Q(again))


@dataclass(frozen=True, slots=True)
class Stated:
    """One event, and the one cause that states it here."""

    event: StockEvent
    cause_id: int
    reference: str
    """That cause's."""


def revisions_of(source_id: int, keys: Collection[str]) -> dict[str, list[StockEvent]]:
    """Every revision of the events of these keys, whether it stands or not, oldest first."""
    revisions: dict[str, list[StockEvent]] = {}
    rows = StockEvent.objects.filter(source_id=source_id, key__among=keys).order_by("key", "revision")
    for event in rows:
        revisions.setdefault(event.key, []).append(event)
    return revisions


def which_stand(event_ids: Iterable[int]) -> set[int]:
    """Those of these events that stand."""
    return set(standing_events().filter(pk__among=event_ids).values_list("pk", flat=True))


def stated_by_references(references: Collection[str]) -> list[Stated]:
    """What the causes of these references state and have not taken back, oldest first."""
    return _stated(Q(cause__reference__among=references), Q(cause__reference__among=references))


def stated_events(event_ids: Collection[int]) -> list[Stated]:
    """Who states these events and has not taken them back, oldest first."""
    return _stated(Q(pk__among=event_ids), Q(event__among=event_ids)) if event_ids else []


def _stated(first_by: Q, again_by: Q) -> list[Stated]:
    first = StockEvent.objects.filter(first_by).select_related("stream", "cause")
    again = Restatement.objects.filter(again_by).select_related("event__stream", "cause")
    stated = [Stated(event, event.cause_id, event.cause.reference) for event in first]
    stated += [Stated(restatement.event, restatement.cause_id, restatement.cause.reference) for restatement in again]
    taken_back = set(
        Retraction.objects.filter(event__in=[entry.event for entry in stated]).values_list("event_id", "stated_by_id")
    )
    live = [entry for entry in stated if (entry.event.pk, entry.cause_id) not in taken_back]
    return sorted(live, key=lambda entry: entry.event.pk)
