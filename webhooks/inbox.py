"""The durable intake: every state change of a delivery is one of these verbs.

A pending delivery is claimed by a stamp (one more attempt, due again after a backoff), which is a counter and not a
state: whatever happens to the worker, the row falls due again by itself.
"""

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from operator import attrgetter

from django.db import connection, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Length
from django.utils import timezone

from webhooks import engine, intake
from webhooks.door import Doorway
from webhooks.models import Delivery, Endpoint
from webhooks.verification import SignedRequest, Verified

logger = logging.getLogger(__name__)

MOST_ATTEMPTS = 5
BACKOFF = (
    timedelta(seconds=5),
    timedelta(seconds=20),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
)
DYING_SECONDS = 2.0
"""In which PostgreSQL notices that a killed worker is gone, and lets go of what it held."""
LOOK_SECONDS = 0.05
CLAIM_SECONDS = 0.02
"""In which a claim is mostly over."""
LOOKS = 5
"""That are worth it: whoever holds a row for longer works on it."""
MOST_BYTES = 16 * 1024 * 1024
"""Of bodies that are claimed at once, unless one alone has more."""


def accept(doorway: Doorway, request: SignedRequest, verified: Verified, dedup_key: str) -> None:
    """Store a genuine request, once; a duplicate changes nothing. Returns only after the commit.

    Raises django.db.Error when it may not be stored.
    """
    intake.store([intake.row_of(doorway, request, verified, dedup_key)])
    engine.wake()


def claim(limit: int) -> list[int]:
    """Stamp up to `limit` due deliveries, committed; return their ids.

    One that was stamped before without being settled comes alone, so that if it kills its worker it takes no
    neighbour with it; after its last attempt it is quarantined instead.
    """
    now = timezone.now()
    # On SQLite a transaction takes the one write lock: an idle worker must not stand in the door's way.
    if connection.vendor == "sqlite" and not _due(now).exists():
        return []
    with transaction.atomic():
        rows = _due(now).annotate(size=Length("body")).values_list("pk", "attempts", "size")
        due = list(_that_fit(rows.select_for_update(skip_locked=True, of=("self",))[:limit]))
        if not due:
            return []
        first, attempts = due[0]
        if attempts >= MOST_ATTEMPTS:
            settle(
                Delivery.objects.get(pk=first),
                Delivery.State.QUARANTINED,
                f"it was tried {MOST_ATTEMPTS} times, and no attempt came to an end",
            )
            return []
        ids = [first] if attempts else [pk for pk, attempts in due if not attempts]
        Delivery.objects.filter(pk__among=ids).update(
            attempts=F("attempts") + 1, due_at=now + BACKOFF[attempts], failed_at=None
        )
    return ids


def _that_fit(rows: Iterable[tuple[int, int, int]]) -> Iterator[tuple[int, int]]:
    """The first of these (id, attempts, bytes of the body), and those after it that can be held with it at once."""
    held = 0
    for pk, attempts, size in rows:
        if held and held + size > MOST_BYTES:
            return
        held += size
        yield pk, attempts


def lock(ids: Sequence[int]) -> list[Delivery]:
    """Lock claimed deliveries for this transaction, leaving out what another worker holds or has settled.

    Each has `conflicts`: whether an earlier delivery with the same dedup key has another body.
    """
    deliveries = _locked(ids)
    for _ in range(LOOKS if connection.features.has_select_for_update_skip_locked else 0):
        missing = set(ids).difference(delivery.pk for delivery in deliveries)
        if not missing or not (missing := _unsettled(missing)):
            break
        # Another worker's claim that began before ours was committed holds rows of ours to its end, some milliseconds:
        # it has locked them before it sees that they are no longer due. Left to their stamps, 226 of 16,000 that two
        # workers drained together were late by half a minute (measured).
        time.sleep(CLAIM_SECONDS)
        deliveries = sorted([*deliveries, *_locked(missing)], key=attrgetter("pk"))
    # Joined to each row, the few endpoints would be most of what is read, and two objects more for each delivery.
    endpoints = Endpoint.objects.select_related("source").in_bulk({delivery.endpoint_id for delivery in deliveries})
    for delivery in deliveries:
        delivery.endpoint = endpoints[delivery.endpoint_id]
    return deliveries


def _unsettled(ids: Iterable[int]) -> set[int]:
    """Those of these that somebody may still settle; what another worker has settled never comes."""
    pending = Delivery.objects.filter(pk__among=ids, state=Delivery.State.PENDING)
    return set(pending.values_list("pk", flat=True))


def _locked(ids: Iterable[int]) -> list[Delivery]:
    earlier = Delivery.objects.filter(
        endpoint=OuterRef("endpoint"), dedup_key=OuterRef("dedup_key"), pk__lt=OuterRef("pk")
    )
    rows = (
        Delivery.objects.filter(pk__among=ids, state=Delivery.State.PENDING)
        .annotate(conflicts=Exists(earlier))
        .order_by("pk")
    )
    return list(rows.select_for_update(skip_locked=True, of=("self",)))


def settle(delivery: Delivery, state: Delivery.State, reason: str = "", *, event_kind: str = "") -> None:
    """End a delivery's way: processed, ignored or quarantined, with the reason for the last two, or a note."""
    delivery.state = state
    delivery.reason = reason
    delivery.event_kind = event_kind[:100] or delivery.event_kind
    delivery.settled_at = timezone.now()
    delivery.save(update_fields=["state", "reason", "event_kind", "settled_at"])


def settle_all(settled: Sequence[tuple[Delivery, Delivery.State, str, str]]) -> None:
    """As `settle`, for many (delivery, state, reason, kind of event) at once."""
    now = timezone.now()
    alike: dict[tuple[Delivery.State, str, str], list[int]] = {}
    for delivery, state, reason, event_kind in settled:
        alike.setdefault((state, reason, event_kind[:100] or delivery.event_kind), []).append(delivery.pk)
    for (state, reason, event_kind), ids in alike.items():
        Delivery.objects.filter(pk__among=ids).update(state=state, reason=reason, event_kind=event_kind, settled_at=now)


def fail(delivery: Delivery, error: Exception) -> None:
    """Note that an attempt failed: it is tried again after its backoff, or quarantined after its last attempt."""
    reason = f"{type(error).__name__}: {error}"[:2000].replace("\0", "\\0")
    if delivery.attempts >= MOST_ATTEMPTS:
        settle(delivery, Delivery.State.QUARANTINED, f"failed {delivery.attempts} times; the last time: {reason}")
        return
    now = timezone.now()
    delivery.reason = reason
    delivery.failed_at = now
    delivery.due_at = now + BACKOFF[max(delivery.attempts, 1) - 1]
    delivery.save(update_fields=["reason", "failed_at", "due_at"])


def release(deliveries: Iterable[Delivery]) -> None:
    """Give back deliveries that were claimed but not tried, for want of time."""
    Delivery.objects.filter(pk__among=[delivery.pk for delivery in deliveries], attempts__gt=0).update(
        attempts=F("attempts") - 1, due_at=timezone.now()
    )


def give_back(ids: Sequence[int], at: int, error: Exception) -> None:
    """Note on the delivery that a dead worker was at that the attempt failed; the others that it had are due at once.

    Where it cannot be said which one it was at, `at` is 0 and nothing is done: each is tried alone when it falls due.
    What somebody still holds after DYING_SECONDS is left to its stamp.
    """
    if not at:
        return
    end = time.monotonic() + DYING_SECONDS
    left = set(ids) - _given_back(ids, at, error)
    while at in left and time.monotonic() < end and _unsettled([at]):
        time.sleep(LOOK_SECONDS)
        left -= _given_back(left, at, error)


def _given_back(ids: Iterable[int], at: int, error: Exception) -> set[int]:
    """Those of these that nobody holds, which have been given back."""
    with transaction.atomic():
        rows = Delivery.objects.filter(pk__among=ids, state=Delivery.State.PENDING).select_for_update(skip_locked=True)
        found = list(rows.defer("body", "headers"))
        for delivery in found:
            if delivery.pk == at:
                fail(delivery, error)
            elif delivery.attempts == 1:
                release([delivery])
    return {delivery.pk for delivery in found}


def replay(ids: Sequence[int], *, waive: Sequence[str] = ()) -> int:
    """Put settled deliveries back to be processed again; return how many.

    `waive` names checks that staff set aside for them: tenant, environment, clock, conflict.
    """
    count = 0
    with transaction.atomic():
        rows = Delivery.objects.filter(pk__among=ids).exclude(state=Delivery.State.PENDING)
        for delivery in rows.defer("body", "headers").order_by("pk").select_for_update(of=("self",)):
            delivery.waived = sorted({*delivery.waived, *waive})
            delivery.state = Delivery.State.PENDING
            delivery.attempts = 0
            delivery.due_at = timezone.now()
            delivery.failed_at = None
            delivery.replays += 1
            delivery.save(update_fields=["waived", "state", "attempts", "due_at", "failed_at", "replays"])
            count += 1
    engine.wake()
    return count


def is_anything_due() -> bool:
    """Whether a worker has something to do now."""
    return _due(timezone.now()).exists()


def is_anything_held() -> bool:
    """Whether another worker has claimed something that it has neither settled nor failed."""
    return (
        Delivery.objects.filter(state=Delivery.State.PENDING, attempts__gt=0, failed_at__isnull=True)
        .exclude(endpoint__state=Endpoint.State.PAUSED)
        .exists()
    )


def _due(now: datetime) -> QuerySet[Delivery]:
    # What was never tried is due whatever the clock says, and nothing is ever put off further than the longest
    # backoff: a clock that was set back hides nothing.
    due = Q(due_at__lte=now) | Q(attempts=0) | Q(due_at__gt=now + BACKOFF[-1])
    return (
        Delivery.objects.filter(due, state=Delivery.State.PENDING)
        .exclude(endpoint__state=Endpoint.State.PAUSED)
        .order_by("due_at", "pk")
    )
