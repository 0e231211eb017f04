"""Batch links: a projection of the standing events of lots."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from django.db.models import Q

from inventory.events import LotBorn, LotEnded, Statement, StreamKind
from inventory.fold.links import LinkKind, LotLink, links_of_lot, links_of_transaction
from inventory.identity import Identifier, by_owner, find_or_make_batches
from inventory.ledger.encoding import KEPT, Kept, to_statement
from inventory.ledger.folding import statements_of
from inventory.ledger.standing import standing_events
from inventory.models import Batch, BatchLink


class LinkedLot(NamedTuple):
    """A lot that may be tied to others, and all that stands of it."""

    stream_id: int
    batch: Batch
    statements: Sequence[Statement]

    @property
    def transactions(self) -> set[str]:
        """The transactions in which it was used up or made."""
        return {
            event.transaction
            for event in self.statements
            if event.transaction and isinstance(event, LotEnded | LotBorn) and event.role in {"destroyed", "produced"}
        }

    def named(self, external_id: str) -> Identifier:
        return Identifier(self.batch.source_id, self.batch.tenant, external_id)


def follow_links(stream_id: int, batch_id: int) -> None:
    """Bring the links that a lot's events say, and those of its transactions, up to what stands."""
    lots = [LinkedLot(stream_id, Batch.objects.get(pk=batch_id), statements_of(stream_id))]
    said = _said(lots)[stream_id]
    stored = {_identity(link): link for link in _stored(lots)[stream_id]}
    BatchLink.objects.filter(pk__in=[link.pk for identity, link in stored.items() if identity not in said]).delete()
    BatchLink.objects.bulk_create([link for identity, link in said.items() if identity not in stored])
    for identity, link in said.items():
        if identity in stored and stored[identity].ended_by_id != link.ended_by_id:
            BatchLink.objects.filter(pk=stored[identity].pk).update(ended_by=link.ended_by_id)


def misplaced_links(lots: Sequence[LinkedLot]) -> dict[int, tuple[list[str], list[str]]]:
    """By stream, the links of these lots as they are stored and as they should be, in words, where the two differ."""
    stored, said = _stored(lots), _said(lots)
    words = {
        lot.stream_id: (
            sorted(map(_words, stored[lot.stream_id])),
            sorted(map(_words, said[lot.stream_id].values())),
        )
        for lot in lots
    }
    return {stream_id: (is_stored, should) for stream_id, (is_stored, should) in words.items() if is_stored != should}


def _stored(lots: Sequence[LinkedLot]) -> dict[int, list[BatchLink]]:
    """By stream, the links kept for a lot: those of its own events, and what it was consumed for or made of."""
    found: dict[int, list[BatchLink]] = {lot.stream_id: [] for lot in lots}
    own = BatchLink.objects.filter(event__stream__among=found).exclude(kind=LinkKind.CONSUMED)
    for link in own.select_related("event"):
        found[link.event.stream_id].append(link)
    by_batch = {lot.batch.pk: lot.stream_id for lot in lots}
    either = Q(origin__among=by_batch) | Q(result__among=by_batch)
    for link in BatchLink.objects.filter(either, kind=LinkKind.CONSUMED):
        for batch_id in {link.origin_id, link.result_id} & by_batch.keys():
            found[by_batch[batch_id]].append(link)
    return found


def _said(lots: Sequence[LinkedLot]) -> dict[int, dict["Identity", BatchLink]]:
    """By stream, the links that stand by a lot's own events and by those of the transactions that it took part in."""
    together = _together(lots)
    links = {lot.stream_id: list(_links(lot, together)) for lot in lots}
    every = [(lot, link) for lot in lots for link in links[lot.stream_id]]
    # Every batch that a link names is there, because the ledger made it first.
    batches = find_or_make_batches(lot.named(name) for lot, link in every for name in (link.origin, link.result))
    events = _standing_ids(
        {(lot.batch.source_id, key) for lot, link in every for key in (link.key, link.ended_by) if key}
    )

    def row(lot: LinkedLot, link: LotLink) -> BatchLink:
        return BatchLink(
            kind=link.kind.value,
            origin_id=batches[lot.named(link.origin)],
            result_id=batches[lot.named(link.result)],
            event_id=events[lot.batch.source_id, link.key],
            ended_by_id=events[lot.batch.source_id, link.ended_by] if link.ended_by else None,
        )

    rows = {lot.stream_id: [row(lot, link) for link in links[lot.stream_id]] for lot in lots}
    return {stream_id: {_identity(link): link for link in found} for stream_id, found in rows.items()}


def _together(lots: Iterable[LinkedLot]) -> dict[Identifier, list[Statement]]:
    """What stands of all the lots that took part in the transactions of these, by transaction."""
    # Asked for by the source alone: two of its accounts may use one name.
    wanted = {Identifier(lot.batch.source_id, "", transaction) for lot in lots for transaction in lot.transactions}
    found: dict[Identifier, list[Statement]] = {}
    for (source_id, _), transactions in by_owner(sorted(wanted)):
        events = standing_events().filter(
            source=source_id, transaction__among=transactions, stream__kind=StreamKind.LOT
        )
        for kept in events.order_by("id").values_list(*KEPT):
            statement = to_statement(Kept(*kept))
            found.setdefault(Identifier(source_id, statement.tenant, statement.transaction), []).append(statement)
    return found


def _links(lot: LinkedLot, together: Mapping[Identifier, list[Statement]]) -> Iterator[LotLink]:
    yield from links_of_lot(lot.statements)
    for transaction in sorted(lot.transactions):
        links = links_of_transaction(together[lot.named(transaction)])
        yield from (link for link in links if lot.batch.external_id in {link.origin, link.result})


def _standing_ids(wanted: Iterable[tuple[int, str]]) -> dict[tuple[int, str], int]:
    """The standing events of these (source id, key)."""
    found: dict[tuple[int, str], int] = {}
    # A key belongs to the source, whichever of its tenants it is about.
    for (source_id, _), keys in by_owner(sorted(Identifier(source_id, "", key) for source_id, key in wanted)):
        standing = standing_events().filter(source=source_id, key__among=keys)
        found |= {(source_id, key): pk for key, pk in standing.values_list("key", "pk")}
    return found


Identity = tuple[str, int, int, int]


def _identity(link: BatchLink) -> Identity:
    return link.kind, link.origin_id, link.result_id, link.event_id


def _words(link: BatchLink) -> str:
    ended = f", ended by event {link.ended_by_id}" if link.ended_by_id else ""
    return f"{link.origin_id} {link.kind} {link.result_id} by event {link.event_id}{ended}"
