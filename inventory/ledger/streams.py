"""The streams that are open in a transaction: locked, each with its state."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple, Self

from django.db import connection

from inventory import fold
from inventory.events import StreamKind
from inventory.ledger.errors import UnreadableState
from inventory.models import Stream
from inventory.rows import select

_COLUMNS = ("id", "source_id", "kind", "slot", "listing_id", "batch_id", "location_id", "state")


class OpenStream(NamedTuple):
    """One locked stream with its state."""

    id: int
    source_id: int
    kind: StreamKind
    slot: str
    listing_id: int | None
    batch_id: int | None
    location_id: int | None
    state: fold.State
    is_new: bool
    """Whether nothing was ever folded into it."""

    @property
    def subject_id(self) -> int:
        """The batch, listing or location that a stream is about; that of a count or a package has none of its own."""
        return self.batch_id or self.listing_id or self.location_id or 0

    def with_state(self, state: fold.State) -> Self:
        return self._replace(state=state, is_new=False)


class Changed(NamedTuple):
    """A stream before and after a change, and the account that it was about."""

    before: OpenStream
    after: OpenStream
    tenant: str


def lock_streams(slots: Iterable[str]) -> dict[str, OpenStream]:
    """Lock the streams of these slots that are there, in sorted order."""
    # Past the ORM: a model's object for each of a batch's streams takes longer than to fold what is said of it.
    lock = "FOR UPDATE" if connection.features.has_select_for_update else ""
    rows = select(Stream, _COLUMNS, "slot", sorted(slots), where=f"ORDER BY slot {lock}")
    return {row[3]: _opened(*row[:-1], stored=None if row[-1] is None else json.loads(row[-1])) for row in rows}


def open_stream(row: Stream) -> OpenStream:
    """A stream's row with its state loaded; raises UnreadableState, which a rebuild mends."""
    return _opened(
        row.pk,
        row.source_id,
        row.kind,
        row.slot,
        row.listing_id,
        row.batch_id,
        row.location_id,
        stored=row.state,
    )


def naming_in(state: fold.State) -> fold.Naming:
    """What the names mean by the state of a naming stream."""
    return fold.Naming(state.runs) if isinstance(state, fold.NamingState) else fold.NO_NAMING


def _opened(
    stream_id: int,
    source_id: int,
    kind_word: str,
    slot: str,
    listing_id: int | None,
    batch_id: int | None,
    location_id: int | None,
    *,
    stored: dict[str, Any] | None,
) -> OpenStream:
    kind = StreamKind(kind_word)
    try:
        state = fold.start(kind) if stored is None else fold.load(kind, stored)
    except (KeyError, TypeError, ValueError, ArithmeticError) as error:
        raise UnreadableState(f"stream {slot}: its stored state cannot be read: {error!r}") from error
    return OpenStream(stream_id, source_id, kind, slot, listing_id, batch_id, location_id, state, stored is None)
