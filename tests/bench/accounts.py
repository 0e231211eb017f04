"""What three accounts say over two months: Square's counts, Tracktile's lots and Treez's packages.

Statements as their providers' parsers make them, with keys and order keys of the same form. Everything follows from the
numbers of the things and a seeded chance.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from hashlib import blake2b
from typing import Any

from inventory import fold
from inventory.events import (
    Absence,
    Adjustment,
    BatchDescribed,
    Bucket,
    CountStatement,
    ListingDescribed,
    LotBorn,
    LotCounted,
    LotEnded,
    LotModified,
    LotMoved,
    LotSpawned,
    LotStatement,
    PackageRead,
    PackageRow,
    Quality,
    Reading,
    Statement,
    StreamKind,
)
from inventory.identity import Identifier
from inventory.instants import NANOSECONDS, from_datetime
from inventory.ledger.directory import Directory
from inventory.ledger.slots import CountSlot, PackageName, stream_slot
from inventory.ledger.streams import OpenStream
from inventory.matching import gtin_of
from inventory.models import Barcode, Batch, Listing, Product, Stream
from tests.bench.pen import Pen
from tests.bench.scribe import BEGAN, Again, Reread, Said, Step, Telling
from tests.bench.size import LOTS_AT_ONCE

BEGAN_AT = from_datetime(BEGAN)
DAY = 86_400 * NANOSECONDS
Subject = Batch | Listing


@dataclass(slots=True, kw_only=True)
class Account:
    """One account of a source, whose listings and places are known to the directory already."""

    source_id: int
    tenant: str
    listings: list[str]
    places: list[str]
    pen: Pen
    directory: Directory
    chance: random.Random
    _said: int = field(default=0, init=False)

    def identifier(self, external_id: str) -> Identifier:
        return Identifier(self.source_id, self.tenant, external_id)

    def clock(self, turn: int) -> dict[str, Any]:
        """The key and the clock of a statement that is the `turn`th of its stream."""
        self._said += 1
        event_id = blake2b(f"{self.source_id}:{self._said}".encode(), digest_size=16).hexdigest()
        occurred = BEGAN_AT + turn * 3 * DAY + self.chance.randrange(DAY)
        return {
            "key": f"{event_id}:0",
            "occurred": occurred,
            "order_key": (occurred + NANOSECONDS).to_bytes(8) + event_id.encode() + bytes(4),
            "tenant": self.tenant,
        }

    def opened(self, kind: StreamKind, slot: str, **subject: int | None) -> OpenStream:
        """A stream that nothing was said in yet."""
        ids: dict[str, int | None] = {"listing_id": None, "batch_id": None, "location_id": None, **subject}
        return OpenStream(
            id=self.pen.number(Stream),
            source_id=self.source_id,
            kind=kind,
            slot=slot,
            listing_id=ids["listing_id"],
            batch_id=ids["batch_id"],
            location_id=ids["location_id"],
            state=fold.start(kind),
            is_new=True,
        )

    def telling(self, stream: OpenStream, statements: Sequence[Statement], **more: Any) -> Telling:
        return Telling(stream=stream, tenant=self.tenant, steps=[Said(said) for said in statements], **more)

    def batch(self, external_id: str) -> Batch:
        """A batch that is new."""
        row = Batch(
            pk=self.pen.number(Batch),
            source_id=self.source_id,
            tenant=self.tenant,
            external_id=external_id,
            created_at=BEGAN,
        )
        self.directory.batches[self.identifier(external_id)] = row.pk
        return row

    def described(self, batch: Batch, **fields: str) -> Telling:
        """What is said of a batch besides its numbers."""
        stream = self.opened(StreamKind.BATCH, stream_slot(StreamKind.BATCH, batch.pk), batch_id=batch.pk)
        return self.telling(stream, [BatchDescribed(**self.clock(0), batch=batch.external_id, fields=fields)])


def catalogue(account: Account, names: str, first_code: int | None) -> Iterator[tuple[Telling, Listing]]:
    """The account's listings, each with a product and, from `first_code` on, a GTIN of its own."""
    for index, external_id in enumerate(account.listings):
        name = f"{names} {index}"
        product_id = account.pen.number(Product)
        account.pen.put(Product, id=product_id, name=name, unit="", threshold=None, created_at=BEGAN)
        listing = Listing(
            pk=account.pen.number(Listing),
            source_id=account.source_id,
            tenant=account.tenant,
            external_id=external_id,
            product_id=product_id,
            created_at=BEGAN,
        )
        account.directory.listings[account.identifier(external_id)] = listing.pk
        codes = [] if first_code is None else [_gtin(first_code + index)]
        for code in codes:
            number = account.pen.number(Barcode)
            account.pen.put(Barcode, id=number, listing_id=listing.pk, code=code, gtin=gtin_of(code))
        said = ListingDescribed(
            **account.clock(0), listing=external_id, fields={"name": name, "barcodes": [*codes], "active": True}
        )
        stream = account.opened(StreamKind.LISTING, stream_slot(StreamKind.LISTING, listing.pk), listing_id=listing.pk)
        yield account.telling(stream, [said]), listing


def _gtin(number: int) -> str:
    """The thirteen digits of a GTIN, the last of which checks the others."""
    digits = f"{number:012d}"
    return next(f"{digits}{check}" for check in range(10) if gtin_of(f"{digits}{check}"))


def counts(account: Account, first: int, numbers: Sequence[int]) -> Iterator[Telling]:
    """Square's counts from the `first` on, one for each of `numbers`: how often each changes.

    Each is another listing at a place. Nine in ten are in stock, and the rest in other states. One change in forty is
    made by hand; one count in a hundred is heard twice, one is replayed and read otherwise, one ends unknown.
    """
    for index, number in enumerate(numbers, start=first):
        listing = account.listings[index % len(account.listings)]
        place = account.places[index // len(account.listings)]
        bucket, state = (Bucket.AVAILABLE, "IN_STOCK") if index % 10 else (Bucket.RESERVED, "RESERVED_FOR_SALE")
        slot = CountSlot(
            account.directory.listings[account.identifier(listing)],
            None,
            account.directory.locations[account.identifier(place)],
            bucket,
            state,
        )
        stream = account.opened(
            StreamKind.COUNT,
            stream_slot(StreamKind.COUNT, slot),
            listing_id=slot.listing_id,
            location_id=slot.location_id,
        )
        said = {"listing": listing, "location": place, "bucket": bucket, "state": state}
        statements = list(_count_changes(account, number, said, doubted=index % 100 == 51))
        yield _heard_once_more(account.telling(stream, statements), index % 100)


def _count_changes(account: Account, number: int, said: dict[str, Any], *, doubted: bool) -> Iterator[CountStatement]:
    quantity = Decimal(account.chance.randrange(400))
    for turn in range(number):
        step = account.chance.randrange(1, 200)
        if turn and step % 40 == 0:
            yield Adjustment(**account.clock(turn), **said, quantity=Decimal(step))
        elif turn and doubted and turn == number - 1:
            yield Reading(**account.clock(turn), **said, quantity=None, quality=Quality.UNKNOWN)
        else:
            # Never the number before: each reading is a movement.
            quantity = (quantity + step) % 400
            yield Reading(**account.clock(turn), **said, quantity=quantity)


def _heard_once_more(telling: Telling, kind: int) -> Telling:
    """Of each hundred tellings, let one be heard twice and one be read otherwise by a replay."""
    [*_, last] = telling.steps
    if kind == 33 and isinstance(last, Said):
        telling.steps.append(Again(last.statement))
    elif kind == 67 and isinstance(last, Said) and isinstance(last.statement, Reading):
        reread: Step = Reread(last.statement, replace(last.statement, quantity=Decimal("1000.25")))
        telling.steps.append(reread)
    return telling


def lots(account: Account, first: int) -> tuple[list[Telling], list[Subject]]:
    """LOTS_AT_ONCE of Tracktile's lots from the `first` on."""
    batches = [account.batch(f"lot-{number:08d}") for number in range(first, first + LOTS_AT_ONCE)]
    stories = [_lot(account, number, batch.external_id) for number, batch in enumerate(batches, start=first)]
    split, child, used_up, made = (batch.external_id for batch in batches[:4])
    at = BEGAN_AT + 10 * DAY
    moment = {"occurred": at, "tenant": account.tenant}

    def clock(name: str) -> dict[str, Any]:
        return {**account.clock(0), **moment, "order_key": f"{name}:{first}".encode()}

    parent = [*stories[0], LotModified(**clock("modified"), batch=split, spawned=(child,))]
    spawned = LotSpawned(**clock("spawned"), batch=child, parent=split)
    # It is what its parent is, and is moved on after it was split off.
    later = [replace(said, occurred=at + DAY + turn, listing="") for turn, said in enumerate(stories[1][1:])]
    stories[:2] = [parent, [spawned, *later]]
    ended = LotEnded(**clock("destroyed"), batch=used_up, role="destroyed", transaction=made)
    stories[2] = [*stories[2], ended]
    stories[3] = [
        replace(said, role="produced", transaction=made) if isinstance(said, LotBorn) else said for said in stories[3]
    ]
    openings = {spawned.key: fold.place_at(parent, spawned.position)}
    tellings = [account.described(batch, label=f"Lot {batch.external_id}") for batch in batches]
    for batch, story in zip(batches, stories, strict=True):
        stream = account.opened(StreamKind.LOT, stream_slot(StreamKind.LOT, batch.pk), batch_id=batch.pk)
        tellings.append(account.telling(stream, story, openings=openings if batch is batches[1] else {}))
    return tellings, [*batches]


def _lot(account: Account, number: int, batch: str) -> list[LotStatement]:
    """A lot is received, moved and counted."""
    listing = account.listings[number % len(account.listings)]
    here = number % len(account.places)
    origin, location = account.places[here], account.places[(here + 1) % len(account.places)]
    quantity = Decimal(account.chance.randrange(50, 500))
    return [
        LotBorn(**account.clock(0), batch=batch, listing=listing, quantity=quantity, location=origin, role="received"),
        LotMoved(**account.clock(1), batch=batch, listing=listing, origin=origin, location=location, role="moved"),
        LotCounted(**account.clock(2), batch=batch, quantity=quantity - Decimal("0.5")),
    ]


def package(account: Account, number: int) -> tuple[list[Telling], list[Subject]]:
    """One of Treez's packages: a batch at a place, of which two of four buckets change."""
    batch = account.batch(f"inventory-{number:08d}")
    label = f"1A40{number:012d}"
    place, listing = account.places[number % len(account.places)], account.listings[number % len(account.listings)]
    stocked, reserved = Decimal(account.chance.randrange(20, 90)), Decimal(account.chance.randrange(1, 10))
    told = [
        PackageRead(
            **account.clock(turn),
            package=label,
            listing=listing,
            absent=Absence.UNSURE,
            rows=(
                PackageRow(
                    batch=batch.external_id,
                    location=place,
                    parts=(
                        (Bucket.AVAILABLE, stocked - held),
                        (Bucket.HELD, Decimal(0)),
                        (Bucket.RESERVED, held),
                        (Bucket.PACKED, Decimal(0)),
                    ),
                ),
            ),
        )
        for turn, held in enumerate((Decimal(0), reserved))
    ]
    name = PackageName(account.source_id, account.tenant, label)
    stream = account.opened(StreamKind.PACKAGE, stream_slot(StreamKind.PACKAGE, name))
    return [
        account.telling(stream, told),
        account.described(batch, label=f"Batch {number}", expires_on="2027-01-31"),
    ], [batch]
