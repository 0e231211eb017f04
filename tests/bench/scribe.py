"""Writes down what is told of streams, with the effects that the ledger's own fold gives it."""

import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple, TypeAlias

from inventory import fold
from inventory.events import LotEnded, LotSpawned, Statement, StreamKind
from inventory.fold import CountValue, Late
from inventory.identity import Identifier
from inventory.ledger.directory import Directory
from inventory.ledger.encoding import to_columns
from inventory.ledger.packages import batch_places
from inventory.ledger.projection import batch_row, listing_row, lot_row
from inventory.ledger.slots import CountSlot
from inventory.ledger.streams import OpenStream
from inventory.ledger.values import CountChange, changes, values_of
from inventory.models import (
    Batch,
    BatchLink,
    Cause,
    Count,
    LedgerHead,
    Listing,
    Movement,
    Restatement,
    Retraction,
    StockEvent,
    Stream,
)
from tests.bench.pen import Pen

SAID_AT_ONCE = 4
"""How many statements one cause makes."""
BEGAN = datetime(2025, 1, 1, tzinfo=UTC)
"""The ledger is written from then on, in a past that lasts hours."""
BETWEEN_CAUSES = timedelta(milliseconds=20)


@dataclass(frozen=True, slots=True)
class Said:
    """A statement that is new."""

    statement: Statement


@dataclass(frozen=True, slots=True)
class Again:
    """A statement that stands already, by one more cause."""

    statement: Statement


@dataclass(frozen=True, slots=True)
class Reread:
    """A replay that takes a statement back and makes another one under its key."""

    before: Statement
    after: Statement


Step: TypeAlias = Said | Again | Reread


class Event(NamedTuple):
    """What refers to an event that was written needs of it."""

    id: int
    cause_id: int


@dataclass(slots=True, kw_only=True)
class Telling:
    """One stream, and what is said in it, in the order in which it happened."""

    stream: OpenStream
    tenant: str
    steps: list[Step]
    openings: fold.Openings = field(default_factory=dict)
    standing: dict[str, Statement] = field(default_factory=dict)
    """What has been said so far and stands, by key."""
    events: dict[str, Event] = field(default_factory=dict)
    """The newest event of each key that more will be said of."""
    shown: dict[CountSlot, CountValue] = field(default_factory=dict)
    """What its counts show by now."""
    counts: dict[CountSlot, int] = field(default_factory=dict)
    """The ids of its counts."""


@dataclass(slots=True, kw_only=True)
class Written:
    """How much there is by now."""

    counts: int = 0
    streams: int = 0
    events: int = 0
    """Those that stand."""
    movements: int = 0


class Scribe:
    """Writes tellings down through a pen; `directory` knows every identifier that they use."""

    def __init__(self, pen: Pen, directory: Directory, chance: random.Random, written: Written) -> None:
        self.written = written
        self._pen = pen
        self._directory = directory
        self._chance = chance
        self._seq = 0
        self._recorded_at = BEGAN
        self._cause_id = self._cause_of = 0
        self._left = 0

    def set_head(self) -> None:
        """Let the ledger go on behind what was written here."""
        LedgerHead.objects.filter(pk=1).update(seq=self._seq, recorded_at=self._recorded_at)

    def tell(self, tellings: Iterable[Telling], subjects: Iterable[Batch | Listing]) -> None:
        """Tell these streams in turns, so that what is told of one lies apart, as it does in life.

        `subjects` are the rows that they describe, not written yet.
        """
        every = list(tellings)
        turn, waiting = 0, list(every)
        while waiting:
            self._chance.shuffle(waiting)
            for telling in waiting:
                self._take(telling, telling.steps[turn])
            turn += 1
            waiting = [telling for telling in waiting if turn < len(telling.steps)]
        rows = {(type(row).__name__, row.pk): row for row in subjects}
        for telling in every:
            self._close(telling, rows)
        for row in rows.values():
            self._pen.put(type(row), **vars(row))

    def _take(self, telling: Telling, step: Step) -> None:
        match step:
            case Said(statement):
                event = self._event(telling, statement, revision=0)
                self._follow(telling, statement, event)
            case Again(statement):
                event = telling.events[statement.key]
                number, cause_id = self._pen.number(Restatement), self._new_cause(telling)
                self._pen.put(Restatement, id=number, event_id=event.id, cause_id=cause_id)
            case Reread(before, after):
                event, number = telling.events[before.key], self._pen.number(Retraction)
                self._pen.put(
                    Retraction,
                    id=number,
                    event_id=event.id,
                    stated_by_id=event.cause_id,
                    cause_id=self._new_cause(telling),
                )
                self.written.events -= 1
                self._follow(telling, after, self._event(telling, after, revision=1), anew=True)

    def _event(self, telling: Telling, statement: Statement, *, revision: int) -> Event:
        event = Event(self._pen.number(StockEvent), self._cause_for(telling))
        columns = to_columns(
            statement,
            source_id=telling.stream.source_id,
            stream_id=telling.stream.id,
            cause_id=event.cause_id,
            revision=revision,
        )
        self._pen.put(StockEvent, id=event.id, **columns)
        telling.events[statement.key] = event
        telling.standing[statement.key] = statement
        self.written.events += 1
        return event

    def _follow(self, telling: Telling, statement: Statement, event: Event, *, anew: bool = False) -> None:
        """Take the stream to the state after a statement, and write the movements."""
        is_new = telling.stream.is_new
        telling.stream = telling.stream.with_state(self._state(telling, statement, anew=anew))
        shown = values_of(telling.stream, telling.stream.state, telling.tenant, self._directory)
        for change in changes(telling.shown, shown, is_new=is_new):
            self._move(telling, change, event)
        telling.shown = shown

    def _state(self, telling: Telling, statement: Statement, *, anew: bool) -> fold.State:
        if not anew:
            try:
                return fold.advance(telling.stream.state, statement)[0]
            except Late:
                # A lot that was split off needs its opening, which only the fold is told.
                pass
        return fold.fold(telling.stream.kind, telling.standing.values(), openings=telling.openings)

    def _move(self, telling: Telling, change: CountChange, event: Event) -> None:
        if change.slot not in telling.counts:
            telling.counts[change.slot] = self._pen.number(Count)
        for delta in change.deltas:
            self._seq += 1
            self.written.movements += 1
            self._pen.put(
                Movement,
                seq=self._seq,
                count_id=telling.counts[change.slot],
                delta=delta,
                quality=change.after.quality,
                as_of=change.after.as_of,
                event_id=event.id,
                retraction_id=None,
                cause_id=event.cause_id,
                recorded_at=self._recorded_at,
            )

    def _cause_for(self, telling: Telling) -> int:
        if not self._left or self._cause_of != telling.stream.source_id:
            return self._new_cause(telling)
        self._left -= 1
        return self._cause_id

    def _new_cause(self, telling: Telling) -> int:
        self._recorded_at += BETWEEN_CAUSES
        self._cause_id = self._pen.number(Cause)
        self._cause_of, self._left = telling.stream.source_id, SAID_AT_ONCE - 1
        self._pen.put(
            Cause,
            id=self._cause_id,
            kind=Cause.Kind.DELIVERY,
            reference=f"bench:{self._cause_id}",
            actor="",
            note="",
            recorded_at=self._recorded_at,
        )
        return self._cause_id

    def _close(self, telling: Telling, rows: dict[tuple[str, int], Batch | Listing]) -> None:
        """Write the stream and its counts as they ended, and what it says of the rows that it describes."""
        stream = telling.stream
        self._pen.put(
            Stream,
            id=stream.id,
            source_id=stream.source_id,
            kind=stream.kind,
            slot=stream.slot,
            listing_id=stream.listing_id,
            batch_id=stream.batch_id,
            location_id=stream.location_id,
            state=stream.state.to_json(),
        )
        self.written.streams += 1
        for slot, value in telling.shown.items():
            self._pen.put(
                Count,
                id=telling.counts[slot],
                stream_id=stream.id,
                source_id=stream.source_id,
                slot=slot.text,
                listing_id=slot.listing_id,
                batch_id=slot.batch_id,
                location_id=slot.location_id,
                bucket=slot.bucket,
                state=slot.state,
                quantity=value.quantity,
                quality=value.quality,
                as_of=value.as_of,
            )
            self.written.counts += 1
        self._describe(telling, rows)
        self._link(telling)

    def _describe(self, telling: Telling, rows: dict[tuple[str, int], Batch | Listing]) -> None:
        stream, directory = telling.stream, self._directory
        match stream.state:
            case fold.LotState() as state:
                told = {("Batch", stream.subject_id): lot_row(stream, state, telling.tenant, directory)}
            case fold.PackageState():
                places = batch_places(stream, telling.tenant, directory)
                told = {("Batch", batch): dict(columns) for batch, columns in places.items()}
            case fold.DescriptionState() as state if stream.kind is StreamKind.LISTING:
                told = {("Listing", stream.subject_id): listing_row(state)}
            case fold.DescriptionState() as state:
                told = {("Batch", stream.subject_id): batch_row(state)}
            case _:
                return
        for which, columns in told.items():
            for name, value in columns.items():
                setattr(rows[which], name, value)

    def _link(self, telling: Telling) -> None:
        """Write the batch links that its statements say: of lots that were split off, or used up for another."""
        for statement in telling.standing.values():
            match statement:
                case LotSpawned():
                    kind, origin, result = BatchLink.Kind.SPLIT, statement.parent, statement.batch
                case LotEnded(role="destroyed") if statement.transaction:
                    # What it was used up for is named by the transaction, which here is named like it.
                    kind, origin, result = BatchLink.Kind.CONSUMED, statement.batch, statement.transaction
                case _:
                    continue
            ids = [
                self._directory.batches[Identifier(telling.stream.source_id, telling.tenant, name)]
                for name in (origin, result)
            ]
            self._pen.put(
                BatchLink,
                id=self._pen.number(BatchLink),
                kind=kind,
                origin_id=ids[0],
                result_id=ids[1],
                event_id=telling.events[statement.key].id,
                ended_by_id=None,
            )
