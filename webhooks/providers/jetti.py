"""Jetti, now Onport: the inventory webhook of a custom channel. One variant's stock in one channel, without a clock.

Documents: composable.jetti.io/customchannel/inventory-webhook (the body, the two headers, concurrency),
support.jetti.io/jetti/en/api/connecting-a-custom-channel (where the endpoint and its hash are set).
"""

from collections.abc import Mapping
from decimal import Decimal
from uuid import uuid4

from inventory.events import Bucket, FieldValue, ListingDescribed, PlaceDescribed, Quality, Reading, StockStatement
from webhooks.payload import Payload
from webhooks.providers.base import Ignored, Intake, Parsed, Provider
from webhooks.verification import Scheme, StaticHeader

EVENT_KIND = "inventory"
TRACKED = "track"


class Jetti(Provider):
    name = "jetti"
    title = "Jetti (Onport)"
    set_up = (
        "In Jetti (Onport), open your custom channel and choose Order processing.",
        "Enter the URL shown here as its inventory endpoint.",
        "Have a secret made here and enter it as the channel's webhook hash.",
        "Without a hash nothing is sent to prove a request, and every request is refused.",
    )
    we_choose_the_secret = True
    notes = (
        "Jetti sends no time: what arrives last counts, even if two requests overtook each other on the way.",
        "What is available in the channel is Jetti's own sum. It is shown and compared, and never added to a total.",
        "Where includeBackorderQuantity is true, the number may hold more than is in stock.",
    )

    def scheme(self, public_url: str, settings: Mapping[str, str]) -> Scheme:  # noqa: ARG002  # every provider's signature
        return StaticHeader(headers=("onport-hash", "jetti-hash"))

    def dedup_key(self, headers: Mapping[str, str], body: bytes) -> str:  # noqa: ARG002  # every provider's signature
        # 5, then 3, then 5 again: the first and the last body are equal, and both are real.
        return str(uuid4())

    def parse(self, intake: Intake) -> Parsed | Ignored:
        payload = Payload.parse(intake.body)
        item = payload["channelVariant"]
        channel = item["channelId"].identifier(max_length=100)
        tenant = f"{item['companyId'].identifier(max_length=100)}/{channel}"
        listing = payload["variant"]["id"].identifier()
        quantity, quality = _available(payload)
        statements: list[StockStatement] = [
            Reading(
                key=_key(intake, 0),
                occurred=intake.received,
                order_key=_order(intake, 0),
                tenant=tenant,
                listing=listing,
                location=channel,
                bucket=Bucket.CHANNEL,
                quantity=quantity,
                quality=quality,
            )
        ]
        if fields := _fields(item, channelVariantId="id", externalId="externalId", externalSku="externalSku"):
            statements.append(
                ListingDescribed(
                    key=_key(intake, 1),
                    occurred=intake.received,
                    order_key=_order(intake, 1),
                    tenant=tenant,
                    listing=listing,
                    fields=fields,
                )
            )
        about_channel = item.get("channel")
        if about_channel and (
            fields := _fields(
                about_channel, includeBackorderQuantity="includeBackorderQuantity", warehouseId="warehouseId"
            )
        ):
            statements.append(
                PlaceDescribed(
                    key=_key(intake, 2),
                    occurred=intake.received,
                    order_key=_order(intake, 2),
                    tenant=tenant,
                    location=channel,
                    fields=fields,
                )
            )
        return Parsed(event_kind=EVENT_KIND, tenant=tenant, statements=tuple(statements))


def _key(intake: Intake, index: int) -> str:
    return f"{intake.number}:{index}"


def _order(intake: Intake, index: int) -> bytes:
    """The order of arrival, where two requests reached the door at one instant."""
    return intake.number.to_bytes(8) + index.to_bytes(4)


def _available(payload: Payload) -> tuple[Decimal | None, Quality]:
    """What may be sold in the channel now, and how far the number can be believed."""
    policy = payload["variant"].get("inventoryPolicy")
    if policy is None or policy.text(allow_empty=True) != TRACKED:
        # Nobody counts this item: whatever number comes along is not one of stock.
        return None, Quality.UNTRACKED
    inventory = payload.get("inventory")
    available = inventory.get("available") if inventory else None
    return (available.decimal(), Quality.EXACT) if available else (None, Quality.UNKNOWN)


def _fields(described: Payload, **names: str) -> dict[str, FieldValue]:
    """What the sender says under these names of its own, each by the name that we show it under."""
    return {ours: described[theirs].plain() for ours, theirs in names.items() if described.has(theirs)}
