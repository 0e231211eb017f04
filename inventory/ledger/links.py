"""Batch links: a projection of the standing events of lots."""

from django.db.models import Q

from inventory.events import LotBorn, LotEnded, StreamKind
from inventory.fold.links import LinkKind, LotLink, links_of_lot, links_of_transaction
from inventory.ledger.encoding import to_statement
from inventory.ledger.folding import statements_of
from inventory.ledger.standing import standing_events
from inventory.models import Batch, BatchLink


def follow_links(stream_id: int, batch_id: int) -> None:
    """Bring the links that a lot's events say, and those of its transactions, up to what stands."""
    batch = Batch.objects.get(pk=batch_id)
    said = _rows(batch, said_links(stream_id, batch))
    stored = {_identity(link): link for link in stored_links(stream_id, batch_id)}
    BatchLink.objects.filter(pk__in=[link.pk for identity, link in stored.items() if identity not in said]).delete()
    BatchLink.objects.bulk_create([link for identity, link in said.items() if identity not in stored])
    for identity, link in said.items():
        if identity in stored and stored[identity].ended_by_id != link.ended_by_id:
            BatchLink.objects.filter(pk=stored[identity].pk).update(ended_by=link.ended_by_id)


def said_links(stream_id: int, batch: Batch) -> list[LotLink]:
    """The links that stand by a lot's own events and by those of the transactions that it took part in."""
    own = statements_of(stream_id)
    links = links_of_lot(own)
    transactions = {
        event.transaction
        for event in own
        if event.transaction and isinstance(event, LotEnded | LotBorn) and event.role in {"destroyed", "produced"}
    }
    for transaction in sorted(transactions):
        rows = standing_events().filter(source=batch.source_id, transaction=transaction, stream__kind=StreamKind.LOT)
        together = [statement for statement in map(to_statement, rows) if statement.tenant == batch.tenant]
        links += [link for link in links_of_transaction(together) if batch.external_id in {link.origin, link.result}]
    return links


def stored_links(stream_id: int, batch_id: int) -> list[BatchLink]:
    """The links that are kept for a lot: those of its own events, and what it was consumed for or made of."""
    consumed = Q(kind=LinkKind.CONSUMED) & (Q(origin=batch_id) | Q(result=batch_id))
    return list(BatchLink.objects.filter(consumed | (Q(event__stream=stream_id) & ~Q(kind=LinkKind.CONSUMED))))


def misplaced_links(stream_id: int, batch_id: int) -> tuple[list[str], list[str]] | None:
    """The links of a lot as they are stored and as they should be, in words; None where the two are the same."""
    batch = Batch.objects.get(pk=batch_id)
    stored = sorted(map(_words, stored_links(stream_id, batch_id)))
    should = sorted(map(_words, _rows(batch, said_links(stream_id, batch)).values()))
    return None if stored == should else (stored, should)


Identity = tuple[str, int, int, int]


def _identity(link: BatchLink) -> Identity:
    return link.kind, link.origin_id, link.result_id, link.event_id


def _words(link: BatchLink) -> str:
    ended = f", ended by event {link.ended_by_id}" if link.ended_by_id else ""
    return f"{link.origin_id} {link.kind} {link.result_id} by event {link.event_id}{ended}"


def _rows(batch: Batch, links: list[LotLink]) -> dict[Identity, BatchLink]:
    """These links as unsaved rows; every batch that they name is there, because the ledger made it first."""
    names = {name for link in links for name in (link.origin, link.result)}
    batches = Batch.objects.filter(source=batch.source_id, tenant=batch.tenant, external_id__in=names)
    ids = dict(batches.values_list("external_id", "pk"))
    keys = {key for link in links for key in (link.key, link.ended_by) if key}
    standing = standing_events().filter(source=batch.source_id, key__in=keys)
    events = dict(standing.values_list("key", "pk"))
    rows = [
        BatchLink(
            kind=link.kind.value,
            origin_id=ids[link.origin],
            result_id=ids[link.result],
            event_id=events[link.key],
            ended_by_id=events[link.ended_by] if link.ended_by else None,
        )
        for link in links
    ]
    return {_identity(row): row for row in rows}
