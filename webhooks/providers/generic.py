"""Generic: our own published JSON, for a sender that has no dialect here. docs/generic.schema.json is the format.

Whoever writes the sender's side follows docs/providers.md; staff choose how its requests prove themselves.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple, TypedDict, TypeVar
from uuid import uuid4

from inventory.events import (
    Adjustment,
    BatchDescribed,
    Bucket,
    FieldValue,
    ListingDescribed,
    PlaceDescribed,
    Quality,
    Reading,
    StockStatement,
)
from webhooks.payload import MalformedPayload, Payload
from webhooks.providers.base import DEDUP_KEY_LENGTH, Ignored, Intake, Parsed, Provider, Setting
from webhooks.verification import (
    BasicAuth,
    BearerToken,
    BodyHmac,
    Scheme,
    StandardWebhooks,
    StaticHeader,
    TimestampedHmac,
    UrlToken,
)

EVENT_KIND = "statements"
NO_MAPPING = "no mapping"
MESSAGE_IDS = ("webhook-id", "svix-id")


class Offer(NamedTuple):
    """One way of proof that staff may choose."""

    scheme: Scheme
    words: str


SCHEMES = {
    offer.scheme.name: offer
    for offer in (
        Offer(StandardWebhooks(), "Standard Webhooks: webhook-id, webhook-timestamp and webhook-signature"),
        Offer(
            BodyHmac(header="x-signature-256", prefix="sha256="),
            "HMAC-SHA256 of the body, in hexadecimal: x-signature-256: sha256=…",
        ),
        Offer(
            TimestampedHmac(header="x-webhook-signature"),
            "HMAC-SHA256 of time and body: x-webhook-signature: t=…,v1=…",
        ),
        Offer(BearerToken(), "a fixed token: authorization: Bearer …"),
        Offer(BasicAuth(), "HTTP Basic: a user name and a password"),
        Offer(StaticHeader(headers=("x-webhook-secret",)), "a fixed secret: x-webhook-secret: …"),
        Offer(UrlToken(), "nothing but the URL itself"),
    )
}

# What a statement of each type may hold. Anything else is refused: a misspelt `location` would move stock.
_OF_EVERY_TYPE = {"type", "occurred_at", "listing", "batch", "location"}
_OF_A_COUNT = _OF_EVERY_TYPE | {"bucket", "state", "quantity"}
MEMBERS = {
    "reading": frozenset(_OF_A_COUNT | {"quality"}),
    "adjustment": frozenset(_OF_A_COUNT),
    "description": frozenset(_OF_EVERY_TYPE | {"fields"}),
}
ENVELOPE = frozenset({"id", "tenant", "statements"})
SUBJECTS = ("listing", "batch", "location")

# The fields of a description that Stockroom itself reads. All others are kept as they are.
TEXTS = frozenset({"name", "label", "kind", "parent"})
RESERVED = frozenset({"parent_inferred"})

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

Word = TypeVar("Word", bound=StrEnum)


class _Stated(TypedDict):
    """What every statement carries."""

    key: str
    occurred: int
    order_key: bytes
    tenant: str


class _Counted(TypedDict):
    """Which count a statement is about."""

    listing: str
    batch: str
    location: str
    bucket: Bucket
    state: str


class Generic(Provider):
    name = "generic"
    title = "Generic (Stockroom's own JSON)"
    set_up = (
        "Choose below how the sender's requests prove themselves, and have a secret made for it.",
        "Let the sender post the JSON that docs/generic.schema.json defines to the URL shown here.",
        "How it is meant, with an example, stands in docs/providers.md.",
        "Each body carries an id of its own, the same when it is sent again.",
        "Anything but a 2xx answer means that nothing was stored: the sender should try again.",
    )
    kept_headers = frozenset(MESSAGE_IDS)
    we_choose_the_secret = True
    settings = (
        Setting(
            name="scheme",
            label="Proof of requests",
            help="For every endpoint of this source. A secret made for another proof may not fit: then add a new one.",
            choices=tuple((name, offer.words) for name, offer in SCHEMES.items()),
            default=StandardWebhooks.name,
        ),
    )

    def proof(self, settings: Mapping[str, str]) -> str:
        return f"“{SCHEMES[settings['scheme']].words}”"

    def scheme(self, public_url: str, settings: Mapping[str, str]) -> Scheme:  # noqa: ARG002  # every provider's signature
        return SCHEMES[settings["scheme"]].scheme

    def dedup_key(self, headers: Mapping[str, str], body: bytes) -> str:
        with suppress(MalformedPayload):
            payload = Payload.parse(body)
            if payload.has("statements"):
                return payload["id"].text(max_length=DEDUP_KEY_LENGTH)
        sent = [headers[name] for name in MESSAGE_IDS if name in headers]
        if sent and sent[0] and sent[0].isprintable() and len(sent[0]) <= DEDUP_KEY_LENGTH:
            return sent[0]
        # Somebody else's body, of which we know too little to say that an equal one is the same event.
        return str(uuid4())

    def parse(self, intake: Intake) -> Parsed | Ignored:
        payload = Payload.parse(intake.body)
        if not _is_ours(payload):
            return Ignored(event_kind="", reason=NO_MAPPING)
        _check_members(payload, ENVELOPE, "the body")
        event_id = payload["id"].text(max_length=DEDUP_KEY_LENGTH)
        tenant = _text(payload, "tenant")
        rows = payload["statements"].items()
        return Parsed(
            event_kind=EVENT_KIND,
            tenant=tenant,
            statements=tuple(_statement(row, event_id, index, tenant) for index, row in enumerate(rows)),
        )


def _is_ours(payload: Payload) -> bool:
    try:
        return payload.has("statements")
    except MalformedPayload:  # it is no object at all
        return False


def _statement(row: Payload, event_id: str, index: int, tenant: str) -> StockStatement:
    kind = row["type"]
    members = MEMBERS.get(kind.text())
    if members is None:
        raise kind.malformed(f"must be {_listed(MEMBERS)}")
    _check_members(row, members, f"the type {kind.text()}")
    occurred = row["occurred_at"].moment()
    stated = _Stated(
        key=f"{event_id}:{index}",
        occurred=occurred,
        # Ids may be one another's beginnings; no text of JSON's holds a NUL here.
        order_key=occurred.to_bytes(8) + event_id.encode() + b"\0" + index.to_bytes(4),
        tenant=tenant,
    )
    if kind.text() == "description":
        return _description(row, stated)
    if kind.text() == "adjustment":
        return Adjustment(**stated, **_counted(row), quantity=row["quantity"].decimal())
    quantity = _quantity(row)
    return Reading(**stated, **_counted(row), quantity=quantity, quality=_quality(row, quantity))


def _counted(row: Payload) -> _Counted:
    return _Counted(
        listing=row["listing"].text(),
        batch=_text(row, "batch"),
        location=_text(row, "location"),
        bucket=_word(row["bucket"], Bucket),
        state=_text(row, "state"),
    )


def _quantity(row: Payload) -> Decimal | None:
    stated = row["quantity"]
    return None if stated.is_null else stated.decimal()


def _quality(row: Payload, quantity: Decimal | None) -> Quality:
    """As stated, or exact for a number and unknown without one; the two have to agree."""
    stated = row.get("quality")
    if stated is None:
        return Quality.UNKNOWN if quantity is None else Quality.EXACT
    quality = _word(stated, Quality)
    if (quantity is None) != (quality in {Quality.UNKNOWN, Quality.UNTRACKED}):
        raise stated.malformed("does not go with " + ("a null quantity" if quantity is None else "a quantity"))
    return quality


def _description(row: Payload, stated: _Stated) -> StockStatement:
    named = [name for name in SUBJECTS if row.get(name) is not None]
    if len(named) != 1:
        raise row.malformed(f"must describe one thing: a {_listed(SUBJECTS)}")
    subject = row[named[0]].text()
    fields: dict[str, FieldValue] = {name: _field(name, value) for name, value in row["fields"].members()}
    match named[0]:
        case "listing":
            return ListingDescribed(**stated, listing=subject, fields=fields)
        case "batch":
            return BatchDescribed(**stated, batch=subject, fields=fields)
        case _:
            return PlaceDescribed(**stated, location=subject, fields=fields)


def _field(name: str, value: Payload) -> FieldValue:
    """A field's value, held to its form where Stockroom itself reads it; null says that there is none."""
    if name in RESERVED:
        raise value.malformed("is a name that Stockroom keeps for itself")
    if value.is_null:
        return None
    if name in TEXTS:
        return value.text()
    if name == "active":
        return value.boolean()
    if name == "barcodes":
        return [code.text() for code in value.items()]
    if name == "expires_on":
        return _day(value)
    return value.plain()


def _day(value: Payload) -> str:
    text = value.text()
    try:
        date.fromisoformat(text)
    except ValueError as error:
        raise value.malformed("is not a day of the calendar") from error
    if not _DAY.fullmatch(text):
        raise value.malformed("must be a day as in 2026-12-31")
    return text


def _check_members(value: Payload, known: frozenset[str], noun: str) -> None:
    for name, member in value.members():
        if name not in known:
            raise member.malformed(f"is no member of {noun}")


def _text(row: Payload, name: str) -> str:
    stated = row.get(name)
    return stated.text() if stated else ""


def _word(value: Payload, words: type[Word]) -> Word:
    text = value.text()
    try:
        return words(text)
    except ValueError as error:
        raise value.malformed(f"must be {_listed(words)}") from error


def _listed(words: type[Word] | Mapping[str, object] | tuple[str, ...]) -> str:
    known = [str(word) for word in words]
    return f"{', '.join(known[:-1])} or {known[-1]}"
