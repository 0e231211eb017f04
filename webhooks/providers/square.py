"""Square: point of sale. Counts are absolute, decimal text, timed by Square to the nanosecond.

Documents: developer.squareup.com/docs/inventory-api/webhooks (events and counts), /docs/webhooks/step3validate
(signature), /docs/webhooks/overview (retries, headers), /docs/inventory-api/how-it-works (states).
"""

from collections.abc import Mapping
from decimal import Decimal

from inventory.events import Bucket, Quality, Reading
from webhooks.payload import Payload
from webhooks.providers.base import Environment, Ignored, Intake, Parsed, Provider, event_id_or_digest
from webhooks.verification import Scheme, UrlBodyHmac

# The states that Square documents for a count. Any other word is kept as a count of its own in `other`.
BUCKETS = {
    "IN_STOCK": Bucket.AVAILABLE,
    "RESERVED_FOR_SALE": Bucket.RESERVED,
    "RETURNED_BY_CUSTOMER": Bucket.RETURNED,
    "RECEIVED_FROM_VENDOR": Bucket.RECEIVED,
    "ORDERED_FROM_VENDOR": Bucket.INCOMING,
    "IN_TRANSIT": Bucket.IN_TRANSIT,
    "IN_TRANSIT_TO": Bucket.IN_TRANSIT,
    "WASTE": Bucket.WASTE,
}

COUNTS = "inventory.count.updated"
REVOKED = "oauth.authorization.revoked"

IGNORED = {
    "webhooks.test_notification": "a test notification from Square: it says nothing about stock",
    "catalog.version.updated": "it says that the catalogue changed, but not how",
    REVOKED: "Square ended the connection to this account: nothing more will come until it is connected again",
}

# Families whose every member says no more than that something changed (location.created, location.updated).
IGNORED_FAMILIES = {"location": "it names a new or changed location, but carries nothing about it"}

ENVIRONMENTS: dict[str, Environment] = {"production": "production", "sandbox": "sandbox"}


class Square(Provider):
    name = "square"
    title = "Square"
    set_up = (
        "In Square's Developer Console, open your application and choose Webhooks, then Subscriptions.",
        "Add a subscription with the notification URL shown here, letter for letter: Square signs it.",
        "Choose the events inventory.count.updated and oauth.authorization.revoked.",
        "Copy the subscription's signature key (not the access token) and add it here as a secret.",
        "Send a test event: it appears below as an ignored delivery.",
    )
    kept_headers = frozenset(
        {
            "square-environment",
            "square-initial-delivery-timestamp",
            "square-retry-number",
            "square-retry-reason",
            "square-subscription-id",
            "square-version",
        }
    )
    sellable_by_default = True

    def scheme(self, public_url: str, settings: Mapping[str, str]) -> Scheme:  # noqa: ARG002  # every provider's signature
        return UrlBodyHmac(header="x-square-hmacsha256-signature", url=public_url, encoding="base64")

    def dedup_key(self, headers: Mapping[str, str], body: bytes) -> str:  # noqa: ARG002  # every provider's signature
        return event_id_or_digest(body, "event_id")

    def parse(self, intake: Intake) -> Parsed | Ignored:
        payload = Payload.parse(intake.body)
        kind = payload["type"].text()
        tenant = _tenant(payload)
        environment = ENVIRONMENTS.get(intake.headers.get("square-environment", "").lower(), "")
        if kind == COUNTS:
            return Parsed(event_kind=kind, tenant=tenant, environment=environment, statements=_counts(payload, tenant))
        reason = (
            IGNORED.get(kind)
            or IGNORED_FAMILIES.get(kind.partition(".")[0])
            or f"Stockroom does not map the event {kind}"
        )
        revoked = _revoked_at(payload, intake.received) if kind == REVOKED else None
        return Ignored(event_kind=kind, tenant=tenant, environment=environment, reason=reason, revoked=revoked)


def _tenant(payload: Payload) -> str:
    merchant = payload.get("merchant_id")
    return merchant.text(allow_empty=True) if merchant else ""


def _revoked_at(payload: Payload, received: int) -> int:
    """When the connection ended: as the event says, or when it was made, or when it came."""
    said: Payload | None = payload
    for member in ("data", "object", "revocation", "revoked_at"):
        said = said.get(member) if said else None
    said = said or payload.get("created_at")
    return said.moment() if said else received


def _counts(payload: Payload, tenant: str) -> tuple[Reading, ...]:
    event_id = payload["event_id"].text()
    # Square times a count when it received the change; two changes received at one instant are told apart
    # by when their events were made. An event's id and the row's place in it settle what is left.
    created_at = payload.get("created_at")
    created = (created_at.moment() if created_at else 0).to_bytes(8)
    rows = payload["data"]["object"]["inventory_counts"].items()
    return tuple(
        _count(row, tenant, key=f"{event_id}:{index}", order=created + event_id.encode() + index.to_bytes(4))
        for index, row in enumerate(rows)
    )


def _count(row: Payload, tenant: str, *, key: str, order: bytes) -> Reading:
    state = row["state"].text()
    quantity = _quantity(row)
    return Reading(
        key=key,
        occurred=row["calculated_at"].moment(),
        order_key=order,
        tenant=tenant,
        listing=row["catalog_object_id"].text(),
        location=row["location_id"].text(),
        bucket=BUCKETS.get(state, Bucket.OTHER),
        state=state,
        quantity=quantity,
        quality=_quality(row, quantity),
    )


def _quantity(row: Payload) -> Decimal | None:
    stated = row.get("quantity")
    return stated.decimal(from_number=False) if stated else None


def _quality(row: Payload, quantity: Decimal | None) -> Quality:
    if quantity is None:
        return Quality.UNKNOWN
    estimated = row.get("is_estimated")
    # A composed variation's count is worked out from its parts (InventoryCount.is_estimated).
    return Quality.ESTIMATED if estimated and estimated.boolean() else Quality.EXACT
