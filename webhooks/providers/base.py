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
class Setting:
    """Something about a source that its sender does not say and staff have to."""

    name: str
    label: str
    help: str
    choices: tuple[tuple[str, str], ...] = ()
    """(value, words) of each; empty for free text."""
    default: str = ""


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
    settings: Mapping[str, str]
    """What staff have set for the source, each of the provider's settings with its value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """A delivery of a kind that we map, in our words."""

    event_kind: str
    tenant: str = ""
    environment: Environment = ""
    statements: tuple[StockStatement, ...]
    note: str = ""
    """What staff should know about this delivery, although nothing has to be done about it."""


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
    settings: ClassVar[tuple[Setting, ...]] = ()
    """What staff set for each source of this provider."""
    notes: ClassVar[tuple[str, ...]] = ()
    """What staff should know about what this sender does not say."""

    def settings_of(self, chosen: Mapping[str, str]) -> dict[str, str]:
        """Every setting with what staff chose for it, or its default."""
        return {setting.name: chosen.get(setting.name) or setting.default for setting in self.settings}

    def proof(self, settings: Mapping[str, str]) -> str:  # noqa: ARG002  # for providers whose staff choose it
        """Who or what reads the secrets of a source with these settings, in words that go after “used by”."""
        return self.title

    @abstractmethod
    def scheme(self, public_url: str, settings: Mapping[str, str]) -> Scheme:
        """How a request to `public_url` proves itself, for a source with these settings."""

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
