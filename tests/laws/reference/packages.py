"""One package: what a reading lists is so; what it leaves out means what the source says that it means."""

from collections.abc import Iterable
from decimal import Decimal

from inventory.events import (
    Absence,
    Bucket,
    PackageAdjusted,
    PackageCounted,
    PackageRead,
    PackageStatement,
    Quality,
)
from tests.laws.reference.values import NOTHING_LEFT, Value, in_order

Spot = tuple[str, str, str, Bucket]
"""(listing, batch, place, bucket)."""


def replay_package(statements: Iterable[PackageStatement]) -> dict[Spot, Value]:
    """What each count of a package shows after these."""
    shown: dict[Spot, Value] = {}
    left: set[tuple[str, str, str]] = set()
    for said in in_order(statements):
        match said:
            case PackageRead():
                _leave_out(shown, left, said)
                for row in said.rows:
                    left.discard((said.listing, row.batch, row.location))
                    for bucket, quantity in row.parts:
                        shown[said.listing, row.batch, row.location, bucket] = Value(quantity, Quality.EXACT)
            case PackageCounted() | PackageAdjusted():
                left.discard((said.listing, said.batch, said.location))
                spot = (said.listing, said.batch, said.location, said.bucket)
                # A change of what nobody has told is a number, but a doubtful one.
                before = shown.get(spot, Value(Decimal(0), Quality.DOUBTFUL))
                shown[spot] = (
                    Value(said.quantity, Quality.EXACT)
                    if isinstance(said, PackageCounted)
                    else Value(before.number + said.quantity, before.quality)
                )
    return shown


def _leave_out(shown: dict[Spot, Value], left: set[tuple[str, str, str]], said: PackageRead) -> None:
    """What a reading says of the rows that it does not list; of what has left already it says nothing."""
    gone: set[tuple[str, str, str]] = set()
    for spot, value in shown.items():
        listing, batch, place, _ = spot
        row = (listing, batch, place)
        listed = [row.location for row in said.rows if row.batch == batch]
        if (place in listed and listing == said.listing) or row in left:
            continue
        # A batch that is listed alone at another place has moved there; one of several may be at a further place.
        moved = len(listed) == 1 or (len(listed) > 1 and listing != said.listing)
        if moved or said.absent is Absence.WHOLE:
            shown[spot] = NOTHING_LEFT
            gone.add(row)
        elif said.absent is Absence.UNSURE:
            shown[spot] = Value(value.number, Quality.DOUBTFUL)
    left |= gone
