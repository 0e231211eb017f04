"""Writes a stream's new state down: the counts, and the rows that it describes."""

import json
from collections.abc import Iterable, Sequence
from datetime import date

from django.db import connection
from django.db.models import Case, F, Value, When

from inventory.events import FieldValue
from inventory.fold import DescriptionState, LotState
from inventory.identity import Identifier
from inventory.ledger.directory import Directory, OpenStream
from inventory.ledger.values import CountChange, names_in
from inventory.matching import follow_description
from inventory.models import Batch, Count, Listing, Location

NAME_LENGTH = 500


def write_states(streams: Iterable[OpenStream]) -> None:
    """Keep the states of these streams."""
    states = [(json.dumps(stream.state.to_json()), stream.id) for stream in streams]
    if states:
        with connection.cursor() as cursor:
            # One statement, executed for each: bulk_update makes a single one with a CASE of all.
            cursor.executemany("UPDATE inventory_stream SET state = %s WHERE id = %s", states)


def write_counts(changed: Iterable[tuple[OpenStream, CountChange]]) -> dict[str, int]:
    """Bring counts up to date, each to the last of its changes; return their ids by slot."""
    rows = {
        change.slot.text: Count(
            stream_id=stream.id,
            source_id=stream.source_id,
            slot=change.slot.text,
            **change.slot._asdict(),
            quantity=change.after.quantity,
            quality=change.after.quality,
            as_of=change.after.as_of,
        )
        for stream, change in changed
    }
    written = Count.objects.bulk_create(
        rows.values(), update_conflicts=True, unique_fields=["slot"], update_fields=["quantity", "quality", "as_of"]
    )
    return {row.slot: row.pk for row in written}


def write_all_described(changed: Sequence[tuple[OpenStream, str]], directory: Directory) -> None:
    """As `write_described`, for many (stream, tenant), of which most are lots."""
    lots = []
    for stream, tenant in changed:
        if isinstance(stream.state, LotState):
            lots.append(Batch(pk=stream.subject_id, **lot_row(stream, stream.state, tenant, directory)))
        else:
            write_described(stream, tenant, directory)
    Batch.objects.bulk_update(lots, ["status", "listing", "location"])


def write_described(stream: OpenStream, tenant: str, directory: Directory) -> None:
    """Bring the batch, listing or location that a stream describes up to date.

    But for what hangs on other streams as well: batch links and the parents of places.
    """
    match stream.state:
        case LotState() as state:
            Batch.objects.filter(pk=stream.subject_id).update(**lot_row(stream, state, tenant, directory))
        case DescriptionState() as state if stream.listing_id:
            Listing.objects.filter(pk=stream.listing_id).update(**listing_row(state))
            follow_description(stream.listing_id, state.fields)
        case DescriptionState() as state if stream.batch_id:
            Batch.objects.filter(pk=stream.batch_id).update(**batch_row(state))
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
