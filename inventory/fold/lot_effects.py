"""What each kind of event does to a lot that is unknown, live or ended.

The rules follow Tracktile's events, https://developers.tracktile.io/webhooks/events/inventory . A lot may be
destroyed before it is heard of, so an end leaves a tombstone that only a revival lifts.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias, TypeVar

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
from inventory.fold.lot import Lot, LotStatus
from inventory.fold.notes import Note, WrongStream
from inventory.quantity import check_quantity

Openings: TypeAlias = Mapping[str, tuple[str, str]]
"""By the key of a LotSpawned: its parent's place and listing at that moment, each '' where unknown."""

NO_OPENINGS: Openings = {}

L = TypeVar("L", bound=Lot)


def fits(lot: Lot, event: LotStatement) -> bool:
    """Whether the event is what could happen to the lot as it is now."""
    match event:
        case LotBorn() | LotSpawned():
            return lot.status is LotStatus.UNKNOWN
        case LotMoved():
            return lot.status is LotStatus.LIVE and _could_leave(lot, event)
        case LotRevived():
            return lot.status is LotStatus.ENDED
        case _:
            return lot.status is LotStatus.LIVE


def apply(lot: L, event: LotStatement, openings: Openings) -> tuple[L, Note]:
    """The lot after the event, and what the event did.

    Raises QuantityOutOfRange when an adjustment takes the number out of the range that can be kept.
    """
    match event:
        case LotRevived():
            return _revived(lot, event)
        case LotEnded():
            return _ended(lot, event)
        case _ if lot.status is LotStatus.ENDED:
            return lot.learned(event.listing), Note.AFTER_END
        case LotBorn() | LotSpawned() | LotMoved():
            return _arrived(lot, event, openings)
        case _ if lot.status is LotStatus.UNKNOWN:
            return lot.learned(event.listing), Note.NOT_OPEN
        case _:
            return _changed(lot, event)


def _arrived(lot: L, event: LotBorn | LotSpawned | LotMoved, openings: Openings) -> tuple[L, Note]:
    match event:
        case LotBorn():
            return _born(lot, event)
        case LotSpawned():
            return _spawned(lot, event, openings)
        case _:
            return _moved(lot, event)


def _changed(lot: L, event: LotStatement) -> tuple[L, Note]:
    match event:
        case LotModified():
            return _modified(lot, event)
        case LotAdjusted():
            adjusted = replace(lot, quantity=check_quantity(lot.quantity + event.change))
            return adjusted.put(event, place=lot.place), Note.ADJUSTED
        case LotCounted():
            return lot.put(event, place=lot.place), Note.SET
        case _:
            raise WrongStream(f"{event.key}: {type(event).__name__} does nothing to a lot")


def _born(lot: L, event: LotBorn) -> tuple[L, Note]:
    if lot.status is LotStatus.UNKNOWN:
        return lot.put(event, place=event.location), Note.OPENED
    again = lot.put(event, place=event.location or lot.place)
    if event.role == "merged" and event.quantity is None:
        # The old number no longer holds, and the sum of what was merged is not known to be the new one.
        return replace(again, quality=Quality.UNKNOWN), Note.MERGED_INTO
    return again, Note.BORN_AGAIN


def _spawned(lot: L, event: LotSpawned, openings: Openings) -> tuple[L, Note]:
    place, listing = openings.get(event.key, ("", ""))
    if lot.status is LotStatus.UNKNOWN:
        return lot.put(event, place=place, listing=listing), Note.OPENED_BY_SPLIT
    # A place taken over from the parent is weaker than one that a statement about this lot gave.
    return lot.put(event, place=lot.place or place, listing=listing), Note.ALREADY_OPEN


def _moved(lot: L, event: LotMoved) -> tuple[L, Note]:
    moved = lot.put(event, place=event.location)
    if lot.status is LotStatus.UNKNOWN:
        return moved, Note.OPENED_BY_MOVE
    if _could_leave(lot, event):
        return moved, Note.MOVED
    return moved.flagged(Note.MOVED_FROM_ELSEWHERE), Note.MOVED_FROM_ELSEWHERE


def _could_leave(lot: Lot, event: LotMoved) -> bool:
    """Whether the lot is where the move starts; an unknown place or start contradicts nothing."""
    return not lot.place or not event.origin or lot.place == event.origin


def _modified(lot: L, event: LotModified) -> tuple[L, Note]:
    if event.quantity is not None:
        return lot.put(event, place=lot.place), Note.SET
    if event.spawned:
        return lot.put(event, place=lot.place).doubted, Note.SPLIT
    return lot.learned(event.listing), Note.DESCRIBED_ONLY


def _ended(lot: L, event: LotEnded) -> tuple[L, Note]:
    if lot.status is LotStatus.ENDED:
        known = lot.learned(event.listing)
        if event.role == "reverted":
            return known.flagged(Note.REVERTED_AFTER_END), Note.REVERTED_AFTER_END
        return known, Note.ALREADY_ENDED
    note = Note.ENDED if lot.status is LotStatus.LIVE else Note.ENDED_UNSEEN
    return lot.put(event, place=lot.place, status=LotStatus.ENDED), note


def _revived(lot: L, event: LotRevived) -> tuple[L, Note]:
    place = event.location or lot.place
    if lot.status is LotStatus.LIVE:
        # Who believes that the lot had ended believes another history of its quantity, too.
        doubted = lot.doubted.put(event, place=place)
        return doubted.flagged(Note.REVIVED_WHILE_LIVE), Note.REVIVED_WHILE_LIVE
    note = Note.REVIVED if lot.status is LotStatus.ENDED else Note.OPENED_BY_REVIVAL
    return lot.put(event, place=place), note
