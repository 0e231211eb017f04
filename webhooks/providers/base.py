"""What every provider's dialect is made of. A provider is pure: headers and bytes in, statements out."""

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from inventory.events import StockStatement
from webhooks.payload import MalformedPayload, Payload
from webhooks.verification import Scheme

Environment = Literal["production", "sandbox", ""]

DEDUP_KEY_LENGTH = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Intake:
    """What a provider may read of a delivery."""

    number: int
    """The delivery's number: the order of arrival, for senders without a clock."""
    received: int
    """When the delivery first reached our door: nanoseconds since 1970-01-01 UTC."""
    headers: Mapping[str, str]
    """The kept headers, by lower-case name."""
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A delivery of a kind that we map, in our words."""

    event_kind: str
    tenant: str = ""
    environment: Environment = ""
    statements: tuple[StockStatement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignored:
    """A genuine delivery with nothing for us to do, and why."""

    event_kind: str
    tenant: str = ""
    environment: Environment = ""
    reason: str
    revoked: int | None = None
    """When the sender ended our connection to the account (nanoseconds), where this delivery says so."""


class Provider(ABC):
    """One company's webhook dialect."""

    name: ClassVar[str]
    """Its word in the database, the command line and the API."""
    title: ClassVar[str]
    """Its name as staff know it."""
    set_up: ClassVar[tuple[str, ...]]
    """What staff do on the sender's side, step by step."""
    kept_headers: ClassVar[frozenset[str]] = frozenset()
    """The headers worth keeping beside those that every delivery keeps; never one that holds a credential."""
    we_choose_the_secret: ClassVar[bool] = False
    """Whether the secret is ours to invent; otherwise the sender gives it to us."""
    sellable_by_default: ClassVar[bool] = False

    @abstractmethod
    def scheme(self, public_url: str) -> Scheme:
        """How a request to `public_url` proves itself."""

    @abstractmethod
    def dedup_key(self, headers: Mapping[str, str], body: bytes) -> str:
        """What two deliveries of one event have in common, within one endpoint. Never raises."""

    @abstractmethod
    def parse(self, intake: Intake) -> Parsed | Ignored:
        """The statements in a delivery; raises MalformedPayload with the path and the value at fault."""


def event_id_or_digest(body: bytes, member: str) -> str:
    """The sender's event id, or the body's hash where no usable one can be read (the worker will say why)."""
    try:
        event_id = Payload.parse(body)[member].text(max_length=DEDUP_KEY_LENGTH)
    except MalformedPayload:
        return f"sha256:{hashlib.sha256(body).hexdigest()}"
    return event_id
