"""How genuine requests become rows: one statement and one commit for as many as there are.

Where a sender has no clock, arrival at its endpoint is the order of what it says: our own clock, set back, must not
turn that round. Nothing arrives before what arrived last, or with it: there is room for staff's corrections between.
"""

import hashlib
import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from django.db import OperationalError, connection, transaction

from inventory.instants import to_datetime
from webhooks.door import Doorway
from webhooks.verification import SignedRequest, Verified

COMMON_HEADERS = frozenset({"content-type", "content-length", "date", "user-agent"})

# The nth row of an endpoint arrives at its own moment, or just after the row before it, or n microseconds after what
# arrived last.
_POSTGRESQL = """
INSERT INTO webhooks_delivery (endpoint_id, token_id, secret_id, received_at, dedup_key, body_digest, body, headers,
    state, reason, event_kind, attempts, due_at, replays, waived)
SELECT endpoint, token, secret,
    GREATEST(
        max(now - nth * interval '1 microsecond') OVER (PARTITION BY endpoint ORDER BY nth),
        (SELECT received_at FROM webhooks_delivery WHERE endpoint_id = endpoint ORDER BY id DESC LIMIT 1)
    ) + nth * interval '1 microsecond',
    dedup_key, digest, body, headers::jsonb, 'pending', '', '', 0, now, 0, '[]'
FROM (
    SELECT *, row_number() OVER (PARTITION BY endpoint ORDER BY place) AS nth
    FROM unnest(
        %b::bigint[], %b::bigint[], %b::bigint[], %b::timestamptz[], %b::text[], %b::text[], %b::bytea[], %b::text[]
    ) WITH ORDINALITY AS brought (endpoint, token, secret, now, dedup_key, digest, body, headers, place)
) numbered
ORDER BY place
ON CONFLICT DO NOTHING
"""
# A moment is text there, without a fraction where that is 0.
_SQLITE = (
    "INSERT INTO webhooks_delivery (endpoint_id, token_id, secret_id, received_at, dedup_key, body_digest, body, "
    "headers, state, reason, event_kind, attempts, due_at, replays, waived) "
    "VALUES (%(endpoint)s, %(token)s, %(secret)s, "
    "COALESCE((SELECT CASE WHEN last.received_at >= %(now)s THEN "
    "CASE substr(last.received_at, 21) WHEN '999999' "
    "THEN strftime('%%Y-%%m-%%d %%H:%%M:%%S', substr(last.received_at, 1, 19), '+1 second') "
    "ELSE substr(last.received_at, 1, 19) || "
    "printf('.%%06d', CAST(substr(last.received_at, 21) AS INTEGER) + 1) END "
    "ELSE %(now)s END FROM "
    "(SELECT received_at FROM webhooks_delivery WHERE endpoint_id = %(endpoint)s ORDER BY id DESC LIMIT 1) last), "
    "%(now)s), %(dedup_key)s, %(digest)s, %(body)s, %(headers)s, "
    "'pending', '', '', 0, %(now)s, 0, '[]') ON CONFLICT DO NOTHING"
)

_writing = threading.Lock()


class Row(NamedTuple):
    """What is stored of one genuine request, in the order of the statement's places."""

    endpoint: int
    token: int
    secret: int | None
    now: datetime
    dedup_key: str
    digest: str
    body: bytes
    headers: str


def row_of(doorway: Doorway, request: SignedRequest, verified: Verified, dedup_key: str) -> Row:
    """What is stored of a request."""
    return Row(
        endpoint=doorway.endpoint_id,
        token=doorway.token_id,
        secret=verified.secret_id,
        now=to_datetime(request.received_at),
        dedup_key=dedup_key,
        digest=hashlib.sha256(request.body).hexdigest(),
        body=request.body,
        headers=json.dumps(kept_headers(request, doorway.provider.kept_headers)),
    )


def store(rows: Sequence[Row]) -> None:
    """Store these, all or none, in their order; a duplicate changes nothing. Returns only after the commit.

    By hand: the ORM's way of creating a row is a third of a receiver's time (measured). Raises django.db.Error when
    they may not be stored.
    """
    if connection.vendor == "postgresql":
        _store_on_postgresql(rows)
        return
    adapt = connection.ops.adapt_datetimefield_value
    with _turn_to_write(), transaction.atomic(), connection.cursor() as cursor:
        for row in rows:
            cursor.execute(_SQLITE, {**row._asdict(), "now": adapt(row.now)})


def _store_on_postgresql(rows: Sequence[Row]) -> None:
    """One prepared statement, whatever their number.

    Django's cursor writes values into the text, to be read and planned anew each time: PostgreSQL then spends 1.5 times
    as long on eight rows. An INSERT for each row in one transaction takes 2 to 3 times as long (all measured).
    """
    from psycopg import Cursor  # noqa: PLC0415  # who has SQLite need not have it

    connection.ensure_connection()
    raw = connection.connection
    raw.prepare_threshold = 0
    with connection.wrap_database_errors, Cursor(raw) as cursor:
        cursor.execute(_POSTGRESQL, [list(column) for column in zip(*rows, strict=True)], prepare=True)


@contextmanager
def _turn_to_write() -> Iterator[None]:
    """On SQLite, let the threads of this process write one after another.

    It has one writer at a time, and whoever waits looks again after pauses that grow to 100 ms: among many, those that
    have waited longest are the least likely to be next, and some would wait for seconds. Raises OperationalError where
    its turn does not come in time; what was waited for it is taken off the wait for other processes.
    """
    if connection.vendor != "sqlite":
        yield
        return
    longest = float(connection.settings_dict["OPTIONS"]["timeout"])
    began = time.monotonic()
    if not _writing.acquire(timeout=longest):
        raise OperationalError("others are writing to the database, and it did not come to this one's turn")
    try:
        _wait_at_most(longest - (time.monotonic() - began))
        try:
            yield
        finally:
            _wait_at_most(longest)
    finally:
        _writing.release()


def _wait_at_most(seconds: float) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA busy_timeout = {max(int(seconds * 1000), 1)}")


def kept_headers(request: SignedRequest, more: frozenset[str] = frozenset()) -> list[list[str]]:
    """The headers worth keeping, in their order: [name, value]. Never one that could hold a credential."""
    kept = COMMON_HEADERS | more
    # PostgreSQL's JSON cannot hold a NUL.
    return [[name, value.decode("latin-1").replace("\0", "\\0")] for name, value in request.headers if name in kept]
