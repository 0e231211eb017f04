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


def replay_package(
    statements: Iterable[PackageStatement],
) -> tuple[dict[Spot, Value], dict[str, tuple[str, str]]]:
    """What each count of a package shows after these; and by batch, of which listing it is and where."""
    shown: dict[Spot, Value] = {}
    touched: dict[tuple[str, str, str], int] = {}
    left: set[tuple[str, str, str]] = set()
    for said in in_order(statements):
        match said:
            case PackageRead():
                touched |= dict.fromkeys(_leave_out(shown, left, said), said.occurred)
                for row in said.rows:
                    touched[said.listing, row.batch, row.location] = said.occurred
                    left.discard((said.listing, row.batch, row.location))
                    for bucket, quantity in row.parts:
                        shown[said.listing, row.batch, row.location, bucket] = Value(quantity, Quality.EXACT)
            case PackageCounted() | PackageAdjusted():
                touched[said.listing, said.batch, said.location] = said.occurred
                left.discard((said.listing, said.batch, said.location))
                spot = (said.listing, said.batch, said.location, said.bucket)
                # A change of what nobody has told is a number, but a doubtful one.
                before = shown.get(spot, Value(Decimal(0), Quality.DOUBTFUL))
                shown[spot] = (
                    Value(said.quantity, Quality.EXACT)
                    if isinstance(said, PackageCounted)
                    else Value(before.number + said.quantity, before.quality)
                )
    return shown, {batch: _whereabouts(batch, touched, left) for _, batch, _ in touched}


def _whereabouts(
    batch: str, touched: dict[tuple[str, str, str], int], left: set[tuple[str, str, str]]
) -> tuple[str, str]:
    """The listing on which all its rows agree that are still there, and the place if there is one only.

    Of a batch that is nowhere any more, the rows that were heard of last.
    """
    rows = {row: at for row, at in touched.items() if row[1] == batch}
    there = [row for row in rows if row not in left]
    listings = {listing for listing, _, _ in there or [row for row, at in rows.items() if at == max(rows.values())]}
    places = {place for _, _, place in there}
    return (listings.pop() if len(listings) == 1 else ""), (places.pop() if len(places) == 1 else "")


def _leave_out(
    shown: dict[Spot, Value], left: set[tuple[str, str, str]], said: PackageRead
) -> set[tuple[str, str, str]]:
    """What a reading says of the rows that it does not list; of what has left already it says nothing.

    Returns the rows of which it says something by that.
    """
    gone: set[tuple[str, str, str]] = set()
    doubted: set[tuple[str, str, str]] = set()
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
            if value.quality is not Quality.DOUBTFUL:
                doubted.add(row)
            shown[spot] = Value(value.number, Quality.DOUBTFUL)
    left |= gone
    return gone | doubted
