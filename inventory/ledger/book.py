"""One transaction of the ledger: what is written as it goes, and what is numbered at its end."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from inventory.events import Statement
from inventory.identity import Identifier, by_owner
from inventory.ledger.changing import Moved, StreamChange, Witness, apply_changes
from inventory.ledger.directory import Directory
from inventory.ledger.encoding import to_columns, to_statement
from inventory.ledger.errors import ConflictingStatement
from inventory.ledger.sequence import Ids, advance_head
from inventory.ledger.standing import (
    Stated,
    revisions_of,
    stated_by_references,
    stated_events,
    which_stand,
)
from inventory.ledger.turns import turns
from inventory.models import Cause, Movement, Restatement, Retraction, StockEvent
from inventory.rows import insert, select


@dataclass(frozen=True, slots=True, kw_only=True)
class Why:
    """The cause of a writing, before it is recorded."""

    kind: Cause.Kind
    reference: str = ""
    actor: str = ""
    note: str = ""

    def columns(self) -> dict[str, str]:
        """Its columns in a cause's row."""
        return {"kind": self.kind.value, "reference": self.reference, "actor": self.actor, "note": self.note}


@dataclass(slots=True, kw_only=True)
class Recorded:
    """What one call wrote."""

    cause_id: int
    events: int = 0
    """New events."""
    restated: int = 0
    """Events that were there already, now with one more cause."""
    retracted: int = 0
    movements: list[Moved] = field(default_factory=list)

    @property
    def wrote(self) -> bool:
        return bool(self.events or self.restated or self.retracted)


class Book:
    """Writes statements into the ledger within one transaction; see `posting`."""

    def __init__(self) -> None:
        self._directory = Directory()
        self._cause_ids = Ids(Cause)
        self._event_ids = Ids(StockEvent)
        self._causes: list[tuple[int, Why]] = []
        self._movements: list[Moved] = []

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """A savepoint of the database and of this book's memory: an error takes both back, even one at its end.

        What was found or made within it must not be believed any more: the rows are gone, and SQLite gives their ids to
        others.
        """
        directory, causes, movements = self._directory.copy(), len(self._causes), len(self._movements)
        try:
            with transaction.atomic():
                yield
        except BaseException:
            self._directory = directory
            del self._causes[causes:], self._movements[movements:]
            raise

    def prepare(self, items: Iterable[tuple[int, Sequence[Statement], Sequence[str]]]) -> None:
        """Find and lock, in one sorted sweep, all that these (source id, statements, replaces) will touch."""
        pairs: list[tuple[int, Statement]] = []
        for source_id, statements, replaces in items:
            pairs += [(source_id, statement) for statement in statements]
            pairs += _said(stated_by_references(replaces)) if replaces else []
        before = self._directory.copy()
        try:
            self._directory.cover(pairs)
        except BaseException:
            # The caller's savepoint takes away what was made: it must not be believed.
            self._directory = before
            raise

    def record(
        self, source_id: int, statements: Sequence[Statement], why: Why, *, replaces: Sequence[str] = ()
    ) -> Recorded:
        """Write statements of one source down, with their effects, in a savepoint of their own.

        A statement that stands already gets one more cause. With `replaces`, what the causes of those references
        state and these statements do not is taken back first. Raises ConflictingStatement when another cause's standing
        event has the same key and says something else, QuantityOutOfRange when a count leaves the range; then
        nothing of this call is written.
        """
        with self.savepoint():
            recorded = self._write(source_id, _distinct(statements), why.reference, replaces)
        if recorded.wrote:
            self._add(recorded.cause_id, why, recorded.movements)
        return recorded

    def record_together(self, pieces: Sequence[tuple[int, Sequence[Statement], Why]]) -> set[int]:
        """Write what several (source id, statements, why) say for the first time; return the places of those left out.

        `prepare` has covered them all. Everything is as if each were recorded alone, in this order, but with few
        statements of SQL for all of them (see `turns`). Left out is what has to be held against something: a key that
        was stated before, or twice here.
        Raises as `record` does; then nothing of this call is written.
        """
        keys = Counter((source_id, statement.key) for source_id, statements, _ in pieces for statement in statements)
        keys.update(dict.fromkeys(_known_keys(keys), 1))
        alone = {
            place
            for place, (source_id, statements, _) in enumerate(pieces)
            if any(keys[source_id, statement.key] > 1 for statement in statements)
        }
        together = [piece for place, piece in enumerate(pieces) if place not in alone]
        with self.savepoint():
            for turn in turns([(source_id, statements) for source_id, statements, _ in together], self._directory):
                self._write_turn([together[place] for place in turn])
        return alone

    def _write_turn(self, pieces: Sequence[tuple[int, Sequence[Statement], Why]]) -> None:
        """Write pieces of which none has to wait for another one's effects."""
        rows: list[dict[str, Any]] = []
        changes: list[StreamChange] = []
        event_ids = iter(self._event_ids.take(sum(len(statements) for _, statements, _ in pieces)))
        for (source_id, statements, why), cause_id in zip(pieces, self._cause_ids.take(len(pieces)), strict=True):
            self._add(cause_id, why, [])
            own: dict[str, StreamChange] = {}
            for statement, event_id in zip(statements, event_ids, strict=False):
                stream = self._directory.stream_of(source_id, statement)
                columns = to_columns(statement, source_id=source_id, stream_id=stream.id, cause_id=cause_id, revision=0)
                rows.append({"id": event_id, **columns})
                change = own.setdefault(stream.slot, StreamChange(stream))
                change.added.append((statement, Witness(cause_id, event_id)))
                change.until = event_id
            changes += own.values()
        insert(StockEvent, rows)
        self._movements += apply_changes(changes, self._directory)

    def correct(self, movements: Sequence[Moved], why: Why) -> None:
        """Add movements that bring a ledger whose sums went wrong back to what its counts show, with this cause."""
        if movements:
            [cause_id] = self._cause_ids.take(1)
            self._add(cause_id, why, [movement._replace(cause_id=cause_id) for movement in movements])

    def post(self) -> None:
        """The last step before the commit: number the movements and record everything, under the head's lock."""
        if not self._causes:
            return
        first, recorded_at = advance_head(len(self._movements))
        insert(Cause, [{"id": cause_id, **why.columns(), "recorded_at": recorded_at} for cause_id, why in self._causes])
        insert(
            Movement,
            [
                {"seq": seq, **movement._asdict(), "recorded_at": recorded_at}
                for seq, movement in enumerate(self._movements, start=first)
            ],
        )

    def _add(self, cause_id: int, why: Why, movements: Iterable[Moved]) -> None:
        self._causes.append((cause_id, why))
        self._movements += movements

    def _write(
        self, source_id: int, statements: dict[str, Statement], reference: str, replaces: Sequence[str]
    ) -> Recorded:
        [cause_id] = self._cause_ids.take(1)
        recorded = Recorded(cause_id=cause_id)
        withdrawn, kept = self._replaced(statements, reference, replaces)
        fresh = {key: statement for key, statement in statements.items() if key not in kept}
        self._directory.cover((source_id, statement) for statement in fresh.values())
        changes: dict[str, StreamChange] = {}
        if withdrawn:
            self._withdraw(withdrawn, recorded, changes)
        self._state(source_id, fresh, recorded, changes)
        recorded.movements = apply_changes(changes.values(), self._directory)
        return recorded

    def _replaced(
        self, statements: dict[str, Statement], reference: str, replaces: Sequence[str]
    ) -> tuple[list[Stated], set[str]]:
        """What is to be taken back, and the keys of what this reference states already."""
        if not replaces:
            return [], set()
        # Locked before it is read for good: two who take the same back must not both believe that it stands.
        self._directory.cover(_said(stated_by_references(replaces)))
        stated = stated_by_references(replaces)
        kept = {
            entry.event.key: entry
            for entry in stated
            if entry.reference == reference
            and entry.event.key in statements
            and to_statement(entry.event) == statements[entry.event.key]
        }
        withdrawn = [entry for entry in stated if kept.get(entry.event.key) is not entry]
        # What is now said otherwise is one event of the sender's, read better: nobody's earlier reading of it stands.
        reread = {
            entry.event.pk for entry in withdrawn if entry.event.key in statements and entry.event.key not in kept
        }
        known = {(entry.event.pk, entry.cause_id) for entry in withdrawn}
        withdrawn += [entry for entry in stated_events(reread) if (entry.event.pk, entry.cause_id) not in known]
        return withdrawn, set(kept)

    def _withdraw(self, withdrawn: list[Stated], recorded: Recorded, changes: dict[str, StreamChange]) -> None:
        retractions = Retraction.objects.bulk_create(
            Retraction(event=entry.event, stated_by_id=entry.cause_id, cause_id=recorded.cause_id)
            for entry in withdrawn
        )
        recorded.retracted = len(retractions)
        still = which_stand(entry.event.pk for entry in withdrawn)
        for retraction in retractions:
            if retraction.event_id not in still:
                statement = to_statement(retraction.event)
                stream = self._directory.stream_of(retraction.event.source_id, statement)
                witness = Witness(recorded.cause_id, retraction_id=retraction.pk)
                changes.setdefault(stream.slot, StreamChange(stream)).withdrawn.append((statement, witness))

    def _state(
        self, source_id: int, fresh: dict[str, Statement], recorded: Recorded, changes: dict[str, StreamChange]
    ) -> None:
        """Write the statements that are new; what they change is added to `changes`."""
        revisions = revisions_of(source_id, list(fresh)) if fresh else {}
        stands = which_stand(event.pk for events in revisions.values() for event in events) if revisions else set()
        event_ids = self._event_ids.take(len(fresh)) if fresh else []
        said: list[tuple[Statement, int]] = []
        rows: list[dict[str, Any]] = []
        again: list[Restatement] = []
        for (key, statement), event_id in zip(fresh.items(), event_ids, strict=True):
            known = revisions.get(key, [])
            equal = next((event for event in known if to_statement(event) == statement), None)
            if any(event.pk in stands and event is not equal for event in known):
                raise ConflictingStatement(f"{key}: another delivery says something else under this key")
            if equal is not None:
                again.append(Restatement(event=equal, cause_id=recorded.cause_id))
                if equal.pk not in stands:
                    said.append((statement, equal.pk))
                continue
            columns = to_columns(
                statement,
                source_id=source_id,
                stream_id=self._directory.stream_of(source_id, statement).id,
                cause_id=recorded.cause_id,
                revision=len(known),
            )
            rows.append({"id": event_id, **columns})
            said.append((statement, event_id))
        insert(StockEvent, rows)
        Restatement.objects.bulk_create(again)
        recorded.restated = len(again)
        recorded.events = len(rows)
        for statement, event_id in said:
            stream = self._directory.stream_of(source_id, statement)
            # An event that stands again has the cause that stated it first; what it does now has this one.
            witness = Witness(recorded.cause_id, event_id)
            changes.setdefault(stream.slot, StreamChange(stream)).added.append((statement, witness))


def _known_keys(keys: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Those of these (source id, key) under which something was ever stated."""
    # A key belongs to the source, whichever of its tenants it is about.
    for (source_id, _), wanted in by_owner([Identifier(source_id, "", key) for source_id, key in keys]):
        known = select(StockEvent, ("key",), "key", wanted, where="AND source_id = %s", params=[source_id])
        yield from ((source_id, key) for (key,) in known)


def _said(stated: Iterable[Stated]) -> list[tuple[int, Statement]]:
    return [(entry.event.source_id, to_statement(entry.event)) for entry in stated]


def _distinct(statements: Sequence[Statement]) -> dict[str, Statement]:
    by_key: dict[str, Statement] = {}
    for statement in statements:
        if by_key.setdefault(statement.key, statement) != statement:
            raise ConflictingStatement(f"{statement.key}: stated twice, differently, in one piece")
    return by_key


@contextmanager
def posting() -> Iterator[Book]:
    """One transaction of the ledger; everything recorded in it is committed together, or nothing is."""
    with transaction.atomic():
        book = Book()
        yield book
        book.post()
