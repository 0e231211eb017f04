"""Writes a stream's new state down: the counts, and the rows that it describes."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Case, F, Value, When

from inventory import rows
from inventory.events import FieldValue, StreamKind
from inventory.fold import DescriptionState, LotState
from inventory.identity import Identifier
from inventory.ledger.directory import Directory
from inventory.ledger.streams import Changed, OpenStream
from inventory.ledger.values import CountChange, names_in
from inventory.matching import follow_description
from inventory.models import Batch, Count, Listing, Location, Stream

NAME_LENGTH = 500


def write_states(streams: Iterable[OpenStream]) -> None:
    """Keep the states of these streams."""
    rows.update(Stream, [{"id": stream.id, "state": stream.state.to_json()} for stream in streams])


def write_counts(changed: Iterable[tuple[OpenStream, CountChange]]) -> dict[str, int]:
    """Bring counts up to date, each to the last of its changes; return their ids by slot."""
    news = {
        change.slot.text: {
            "stream_id": stream.id,
            "source_id": stream.source_id,
            "slot": change.slot.text,
            **change.slot._asdict(),
            "quantity": change.after.quantity,
            "quality": change.after.quality,
            "as_of": change.after.as_of,
        }
        for stream, change in changed
    }
    return rows.upsert(Count, "slot", ("quantity", "quality", "as_of"), list(news.values()))


def write_all_described(changed: Iterable[Changed], directory: Directory) -> None:
    """Bring the batches, listings and locations that these streams describe up to date.

    But for what hangs on other streams as well: batch links and the parents of places. What says the same stays
    unwritten.
    """
    lots, batches = [], []
    for before, stream, tenant in changed:
        match stream.state:
            case LotState() as state:
                lots.append({"id": stream.subject_id, **lot_row(stream, state, tenant, directory)})
            case DescriptionState() as state if _says_the_same(before, state):
                # Senders repeat themselves: a place is named with every lot that comes to it.
                pass
            case DescriptionState() as state if stream.kind is StreamKind.BATCH:
                batches.append({"id": stream.subject_id, **batch_row(state)})
            case _:
                _write_described(stream)
    rows.update(Batch, lots)
    rows.update(Batch, batches)


def _says_the_same(before: OpenStream, state: DescriptionState) -> bool:
    was = before.state
    # What a listing's barcodes match hangs on other listings as well.
    same = isinstance(was, DescriptionState) and was.fields == state.fields and before.kind is not StreamKind.LISTING
    return same and not before.is_new


def _write_described(stream: OpenStream) -> None:
    match stream.state:
        case DescriptionState() as state if stream.listing_id:
            Listing.objects.filter(pk=stream.listing_id).update(**listing_row(state))
            follow_description(stream.listing_id, state.fields)
        case DescriptionState() as state:
            row = location_row(state)
            # A place that the source's naming knows has its newest name from there.
            name = Case(When(identity="", then=Value(row.pop("name"))), default=F("name"))
            Location.objects.filter(pk=stream.subject_id).update(**row, name=name)
        case _:
            pass


def lot_row(stream: OpenStream, state: LotState, tenant: str, directory: Directory) -> dict[str, object]:
    """What a lot's state makes of its batch's columns."""
    directory.cover_names(names_in(state, stream.source_id, tenant))
    listing = Identifier(stream.source_id, tenant, state.listing)
    place = Identifier(stream.source_id, tenant, state.place)
    return {
        "status": state.status.value,
        "listing_id": directory.listings[listing] if state.listing else None,
        "location_id": directory.locations[place] if state.place else None,
    }


def listing_row(state: DescriptionState) -> dict[str, object]:
    """What a description makes of its listing's columns."""
    return {
        "name": _text(state.fields, "name"),
        "active": state.fields.get("active") is not False,
        "description": state.fields,
    }


def batch_row(state: DescriptionState) -> dict[str, object]:
    """What a description makes of its batch's columns."""
    return {
        "label": _text(state.fields, "label"),
        "expires_on": _day(state.fields, "expires_on"),
        "description": state.fields,
    }


def location_row(state: DescriptionState) -> dict[str, object]:
    """What a description makes of its location's columns, but for the parent, which depends on other places."""
    return {
        "name": name_in(state.fields),
        "kind": _text(state.fields, "kind")[:40],
        "active": state.fields.get("active") is not False,
        "description": state.fields,
    }


def name_in(fields: dict[str, FieldValue]) -> str:
    """The name that a description gives; '' where it gives none."""
    return _text(fields, "name")


def _text(fields: dict[str, FieldValue], name: str) -> str:
    value = fields.get(name)
    return value[:NAME_LENGTH] if isinstance(value, str) else ""


def _day(fields: dict[str, FieldValue], name: str) -> date | None:
    value = fields.get(name)
    return date.fromisoformat(value) if isinstance(value, str) else None
