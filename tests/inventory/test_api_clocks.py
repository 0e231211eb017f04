"""What the counts were: as it was known then, and as it was true then."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory.instants import from_datetime
from inventory.models import Count
from tests.inventory.api_support import ask, pages, refused, results, staff_client
from tests.inventory.fold.support import adjust, born, moved, read, unknown
from tests.inventory.ledger_support import make_source, write

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
MORNING = from_datetime(NOON - timedelta(hours=1))
NOTHING = {"detail": "There is nothing here."}


@pytest.fixture
def client() -> Client:
    """At noon 10 coffee are recorded, which were read at eleven; at one, a sale of 2 at noon.

    At two it is learned that 20 had been read a second after eleven. At three, 5 tea are read.
    """
    source = make_source()
    told = [
        read("ten", MORNING, "10"),
        adjust("sale", from_datetime(NOON), "-2"),
        read("late", MORNING + 1_000_000_000, "20"),
        replace(read("tea", from_datetime(NOON + timedelta(hours=3)), "5"), listing="tea"),
    ]
    for hour, statement in enumerate(told):
        with time_machine.travel(NOON + timedelta(hours=hour), tick=False):
            write(source, statement, by=f"delivery:{hour}")
    return staff_client()


def at(client: Client, time: str, **query: Any) -> dict[str, tuple[str | None, str, str | None]]:
    rows = results(client, "counts", as_of=f"2026-05-01T{time}Z", **query)
    return {row["listing"]["external_id"]: (row["quantity"], row["quality"], row["as_of"]) for row in rows}


def test_now_is_what_has_come_of_it(client: Client) -> None:
    assert {row["listing"]["external_id"]: row["quantity"] for row in results(client, "counts")} == {
        "coffee": "18",
        "tea": "5",
    }


@pytest.mark.parametrize("query", [{}, {"clock": "known"}])
def test_known_then_is_what_stockroom_showed(client: Client, query: dict[str, str]) -> None:
    assert at(client, "11:59:59.999999", **query) == {}
    assert at(client, "12:00:00", **query) == {"coffee": ("10", "exact", "2026-05-01T11:00:00Z")}
    assert at(client, "13:00:00", **query) == {"coffee": ("8", "exact", "2026-05-01T12:00:00Z")}
    assert at(client, "14:59:59", **query) == {"coffee": ("18", "exact", "2026-05-01T12:00:00Z")}
    assert at(client, "15:00:00", **query) == {
        "coffee": ("18", "exact", "2026-05-01T12:00:00Z"),
        "tea": ("5", "exact", "2026-05-01T15:00:00Z"),
    }


def test_true_then_is_what_was_so_as_far_as_is_known_today(client: Client) -> None:
    assert at(client, "10:59:59", clock="true") == {}
    assert at(client, "11:00:00", clock="true") == {"coffee": ("10", "exact", "2026-05-01T11:00:00Z")}
    assert at(client, "11:00:01", clock="true") == {"coffee": ("20", "exact", "2026-05-01T11:00:01Z")}
    assert at(client, "12:00:00", clock="true") == {"coffee": ("18", "exact", "2026-05-01T12:00:00Z")}
    assert at(client, "15:00:00", clock="true") == {
        "coffee": ("18", "exact", "2026-05-01T12:00:00Z"),
        "tea": ("5", "exact", "2026-05-01T15:00:00Z"),
    }


def test_a_moment_can_be_told_in_any_zone(client: Client) -> None:
    (row,) = results(client, "counts", as_of="2026-05-01T15:00:00+03:00")
    assert row["quantity"] == "10"


def test_one_count_is_asked_what_it_was_and_is_not_there_before_it_was(client: Client) -> None:
    coffee = f"counts/{Count.objects.get(listing__external_id='coffee').pk}"
    tea = f"counts/{Count.objects.get(listing__external_id='tea').pk}"
    assert ask(client, coffee)["quantity"] == "18"
    assert ask(client, coffee, as_of="2026-05-01T13:00:00Z")["quantity"] == "8"
    assert ask(client, coffee, as_of="2026-05-01T11:00:00Z", clock="true")["quantity"] == "10"
    assert refused(client, tea, as_of="2026-05-01T13:00:00Z") == (404, NOTHING)


def test_asking_changes_nothing_that_is_stored(client: Client) -> None:
    before = list(Count.objects.order_by("pk").values())
    at(client, "13:00:00")
    at(client, "11:00:00", clock="true")
    assert list(Count.objects.order_by("pk").values()) == before


def test_pages_of_another_moment_may_be_short_and_lead_on_all_the_same() -> None:
    """Of six counts the odd ones came an hour later."""
    source = make_source()
    for hour in (0, 1):
        with time_machine.travel(NOON + timedelta(hours=hour), tick=False):
            statements = [replace(read(f"k{n}", n, str(n)), listing=f"L{n}") for n in range(6)]
            write(source, *(statements if hour else statements[::2]), by=f"delivery:{hour}")
    walked = pages(staff_client(), "counts", as_of="2026-05-01T12:00:00Z", page_size=2)
    assert [[row["quantity"] for row in page] for page in walked] == [["0", "2"], ["4"], []]


def test_what_was_unknown_then_is_null_then() -> None:
    source = make_source()
    for hour, statement in enumerate([unknown("a", 1), read("b", 2, "5")]):
        with time_machine.travel(NOON + timedelta(hours=hour), tick=False):
            write(source, statement, by=f"delivery:{hour}")
    client = staff_client()
    assert at(client, "12:30:00") == {"coffee": (None, "unknown", "1970-01-01T00:00:00.000000001Z")}
    assert at(client, "13:00:00") == {"coffee": ("5", "exact", "1970-01-01T00:00:00.000000002Z")}


def test_true_then_follows_a_lot_from_place_to_place() -> None:
    source = make_source()
    write(source, born("a", 10_000, "bay", "100"), moved("b", 20_000, "bay", "cold"))
    client = staff_client()

    def true(micros: int) -> dict[str, str]:
        rows = results(client, "counts", as_of=f"1970-01-01T00:00:00.{micros:06}Z", clock="true")
        return {row["location"]["external_id"]: row["quantity"] for row in rows}

    assert true(9) == {}
    assert true(15) == {"bay": "100"}
    assert true(25) == {"bay": "0", "cold": "100"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("clock", ["known", "true"])
def test_a_page_is_read_in_one_snapshot_and_writes_nothing(clock: str) -> None:
    write(make_source(), born("a", 10_000, "bay", "100"))
    client = staff_client()
    with CaptureQueriesContext(connection) as captured:
        assert len(results(client, "counts", as_of="2200-01-01T00:00:00Z", clock=clock)) == 1
    said = [query["sql"] for query in captured]
    begun = next(at for at, sql in enumerate(said) if sql.startswith(("BEGIN DEFERRED", "SET TRANSACTION")))
    assert [sql for sql in said[begun:] if sql.startswith(("INSERT", "UPDATE", "DELETE"))] == []
    assert [sql for sql in said[:begun] if "inventory_count" in sql or "inventory_movement" in sql] == []
    assert not connection.in_atomic_block
