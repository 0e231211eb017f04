"""Rows for the admin's tests: as many as wanted of every model, each hanging on others of its own."""

import hashlib
from datetime import UTC, datetime
from decimal import Decimal

from django.contrib.auth.models import Permission, User

from inventory.models import (
    Barcode,
    Batch,
    BatchLink,
    Cause,
    Count,
    Listing,
    Location,
    Movement,
    Product,
    ProofRun,
    Restatement,
    Retraction,
    Site,
    Source,
    StockEvent,
    Stream,
)
from webhooks.models import Delivery, Endpoint, Refusal, Secret, Token

NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
NOON_NS = 1_772_366_400_000_000_000


def make_rows(first: int, last: int) -> None:
    """One row of every model for each number from `first` to `last`, inclusive."""
    for number in range(first, last + 1):
        source = make_source(number)
        make_stock(source, number)
        make_arrivals(source, number)
        ProofRun.objects.create(asked_by=f"ada {number}", asked_at=NOON, started_at=NOON, finished_at=NOON)


def make_source(number: int = 1) -> Source:
    return Source.objects.create(name=f"Square {number:03}", provider="square")


def make_stock(source: Source, number: int) -> Count:
    """A count of `number` units, and everything that hangs on it."""
    product = Product.objects.create(name=f"Product {number:03}", threshold=Decimal(3))
    site = Site.objects.create(name=f"Site {number:03}", authority=source)
    listing = Listing.objects.create(source=source, external_id=f"L{number}", name=f"Listing {number}", product=product)
    Barcode.objects.create(listing=listing, code=f"code-{number}")
    parent = Location.objects.create(source=source, external_id=f"P{number}")
    location = Location.objects.create(
        source=source, external_id=f"W{number}", name=f"Shelf {number}", site=site, parent=parent
    )
    batch = Batch.objects.create(
        source=source, external_id=f"B{number}", label=f"Lot {number}", listing=listing, location=location
    )
    origin = Batch.objects.create(source=source, external_id=f"O{number}", listing=listing)
    stream = Stream.objects.create(
        source=source, kind="count", slot=f"stream {number}", listing=listing, batch=batch, location=location
    )
    cause = make_cause(f"delivery:{number}")
    again = make_cause(f"again:{number}")
    event = make_event(stream, cause, key=f"event {number}", quantity=Decimal(number))
    Restatement.objects.create(event=event, cause=again)
    retraction = Retraction.objects.create(event=event, stated_by=again, cause=make_cause(f"back:{number}"))
    BatchLink.objects.create(kind="merged", origin=origin, result=batch, event=event, ended_by=event)
    count = Count.objects.create(
        stream=stream,
        source=source,
        listing=listing,
        batch=batch,
        location=location,
        bucket="available",
        state="IN_STOCK",
        slot=f"count {number}",
        quantity=Decimal(number),
        quality="exact",
        as_of=NOON_NS + 1,
    )
    Movement.objects.create(
        seq=2 * number,
        count=count,
        delta=Decimal(number),
        quality="exact",
        as_of=NOON_NS + 1,
        event=event,
        cause=cause,
        recorded_at=NOON,
    )
    Movement.objects.create(
        seq=2 * number + 1,
        count=count,
        delta=Decimal(0),
        quality="exact",
        retraction=retraction,
        cause=retraction.cause,
        recorded_at=NOON,
    )
    return count


def make_cause(reference: str) -> Cause:
    return Cause.objects.create(kind="delivery", reference=reference, recorded_at=NOON)


def make_event(stream: Stream, cause: Cause, *, key: str, quantity: Decimal | None) -> StockEvent:
    return StockEvent.objects.create(
        source=stream.source,
        stream=stream,
        cause=cause,
        key=key,
        kind="reading",
        occurred=NOON_NS + 1,
        rank=1,
        order_key=b"\x00\x01",
        quantity=quantity,
        data={"bucket": "available"},
    )


def make_arrivals(source: Source, number: int) -> Delivery:
    """An endpoint with a secret, a URL token, a delivery and a refusal."""
    endpoint = Endpoint.objects.create(source=source)
    token = Token.objects.create(
        endpoint=endpoint,
        digest=hashlib.sha256(str(number).encode()).hexdigest(),
        value=f"token-{number}",
        public_url=f"https://stock.example.test/hooks/token-{number}/",
    )
    secret = Secret.objects.create(endpoint=endpoint, label=f"Secret {number}", value=f"whsec-{number}")
    Refusal.objects.create(
        endpoint=endpoint,
        refused_at=NOON,
        cause="wrong",
        detail="no live secret matches",
        headers=[["content-type", "application/json"]],
        credentials='[["x-signature", "stolen-credential"]]',
        body=b'{"refused": true}',
        body_size=17,
    )
    return make_delivery(endpoint, token, secret)


def make_delivery(
    endpoint: Endpoint,
    token: Token,
    secret: Secret | None,
    *,
    body: bytes = b'{"type": "inventory.count.updated"}',
    state: str = "processed",
    reason: str = "",
) -> Delivery:
    digest = hashlib.sha256(body).hexdigest()
    return Delivery.objects.create(
        endpoint=endpoint,
        token=token,
        secret=secret,
        received_at=NOON,
        dedup_key=f"event-{endpoint.pk}-{digest[:12]}",
        body_digest=digest,
        body=body,
        headers=[["content-type", "application/json"], ["square-version", "2026-01-22"]],
        state=state,
        reason=reason,
        event_kind="inventory.count.updated",
        due_at=NOON,
        settled_at=NOON,
    )


def make_staff(*permissions: str) -> User:
    """A member of staff who may do only this ("webhooks.view_delivery")."""
    user = User.objects.create_user("staff", is_staff=True)
    for permission in permissions:
        app, _, codename = permission.partition(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return user
