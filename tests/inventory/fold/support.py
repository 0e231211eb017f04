"""Short hands for the events that the fold's examples are made of, and ways to tell a lot's story.

A key is the order key too, and times are single nanoseconds. Every count is of coffee in the shop; every
lot is the batch `lot`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from inventory.events import (
    Adjustment,
    Bucket,
    FieldValue,
    ListingDescribed,
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
    Reading,
)
from inventory.fold import (
    NO_OPENINGS,
    CountValue,
    LotState,
    LotStatus,
    Note,
    Openings,
    explain_lot,
    fold_lot,
)
from inventory.fold.lots import START

EXACT, ESTIMATED, DOUBTFUL = Quality.EXACT, Quality.ESTIMATED, Quality.DOUBTFUL
UNTRACKED, UNKNOWN = Quality.UNTRACKED, Quality.UNKNOWN
LIVE, ENDED = LotStatus.LIVE, LotStatus.ENDED

Counts = dict[tuple[str, str], CountValue]


def read(key: str, at: int, quantity: str | None, quality: Quality = EXACT) -> Reading:
    return Reading(
        key=key,
        occurred=at,
        order_key=key.encode(),
        listing="coffee",
        location="shop",
        bucket=Bucket.AVAILABLE,
        quantity=None if quantity is None else Decimal(quantity),
        quality=quality,
    )


def unknown(key: str, at: int) -> Reading:
    return read(key, at, None, UNKNOWN)


def untracked(key: str, at: int) -> Reading:
    return read(key, at, None, UNTRACKED)


def adjust(key: str, at: int, change: str) -> Adjustment:
    return Adjustment(
        key=key,
        occurred=at,
        order_key=key.encode(),
        listing="coffee",
        location="shop",
        bucket=Bucket.AVAILABLE,
        quantity=Decimal(change),
    )


def described(key: str, at: int, **fields: FieldValue) -> ListingDescribed:
    return ListingDescribed(key=key, occurred=at, order_key=key.encode(), listing="coffee", fields=fields)


def number(quantity: str | None) -> Decimal | None:
    return None if quantity is None else Decimal(quantity)


def born(
    key: str, at: int, place: str, quantity: str | None = None, role: str = "received", listing: str = "flour"
) -> LotBorn:
    return LotBorn(
        key=key,
        occurred=at,
        order_key=key.encode(),
        batch="lot",
        listing=listing,
        quantity=number(quantity),
        location=place,
        role=role,
    )


def spawned(key: str, at: int, listing: str = "", quantity: str | None = None) -> LotSpawned:
    return LotSpawned(
        key=key,
        occurred=at,
        order_key=key.encode(),
        batch="lot",
        listing=listing,
        quantity=number(quantity),
        parent="sack",
    )


def modified(key: str, at: int, *children: str, quantity: str | None = None, listing: str = "") -> LotModified:
    return LotModified(
        key=key,
        occurred=at,
        order_key=key.encode(),
        batch="lot",
        listing=listing,
        quantity=number(quantity),
        spawned=children,
    )


def adjusted(key: str, at: int, change: str, quantity: str | None = None) -> LotAdjusted:
    return LotAdjusted(
        key=key,
        occurred=at,
        order_key=key.encode(),
        batch="lot",
        change=Decimal(change),
        quantity=number(quantity),
    )


def counted(key: str, at: int, quantity: str) -> LotCounted:
    return LotCounted(key=key, occurred=at, order_key=key.encode(), batch="lot", quantity=Decimal(quantity))


def moved(
    key: str,
    at: int,
    origin: str,
    place: str,
    quantity: str | None = None,
    role: str = "moved",
    listing: str = "flour",
) -> LotMoved:
    return LotMoved(
        key=key,
        occurred=at,
        order_key=key.encode(),
        batch="lot",
        listing=listing,
        quantity=number(quantity),
        origin=origin,
        location=place,
        role=role,
    )


def ended(key: str, at: int, role: str = "destroyed", quantity: str | None = None, listing: str = "") -> LotEnded:
    return LotEnded(
        key=key,
        occurred=at,
        order_key=key.encode(),
        batch="lot",
        listing=listing,
        quantity=number(quantity),
        role=role,
    )


def revived(
    key: str, at: int, place: str, role: str = "restored", quantity: str | None = None, listing: str = ""
) -> LotRevived:
    return LotRevived(
        key=key,
        occurred=at,
        order_key=key.encode(),
        batch="lot",
        listing=listing,
        quantity=number(quantity),
        location=place,
        role=role,
    )


def shows(quantity: str, quality: Quality, as_of: int | None) -> CountValue:
    return CountValue(quantity=Decimal(quantity), quality=quality, as_of=as_of)


def gone(as_of: int) -> CountValue:
    return shows("0", EXACT, as_of)


def flour(**places: CountValue) -> Counts:
    return {("flour", place): value for place, value in places.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a lot's story ends."""

    status: LotStatus
    counts: Counts
    notes: list[Note]
    """In the order in which the events were given."""
    flags: tuple[Note, ...]


def ends(status: LotStatus, counts: Counts, notes: list[Note], *flags: Note) -> Outcome:
    return Outcome(status=status, counts=counts, notes=notes, flags=flags)


def told(events: Sequence[LotStatement], openings: Openings = NO_OPENINGS) -> Outcome:
    """The story by the fold."""
    state, notes = fold_lot(events, openings), explain_lot(events, openings)
    return ends(state.status, state.counts, [notes[event.key] for event in events], *state.flags)


def lived(events: Sequence[LotStatement], openings: Openings = NO_OPENINGS) -> Outcome:
    """The same story one event at a time, the state written down as JSON and read again after each."""
    state, notes = START, {}
    for event in sorted(events, key=lambda event: event.occurred):
        state, notes[event.key] = state.advance(event, openings)
        state = LotState.from_json(json.loads(json.dumps(state.to_json())))
    return ends(state.status, state.counts, [notes[event.key] for event in events], *state.flags)
