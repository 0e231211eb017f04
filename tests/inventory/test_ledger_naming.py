"""A place that its source has named anew is one place: in the ledger, whatever is learned first."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import permutations

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from inventory import ledger
from inventory.events import PlaceDescribed, Statement
from inventory.ledger import UnknownCount
from inventory.models import Count, Location, Movement, Site, Source, Stream
from inventory.reports import Clock, stock
from tests.inventory.fold.package_support import UNSURE, named, of, package, row
from tests.inventory.ledger_support import counts, make_source, write, write_apart

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _the_ledger_holds_afterwards(db: None) -> Iterator[None]:
    yield
    assert ledger.prove().breaches == []
    assert list(ledger.differences()) == []


def places() -> dict[str, tuple[str, str, str]]:
    """identifier -> (name, identity, identifier of the place that it is another name of)."""
    return {
        place.external_id: (place.name, place.identity, place.same_as.external_id if place.same_as else "")
        for place in Location.objects.select_related("same_as")
    }


BEFORE = package("a", 1, row("b1", "Vault", "10"), row("b2", "Vault", "4"))
AFTER = package("c", 3, row("b1", "Vault 2", "9"), row("b2", "Vault 2", "3"))
TAUGHT = named("b", 2, Vault="U")
RENAMED = named("d", 4, **{"Vault 2": "U"})
ONE_VAULT = {
    "Vault": ("Vault 2", "U", ""),
    "Vault 2": ("", "", "Vault"),
}


@pytest.mark.parametrize("order", list(permutations([BEFORE, TAUGHT, AFTER, RENAMED])))
def test_a_renamed_place_keeps_its_counts_whatever_is_learned_first(order: tuple[Statement, ...]) -> None:
    write_apart(make_source(), order)
    assert counts() == {"b1@Vault": "9 exact", "b2@Vault": "3 exact"}
    assert places() == ONE_VAULT
    assert sum(movement.delta for movement in Movement.objects.all()) == 12


def test_until_it_is_taught_a_new_name_is_a_new_place() -> None:
    source = make_source()
    write_apart(source, [BEFORE, TAUGHT, AFTER])
    assert counts() == {
        "b1@Vault": "0 exact",
        "b2@Vault": "0 exact",
        "b1@Vault 2": "9 exact",
        "b2@Vault 2": "3 exact",
    }
    recorded = write(source, RENAMED, by="delivery:9")
    of = dict(Count.objects.values_list("pk", "batch__external_id"))
    at = dict(Count.objects.values_list("pk", "location__external_id"))
    moved = [(of[moved.count_id], at[moved.count_id], moved.delta) for moved in recorded.movements]
    assert sorted(moved) == [
        ("b1", "Vault", 9),
        ("b1", "Vault 2", -9),
        ("b2", "Vault", 3),
        ("b2", "Vault 2", -3),
    ]


def test_a_package_at_two_places_of_which_one_is_renamed_is_neither_doubled_nor_in_doubt() -> None:
    """4 in the case all the time; 6 in the vault, then 5 under its new name."""
    write_apart(
        make_source(),
        [
            package("a", 1, row("b1", "Case", "4"), row("b1", "Vault", "6"), absent=UNSURE),
            named("b", 2, Case="C", Vault="U"),
            package("c", 3, row("b1", "Case", "4"), row("b1", "Vault 2", "5"), absent=UNSURE),
        ],
    )
    assert counts() == {"b1@Case": "4 exact", "b1@Vault": "6 doubtful", "b1@Vault 2": "5 exact"}
    write(Source.objects.get(), RENAMED, by="delivery:9")
    assert counts() == {"b1@Case": "4 exact", "b1@Vault": "5 exact"}


def test_what_was_said_of_a_name_before_and_after_changes_nothing_when_it_comes_late() -> None:
    source = make_source()
    write_apart(source, [BEFORE, TAUGHT, named("e", 6, Vault="U")])
    before = Stream.objects.get(kind="naming").state
    assert write(source, named("late", 4, Vault="U"), by="delivery:9").movements == []
    assert Stream.objects.get(kind="naming").state == before
    assert counts() == {"b1@Vault": "10 exact", "b2@Vault": "4 exact"}


def test_rows_of_two_names_of_one_place_are_summed() -> None:
    """Both names in one reading: 2 and 3 are available; what is reserved is told of one row only, so not known."""
    reading = package("a", 5, row("b1", "Vault", "2", reserved="1"), row("b1", "Vault 2", "3"))
    write_apart(make_source(), [TAUGHT, RENAMED, reading])
    assert counts() == {"b1@Vault": "5 exact"}


STORY = [
    BEFORE,
    TAUGHT,
    AFTER,
    RENAMED,
    # Another place is called Vault now; the batch is in both, and b2 is not listed.
    named("e", 5, Vault="V"),
    package("f", 6, row("b1", "Vault 2", "6"), row("b1", "Vault", "2"), absent=UNSURE),
]


def made() -> list[object]:
    """Every count and place as it is stored, and the state of every package and of the naming."""
    packages = Stream.objects.filter(location=None).order_by("slot").values_list("slot", "state")
    stored = Count.objects.select_related("batch", "location").order_by("batch__external_id", "location__external_id")
    shown = [(c.batch, c.location, c.quantity, c.quality, c.as_of) for c in stored if c.quality != "unknown"]
    return [counts(), places(), list(packages), [tuple(map(str, line)) for line in shown]]


def ends(source: Source, *said: Statement) -> Iterator[list[object]]:
    """What every order makes in which these can be written after what is written already."""
    for index, statement in enumerate(said):
        with transaction.atomic():
            write(source, statement, by=f"delivery:{statement.key}")
            rest = said[:index] + said[index + 1 :]
            yield from ends(source, *rest) if rest else iter([made()])
            transaction.set_rollback(True)


@pytest.mark.parametrize("first", range(6))
def test_in_any_order_a_name_that_is_given_away_tells_two_places_apart(first: int) -> None:
    source = make_source()
    rest = [statement for index, statement in enumerate(STORY) if index != first]
    write(source, STORY[first], by="delivery:first")
    every = list(ends(source, *rest))
    write_apart(source, rest)
    assert counts() == {"b1@Vault": "6 exact", "b2@Vault": "3 doubtful", "b1@V": "2 exact"}
    assert places() == {**ONE_VAULT, "V": ("Vault", "V", "")}
    assert every == [made()] * 120


@pytest.mark.parametrize("split", range(1, 6))
def test_split_into_two_deliveries_anywhere_it_is_the_same(split: int) -> None:
    source = make_source()
    write(source, *STORY[split:], by="delivery:2")
    write(source, *STORY[:split], by="delivery:1")
    assert counts() == {"b1@Vault": "6 exact", "b2@Vault": "3 doubtful", "b1@V": "2 exact"}
    assert places() == {**ONE_VAULT, "V": ("Vault", "V", "")}


def test_what_was_taught_in_error_is_taken_back() -> None:
    source = make_source()
    write_apart(source, STORY[:4])
    ledger.retract("delivery:3", source.pk, actor="kim")
    assert counts() == {
        "b1@Vault": "0 exact",
        "b2@Vault": "0 exact",
        "b1@Vault 2": "9 exact",
        "b2@Vault 2": "3 exact",
    }
    assert places() == {"Vault": ("Vault", "U", ""), "Vault 2": ("", "", "")}
    ledger.retract("delivery:1", source.pk, actor="kim")
    assert places() == {"Vault": ("", "", ""), "Vault 2": ("", "", "")}
    write(source, TAUGHT, RENAMED, by="delivery:1")
    assert counts() == {"b1@Vault": "9 exact", "b2@Vault": "3 exact"}


def test_a_replay_that_reads_another_identity_moves_the_counts_on() -> None:
    source = make_source()
    write_apart(source, STORY[:4])
    again = replace(RENAMED, places={"Vault 2": "W"})
    write(source, again, by="delivery:3", replaces=["delivery:3"])
    assert counts()["b1@Vault 2"] == "9 exact"
    assert places()["Vault 2"] == ("Vault 2", "W", "")


def test_what_a_place_is_called_by_its_description_yields_to_its_newest_name() -> None:
    described = [
        PlaceDescribed(key=name, occurred=1, order_key=name.encode(), location=name, fields={"name": name})
        for name in ("Vault", "Vault 2")
    ]
    source = make_source()
    write_apart(source, [TAUGHT, RENAMED, *described])
    assert places() == {"Vault": ("Vault 2", "U", ""), "Vault 2": ("Vault 2", "", "Vault")}
    for reference in ("delivery:0", "delivery:1"):
        ledger.retract(reference, source.pk, actor="kim")
    assert places() == {"Vault": ("Vault", "", ""), "Vault 2": ("Vault 2", "", "")}


def test_what_staff_said_of_a_place_stays_and_goes_to_the_place_that_it_is() -> None:
    source = make_source()
    write_apart(source, [BEFORE, AFTER])
    upstairs, downstairs = (Site.objects.create(name=name) for name in ("Upstairs", "Downstairs"))
    Location.objects.filter(external_id="Vault").update(site=upstairs)
    Location.objects.filter(external_id="Vault 2").update(site=downstairs, sellable=False, own_name="The cage")
    write_apart(source, [TAUGHT, RENAMED])
    vault = Location.objects.get(external_id="Vault")
    assert (vault.site, vault.sellable, vault.own_name) == (upstairs, False, "The cage")


def test_the_same_names_told_a_thousand_times_grow_nothing_and_cost_the_same() -> None:
    source = make_source()
    write_apart(source, STORY[:4])

    def teach(number: int) -> int:
        key = f"z{number:04}"
        with CaptureQueriesContext(
            connection,
        ) as queries:
            write(source, named(key, 100 + number, **{"Vault 2": "U"}), by=f"delivery:{key}")
        return len(queries)

    first = teach(0)
    size = len(str(Stream.objects.get(kind="naming").state))
    assert {teach(number) for number in range(1, 50)} == {first}
    assert len(str(Stream.objects.get(kind="naming").state)) == size


def test_a_reading_costs_the_same_after_many_names_were_taught() -> None:
    source = make_source()
    write_apart(source, STORY[:4])

    def tell(at: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            write(source, package(f"p{at}", at, row("b1", "Vault 2", "5")), by=f"delivery:p{at}")
        return len(queries)

    tell(10)
    first = tell(11)
    for number in range(20):
        write(source, named(f"n{number}", 20 + number, **{"Vault 2": "U", f"Shelf {number}": f"S{number}"}), by="d")
    assert tell(90) == first


def test_a_package_that_is_elsewhere_is_not_folded_anew() -> None:
    """Only what was said of the vault's other name changes: the other package's history is not read."""
    source = make_source()
    write_apart(source, [TAUGHT, AFTER, of("Q", "q", row("c1", "Case", "7"))])
    Stream.objects.filter(slot__endswith=":Q").update(state={"nonsense": True})
    write(source, RENAMED, by="delivery:9")
    assert counts() == {"b1@Vault": "9 exact", "b2@Vault": "3 exact", "c1@Case": "7 exact"}
    assert ledger.rebuild(actor="kim") == 1


def test_a_count_at_a_renamed_place_is_corrected_where_it_is() -> None:
    """Somebody broke 2 of 9, then counted 5, although by now another place is called Vault."""
    source = make_source()
    write_apart(source, STORY[:5])
    count = Count.objects.get(batch__external_id="b1", location__external_id="Vault")
    ledger.adjust(count.pk, Decimal(-2), actor="kim")
    assert counts() == {"b1@Vault": "7 exact", "b2@Vault": "3 exact"}
    ledger.count_by_hand(count.pk, Decimal(5), actor="kim")
    assert counts() == {"b1@Vault": "5 exact", "b2@Vault": "3 exact"}
    assert set(places()) == {"Vault", "Vault 2", "V"}


def test_a_correction_made_before_the_renaming_was_known_follows_it() -> None:
    """9 were read under the new name, and somebody counted 8 there; only then it is taught."""
    source = make_source()
    write_apart(source, [BEFORE, AFTER])
    ledger.count_by_hand(Count.objects.get(batch__external_id="b1", quantity=Decimal(9)).pk, Decimal(8), actor="kim")
    write_apart(source, [TAUGHT, RENAMED])
    assert counts() == {"b1@Vault": "8 exact", "b2@Vault": "3 exact"}


def test_a_count_of_what_is_only_a_name_by_now_is_not_corrected() -> None:
    source = make_source()
    write_apart(source, [BEFORE, AFTER])
    count = Count.objects.get(batch__external_id="b1", quantity=Decimal(9))
    write_apart(source, [TAUGHT, RENAMED])
    with pytest.raises(UnknownCount, match="Vault 2 is another name of Vault 2: the count is kept there"):
        ledger.adjust(count.pk, Decimal(1), actor="kim")


def test_what_was_known_and_what_was_true_then_are_told_by_todays_names() -> None:
    """At 12:00 10 are read in the vault, at 12:10 9 under its new name; at 12:20 it is taught that they are one."""
    source = make_source()
    said: list[Statement] = [BEFORE, AFTER, TAUGHT, RENAMED]
    for minutes, statement in zip((0, 10, 20, 20), said, strict=True):
        moment = NOON + timedelta(minutes=minutes)
        with time_machine.travel(moment, tick=False):
            at = int(moment.timestamp()) * 1_000_000_000
            write(source, replace(statement, occurred=at), by=f"delivery:{statement.key}")

    def then(minutes: int, clock: Clock) -> list[tuple[str | None, str | None, Decimal | None]]:
        lines = stock(as_of=NOON + timedelta(minutes=minutes), clock=clock)
        return [(line.location, line.location_path, line.quantity) for line in lines if line.batch == "b1"]

    vault = ("Vault", "Vault 2")
    assert then(5, Clock.KNOWN) == then(5, Clock.TRUE) == [(*vault, 10)]
    # The ledger showed 9 at what it took for another place; the vault had 0.
    assert sorted(then(15, Clock.KNOWN)) == [(*vault, 0), (*vault, 9)]
    assert then(15, Clock.TRUE) == then(25, Clock.KNOWN) == then(25, Clock.TRUE) == [(*vault, 9)]


def test_two_stores_of_one_source_name_their_places_apart() -> None:
    source = make_source()
    uptown = replace(named("u", 4, **{"Vault 2": "W"}), tenant="uptown")
    write_apart(source, [BEFORE, TAUGHT, AFTER, RENAMED, uptown, replace(AFTER, key="t", tenant="uptown")])
    assert sorted(Location.objects.values_list("tenant", "external_id", "identity", "same_as__external_id")) == [
        ("", "Vault", "U", None),
        ("", "Vault 2", "", "Vault"),
        ("uptown", "Vault 2", "W", None),
    ]


def test_a_rebuild_brings_damaged_names_back() -> None:
    source = make_source()
    write_apart(source, STORY)
    Stream.objects.filter(kind="naming").update(state={"nonsense": True})
    Location.objects.update(same_as=None, identity="X", name="X")
    assert not ledger.prove().holds
    assert ledger.rebuild(actor="kim") >= 1
    assert counts() == {"b1@Vault": "6 exact", "b2@Vault": "3 doubtful", "b1@V": "2 exact"}
    assert places() == {**ONE_VAULT, "V": ("Vault", "V", "")}
