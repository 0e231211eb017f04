"""Package streams: each row of a reading sets its counts; a row that is not told has moved, ended or is in doubt.

Places are those that the source's names of them mean, by today's knowledge of its naming: not the names themselves.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, NamedTuple, Self

from inventory.events import (
    Absence,
    Bucket,
    PackageAdjusted,
    PackageCorrection,
    PackageCounted,
    PackageRead,
    PackageRow,
    PackageStatement,
    Position,
    Quality,
    Statement,
)
from inventory.fold.counts import CountValue
from inventory.fold.naming import NO_NAMING, Naming
from inventory.fold.notes import Late, Note, WrongStream
from inventory.fold.positions import belonging, in_order, position_from_json, position_to_json
from inventory.quantity import check_quantity, quantity_text


class PackageSpot(NamedTuple):
    """One batch of a package at one place, as units of one listing."""

    listing: str
    batch: str
    location: str


class PackageCell(NamedTuple):
    """One count of a package."""

    spot: PackageSpot
    bucket: Bucket


class Whereabouts(NamedTuple):
    """Which listing a batch is of, and at which place it is; '' where it is several or none."""

    listing: str
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageState:
    """One package after the events so far."""

    counts: Mapping[PackageCell, CountValue] = field(default_factory=dict)
    """Every count ever told, those that went to 0 too."""
    left: frozenset[PackageSpot] = frozenset()
    """Where nothing of a batch is any more: it moved, or was absent where readings tell the whole package."""
    head: Position | None = None
    """The newest event."""

    def advance(self, event: Statement, names: Naming = NO_NAMING) -> tuple["PackageState", Note]:
        """The state after one more event, in time that grows with the package's rows, and what the event did.

        `names` must be those by which the state was made.

        Raises Late when the event is not the newest; QuantityOutOfRange when a number leaves the range that can be
        kept; WrongStream when it is not a statement about a package.
        """
        statement = belonging(event, PackageStatement)
        if self.head is not None and statement.position <= self.head:
            raise Late(statement.key)
        return _applied(self, statement, names)

    @property
    def whereabouts(self) -> dict[str, Whereabouts]:
        """By batch, where it is now. One that is nowhere any more is still of the listing that it was of last."""
        cells: dict[str, dict[PackageSpot, int]] = {}
        for cell, value in self.counts.items():
            spots = cells.setdefault(cell.spot.batch, {})
            spots[cell.spot] = max(value.as_of or 0, spots.get(cell.spot, 0))
        return {batch: self._whereabouts(spots) for batch, spots in cells.items()}

    def _whereabouts(self, spots: Mapping[PackageSpot, int]) -> Whereabouts:
        here = spots.keys() - self.left
        last = here or {spot for spot, as_of in spots.items() if as_of == max(spots.values())}
        return Whereabouts(_only({spot.listing for spot in last}), _only({spot.location for spot in here}))

    def to_json(self) -> dict[str, Any]:
        """This state as JSON, exactly; equal states give equal JSON."""
        return {
            "counts": [
                [*cell.spot, cell.bucket.value, quantity_text(value.quantity), value.quality.value, value.as_of]
                for cell, value in sorted(self.counts.items(), key=lambda item: item[0])
            ],
            "left": sorted([*spot] for spot in self.left),
            "head": position_to_json(self.head),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The twin of `to_json`."""
        return cls(
            counts={
                PackageCell(PackageSpot(listing, batch, location), Bucket(bucket)): CountValue(
                    quantity=Decimal(quantity), quality=Quality(quality), as_of=as_of
                )
                for listing, batch, location, bucket, quantity, quality, as_of in data["counts"]
            },
            left=frozenset(PackageSpot(*spot) for spot in data["left"]),
            head=position_from_json(data["head"]),
        )


START = PackageState()


def _only(texts: set[str]) -> str:
    """The one of these texts; '' where there are several or none."""
    return next(iter(texts)) if len(texts) == 1 else ""


def fold_package(events: Iterable[Statement], names: Naming = NO_NAMING) -> PackageState:
    """The state after all these events, in any order; raises as `PackageState.advance` does, but never Late."""
    state = START
    for event in in_order(events, PackageStatement):
        state, _ = _applied(state, event, names)
    return state


def explain_package(events: Iterable[Statement], names: Naming = NO_NAMING) -> dict[str, Note]:
    """What each of these standing events did to the package, by its key; raises as `fold_package` does."""
    notes: dict[str, Note] = {}
    state = START
    for event in in_order(events, PackageStatement):
        state, notes[event.key] = _applied(state, event, names)
    return notes


def _applied(state: PackageState, event: PackageStatement, names: Naming) -> tuple[PackageState, Note]:
    """The state after an event that comes next, and what the event did."""
    seen = replace(state, head=event.position)
    match event:
        case PackageRead():
            return _read(seen, replace(event, rows=_placed(event, names)))
        case PackageCorrection():
            return _corrected(seen, replace(event, location=names.resolve(event.location, event.occurred)))
        case _:
            raise WrongStream(f"{event.key}: {type(event).__name__} neither reads nor corrects a package")


def _placed(event: PackageRead, names: Naming) -> tuple[PackageRow, ...]:
    """One row for each (batch, place): those of two names of one place are summed."""
    found: dict[tuple[str, str], list[PackageRow]] = {}
    for row in event.rows:
        found.setdefault((row.batch, names.resolve(row.location, event.occurred)), []).append(row)
    return tuple(
        PackageRow(batch=batch, location=location, parts=_summed(rows)) for (batch, location), rows in found.items()
    )


def _summed(rows: list[PackageRow]) -> tuple[tuple[Bucket, Decimal], ...]:
    """The buckets that every one of these rows tells: of a sum with an unknown part nothing is known."""
    told = [dict(row.parts) for row in rows]
    common = [bucket for bucket, _ in rows[0].parts if all(bucket in parts for parts in told)]
    return tuple((bucket, check_quantity(sum((parts[bucket] for parts in told), Decimal(0)))) for bucket in common)


def _read(state: PackageState, event: PackageRead) -> tuple[PackageState, Note]:
    told = {PackageSpot(event.listing, row.batch, row.location): row for row in event.rows}
    known = {cell.spot for cell in state.counts}
    absent = known - told.keys() - state.left
    moved = {spot for spot in absent if _has_moved(spot, event)}
    ended = absent - moved if event.absent is Absence.WHOLE else set()
    doubted = absent - moved if event.absent is Absence.UNSURE else set()
    counts = dict(state.counts)
    for cell, value in state.counts.items():
        if cell.spot in moved or cell.spot in ended:
            counts[cell] = CountValue(quantity=Decimal(0), quality=Quality.EXACT, as_of=event.occurred)
        elif cell.spot in doubted and value.quality is not Quality.DOUBTFUL:
            counts[cell] = replace(value, quality=Quality.DOUBTFUL, as_of=event.occurred)
    for spot, row in told.items():
        if not row.parts and spot not in known:
            # Something of the batch is there, and nobody said how much.
            counts[PackageCell(spot, Bucket.AVAILABLE)] = CountValue(
                quantity=Decimal(0), quality=Quality.UNKNOWN, as_of=event.occurred
            )
        for bucket, quantity in row.parts:
            counts[PackageCell(spot, bucket)] = CountValue(
                quantity=quantity, quality=Quality.EXACT, as_of=event.occurred
            )
    after = replace(state, counts=counts, left=(state.left | moved | ended) - told.keys())
    return after, _note(moved=moved, ended=ended, doubted=doubted)


def _has_moved(spot: PackageSpot, event: PackageRead) -> bool:
    """Whether a batch that the reading tells is, by that, no longer at this spot.

    A batch that is told at one place only is there and nowhere else. A batch that is told at several may be at a
    further one; but not as units of another listing.
    """
    places = sum(row.batch == spot.batch for row in event.rows)
    return places == 1 or (bool(places) and spot.listing != event.listing)


def _note(*, moved: set[PackageSpot], ended: set[PackageSpot], doubted: set[PackageSpot]) -> Note:
    if moved:
        return Note.BATCH_MOVED
    if ended:
        return Note.ABSENT_ENDED
    return Note.ABSENT_DOUBTED if doubted else Note.PACKAGE_READ


def _corrected(state: PackageState, event: PackageCorrection) -> tuple[PackageState, Note]:
    spot = PackageSpot(event.listing, event.batch, event.location)
    cell = PackageCell(spot, event.bucket)
    before = state.counts.get(cell)
    match event:
        case PackageCounted():
            value = CountValue(quantity=event.quantity, quality=Quality.EXACT, as_of=event.occurred)
            note = Note.SET
        case PackageAdjusted():
            # As with any count: where nobody said what it was before, the change is a number, but a doubtful one.
            value = CountValue(
                quantity=check_quantity(event.quantity + (before.quantity if before else 0)),
                quality=before.quality if before else Quality.DOUBTFUL,
                as_of=event.occurred,
            )
            note = Note.ADJUSTED
        case _:
            raise WrongStream(f"{event.key}: {type(event).__name__} corrects no package")
    return replace(state, counts={**state.counts, cell: value}, left=state.left - {spot}), note
