"""What a name means, and when: worked examples, and any history that a machine can think of."""

import json
from collections.abc import Sequence
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.events import InvalidStatement, PlacesNamed, Position, Quality, Statement, StreamKind
from inventory.fold import (
    Late,
    NamedPlace,
    Naming,
    NamingState,
    Note,
    WrongStream,
    explain_naming,
    explain_package,
    fold_naming,
    fold_package,
)
from inventory.fold.naming import START, Run
from inventory.quantity import QuantityOutOfRange
from tests.inventory.fold.histories import Make, arrive, histories, hold
from tests.inventory.fold.package_support import adjusted as package_adjusted
from tests.inventory.fold.package_support import named, package, row, shown
from tests.inventory.fold.support import EXACT, read
from tests.laws.effort import SHORT, tries

FIRST = -(2**63)


def by(*events: PlacesNamed) -> Naming:
    return Naming(fold_naming(events).runs)


def at(occurred: int, key: str) -> Position:
    return Position(occurred, 0, key.encode())


def test_a_name_that_nobody_taught_stands_for_itself() -> None:
    assert by(named("a", 1, vault="U")).resolve("yard", 5) == "yard"


def test_two_names_of_one_identity_are_the_place_of_the_first() -> None:
    """The vault is renamed at 20; all of this says so, whatever the moment that is asked for."""
    naming = by(named("a", 10, vault="U"), named("b", 20, vault_2="U"))
    assert [naming.resolve(name, when) for name in ("vault", "vault_2", "U") for when in (FIRST, 15, 99)] == (
        ["vault"] * 9
    )
    assert naming.places() == {
        "vault": NamedPlace(identity="U", name="vault_2"),
        "vault_2": NamedPlace(same_as="vault"),
        "U": NamedPlace(same_as="vault"),
    }


def test_a_name_that_is_given_back_is_the_newest_again() -> None:
    naming = by(named("a", 10, vault="U"), named("b", 20, vault_2="U"), named("c", 30, vault="U"))
    assert naming.places()["vault"] == NamedPlace(identity="U", name="vault")


REUSED = (named("1", 10, A="U"), named("2", 20, B="U"), named("3", 30, A="V"))
"""A is renamed B, and then another place is called A."""


@pytest.mark.parametrize("order", list(permutations(REUSED)))
def test_a_name_that_is_given_to_another_place_means_each_in_its_time(order: tuple[PlacesNamed, ...]) -> None:
    naming = by(*order)
    assert [naming.resolve("A", when) for when in (FIRST, 10, 29, 30, 31)] == ["A", "A", "A", "V", "V"]
    assert [naming.resolve("B", when) for when in (FIRST, 20, 99)] == ["A", "A", "A"]
    assert [naming.resolve(identity, 15) for identity in ("U", "V")] == ["A", "V"]
    assert naming.places() == {
        "A": NamedPlace(identity="U", name="B"),
        "B": NamedPlace(same_as="A"),
        "U": NamedPlace(same_as="A"),
        "V": NamedPlace(identity="V", name="A"),
    }


def test_a_place_whose_first_name_was_taken_keeps_its_identity_for_a_name() -> None:
    """V was first called A, which is U's; that it is called C later moves nothing."""
    naming = by(*REUSED, named("4", 40, C="V"))
    assert naming.places()["V"] == NamedPlace(identity="V", name="C")
    assert naming.resolve("C", 1) == "V"


def test_of_two_identities_taught_at_one_instant_the_earlier_position_has_the_name() -> None:
    naming = by(named("b", 10, A="V"), named("a", 10, A="U"))
    assert [naming.resolve("A", when) for when in (9, 10)] == ["A", "V"]
    assert naming.places()["A"] == NamedPlace(identity="U", name="A")


def test_of_two_names_taught_together_the_first_by_letter_is_the_place_and_the_last_is_shown() -> None:
    assert by(named("a", 10, vault="U", attic="U")).places()["attic"] == NamedPlace(identity="U", name="vault")


def test_what_is_taught_late_may_give_the_place_another_first_name() -> None:
    late = named("0", 5, cellar="U")
    before, after = by(named("a", 10, vault="U")), by(named("a", 10, vault="U"), late)
    assert after.places() == {
        "cellar": NamedPlace(identity="U", name="vault"),
        "vault": NamedPlace(same_as="cellar"),
        "U": NamedPlace(same_as="cellar"),
    }
    assert before.replaced_by(after) == {"vault"}


def test_what_is_replaced_is_where_things_were_said_before() -> None:
    taught = named("a", 10, vault="U")
    nothing, one = by(), by(taught)
    two = by(taught, named("b", 20, vault_2="U"))
    three = by(taught, named("b", 20, vault_2="U"), named("c", 30, vault="W"))
    # A first identity makes no other place of a name: only the identity itself, of which nothing was said, becomes one.
    assert nothing.replaced_by(one) == {"U"}
    assert one.replaced_by(by(taught, named("z", 90, vault="U"))) == set()
    assert one.replaced_by(two) == {"vault_2"}
    assert two.replaced_by(one) == {"vault"}
    assert two.replaced_by(three) == {"vault"}
    assert three.replaced_by(two) == {"W"}


def test_a_state_is_as_long_as_the_changes_and_not_as_the_statements() -> None:
    state = fold_naming([named(f"{number:04}", number, vault="U") for number in range(1000)])
    assert state == NamingState(runs={"vault": (Run("U", at(0, "0000"), at(999, "0999")),)})


def test_what_breaks_a_run_in_its_midst_is_late() -> None:
    state = fold_naming([named("a", 10, vault="U"), named("c", 30, vault="U")])
    with pytest.raises(Late, match="b"):
        state.advance(named("b", 20, vault="V"))
    assert state.advance(named("b", 20, vault="U"))[0] == state


def test_what_stands_between_two_runs_is_taken_as_it_comes() -> None:
    state = fold_naming([named("a", 10, vault="U"), named("c", 30, vault="V")])
    for identity, runs in {
        "U": (Run("U", at(10, "a"), at(20, "b")), Run("V", at(30, "c"), at(30, "c"))),
        "V": (Run("U", at(10, "a"), at(10, "a")), Run("V", at(20, "b"), at(30, "c"))),
        "W": (
            Run("U", at(10, "a"), at(10, "a")),
            Run("W", at(20, "b"), at(20, "b")),
            Run("V", at(30, "c"), at(30, "c")),
        ),
    }.items():
        assert state.advance(named("b", 20, vault=identity)) == (NamingState(runs={"vault": runs}), Note.NAMED)


@pytest.mark.parametrize(
    ("taken", "is_within"),
    [
        (named("b", 20, vault="U"), True),
        (named("a", 10, vault="U"), False),
        (named("c", 30, vault="U"), False),
        (named("b", 20, vault="U", yard="Y"), False),
    ],
)
def test_what_is_said_before_and_after_as_well_can_be_taken_back_without_effect(
    taken: PlacesNamed, is_within: bool
) -> None:
    said = [named("a", 10, vault="U"), named("b", 20, vault="U"), named("c", 30, vault="U")]
    assert fold_naming([*said, taken]).is_within(taken) is is_within


def test_a_reading_names_no_places() -> None:
    with pytest.raises(WrongStream):
        START.advance(read("a", 1, "5"))


def test_what_it_did_is_told() -> None:
    assert explain_naming(REUSED) == {"1": Note.NAMED, "2": Note.NAMED, "3": Note.NAMED}


@pytest.mark.parametrize(
    ("places", "problem"),
    [
        ({}, "places: it names none"),
        ({"": "U"}, "places: it is needed"),
        ({"vault": ""}, "places: vault: it is needed"),
        ({"v" * 256: "U"}, "places: vvvv.* is longer than 255 characters"),
        ({"vault": "U" * 256}, "places: vault: UUU.* is longer than 255 characters"),
    ],
)
def test_names_that_cannot_be_kept_are_refused_at_birth(places: dict[str, str], problem: str) -> None:
    with pytest.raises(InvalidStatement, match=problem):
        named("a", 1, **places)


VAULT_RENAMED = by(named("a", 10, vault="U"), named("b", 20, vault_2="U"))


def test_a_package_is_folded_over_the_places_that_its_names_mean() -> None:
    """5 in the vault, then 3 under its new name, 1 of them taken by hand where its identity says: it never moved."""
    said = [
        package("a", 1, row("b1", "vault", "5", held="2")),
        package("b", 2, row("b1", "vault_2", "3")),
        package_adjusted("c", 3, "b1", "U", "-1"),
    ]
    for order in permutations(said):
        assert shown(fold_package(order, VAULT_RENAMED)) == {
            ("b1", "vault", "available"): (2, EXACT, 3),
            ("b1", "vault", "held"): (2, EXACT, 1),
        }
        assert explain_package(order, VAULT_RENAMED) == {
            "a": Note.PACKAGE_READ,
            "b": Note.PACKAGE_READ,
            "c": Note.ADJUSTED,
        }
    assert explain_package(said)["b"] == Note.BATCH_MOVED


def test_two_rows_of_one_place_are_one_row() -> None:
    """Told twice at one place and nowhere else, the batch is not in the yard any more: 4 + 3 are in the vault."""
    said = [
        package("a", 1, row("b1", "yard", "9")),
        package("b", 2, row("b1", "vault", "4", held="1"), row("b1", "vault_2", "3")),
    ]
    assert shown(fold_package(said, VAULT_RENAMED)) == {
        ("b1", "yard", "available"): (0, EXACT, 2),
        ("b1", "vault", "available"): (7, EXACT, 2),
    }


def test_rows_without_a_number_in_common_are_there_and_unknown() -> None:
    said = [package("a", 1, row("b1", "vault", "4"), row("b1", "vault_2", held="3"))]
    assert shown(fold_package(said, VAULT_RENAMED)) == {("b1", "vault", "available"): (0, Quality.UNKNOWN, 1)}


def test_a_sum_that_cannot_be_kept_is_refused() -> None:
    said = [package("a", 1, row("b1", "vault", "9000000000000"), row("b1", "vault_2", "0.000001"))]
    with pytest.raises(QuantityOutOfRange, match=r"9000000000000\.000001 is beyond the limit"):
        fold_package(said, VAULT_RENAMED)


namings: st.SearchStrategy[Make] = st.dictionaries(
    st.sampled_from(["A", "B", "C"]), st.sampled_from(["U", "V", "W"]), min_size=1, max_size=3
).map(lambda places: lambda key, at: named(key, at, **places))


@tries(SHORT)
@given(st.data(), histories(namings))
def test_the_laws_hold_for_any_naming(data: st.DataObject, events: list[Statement]) -> None:
    hold(StreamKind.NAMING, events, data.draw(st.permutations(events)))


@tries(SHORT)
@given(histories(namings))
def test_every_word_means_one_place_of_its_own(events: Sequence[Statement]) -> None:
    """What a word means is a place by itself, no two identities share one, and each place shows a name of its own."""
    state = arrive(StreamKind.NAMING, events)
    assert isinstance(state, NamingState)
    assert json.loads(json.dumps(state.to_json())) == state.to_json()
    places = Naming(state.runs).places()
    own = {word: place for word, place in places.items() if place.identity}
    assert len({place.identity for place in own.values()}) == len(own)
    assert {place.identity for place in own.values()} == {run.identity for runs in state.runs.values() for run in runs}
    for word, place in places.items():
        assert (place.same_as in own) is (word not in own)
    for word in state.runs:
        assert {Naming(state.runs).resolve(word, when) for when in range(6)} <= own.keys()
