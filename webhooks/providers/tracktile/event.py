"""One Tracktile event: its envelope, and the statements that are read out of it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

from inventory.events import BatchDescribed, FieldValue, LotStatement, PlaceDescribed, StockStatement
from webhooks.payload import MalformedPayload, Payload

LABEL_LENGTH = 10_000
"""Labels, types and reasons are for people to read, so their length refuses no delivery."""

ATTRIBUTE = "attributes."
"""What the field of an attribute is called, before the attribute's key: each is a register of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """Which attribute keys staff have named for what Tracktile has no member for; '' where they named none."""

    expiry: str
    unit: str
    quantity: str


@dataclass(slots=True, kw_only=True)
class Event:
    """An event, and what it tells: at most one statement about each lot, one description of each lot and place."""

    kind: str
    id: str
    time: int
    transaction: str
    flow: str
    payload: Payload
    named: Named
    lots: dict[str, LotStatement] = field(default_factory=dict)
    batches: dict[str, dict[str, FieldValue]] = field(default_factory=dict)
    places: dict[str, dict[str, FieldValue]] = field(default_factory=dict)

    @classmethod
    def read(cls, payload: Payload, named: Named) -> "Event":
        """The envelope; raises MalformedPayload when the id, the kind or the time cannot be read."""
        return cls(
            kind=payload["kind"].text(),
            id=payload["id"].text(),
            time=payload["time"].moment(),
            transaction=label_in(payload, "transactionId"),
            flow=label_in(payload, "flowId"),
            payload=payload,
            named=named,
        )

    @property
    def group(self) -> str:
        """What ties the statements of this event about several lots."""
        return f"{self.kind}:{self.id}"

    def say(self, make: Callable[..., LotStatement], lot: str, **more: Any) -> None:
        """Add a statement about a lot; a lot that an earlier role in this event speaks for keeps that role."""
        if lot not in self.lots:
            self.lots[lot] = make(**self._about(lot), batch=lot, **more)

    def describe_batch(self, lot: str, **fields: FieldValue) -> None:
        """Add fields to what this event says of a batch."""
        self.batches.setdefault(lot, {}).update(fields)

    def describe_place(self, place: str, **fields: FieldValue) -> None:
        """Add fields to what this event says of a place."""
        self.places.setdefault(place, {}).update(fields)

    def node(self, payload: Payload) -> str:
        """A node's id; its name and type describe the place."""
        place = payload["id"].text()
        stated = {"name": label_in(payload, "name"), "kind": label_in(payload, "type")}
        self.describe_place(place, **{name: text for name, text in stated.items() if text})
        return place

    def name_batch(self, lot: str, name: str) -> None:
        """A lot's name is a label: absent or empty, it says nothing."""
        if name:
            self.describe_batch(lot, label=name)

    def attribute(self, lot: str, key: str, value: Payload | None) -> None:
        """Describe a batch by one attribute, and by the field that staff have named it for; None: it is removed."""
        said = None if value is None else value.plain()
        self.describe_batch(lot, **{ATTRIBUTE + key: said})
        if key == self.named.unit:
            self.describe_batch(lot, unit=said)
        if key == self.named.expiry:
            expires_on = None if value is None else day_in(value)
            if value is None or expires_on is not None:
                self.describe_batch(lot, expires_on=expires_on)

    def quantity_in(self, key: str, value: Payload | None) -> Decimal | None:
        """The quantity that an attribute states, where staff have named it for that.

        Raises MalformedPayload when it is no number: passed over, it would leave an old number standing as exact.
        """
        return value.decimal() if value is not None and key == self.named.quantity else None

    def statements(self) -> tuple[StockStatement, ...]:
        """Everything that was told, the lots first."""
        if self.flow:
            for lot in [*self.lots, *self.batches]:
                self.describe_batch(lot, flow=self.flow)
        return tuple(self._all())

    def _all(self) -> Iterator[Any]:
        yield from self.lots.values()
        for lot, fields in self.batches.items():
            if fields:
                yield BatchDescribed(**self._about(f"batch:{lot}"), batch=lot, fields=fields)
        for place, fields in self.places.items():
            if fields:
                yield PlaceDescribed(**self._about(f"place:{place}"), location=place, fields=fields)

    def _about(self, what: str) -> dict[str, Any]:
        # Times tick in seconds: of two statements of one instant and rank, the key decides, the same for ever.
        key = f"{self.kind}:{self.id}:{what}"
        return {"key": key, "occurred": self.time, "order_key": key.encode(), "transaction": self.transaction}


Teller: TypeAlias = Callable[[Event], None]
"""Reads one kind of event, and adds what it tells."""


def label_in(payload: Payload, member: str) -> str:
    """A text for people; '' where it is absent or null."""
    said = payload.get(member)
    return said.text(max_length=LABEL_LENGTH, allow_empty=True) if said else ""


def attributes_in(payload: Payload | None) -> dict[str, Payload | None]:
    """Attributes by key: an object of them, or an array of {key, value}; null is a value that is not provided."""
    if payload is None:
        return {}
    if isinstance(payload.plain(), dict):
        return {key: payload.get(key) for key, _ in payload.members()}
    return {item["key"].text(allow_empty=True): item.get("value") for item in payload.items()}


def day_in(value: Payload) -> str | None:
    """The date of an ISO date or date-time, as written there; None where the value is neither."""
    try:
        return datetime.fromisoformat(value.text()).date().isoformat()
    except (MalformedPayload, ValueError):
        return None
