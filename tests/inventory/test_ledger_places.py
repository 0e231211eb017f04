"""Which place stands in which, now and then, whatever the order in which it is learned."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
import time_machine

from inventory import ledger
from inventory.events import PlaceDescribed
from inventory.instants import to_datetime
from inventory.models import Location
from inventory.reports import Clock, stock
from tests.inventory.fold.support import born
from tests.inventory.ledger_support import make_source, place, write, write_apart

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _the_ledger_holds_afterwards(db: None) -> Iterator[None]:
    yield
    assert ledger.prove().breaches == []


def parents() -> dict[str, tuple[str | None, bool]]:
    """place -> (what it stands in, whether another parent was refused)."""
    rows = Location.objects.select_related("parent")
    return {row.external_id: (row.parent.external_id if row.parent else None, row.parent_refused) for row in rows}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_of_two_edges_that_would_close_a_circle_the_later_one_is_refused(order: tuple[int, ...]) -> None:
    said = [place("a", 1, parent="b"), place("b", 2, parent="c"), place("c", 3, parent="a")]
    write_apart(make_source(), [said[index] for index in order])
    assert parents() == {"a": ("b", False), "b": ("c", False), "c": (None, True)}


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_what_a_node_says_wins_over_what_its_moves_suggest(order: tuple[int, ...]) -> None:
    said = [
        place("pallet", 1, parent_inferred="bay"),
        place("pallet", 2, parent="cold"),
        place("pallet", 3, parent_inferred="dock"),
    ]
    write_apart(make_source(), [said[index] for index in order])
    assert parents()["pallet"] == ("cold", False)


def test_a_place_that_stands_in_nothing_any_more_has_no_parent() -> None:
    write_apart(make_source(), [place("a", 1, parent="b"), place("a", 2, parent=None)])
    assert parents()["a"] == (None, False)


def test_a_retracted_parent_is_left_again() -> None:
    source = make_source()
    write_apart(source, [place("a", 1, parent="b"), place("a", 2, parent="c")])
    ledger.retract("delivery:1", source.pk, actor="kim")
    assert parents()["a"] == ("b", False)


def test_the_same_names_in_two_tenants_are_two_places() -> None:
    source = make_source()
    one = PlaceDescribed(key="1", occurred=1, order_key=b"1", tenant="one", location="a", fields={"parent": "b"})
    two = PlaceDescribed(key="2", occurred=1, order_key=b"2", tenant="two", location="a", fields={"parent": "c"})
    write(source, one, two)
    rows = Location.objects.filter(external_id="a").values_list("tenant", "parent__external_id", "parent__tenant")
    assert sorted(rows) == [("one", "b", "one"), ("two", "c", "two")]


def test_a_parent_that_was_changed_by_hand_is_told_and_mended() -> None:
    write_apart(make_source(), [place("a", 1, parent="b"), place("c", 1)])
    other = Location.objects.get(external_id="c")
    Location.objects.filter(external_id="a").update(parent=other)
    (breach,) = ledger.prove().breaches
    assert breach.law == "3 rebuild"
    assert breach.problem.startswith(f"it stands in location {other.pk}, a rebuild gives location ")
    ledger.rebuild(actor="kim")
    assert parents()["a"] == ("b", False)


def test_true_then_follows_a_container_that_moved() -> None:
    """A pallet with a lot on it stood in the bay at 10, and in the cold store from 20 on."""
    source = make_source()
    write_apart(
        source,
        [
            place("pallet", 20_000, parent="cold"),
            born("lot", 5_000, "pallet", "7"),
            place("pallet", 10_000, parent="bay"),
        ],
    )

    def path(instant: int) -> list[str | None]:
        rows = stock(as_of=to_datetime(instant), clock=Clock.TRUE)
        return [row.location_path for row in rows]

    assert path(5_000) == ["pallet"]
    assert path(10_000) == ["bay / pallet"]
    assert path(20_000) == ["cold / pallet"]
    assert [row.location_path for row in stock()] == ["cold / pallet"]


def test_known_then_tells_where_a_container_was_thought_to_be() -> None:
    """At noon the pallet was known to be in the bay; that it left for the cold store at eleven is learned at one."""
    source = make_source()
    with time_machine.travel(NOON, tick=False):
        write(source, born("lot", 5_000, "pallet", "7"), place("pallet", 10_000, parent="bay"), by="delivery:1")
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        write(source, place("pallet", 20_000, parent="cold"), by="delivery:2")

    def path(hours: int) -> list[str | None]:
        rows = stock(as_of=NOON + timedelta(hours=hours), clock=Clock.KNOWN)
        return [row.location_path for row in rows]

    assert (path(0), path(1)) == (["bay / pallet"], ["cold / pallet"])
