"""Every provider's histories over real HTTP, into a worker that is killed on the way: the second opinion agrees."""

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.events import Bucket, Quality
from inventory.instants import from_datetime
from inventory.quantity import from_millionths
from tests.e2e.conftest import NewStand
from tests.e2e.databases import Row
from tests.e2e.stand import STORED, Stand, ask, eventually
from tests.laws.effort import HTTP, tries
from tests.laws.histories import FEEDS, Happening, History, arrivals
from tests.laws.parsing import said_by
from tests.laws.reference import NOTHING_SAID, CountName, Value, worlds
from tests.laws.senders import PROOFS, SECRETS, sign_as_square

AT_ONCE = 25
"""Endpoints that one command makes: starting a process costs more than all that happens at an endpoint."""

MAKE = """
import json
from webhooks.endpoints import add_endpoint
provider, names, secrets, settings = json.loads({arguments!r})
for name in names:
    made = add_endpoint(provider, name=name, secrets=secrets, settings=settings)
    print(made.endpoint.pk, made.token.path, made.token.public_url)
"""
SECRET = "a-secret-that-was-agreed-on-0123456789"

# (tenant, listing, batch, location, bucket, the sender's word, quantity in millionths, quality)
COUNTS = """
SELECT l.tenant, l.external_id, COALESCE(b.external_id, ''), COALESCE(p.external_id, ''), c.bucket, c.state,
       c.quantity, c.quality
FROM inventory_count c
JOIN webhooks_endpoint e ON e.source_id = c.source_id
JOIN inventory_listing l ON l.id = c.listing_id
LEFT JOIN inventory_batch b ON b.id = c.batch_id
LEFT JOIN inventory_location p ON p.id = c.location_id
WHERE e.id = {endpoint}
"""
LISTINGS = """
SELECT l.tenant, l.external_id, l.description
FROM inventory_listing l
JOIN webhooks_endpoint e ON e.source_id = l.source_id
WHERE e.id = {endpoint}
"""
DELIVERIES = "SELECT id, received_at, body, state FROM webhooks_delivery WHERE endpoint_id = {endpoint} ORDER BY id"
PENDING = "SELECT COUNT(*) FROM webhooks_delivery WHERE state = 'pending'"

Shown = dict[tuple[str, CountName | str], object]
"""By tenant and count, what it shows; by tenant and listing, its fields."""


class Road:
    """A running Stockroom, and endpoints of it that nobody has posted to."""

    def __init__(self, stand: Stand) -> None:
        self.stand = stand
        self.numbers = count(1)
        self.fresh: dict[str, list[tuple[int, str, str]]] = {}

    def endpoint(self, history: History) -> tuple[int, str, str]:
        """(id, path, public URL) of a new endpoint of a new source."""
        kind = json.dumps([history.provider, dict(history.settings)])
        if not self.fresh.get(kind):
            names = [f"account {next(self.numbers)}" for _ in range(AT_ONCE)]
            secret = [] if history.provider == "budsense" else [SECRETS.get(history.provider, SECRET)]
            arguments = json.dumps([history.provider, names, secret, dict(history.settings)])
            printed = self.stand.command("shell", "--verbosity", "0", "-c", MAKE.format(arguments=arguments))
            made = [line.split() for line in printed.splitlines()]
            self.fresh[kind] = [(int(pk), path, public_url) for pk, path, public_url in made]
        return self.fresh[kind].pop()

    def drained(self) -> bool:
        return self.stand.number(PENDING) == 0


@pytest.fixture(scope="module")
def road(new_stand: NewStand, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Road]:
    with new_stand(Path(tmp_path_factory.mktemp("road"))) as stand:
        stand.serve()
        yield Road(stand)


def post_all(road: Road, history: History, path: str, public_url: str, bodies: list[bytes]) -> None:
    prove = PROOFS.get(history.provider) or sign_as_square(public_url)
    secret = SECRETS.get(history.provider, SECRET)
    with closing(road.stand.connect()) as connection:
        for body in bodies:
            headers = {"content-type": "application/json", **prove(secret, body)}
            answer = ask(connection, "POST", path, body, headers)
            assert (answer.status, answer.body) == STORED


def right(history: History, deliveries: list[Row]) -> Shown:
    said = [
        statement
        for pk, received, body, _ in deliveries
        for statement in said_by(
            Happening(body=bytes(body)),
            history.provider,
            history.settings,
            number=pk,
            received=from_datetime(moment_of(received)),
        )
    ]
    shown: Shown = {}
    for tenant, world in worlds(said).items():
        shown |= {(tenant, name): value for name, value in world.counts.items() if value != NOTHING_SAID}
        shown |= {(tenant, name): fields for name, fields in world.listings.items() if fields}
    return shown


def moment_of(column: object) -> datetime:
    """A column's moment; SQLite keeps text."""
    return column if isinstance(column, datetime) else datetime.fromisoformat(str(column)).replace(tzinfo=UTC)


def shown(counts: list[Row], listings: list[Row]) -> Shown:
    values = {
        (tenant, CountName(listing, batch, location, Bucket(bucket), state)): Value(
            from_millionths(quantity), Quality(quality)
        )
        for tenant, listing, batch, location, bucket, state, quantity, quality in counts
    }
    described = {
        (tenant, listing): json.loads(fields) if isinstance(fields, str) else fields
        for tenant, listing, fields in listings
    }
    return {name: value for name, value in values.items() if value != NOTHING_SAID} | {
        name: fields for name, fields in described.items() if fields
    }


@pytest.mark.parametrize("feed", FEEDS)
def test_any_arrival_over_http_ends_where_the_second_opinion_does(road: Road, feed: str) -> None:
    run = count(1)

    @tries(HTTP)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        history = data.draw(FEEDS[feed](most=5))
        arrival = data.draw(arrivals(history))
        bodies = [history.happenings[index].body for batch in arrival.batches for index in batch]
        endpoint, path, public_url = road.endpoint(history)
        post_all(road, history, path, public_url, [body for body in bodies if body])
        if next(run) == HTTP // 2:
            # With what was just acknowledged still on its way.
            road.stand.kill_server()
            road.stand.serve()
        eventually(road.drained)

        deliveries = road.stand.rows(DELIVERIES.format(endpoint=endpoint))
        assert {state for *_, state in deliveries} <= {"processed", "ignored"}
        counts, listings = (road.stand.rows(query.format(endpoint=endpoint)) for query in (COUNTS, LISTINGS))
        assert shown(counts, listings) == right(history, deliveries)

    holds()
    assert road.stand.prove().endswith(": 0 breaches")
