"""What one piece of writing does to the streams that it touches: their states, counts, rows and movements."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from inventory.events import LotSpawned, PlacesNamed, Position, Quality, Statement, StreamKind
from inventory.fold import NO_NAMING, CountState, Late, Naming, NamingState, State, advance
from inventory.fold.links import may_link
from inventory.identity import Identifier
from inventory.ledger.directory import Directory
from inventory.ledger.folding import refold
from inventory.ledger.links import follow_links
from inventory.ledger.naming import follow_naming, packages_at
from inventory.ledger.packages import follow_packages
from inventory.ledger.places import edge_of, follow_places
from inventory.ledger.projection import write_all_described, write_counts, write_states
from inventory.ledger.slots import stream_slot
from inventory.ledger.splits import note_splits, split_off
from inventory.ledger.streams import Changed, OpenStream, naming_in
from inventory.ledger.values import NOTHING_STANDS, CountChange, changes_between
from inventory.quantity import QuantityOutOfRange


class Witness(NamedTuple):
    """What brings a change about: an event or a retraction that is stored, and the cause of the change."""

    cause_id: int
    event_id: int | None = None
    retraction_id: int | None = None


class Moved(NamedTuple):
    """A movement that is not stored yet, and has no number."""

    count_id: int
    delta: Decimal
    quality: Quality
    as_of: int | None
    cause_id: int
    event_id: int | None
    retraction_id: int | None


@dataclass(slots=True)
class StreamChange:
    """What is added to one stream and taken from it, in one piece; all of it is stored already."""

    stream: OpenStream
    withdrawn: list[tuple[Statement, Witness]] = field(default_factory=list)
    added: list[tuple[Statement, Witness]] = field(default_factory=list)
    parent: "StreamChange | None" = None
    """What changes in the lot that this one was split off, or in one further back; or in the names of places."""
    until: int | None = None
    """The newest event that this piece may know; None: every one that is stored."""

    @property
    def first(self) -> tuple[Statement, Witness]:
        """The first of what is said here, or else of what changes in the parent."""
        said = [*self.added, *self.withdrawn]
        if len(said) == 1:
            return said[0]
        if not said and self.parent is not None:
            return self.parent.first
        return min(said, key=lambda pair: pair[0].position)

    @property
    def may_link(self) -> bool:
        """Whether what is said here can tie a lot to another one, or untie it."""
        said = [*self.added, *self.withdrawn]
        return any(may_link(statement) for statement, _ in said)

    @property
    def tenant(self) -> str:
        return self.first[0].tenant

    @property
    def position(self) -> Position:
        return self.first[0].position

    def steps(self, names: Naming = NO_NAMING) -> Iterator[tuple[State, Witness]]:
        """The states that the stream goes through, each with what brought it there.

        `names` are what the names of places mean by now; they matter to packages only.

        Events that come next are taken one by one. Where something is late or taken back, the stream is folded anew
        once: a piece is judged by where it ends, not by states on the way that never were. Raises QuantityOutOfRange
        when the end is out of range.
        """
        self.added.sort(key=lambda pair: pair[0].position)
        effective: list[Witness] = [
            retraction for statement, retraction in self.withdrawn if not self._is_covered(statement)
        ]
        steps: list[tuple[State, Witness]] = []
        if self.parent is not None:
            effective.append(self.first[1])
        state = self.stream.state
        if not effective:
            for statement, event in self.added:
                try:
                    state, _ = advance(state, statement, names=names)
                except (Late, QuantityOutOfRange):
                    effective = [event]
                    break
                steps.append((state, event))
        if not effective:
            yield from steps
            return
        witness = self.added[0][1] if self.withdrawn and self.added else effective[0]
        yield refold(self.stream, self.position, names, until=self.until), witness

    def _is_covered(self, statement: Statement) -> bool:
        """Whether others say as much as what is taken back, so that its absence changes nothing."""
        state = self.stream.state
        if isinstance(state, NamingState) and isinstance(statement, PlacesNamed):
            return state.is_within(statement)
        return isinstance(state, CountState) and state.anchor is not None and statement.position < state.anchor


def apply_changes(pieces: Iterable[StreamChange], directory: Directory) -> list[Moved]:
    """Bring every touched stream to its new state; return the movements, which are not stored yet.

    Several pieces may be about one count or lot: each goes on from where the one before it ended. Each movement has the
    cause of the event or retraction that brought it about.

    Raises ConflictingStatement for a package that tells of a batch whose counts belong to another one.
    """
    moved: list[tuple[OpenStream, CountChange, Witness]] = []
    changed: dict[str, Changed] = {}
    tied: dict[int, OpenStream] = {}
    for piece in _with_split_off_lots(_with_renamed_packages(pieces, directory), directory):
        piece.stream = stream = directory.streams[piece.stream.slot]
        tenant = piece.tenant
        for state, witness in piece.steps(directory.names_of(stream, tenant)):
            after = stream.with_state(state)
            moved += [(after, change, witness) for change in changes_between(stream, after, tenant, directory)]
            stream = after
        if stream.state != piece.stream.state:
            directory.streams[stream.slot] = stream
            before = changed[stream.slot].before if stream.slot in changed else piece.stream
            changed[stream.slot] = Changed(before, stream, tenant)
        if piece.may_link:
            # Even where the lot stays as it is: a late event may tie it to another one all the same.
            tied[stream.id] = stream
    # What a package tells no more comes first: another one may tell it now.
    moved.sort(key=lambda entry: entry[0].kind is not StreamKind.PACKAGE or entry[1].after != NOTHING_STANDS)
    ids = write_counts((stream, change) for stream, change, _ in moved)
    write_states(entry.after for entry in changed.values())
    follow_packages([entry for entry in changed.values() if entry.after.kind is StreamKind.PACKAGE], directory)
    write_all_described(changed.values(), directory)
    for stream in tied.values():
        follow_links(stream.id, stream.subject_id)
    replaced = {
        (entry.after.source_id, entry.tenant)
        for entry in changed.values()
        if entry.after.kind is StreamKind.PLACE and edge_of(entry.before.state) != edge_of(entry.after.state)
    }
    for source_id, tenant in sorted(replaced):
        follow_places(source_id, tenant)
    return [
        Moved(
            count_id=ids[change.slot.text],
            delta=delta,
            quality=change.after.quality,
            as_of=change.after.as_of,
            **witness._asdict(),
        )
        for _, change, witness in moved
        for delta in change.deltas
    ]


def _with_renamed_packages(pieces: Iterable[StreamChange], directory: Directory) -> list[StreamChange]:
    """These pieces without those of namings, which are applied, and one more for each package whose places they change.

    The packages need no second look: whoever writes one holds the lock of its account's naming.
    """
    namings: list[StreamChange] = []
    others: list[StreamChange] = []
    for piece in pieces:
        (namings if piece.stream.kind is StreamKind.NAMING else others).append(piece)
    for piece in namings:
        stream = piece.stream
        for state, _ in piece.steps():
            stream = stream.with_state(state)
        if stream.state == piece.stream.state:
            continue
        directory.streams[stream.slot] = stream
        write_states([stream])
        before, after = naming_in(piece.stream.state), naming_in(stream.state)
        if before.places() != after.places():
            follow_naming(stream.source_id, piece.tenant, after)
        if places := before.replaced_by(after):
            slots = packages_at(stream.source_id, piece.tenant, places)
            directory.cover_streams(slots)
            _follow(piece, slots, others, directory)
    return others


def _with_split_off_lots(pieces: list[StreamChange], directory: Directory) -> list[StreamChange]:
    """These pieces, and one more for each lot that opens elsewhere, or may, because of what changes in its parent."""
    lots = [piece for piece in pieces if piece.stream.kind is StreamKind.LOT]
    if not lots:
        return pieces
    note_splits(
        (
            directory.batches[Identifier(piece.stream.source_id, statement.tenant, statement.parent)],
            piece.stream.subject_id,
            witness.event_id,
        )
        for piece in lots
        for statement, witness in piece.added
        if isinstance(statement, LotSpawned) and statement.parent and witness.event_id is not None
    )
    # A lot of which several pieces speak has no other that was split off it (see `turns`).
    changed = {piece.stream.subject_id: piece.position.occurred for piece in lots}
    by_batch = {piece.stream.subject_id: piece for piece in lots}
    for child, reopened in split_off(changed).items():
        _follow(by_batch[reopened.changed], [stream_slot(StreamKind.LOT, child)], pieces, directory)
    return pieces


def _follow(parent: StreamChange, slots: Iterable[str], pieces: list[StreamChange], directory: Directory) -> None:
    """Let the pieces of these streams follow what changes in `parent`; where there is none, add one."""
    known = {piece.stream.slot: piece for piece in pieces}
    for slot in slots:
        if slot not in known:
            known[slot] = StreamChange(directory.streams[slot])
            pieces.append(known[slot])
        known[slot].parent = parent
