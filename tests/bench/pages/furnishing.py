"""What a shop has besides its ledger: endpoints, deliveries, refusals, sites, thresholds, dates that pass, and staff.

`manage.py shell -c "from tests.bench.pages.furnishing import furnish; furnish(100_000)"`, in a ledger that is filled.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from hashlib import sha256

from django.contrib.auth.models import User
from django.utils import timezone

from inventory import ledger
from inventory.events import Adjustment, BatchDescribed, Bucket, Quality, Statement
from inventory.instants import from_datetime
from inventory.ledger import Why
from inventory.models import Batch, Cause, Count, Location, Product, ProofRun, Site, Source
from webhooks.endpoints import add_endpoint
from webhooks.models import Delivery, Endpoint, Refusal, Secret, Token
from webhooks.verification import Cause as RefusedFor

STAFF = "bench"
ENDPOINTS = 20
PENDING = 150
NEGATIVE = 150
AT_A_SITE = 60
WATCHED = 20
"""Products with a threshold: as many as the smallest ledger has."""
AT_ONCE = 500
DAYS = 60
"""Over which deliveries and refusals are spread."""
BODY = b'{"merchant_id":"MBENCH","type":"inventory.count.updated","data":{"type":"inventory_counts","object":{}}}'
HEADERS = [["content-type", "application/json"], ["square-version", "2026-01-22"]]
KEY = "the-secret-of-the-bench"


def furnish(deliveries: int) -> None:
    """Add it all: so many deliveries, and as many refusals as are kept at most where there are many deliveries."""
    User.objects.create_superuser(STAFF)
    now = timezone.now()
    ProofRun.objects.bulk_create(
        ProofRun(asked_by=STAFF, asked_at=now, started_at=now, finished_at=now) for _ in range(3)
    )
    _open_endpoints()
    _deliver(deliveries)
    _refuse(min(Refusal.KEPT_PER_ENDPOINT, deliveries // ENDPOINTS + 1))
    _decide()
    _say(_below_zero(), "square")
    for provider in ("tracktile", "treez"):
        _say(_with_dates(provider), provider)


def _source(provider: str) -> Source:
    return Source.objects.get(name=f"{provider} of the bench", provider=provider)


def _open_endpoints() -> None:
    names = [_source("square").name, *(f"Branch {number}" for number in range(1, ENDPOINTS))]
    for name in names:
        add_endpoint("square", name=name, secrets=[KEY])


def _deliver(number: int) -> None:
    """A quarter each of those that are settled is quarantined and ignored, and the newest wait."""
    ends = _ends()
    now = timezone.now()
    states = (Delivery.State.QUARANTINED, Delivery.State.IGNORED, Delivery.State.PROCESSED, Delivery.State.PROCESSED)
    for first in range(0, number, AT_ONCE):
        rows = []
        for index in range(first, min(first + AT_ONCE, number)):
            endpoint, token, secret = ends[index % len(ends)]
            at = now - timedelta(days=DAYS) * (number - index) / number
            waits = index >= number - PENDING
            state = Delivery.State.PENDING if waits else states[index // len(ends) % len(states)]
            body = BODY + b" " * (index % 7)
            rows.append(
                Delivery(
                    endpoint=endpoint,
                    token=token,
                    secret=secret,
                    received_at=at,
                    dedup_key=f"event-{index:09d}",
                    body_digest=sha256(body).hexdigest(),
                    body=body,
                    headers=HEADERS,
                    state=state,
                    reason="" if waits or state == Delivery.State.PROCESSED else "as the bench would have it",
                    event_kind="inventory.count.updated",
                    attempts=not waits,
                    due_at=at,
                    settled_at=None if waits else at,
                )
            )
        Delivery.objects.bulk_create(rows)


def _ends() -> list[tuple[Endpoint, Token, Secret]]:
    endpoints = Endpoint.objects.order_by("pk")
    return [(endpoint, endpoint.tokens.get(), endpoint.secrets.get()) for endpoint in endpoints]


def _refuse(each: int) -> None:
    causes = [cause.value for cause in RefusedFor]
    now = timezone.now()
    number = each * ENDPOINTS
    Refusal.objects.bulk_create(
        (
            Refusal(
                endpoint=endpoint,
                refused_at=now - timedelta(days=DAYS) * (number - index) / number,
                cause=causes[index % len(causes)],
                detail="no live secret matches",
                headers=HEADERS,
                credentials="[]",
                body=BODY,
                body_size=len(BODY),
            )
            for index, (endpoint, _, _) in enumerate(_ends() * each)
        ),
        batch_size=1_000,
    )


def _decide() -> None:
    """What staff have set."""
    places = list(Location.objects.order_by("pk").values_list("pk", flat=True)[: 2 * AT_A_SITE])
    for number in range(2):
        site = Site.objects.create(name=f"Site {number}")
        Location.objects.filter(pk__in=places[number::2]).update(site=site)
    watched = list(Product.objects.order_by("pk").values_list("pk", flat=True)[:WATCHED])
    Product.objects.filter(pk__in=watched).update(threshold=Decimal(10))


def _say(said: Iterator[Statement], provider: str) -> None:
    source, statements = _source(provider), list(said)
    for first in range(0, len(statements), AT_ONCE):
        with ledger.posting() as book:
            why = Why(kind=Cause.Kind.IMPORT, reference="bench:furnishing")
            book.record(source.pk, statements[first : first + AT_ONCE], why)


def _below_zero() -> Iterator[Statement]:
    source = _source("square")
    counts = Count.objects.filter(source=source, bucket=Bucket.AVAILABLE, quality=Quality.EXACT)
    for count in counts.select_related("listing", "location").order_by("pk")[:NEGATIVE]:
        yield Adjustment(
            key=f"furnishing:{count.pk}",
            occurred=from_datetime(timezone.now()),
            order_key=count.pk.to_bytes(8),
            tenant=count.listing.tenant,
            listing=count.listing.external_id,
            location=count.location.external_id if count.location else "",
            bucket=Bucket(count.bucket),
            state=count.state,
            quantity=Decimal(-100_000),
        )


def _with_dates(provider: str) -> Iterator[Statement]:
    """Of each ten batches, one whose date has passed and one whose date comes soon."""
    today = timezone.localdate()
    dates: Sequence[timedelta | None] = (timedelta(days=-30), timedelta(days=7), *[None] * 8)
    for index, batch in enumerate(Batch.objects.filter(source=_source(provider)).order_by("pk").iterator()):
        away = dates[index % len(dates)]
        if away is not None:
            yield BatchDescribed(
                key=f"furnishing:{batch.pk}",
                occurred=from_datetime(timezone.now()),
                order_key=batch.pk.to_bytes(8),
                tenant=batch.tenant,
                batch=batch.external_id,
                fields={"expires_on": (today + away).isoformat()},
            )
