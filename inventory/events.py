"""The statements that a source can make about stock, in our words and with the source's own identifiers.

A statement is a frozen value, valid at birth: it is what a provider's parser returns, what the ledger writes
down as a stock event, and what the fold reads. Nothing here knows a database, a clock or a provider.

Times are integer nanoseconds since 1970-01-01 UTC, because senders tick finer than a datetime can hold.
Quantities are Decimals with at most six decimals. Identifiers are opaque, case-sensitive text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum, StrEnum
from typing import ClassVar, NamedTuple, TypeAlias

from inventory.quantity import check_quantity

# What a described field may hold: JSON whose numbers are written as text, so that no digit is lost.
FieldValue: TypeAlias = "bool | str | list[FieldValue] | dict[str, FieldValue] | None"

IDENTIFIER_LENGTH = 255


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


class StreamKind(StrEnum):
    """Which events are folded together."""

    COUNT = "count"
    LOT = "lot"
    LISTING = "listing"
    BATCH = "batch"
    PLACE = "place"


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


class CountKey(NamedTuple):
    """What one count counts, in the source's identifiers; an empty text where there is no batch or place."""

    listing: str
    batch: str
    location: str
    bucket: Bucket
    state: str


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
        if not self.key:
            raise InvalidStatement("key: a statement needs a key")
        if not -(2**63) <= self.occurred < 2**63:
            raise InvalidStatement(f"occurred: {self.occurred} does not fit 64 bits")

    @property
    def position(self) -> Position:
        return Position(self.occurred, self.rank, self.order_key)


def _identifier(name: str, value: str, *, required: bool) -> None:
    if required and not value:
        raise InvalidStatement(f"{name}: an identifier is needed")
    if len(value) > IDENTIFIER_LENGTH:
        raise InvalidStatement(f"{name}: {value[:40]}… is longer than {IDENTIFIER_LENGTH} characters")


# --- One count: readings and adjustments -----------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class CountStatement(Statement):
    """A statement about one count."""

    stream = StreamKind.COUNT

    listing: str
    batch: str = ""
    location: str = ""
    bucket: Bucket
    state: str = ""
    """The sender's own word for the bucket, kept beside ours."""

    def __post_init__(self) -> None:
        Statement.__post_init__(self)
        _identifier("listing", self.listing, required=True)
        for name in ("batch", "location", "state"):
            _identifier(name, getattr(self, name), required=False)

    @property
    def count_key(self) -> CountKey:
        return CountKey(self.listing, self.batch, self.location, self.bucket, self.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(CountStatement):
    """The absolute quantity of a count; `quantity` is None exactly when the quality is unknown or untracked."""

    kind = "reading"
    rank = CountRank.READING

    quantity: Decimal | None
    quality: Quality = Quality.EXACT

    def __post_init__(self) -> None:
        CountStatement.__post_init__(self)
        if (self.quantity is None) != (self.quality in {Quality.UNKNOWN, Quality.UNTRACKED}):
            raise InvalidStatement(f"quantity: {self.quantity} cannot be of quality {self.quality}")
        if self.quantity is not None:
            check_quantity(self.quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment(CountStatement):
    """A signed change of a count."""

    kind = "adjustment"
    rank = CountRank.ADJUSTMENT

    quantity: Decimal

    def __post_init__(self) -> None:
        CountStatement.__post_init__(self)
        check_quantity(self.quantity)


# --- One lot: births, moves, ends, revivals --------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class LotStatement(Statement):
    """A statement about one lot (a batch with a life of its own); `quantity` None means not stated."""

    stream = StreamKind.LOT

    batch: str
    listing: str = ""
    """What it is a lot of; '' where this statement does not say."""
    quantity: Decimal | None = None

    def __post_init__(self) -> None:
        Statement.__post_init__(self)
        _identifier("batch", self.batch, required=True)
        _identifier("listing", self.listing, required=False)
        if self.quantity is not None:
            check_quantity(self.quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class LotBorn(LotStatement):
    """Received, produced, or the result of a merge."""

    kind = "lot_born"
    rank = LotRank.BIRTH

    location: str
    role: str
    """received, produced or merged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LotSpawned(LotStatement):
    """Split off `parent`: opens at the parent's place with an unknown quantity."""

    kind = "lot_spawned"
    rank = LotRank.BIRTH

    parent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LotModified(LotStatement):
    """Lots were split off this one, so its quantity is doubtful until its next reading."""

    kind = "lot_modified"
    rank = LotRank.MODIFIED

    spawned: tuple[str, ...]
    correlated: tuple[str, ...] = ()
    uncorrelated: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LotAdjusted(LotStatement):
    """A signed change of a lot's quantity by hand."""

    kind = "lot_adjusted"
    rank = LotRank.ADJUSTED

    change: Decimal

    def __post_init__(self) -> None:
        LotStatement.__post_init__(self)
        check_quantity(self.change)


@dataclass(frozen=True, slots=True, kw_only=True)
class LotCounted(LotStatement):
    """A lot's quantity counted by hand."""

    kind = "lot_counted"
    rank = LotRank.COUNTED

    def __post_init__(self) -> None:
        LotStatement.__post_init__(self)
        if self.quantity is None:
            raise InvalidStatement("quantity: a counted lot needs a quantity")


@dataclass(frozen=True, slots=True, kw_only=True)
class LotMoved(LotStatement):
    """The whole lot went from `origin` to `location`."""

    kind = "lot_moved"
    rank = LotRank.MOVE

    origin: str
    location: str
    role: str
    """moved or bundled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LotEnded(LotStatement):
    """The lot is no more; only a revival brings it back."""

    kind = "lot_ended"
    rank = LotRank.END

    role: str
    """destroyed, wasted, merged (into `into`), reverted (an undone merge's result) or deconstructed."""
    into: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LotRevived(LotStatement):
    """The lot is back at `location` with the quantity it had when it ended."""

    kind = "lot_revived"
    rank = LotRank.REVIVE

    location: str
    role: str
    """restored (from a deconstruction) or unmerged (a merge was undone)."""
    source: str = ""
    """The lot that it came back out of; '' where the sender names none."""


# --- Descriptions: each field is a register --------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Description(Statement):
    """Fields of one listing, batch or place. A field that is absent stays; one that is None is not provided."""

    kind = "description"
    rank = 0

    fields: Mapping[str, FieldValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingDescribed(Description):
    """A description of a listing."""

    stream = StreamKind.LISTING
    kind = "listing_described"

    listing: str

    def __post_init__(self) -> None:
        Statement.__post_init__(self)
        _identifier("listing", self.listing, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchDescribed(Description):
    """A description of a batch."""

    stream = StreamKind.BATCH
    kind = "batch_described"

    batch: str

    def __post_init__(self) -> None:
        Statement.__post_init__(self)
        _identifier("batch", self.batch, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceDescribed(Description):
    """A description of a place. Its own words for a parent: `parent` (stated), `parent_inferred` (from moves)."""

    stream = StreamKind.PLACE
    kind = "place_described"

    location: str

    def __post_init__(self) -> None:
        Statement.__post_init__(self)
        _identifier("location", self.location, required=True)


StockStatement: TypeAlias = (
    Reading
    | Adjustment
    | LotBorn
    | LotSpawned
    | LotModified
    | LotAdjusted
    | LotCounted
    | LotMoved
    | LotEnded
    | LotRevived
    | ListingDescribed
    | BatchDescribed
    | PlaceDescribed
)
