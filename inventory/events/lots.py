"""One lot: births, moves, ends, revivals."""

from dataclasses import dataclass
from decimal import Decimal

from inventory.events.base import InvalidStatement, LotRank, Statement, StreamKind, check_text
from inventory.quantity import check_quantity


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
        check_text("batch", self.batch, required=True)
        for name in ("listing", "location", "origin", "parent", "into", "source"):
            check_text(name, getattr(self, name, ""))
        for name in ("spawned", "correlated", "uncorrelated"):
            for batch in getattr(self, name, ()):
                check_text(name, batch, required=True)
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
