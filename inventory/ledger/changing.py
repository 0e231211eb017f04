"""What one piece of writing does to the streams that it touches: their states, counts, rows and movements."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from inventory.events import Statement
from inventory.fold import CountState, Late, State
from inventory.ledger.directory import Directory, OpenStream
from inventory.ledger.folding import refold
from inventory.ledger.projection import write_counts, write_described, write_states
from inventory.ledger.values import CountChange, changes, values_of
from inventory.models import Movement, Retraction, StockEvent
from inventory.quantity import QuantityOutOfRange


@dataclass(slots=True)
class StreamChange:
    """What is added to one stream and taken from it, in one piece; all of it is stored already."""

    stream: OpenStream
    withdrawn: list[tuple[Statement, Retraction]] = field(default_factory=list)
    added: list[tuple[Statement, StockEvent]] = field(default_factory=list)

    @property
    def tenant(self) -> str:
        return (self.added or self.withdrawn)[0][0].tenant

    def steps(self) -> Iterator[tuple[State, StockEvent | Retraction]]:
        """The states that the stream goes through, each with what brought it there.

        Events that come next are taken one by one. Where something is late or taken back, the stream is folded anew
        once: a piece is judged by where it ends, not by states on the way that never were. Raises QuantityOutOfRange
        when the end is out of range.
        """
        self.added.sort(key=lambda pair: pair[0].position)
        effective: list[StockEvent | Retraction] = [
            retraction for statement, retraction in self.withdrawn if not self._is_covered(statement)
        ]
        steps: list[tuple[State, StockEvent | Retraction]] = []
        state = self.stream.state
        if not effective:
            for statement, event in self.added:
                try:
                    state, _ = state.advance(statement)
                except (Late, QuantityOutOfRange):
                    effective = [event]
                    break
                steps.append((state, event))
        if not effective:
            yield from steps
            return
        first = min(statement.position for statement, _ in [*self.added, *self.withdrawn])
        witness = self.added[0][1] if self.withdrawn and self.added else effective[0]
        yield refold(self.stream, first), witness

    def _is_covered(self, statement: Statement) -> bool:
        """Whether a newer reading covers what is taken back, so that its absence changes nothing."""
        state = self.stream.state
        return isinstance(state, CountState) and state.anchor is not None and statement.position < state.anchor


def apply_changes(pieces: Iterable[StreamChange], directory: Directory, cause_id: int) -> list[Movement]:
    """Bring every touched stream to its new state; return the movements, which are not stored yet."""
    moved: list[tuple[OpenStream, CountChange, StockEvent | Retraction]] = []
    changed: list[tuple[OpenStream, str]] = []
    for piece in pieces:
        stream = piece.stream
        for state, witness in piece.steps():
            after = stream.with_state(state)
            moved += [(after, change, witness) for change in _count_changes(stream, after, piece.tenant, directory)]
            stream = after
        if stream.state != piece.stream.state:
            directory.streams[stream.slot] = stream
            changed.append((stream, piece.tenant))
    ids = write_counts((stream, change) for stream, change, _ in moved)
    write_states(stream for stream, _ in changed)
    for stream, tenant in changed:
        write_described(stream, tenant, directory)
    return [
        Movement(
            count_id=ids[change.slot.text],
            delta=delta,
            quality=change.after.quality,
            as_of=change.after.as_of,
            event=witness if isinstance(witness, StockEvent) else None,
            retraction=witness if isinstance(witness, Retraction) else None,
            cause_id=cause_id,
        )
        for _, change, witness in moved
        for delta in change.deltas
    ]


def _count_changes(before: OpenStream, after: OpenStream, tenant: str, directory: Directory) -> list[CountChange]:
    return changes(
        {} if before.is_new else values_of(before, before.state, tenant, directory),
        values_of(after, after.state, tenant, directory),
        is_new=before.is_new,
    )
