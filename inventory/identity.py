"""From a source's identifiers to our rows: listings, batches and locations, found or made on the spot.

Rows are made in sorted order, so that two workers which meet the same new identifiers wait for each other instead of
deadlocking. A new listing gets a product of its own, unmatched, until a barcode or staff say otherwise.
"""

from collections.abc import Iterable
from typing import NamedTuple, TypeVar

from django.db.models import Model

from inventory.events import (
    BatchDescribed,
    CountStatement,
    ListingDescribed,
    LotBorn,
    LotEnded,
    LotModified,
    LotMoved,
    LotRevived,
    LotSpawned,
    LotStatement,
    PackageCorrection,
    PackageRead,
    PlaceDescribed,
    PlacesNamed,
    Statement,
)
from inventory.models import Batch, Listing, Location, Product
from inventory.rows import select


class Identifier(NamedTuple):
    """A source's own name for one of its things."""

    source_id: int
    tenant: str
    external_id: str


class References:
    """The identifiers that some statements speak of, by noun."""

    def __init__(self) -> None:
        self.listings: set[Identifier] = set()
        self.batches: set[Identifier] = set()
        self.locations: set[Identifier] = set()

    def update(self, other: "References") -> None:
        """Add all that others speak of."""
        self.listings |= other.listings
        self.batches |= other.batches
        self.locations |= other.locations

    def add(self, source_id: int, statement: Statement) -> None:
        """Add every listing, batch and location that `statement` names."""

        def put(into: set[Identifier], *external_ids: str) -> None:
            into.update(Identifier(source_id, statement.tenant, text) for text in external_ids if text)

        match statement:
            case CountStatement():
                put(self.listings, statement.listing)
                put(self.batches, statement.batch)
                put(self.locations, statement.location)
            case LotStatement():
                put(self.listings, statement.listing)
                put(self.batches, statement.batch, *_other_lots(statement))
                put(self.locations, *_lot_places(statement))
            case PackageRead():
                put(self.listings, statement.listing)
                put(self.batches, *(row.batch for row in statement.rows))
                put(self.locations, *(row.location for row in statement.rows))
            case PackageCorrection():
                # Its place is there: what is corrected by hand was read before, and may have another name by now.
                put(self.listings, statement.listing)
                put(self.batches, statement.batch)
            case ListingDescribed():
                put(self.listings, statement.listing)
            case BatchDescribed():
                put(self.batches, statement.batch)
            case PlaceDescribed():
                put(self.locations, statement.location, *_parents(statement))
            case PlacesNamed():
                put(self.locations, *statement.places)
            case _:
                raise TypeError(f"{type(statement).__name__} is no statement that identity knows")


def _other_lots(statement: LotStatement) -> tuple[str, ...]:
    match statement:
        case LotSpawned():
            return (statement.parent,)
        case LotModified():
            return (*statement.spawned, *statement.correlated, *statement.uncorrelated)
        case LotEnded():
            return (statement.into,)
        case LotRevived():
            return (statement.source,)
        case _:
            return ()


def _lot_places(statement: LotStatement) -> tuple[str, ...]:
    match statement:
        case LotMoved():
            return (statement.origin, statement.location)
        case LotBorn() | LotRevived():
            return (statement.location,)
        case _:
            return ()


def _parents(statement: PlaceDescribed) -> tuple[str, ...]:
    named = (statement.fields.get(name) for name in ("parent", "parent_inferred"))
    return tuple(parent for parent in named if isinstance(parent, str))


def find_or_make_listings(wanted: Iterable[Identifier]) -> dict[Identifier, int]:
    """The ids of the listings of these names; those that are new are made, each with a product of its own."""
    names = sorted(set(wanted))
    found = _find(Listing, names)
    missing = [name for name in names if name not in found]
    if missing:
        products = Product.objects.bulk_create([Product(name=name.external_id) for name in missing])
        Listing.objects.bulk_create(
            [Listing(**name._asdict(), product=product) for name, product in zip(missing, products, strict=True)],
            ignore_conflicts=True,
        )
        # Where another worker made the listing first, ours was not inserted and our product has no use.
        Product.objects.filter(pk__among=[product.pk for product in products], listings__isnull=True).delete()
        found |= _find(Listing, missing)
    return found


def find_or_make_batches(wanted: Iterable[Identifier]) -> dict[Identifier, int]:
    """The ids of the batches of these names; those that are new are made."""
    return _find_or_make(Batch, wanted)


def find_or_make_locations(wanted: Iterable[Identifier]) -> dict[Identifier, int]:
    """The ids of the locations of these names; those that are new are made."""
    return _find_or_make(Location, wanted)


Named = TypeVar("Named", Batch, Location)


def _find_or_make(model: type[Named], wanted: Iterable[Identifier]) -> dict[Identifier, int]:
    names = sorted(set(wanted))
    found = _find(model, names)
    missing = [name for name in names if name not in found]
    if missing:
        model._default_manager.bulk_create([model(**name._asdict()) for name in missing], ignore_conflicts=True)
        found |= _find(model, missing)
    return found


def _find(model: type[Model], names: list[Identifier]) -> dict[Identifier, int]:
    found: dict[Identifier, int] = {}
    for owner, external_ids in by_owner(names):
        rows = select(
            model,
            ("external_id", "id"),
            "external_id",
            external_ids,
            where="AND source_id = %s AND tenant = %s",
            params=owner,
        )
        found |= {Identifier(*owner, external_id): pk for external_id, pk in rows}
    return found


def by_owner(names: Iterable[Identifier]) -> Iterable[tuple[tuple[int, str], list[str]]]:
    """The external ids among these names by (source id, tenant)."""
    owners: dict[tuple[int, str], list[str]] = {}
    for source_id, tenant, external_id in names:
        owners.setdefault((source_id, tenant), []).append(external_id)
    return owners.items()
