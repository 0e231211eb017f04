"""What every statement carries, and the words that statements are made of."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import ClassVar, NamedTuple, TypeAlias

# What a described field may hold: JSON whose numbers are written as text, so that no digit is lost.
FieldValue: TypeAlias = "bool | str | list[FieldValue] | dict[str, FieldValue] | None"

IDENTIFIER_LENGTH = 255
KEY_LENGTH = 512


class InvalidStatement(ValueError):
    """A statement that cannot be true of any source: the message names the field and the value."""


class Bucket(StrEnum):
    """What the counted units are there for."""

    AVAILABLE = "available"
    HELD = "held"
    RESERVED = "reserved"
    PACKED = "packed"
    RETURNED = "returned"
    RECEIVED = "received"
    INCOMING = "incoming"
    IN_TRANSIT = "in_transit"
    WASTE = "waste"
    CHANNEL = "channel"
    OTHER = "other"


class Quality(StrEnum):
    """How far the number of a count can be believed; unknown and untracked print as null."""

    EXACT = "exact"
    ESTIMATED = "estimated"
    DOUBTFUL = "doubtful"
    UNTRACKED = "untracked"
    UNKNOWN = "unknown"


HIDDEN = (Quality.UNKNOWN, Quality.UNTRACKED)
"""The qualities under which there is no number to show or to add."""


class StreamKind(StrEnum):
    """Which events are folded together."""

    COUNT = "count"
    LOT = "lot"
    LISTING = "listing"
    BATCH = "batch"
    PLACE = "place"
    PACKAGE = "package"
    NAMING = "naming"


class CountRank(IntEnum):
    """At one instant an adjustment precedes a reading: the reading has seen it."""

    ADJUSTMENT = 0
    READING = 1


class LotRank(IntEnum):
    """The order in which the events of one lot at one instant are tried."""

    BIRTH = 0
    MODIFIED = 1
    ADJUSTED = 2
    COUNTED = 3
    MOVE = 4
    END = 5
    REVIVE = 6


class Position(NamedTuple):
    """Where an event stands in its stream; compared as a tuple, in Python, never by a database's collation."""

    occurred: int
    rank: int
    order_key: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What every statement carries."""

    stream: ClassVar[StreamKind]
    kind: ClassVar[str]
    rank: ClassVar[int]

    key: str
    """Unique among the standing events of one source."""
    occurred: int
    """When it happened in the world: nanoseconds since 1970-01-01 UTC."""
    order_key: bytes
    """Decides between events of one instant and rank; unique within a source."""
    tenant: str = ""
    """The account named inside the payload; '' where the sender names none."""
    group: str = ""
    """Ties the statements of one event about several lots (a merge, its undo)."""
    transaction: str = ""
    """The sender's own transaction; '' where it has none."""

    def __post_init__(self) -> None:
        check_text("key", self.key, KEY_LENGTH, required=True)
        check_text("group", self.group, KEY_LENGTH)
        check_text("tenant", self.tenant, IDENTIFIER_LENGTH)
        check_text("transaction", self.transaction, IDENTIFIER_LENGTH)
        if not -(2**63) <= self.occurred < 2**63:
            raise InvalidStatement(f"occurred: {self.occurred} does not fit 64 bits")

    @property
    def position(self) -> Position:
        return Position(self.occurred, self.rank, self.order_key)


def check_text(name: str, value: str, longest: int = IDENTIFIER_LENGTH, *, required: bool = False) -> None:
    """Raise InvalidStatement, naming the field, when `value` is no text that can be kept."""
    if required and not value:
        raise InvalidStatement(f"{name}: it is needed")
    if len(value) > longest:
        raise InvalidStatement(f"{name}: {value[:40]}… is longer than {longest} characters")
