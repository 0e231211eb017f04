"""Short hands for what is said of packages: a key is the order key too, and the package is `P`."""

from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from inventory.events import (
    Absence,
    Bucket,
    PackageAdjusted,
    PackageCounted,
    PackageRead,
    PackageRow,
    PlacesNamed,
    Quality,
)
from inventory.fold import PackageState

WHOLE, CHANGED, UNSURE = Absence.WHOLE, Absence.CHANGED, Absence.UNSURE


def row(batch: str, location: str, available: str | None = None, **parts: str) -> PackageRow:
    """A row with these buckets."""
    told = ({} if available is None else {"available": available}) | parts
    return PackageRow(
        batch=batch,
        location=location,
        parts=tuple((Bucket(name), Decimal(quantity)) for name, quantity in told.items()),
    )


def package(key: str, at: int, *rows: PackageRow, absent: Absence = UNSURE, listing: str = "mints") -> PackageRead:
    return PackageRead(
        key=key, occurred=at, order_key=key.encode(), package="P", listing=listing, rows=rows, absent=absent
    )


def adjusted(key: str, at: int, batch: str, location: str, change: str) -> PackageAdjusted:
    return _of_one_count(PackageAdjusted, key, at, batch, location, change)


def counted(key: str, at: int, batch: str, location: str, quantity: str) -> PackageCounted:
    return _of_one_count(PackageCounted, key, at, batch, location, quantity)


OfOneCount = TypeVar("OfOneCount", PackageAdjusted, PackageCounted)


def _of_one_count(kind: type[OfOneCount], key: str, at: int, batch: str, location: str, quantity: str) -> OfOneCount:
    return kind(
        key=key,
        occurred=at,
        order_key=key.encode(),
        package="P",
        listing="mints",
        batch=batch,
        location=location,
        bucket=Bucket.AVAILABLE,
        quantity=Decimal(quantity),
    )


def shown(state: PackageState) -> dict[tuple[str, str, str], tuple[int, Quality, int | None]]:
    """(batch, location, bucket) -> (quantity, quality, as of)."""
    return {
        (cell.spot.batch, cell.spot.location, cell.bucket.value): (int(value.quantity), value.quality, value.as_of)
        for cell, value in state.counts.items()
    }


def named(key: str, at: int, **places: str) -> PlacesNamed:
    """A statement by which each of these names means the identity that it is given."""
    return PlacesNamed(key=key, occurred=at, order_key=key.encode(), places=places)


def of(label: str, key: str, *rows: PackageRow) -> PackageRead:
    """A reading of another package."""
    return replace(package(key, 9, *rows, absent=CHANGED), package=label)
