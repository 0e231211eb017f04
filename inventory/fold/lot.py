"""One lot: what is known about it at one moment, and the few ways in which that changes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Self

from inventory.events import LotStatement, Quality
from inventory.fold.counts import CountValue
from inventory.fold.notes import Note


class LotStatus(StrEnum):
    """Where a lot is in its life."""

    UNKNOWN = "unknown"
    LIVE = "live"
    ENDED = "ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lot:
    """What is known about one lot."""

    status: LotStatus = LotStatus.UNKNOWN
    listing: str = ""
    """What it is a lot of; '' while nobody has said."""
    place: str = ""
    """Where a live lot is and an ended one last was; '' while nobody has said."""
    quantity: Decimal = Decimal(0)
    """The last number, kept through an end, because a revival brings it back."""
    quality: Quality = Quality.UNKNOWN
    as_of: int | None = None
    """When the newest event that this lot reflects occurred: nanoseconds since 1970-01-01 UTC."""
    left: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """Each (listing, place) where the lot was and no longer is, and when it left, in nanoseconds."""
    flags: tuple[Note, ...] = ()
    """What in its history staff should look at, each once, in the order of its first occurrence."""

    @property
    def counts(self) -> dict[tuple[str, str], CountValue]:
        """What the lot gives to the count of each (listing, place); nothing while its listing is unknown."""
        if not self.listing:
            return {}
        counts = {
            pair: CountValue(quantity=Decimal(0), quality=Quality.EXACT, as_of=left_at)
            for pair, left_at in self.left.items()
        }
        if self.standing is not None:
            counts[self.standing] = CountValue(quantity=self.quantity, quality=self.quality, as_of=self.as_of)
        return counts

    @property
    def standing(self) -> tuple[str, str] | None:
        """The (listing, place) where the lot is now, if it is live and its place is known."""
        return (self.listing, self.place) if self.status is LotStatus.LIVE and self.place else None

    @property
    def doubted(self) -> Self:
        """The lot with its number in doubt; an unknown quantity stays unknown."""
        if self.quality is Quality.UNKNOWN:
            return self
        return replace(self, quality=Quality.DOUBTFUL)

    def flagged(self, note: Note) -> Self:
        return self if note in self.flags else replace(self, flags=(*self.flags, note))

    def learned(self, listing: str) -> Self:
        """The lot with its listing, if that was unknown: what it is a lot of can be learned at any time."""
        if self.listing or not listing:
            return self
        left = {(listing, place): left_at for (_, place), left_at in self.left.items()}
        return replace(self, listing=listing, left=left)

    def put(self, event: LotStatement, *, place: str, status: LotStatus = LotStatus.LIVE, listing: str = "") -> Self:
        """The lot as `event` puts it: its status, place and listing; a quantity that it states is a reading.

        `listing` is what to take it for while neither the event nor anything before says.
        """
        before = self.learned(event.listing or listing)
        after = replace(
            before,
            status=status,
            place=place,
            listing=event.listing or before.listing,
            quantity=before.quantity if event.quantity is None else event.quantity,
            quality=before.quality if event.quantity is None else Quality.EXACT,
            as_of=event.occurred,
        )
        left = dict(before.left)
        if before.standing is not None:
            left[before.standing] = event.occurred
        if after.standing is not None:
            left.pop(after.standing, None)
        after = replace(after, left=left)
        return after if after.listing == before.listing else after.flagged(Note.LISTING_CHANGED)
