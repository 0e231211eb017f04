"""The fold alone, as the ledger uses it: statements arrive in pieces, states are kept as JSON from piece to piece."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from inventory import fold
from inventory.events import (
    Bucket,
    CountStatement,
    LotSpawned,
    LotStatement,
    PackageStatement,
    Statement,
    StreamKind,
)
from inventory.fold import CountState, DescriptionState, LotState, PackageState, ParentEdge, State
from inventory.fold.links import links_of_lot, links_of_transaction
from tests.laws.reference import CountName, Link, Value, World


class Stream(NamedTuple):
    """What is folded together, by the source's own identifiers."""

    kind: StreamKind
    name: str
    counted: CountName | None = None


def stream_of(said: Statement) -> Stream:
    match said:
        case CountStatement():
            count = CountName(said.listing, said.batch, said.location, said.bucket, said.state)
            return Stream(StreamKind.COUNT, "", count)
        case LotStatement():
            return Stream(StreamKind.LOT, said.batch)
        case PackageStatement():
            return Stream(StreamKind.PACKAGE, said.package)
        case _:
            return Stream(said.stream, str(getattr(said, "location", "") or getattr(said, said.stream.value, "")))


@dataclass
class Shelf:
    """The states of one tenant of one source."""

    said: dict[Stream, dict[str, Statement]] = field(default_factory=dict)
    states: dict[Stream, State] = field(default_factory=dict)

    def take(self, piece: Iterable[Statement]) -> None:
        """What one transaction does: each event that comes next is taken, anything else is folded anew."""
        for said in piece:
            stream = stream_of(said)
            known = self.said.setdefault(stream, {})
            if known.setdefault(said.key, said) is not said:
                continue
            state = self.states.get(stream) or fold.start(stream.kind)
            try:
                if isinstance(state, LotState):
                    state, _ = state.advance(said, self._openings(known.values()))
                else:
                    state, _ = state.advance(said)
            except fold.Late:
                state = self._fold(stream)
            self.states[stream] = state
        for stream, known in self.said.items():
            if any(isinstance(said, LotSpawned) for said in known.values()):
                # It follows the lot that it was split off.
                self.states[stream] = self._fold(stream)

    def restart(self) -> None:
        """Forget everything but what a database would keep."""
        self.states = {
            stream: fold.load(stream.kind, json.loads(json.dumps(state.to_json())))
            for stream, state in self.states.items()
        }

    def rebuilt(self) -> "Shelf":
        """Everything that was said, folded at once."""
        return Shelf(said=self.said, states={stream: self._fold(stream) for stream in self.said})

    def _fold(self, stream: Stream) -> State:
        said = list(self.said[stream].values())
        return fold.fold(stream.kind, said, openings=self._openings(said))

    def _openings(self, statements: Iterable[Statement], way: frozenset[str] = frozenset()) -> fold.Openings:
        """Where lots that were split off opened; on a way that turns in a circle, nowhere."""
        found: dict[str, tuple[str, str]] = {}
        for said in statements:
            if isinstance(said, LotSpawned):
                parent = self.said.get(Stream(StreamKind.LOT, said.parent), {}).values()
                history = [event for event in parent if event.occurred <= said.occurred]
                longer = way | {said.batch}
                above = fold.NO_OPENINGS if said.parent in longer else self._openings(history, longer)
                found[said.key] = fold.place_at(history, said.position, above)
        return found

    def world(self) -> World:
        """What all of it shows."""
        world = World()
        edges: dict[str, ParentEdge] = {}
        for stream, state in self.states.items():
            match state:
                case CountState() if stream.counted:
                    world.counts[stream.counted] = Value(state.value.quantity, state.value.quality)
                case PackageState():
                    for ((listing, batch, place), bucket), value in state.counts.items():
                        world.counts[CountName(listing, batch, place, bucket, "")] = Value(
                            value.quantity, value.quality
                        )
                    for batch, where in state.whereabouts.items():
                        world.lots[batch] = ("unknown", where.listing, where.location)
                case LotState():
                    world.lots[stream.name] = (state.status.value, state.listing, state.place)
                    for (listing, place), value in state.counts.items():
                        name = CountName(listing, stream.name, place, Bucket.AVAILABLE, "")
                        world.counts[name] = Value(value.quantity, value.quality)
                case DescriptionState():
                    {
                        StreamKind.LISTING: world.listings,
                        StreamKind.BATCH: world.batches,
                        StreamKind.PLACE: world.places,
                    }[stream.kind][stream.name] = dict(state.fields)
                    register = fold.parent_of(state) if stream.kind is StreamKind.PLACE else None
                    if register is not None:
                        parent = register.value if isinstance(register.value, str) else ""
                        edges[stream.name] = ParentEdge(parent, register.position)
        standing = fold.standing_parents(edges)
        world.parents, world.refused = dict(standing.parents), set(standing.refused)
        world.links = self._links()
        return world

    def _links(self) -> set[Link]:
        lots = [list(said.values()) for stream, said in self.said.items() if stream.kind is StreamKind.LOT]
        links = [link for lot in lots for link in links_of_lot(lot)]
        every = [said for lot in lots for said in lot]
        for transaction in {said.transaction for said in every if said.transaction}:
            links += links_of_transaction([said for said in every if said.transaction == transaction])
        return {Link(link.kind.value, link.origin, link.result, link.key, bool(link.ended_by)) for link in links}


def shelves(pieces: Iterable[Iterable[Statement]], *, restart: bool = True) -> dict[str, Shelf]:
    """A shelf for each tenant, after these pieces; between two pieces everything is written down and read again."""
    found: dict[str, Shelf] = {}
    for piece in pieces:
        by_tenant: dict[str, list[Statement]] = {}
        for said in piece:
            by_tenant.setdefault(said.tenant, []).append(said)
        for tenant, statements in by_tenant.items():
            shelf = found.setdefault(tenant, Shelf())
            shelf.take(statements)
            if restart:
                shelf.restart()
    return found
