"""Tracktile: traceability for makers. A lot has a life of its own: born, moved, merged, ended, and brought back.

Documents: developers.tracktile.io/webhooks (registration), /webhooks/security (signature), /webhooks/events/inventory
(the ten kinds about lots), /webhooks/events/node (places).
"""

import hashlib
from collections.abc import Mapping
from contextlib import suppress

from webhooks.payload import MalformedPayload, Payload
from webhooks.providers.base import DEDUP_KEY_LENGTH, Ignored, Intake, Parsed, Provider, Setting
from webhooks.providers.tracktile import lots, nodes
from webhooks.providers.tracktile.event import Event, Named
from webhooks.verification import Scheme, TimestampedHmac

TOLERANCE = 300
"""Seconds; what /webhooks/security recommends."""

TELLERS = lots.TELLERS | nodes.TELLERS

IGNORED_FAMILIES = {
    "order": "it tells of an order, not of stock",
    "shipment": "it tells of a shipment, not of stock",
}

EXPIRY, UNIT, QUANTITY = "expiry_attribute", "unit_attribute", "quantity_attribute"


class Tracktile(Provider):
    name = "tracktile"
    title = "Tracktile"
    set_up = (
        "In Tracktile, open Admin, then Settings, then Webhooks, and choose Create Webhook.",
        "Enter the URL shown here and choose one inventory event; a hook sends the one kind that it is made for.",
        "Copy the secret that Tracktile shows once and add it here as a secret.",
        "Repeat this for each inventory and node event: every hook has a secret of its own, and all of them stay live.",
        "When Tracktile rotates a secret, the old one ends at once: add the new one here straight away.",
    )
    settings = (
        Setting(
            name=EXPIRY,
            label="Attribute that holds the expiry date",
            help="The key, letter for letter. A value that is no ISO date stays an attribute only.",
        ),
        Setting(
            name=UNIT,
            label="Attribute that holds the unit",
            help="The key, letter for letter. It becomes the unit of each lot that has it.",
        ),
        Setting(
            name=QUANTITY,
            label="Attribute that holds the quantity",
            help=(
                "The key, letter for letter. Its value is then a reading of the lot's quantity; "
                "a delivery in which it is no number is quarantined."
            ),
        ),
    )
    notes = (
        "Tracktile states no unit, and a quantity only when a lot is received, produced or merged.",
        "It announces no plain change of a quantity: name an attribute above if your lots carry theirs in one.",
        "Lots that are split off come without quantities, and leave the lot they came from in doubt.",
    )

    def scheme(self, public_url: str, settings: Mapping[str, str]) -> Scheme:  # noqa: ARG002  # every provider's signature
        return TimestampedHmac(header="x-tracktile-signature", tolerance=TOLERANCE)

    def dedup_key(self, headers: Mapping[str, str], body: bytes) -> str:  # noqa: ARG002  # every provider's signature
        with suppress(MalformedPayload):
            payload = Payload.parse(body)
            key = f"{payload['kind'].text()}:{payload['id'].text()}"
            if len(key) <= DEDUP_KEY_LENGTH:
                return key
        return f"sha256:{hashlib.sha256(body).hexdigest()}"

    def parse(self, intake: Intake) -> Parsed | Ignored:
        payload = Payload.parse(intake.body)
        kind = payload["kind"].text()
        tell = TELLERS.get(kind)
        if tell is None:
            reason = IGNORED_FAMILIES.get(kind.partition(".")[0]) or f"Stockroom does not map the event {kind}"
            return Ignored(event_kind=kind, reason=reason)
        named = Named(
            expiry=intake.settings[EXPIRY],
            unit=intake.settings[UNIT],
            quantity=intake.settings[QUANTITY],
        )
        event = Event.read(payload, named)
        tell(event)
        return Parsed(event_kind=kind, statements=event.statements())
