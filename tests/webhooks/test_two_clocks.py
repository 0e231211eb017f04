"""`manage.py stock --as-of`, by both clocks, for what senders have told: counts, lots, and containers that moved."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command

from tests.webhooks import tracktile, treez
from tests.webhooks.account import Account
from tests.webhooks.tracktile import bundled, destroyed, node, node_event, received
from webhooks import worker

pytestmark = pytest.mark.django_db

Stock = dict[tuple[str, str], str]


def moment(time: str) -> datetime:
    return datetime.fromisoformat(f"2024-01-15T{time}").replace(tzinfo=UTC)


def printed(clock: str) -> Callable[[str], Stock]:
    """(lot, where it is, from the outermost place on) -> quantity, at a time of 15 January 2024."""

    def at(time: str) -> Stock:
        out = StringIO()
        call_command("stock", "--as-of", f"2024-01-15T{time}Z", "--clock", clock, "--format", "json", stdout=out)
        return {
            (row["batch"], row["location_path"]): row["quantity"]
            for row in json.loads(out.getvalue())
            if row["bucket"] == "available"
        }

    return at


known, true = printed("known"), printed("true")


def prove_as_tracktile(secret: str, body: bytes) -> dict[str, str]:
    return {"x-tracktile-signature": tracktile.signature(body, secret)}


def parented(event: str, at: str, parent: str) -> bytes:
    return node_event("moved", event, at, node("pallet", "bundle", parentId=parent))


@pytest.fixture
def _a_day_of_a_pallet() -> None:
    """What happened from 08:00 to 13:00 is told between 15:00 and 17:00."""
    maker = Account("tracktile", prove_as_tracktile, name="Tracktile", secret=tracktile.SECRET)
    told = {
        "15:00:00": [
            received("e1", "08:00:00", "sack", 100),
            bundled("e3", "09:00:00", "sack", "bay", "pallet"),
            parented("e4", "10:00:00", "truck"),
        ],
        "16:00:00": [parented("e5", "12:00:00", "shop")],
        "17:00:00": [destroyed("e6", "13:00:00", "sack"), received("e2", "08:30:00", "bag", 5)],
    }
    for time, bodies in told.items():
        with time_machine.travel(moment(time), tick=False):
            maker.receive(*bodies)


@pytest.mark.usefixtures("_a_day_of_a_pallet")
def test_known_then_shows_a_lot_and_its_container_as_they_had_been_told() -> None:
    assert known("14:59:59") == {}
    assert known("15:00:00") == {("sack", "Bay"): "0", ("sack", "truck / Pallet"): "100"}
    assert known("16:30:00") == {("sack", "Bay"): "0", ("sack", "shop / Pallet"): "100"}
    assert known("17:00:00") == {("sack", "Bay"): "0", ("sack", "shop / Pallet"): "0", ("bag", "Bay"): "5"}


@pytest.mark.usefixtures("_a_day_of_a_pallet")
def test_true_then_shows_a_lot_and_its_container_as_they_were() -> None:
    assert true("07:59:59") == {}
    assert true("08:00:00") == {("sack", "Bay"): "100"}
    assert true("08:30:00") == {("sack", "Bay"): "100", ("bag", "Bay"): "5"}
    # Filled in the bay: until a node event speaks, the pallet stands there.
    assert true("09:00:00") == {("sack", "Bay"): "0", ("sack", "Bay / Pallet"): "100", ("bag", "Bay"): "5"}
    assert true("10:00:00") == {("sack", "Bay"): "0", ("sack", "truck / Pallet"): "100", ("bag", "Bay"): "5"}
    assert true("12:59:59") == {("sack", "Bay"): "0", ("sack", "shop / Pallet"): "100", ("bag", "Bay"): "5"}
    assert true("13:00:00") == {("sack", "Bay"): "0", ("sack", "shop / Pallet"): "0", ("bag", "Bay"): "5"}


def test_for_a_sender_without_a_clock_true_is_when_it_came_and_known_is_when_it_was_worked_on() -> None:
    """10 come at 12:00 and are 9 in the vault at 12:05, but nobody works before 13:00."""
    store = Account("treez", treez.prove, name="Treez", secret=treez.TOKEN)
    bodies = {
        "12:00:00": treez.inventory(treez.row(10)),
        "12:05:00": treez.inventory(treez.row(9, location=treez.VAULT)),
    }
    for time, body in bodies.items():
        with time_machine.travel(moment(time), tick=False):
            store.store(body)
    with time_machine.travel(moment("13:00:00"), tick=False):
        worker.drain()
    case, vault = (treez.BATCH, treez.CASE), (treez.BATCH, treez.VAULT)
    assert [true(time) for time in ("11:59:59", "12:02:00", "12:05:00")] == [{}, {case: "10"}, {case: "0", vault: "9"}]
    assert [known(time) for time in ("12:59:59", "13:00:00")] == [{}, {case: "0", vault: "9"}]
