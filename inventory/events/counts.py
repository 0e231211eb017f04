"""One count: readings and adjustments."""

from dataclasses import dataclass
from decimal import Decimal

from inventory.events.base import (
    HIDDEN,
    Bucket,
    CountRank,
    InvalidStatement,
    Quality,
    Statement,
    StreamKind,
    check_text,
)
from inventory.quantity import check_quantity


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
        check_text("listing", self.listing, required=True)
        for name in ("batch", "location", "state"):
            check_text(name, getattr(self, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(CountStatement):
    """The absolute quantity of a count; `quantity` is None exactly when the quality is unknown or untracked."""

    kind = "reading"
    rank = CountRank.READING

    quantity: Decimal | None
    quality: Quality = Quality.EXACT

    def __post_init__(self) -> None:
        CountStatement.__post_init__(self)
        if (self.quantity is None) != (self.quality in HIDDEN):
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
