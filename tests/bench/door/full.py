"""An inbox that has been filled for years: deliveries of several endpoints, all settled."""

from tests.e2e.databases import Database
from tests.webhooks import square

AT_ONCE = 500_000
ENDPOINTS = 4
"""Over which they are spread, beside the one that is posted to."""
YEAR = 31_536_000

# Of each delivery the body is its own, and so is its dedup key: as random as an event's id. They came over a year, in
# their order; one in fifty was ignored, and the last minute's is a day old.
_FILL = """
INSERT INTO webhooks_delivery (endpoint_id, token_id, secret_id, received_at, dedup_key, body_digest, body, headers,
    state, reason, event_kind, attempts, due_at, settled_at, replays, waived)
SELECT token.endpoint_id, token.id, secret.id, at, key, encode(sha256(body), 'hex'), body,
    '[["content-type", "application/json"], ["user-agent", "Square Connect v2"], ["content-length", "{length}"]]',
    CASE WHEN number % 50 = 0 THEN 'ignored' ELSE 'processed' END,
    CASE WHEN number % 50 = 0 THEN 'it says nothing about stock' ELSE '' END,
    'inventory.count.updated', 1, at, at + interval '40 milliseconds', 0, '[]'
FROM (
    SELECT number, key, now() - interval '1 day' - (({all} - number) * {apart}) * interval '1 second' AS at,
        convert_to(replace('{body}', '{place}', key), 'UTF8') AS body
    FROM (SELECT number, gen_random_uuid()::text AS key FROM generate_series({first}, {last}) AS number) AS numbers
) AS made
JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS turn FROM webhooks_token) AS token
    ON token.turn = made.number % (SELECT count(*) FROM webhooks_token)
LEFT JOIN LATERAL (SELECT id FROM webhooks_secret WHERE endpoint_id = token.endpoint_id ORDER BY id DESC LIMIT 1)
    AS secret ON true
ORDER BY number
"""


def fill(database: Database, number: int) -> None:
    """Put so many deliveries into the endpoints that there are, and let PostgreSQL tidy up as it does in time."""
    place = "0" * 36
    row = square.count("17", variation="BENCH-item-00001", place="BENCH-place-001")
    body = square.counts_updated([row], event_id=place).decode()
    for first in range(1, number + 1, AT_ONCE):
        last = min(first + AT_ONCE - 1, number)
        words = {"first": first, "last": last, "all": number, "apart": YEAR / number, "body": body, "place": place}
        database.write(_FILL.format(**words, length=len(body)))
    database.write("VACUUM (ANALYZE) webhooks_delivery")
    database.write("CHECKPOINT")
