"""BudSense: a catalogue of cannabis products. It describes listings; it says nothing of stock.

Documents: docs.partner.mybudsense.com/prod/latest/webhooks/02-trigger-logic (what is sent when), /03-delivery (answers,
retries), /04-example-payload (the body).
"""

import hashlib
import json
from collections.abc import Mapping

from inventory.events import FieldValue, ListingDescribed
from webhooks.payload import Payload
from webhooks.providers.base import Ignored, Intake, Parsed, Provider
from webhooks.verification import Scheme, UrlToken

EVENT_KIND = "variant.modify"

# The statement's key is made of these three, a time and a hash, and has to fit.
COMPANY_LENGTH = 200
BARCODE_LENGTH = 100
SOURCE_LENGTH = 64


class BudSense(Provider):
    name = "budsense"
    title = "BudSense"
    set_up = (
        "BudSense has no form for this: its partner API has a call, Update Partner Config.",
        'Call it with "webhook": {"enabled": true, "url": ...} and the URL shown here.',
        "Changes come every five minutes, up to 25 at once, for each company that your partner account may see.",
    )
    notes = (
        "BudSense documents no proof of its requests: whoever knows the URL can post to it.",
        "BudSense says nothing about stock. Its packagedQuantity is how many are in one pack.",
        "What could not be delivered within five minutes is never sent again.",
    )

    def scheme(self, public_url: str, settings: Mapping[str, str]) -> Scheme:  # noqa: ARG002  # every provider's signature
        return UrlToken()

    def dedup_key(self, headers: Mapping[str, str], body: bytes) -> str:  # noqa: ARG002  # every provider's signature
        # Every change carries its own time, so an equal body says nothing new.
        return f"sha256:{hashlib.sha256(body).hexdigest()}"

    def parse(self, intake: Intake) -> Parsed | Ignored:
        payload = Payload.parse(intake.body)
        company = payload["companyId"].identifier(max_length=COMPANY_LENGTH)
        described = [_described(change, company) for change in payload["changes"].items()]
        # One change may stand in the list twice; it is one statement.
        distinct = {statement.key: statement for statement in described}
        return Parsed(event_kind=EVENT_KIND, tenant=company, statements=tuple(distinct.values()))


def _described(change: Payload, company: str) -> ListingDescribed:
    kind = change["changeType"]
    if kind.text() != "MODIFY":
        raise kind.malformed('must be "MODIFY", the only change that is documented')
    variant = change["variant"]
    barcode = variant["barcode"].text(max_length=BARCODE_LENGTH)
    stated = change.get("changeSource")
    source = stated.text(max_length=SOURCE_LENGTH) if stated else ""
    occurred = change["timestamp"].unix_seconds()
    key = f"{company}:{barcode}:{source}:{change['timestamp'].plain()}:{_hash(change)}"
    return ListingDescribed(
        key=key,
        occurred=occurred,
        order_key=key.encode(),
        tenant=company,
        listing=barcode,
        fields=_fields(variant, barcode),
    )


def _fields(variant: Payload, barcode: str) -> dict[str, FieldValue]:
    """Each member of the variant, a nested object as a whole, and our own words for the listing."""
    fields = {name: member.plain() for name, member in variant.members()}
    if variant.has("delisted"):
        delisted = variant.get("delisted")
        fields["active"] = None if delisted is None else not delisted.boolean()
    fields["barcodes"] = [barcode]
    return fields


def _hash(change: Payload) -> str:
    """Of the change's content: not of its spacing, nor of the order of its members."""
    text = json.dumps(change.plain(), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
