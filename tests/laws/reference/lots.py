"""One lot: born, moved, ended, brought back. Of what happens at one instant, next is the first that fits."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from inventory.events import (
    LotAdjusted,
    LotBorn,
    LotCounted,
    LotEnded,
    LotModified,
    LotMoved,
    LotRevived,
    LotSpawned,
    LotStatement,
    Quality,
)
from tests.laws.reference.values import NOTHING_LEFT, Value, in_order

Opening = tuple[str, str]
"""(place, listing) of the lot that another was split off."""


@dataclass
class Lot:
    """A lot as it stands."""

    status: str = "unknown"
    listing: str = ""
    place: str = ""
    number: Decimal = Decimal(0)
    quality: Quality = Quality.UNKNOWN
    been: set[tuple[str, str]] = field(default_factory=set)
    """Every (listing, place) where it was ever counted."""

    def counts(self) -> dict[tuple[str, str], Value]:
        """(listing, place) -> what is there of it."""
        if not self.listing:
            return {}
        shown = dict.fromkeys(self.been, NOTHING_LEFT)
        if self.status == "live" and self.place:
            shown[self.listing, self.place] = Value(self.number, self.quality)
        return shown


def replay_lot(statements: Iterable[LotStatement], openings: Mapping[str, Opening], *, through: str = "") -> Lot:
    """A lot after these. `openings`: by the key of a split, where the parent stood and of what it was.

    With `through`, the lot as it was when the statement of that key had been taken.
    """
    lot, left = Lot(), in_order(statements)
    while left:
        first = [said for said in left if said.occurred == left[0].occurred]
        said = next((said for said in first if _fits(lot, said)), first[0])
        left.remove(said)
        _take(lot, said, openings)
        if lot.status == "live" and lot.place:
            lot.been.add((lot.listing, lot.place))
        if said.key == through:
            break
    return lot


def _fits(lot: Lot, said: LotStatement) -> bool:
    match said:
        case LotBorn() | LotSpawned():
            return lot.status == "unknown"
        case LotMoved():
            return lot.status == "live" and lot.place in ("", said.origin)
        case LotRevived():
            return lot.status == "ended"
        case _:
            return lot.status == "live"


def _take(lot: Lot, said: LotStatement, openings: Mapping[str, Opening]) -> None:
    match said:
        case LotEnded():
            lot.status = "ended"
        case LotRevived():
            if lot.status == "live":
                _doubt(lot)
            _stand(lot, said, said.location)
        case LotBorn() | LotSpawned() | LotMoved() if lot.status != "ended":
            _arrive(lot, said, openings)
        case LotModified() | LotAdjusted() | LotCounted() if lot.status == "live":
            _change(lot, said)
        case _:
            _learn(lot, said.listing)


def _arrive(lot: Lot, said: LotBorn | LotSpawned | LotMoved, openings: Mapping[str, Opening]) -> None:
    if isinstance(said, LotSpawned):
        place, listing = openings.get(said.key, ("", ""))
        _learn(lot, said.listing or listing)
        # What the lot itself is said to be is worth more than what the other one was.
        _stand(lot, said, lot.place or place)
    else:
        _stand(lot, said, said.location)
    if isinstance(said, LotBorn) and said.role == "merged" and said.quantity is None:
        lot.quality = Quality.UNKNOWN


def _change(lot: Lot, said: LotModified | LotAdjusted | LotCounted) -> None:
    if isinstance(said, LotAdjusted):
        lot.number += said.change
    elif isinstance(said, LotModified) and said.spawned:
        _doubt(lot)
    _read(lot, said)


def _doubt(lot: Lot) -> None:
    if lot.quality is not Quality.UNKNOWN:
        lot.quality = Quality.DOUBTFUL


def _learn(lot: Lot, listing: str) -> None:
    """What it is a lot of can be learned at any time, and was so before."""
    if listing and not lot.listing:
        lot.listing = listing
        lot.been = {(listing, place) for _, place in lot.been}


def _stand(lot: Lot, said: LotStatement, place: str) -> None:
    lot.status, lot.place = "live", place
    _read(lot, said)


def _read(lot: Lot, said: LotStatement) -> None:
    _learn(lot, said.listing)
    lot.listing = said.listing or lot.listing
    if said.quantity is not None:
        lot.number, lot.quality = said.quantity, Quality.EXACT
