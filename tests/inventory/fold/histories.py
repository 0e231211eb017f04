"""Histories that a machine thinks of, and what has to hold of each."""

import json
from collections.abc import Callable, Sequence

from hypothesis import strategies as st

from inventory.events import Absence, Statement, StreamKind
from inventory.fold import Late, State, explain, fold, load, start
from tests.inventory.fold.package_support import adjusted as package_adjusted
from tests.inventory.fold.package_support import counted as package_counted
from tests.inventory.fold.package_support import package, row
from tests.inventory.fold.support import (
    adjust,
    adjusted,
    born,
    counted,
    described,
    ended,
    modified,
    moved,
    read,
    revived,
    spawned,
    unknown,
    untracked,
)

Make = Callable[[str, int], Statement]


Histories = st.SearchStrategy[list[Statement]]


OPENINGS = {str(number): ("dock", "flour") for number in range(0, 8, 2)}


quantities = st.decimals(-100, 100, places=2).map(str)


places = st.sampled_from(["dock", "shop", "yard", ""])


stated = st.none() | quantities


listings = st.sampled_from(["", "flour", "flour", "rye"])


counts: st.SearchStrategy[Make] = st.one_of(
    st.builds(lambda q: lambda key, at: read(key, at, q), quantities),
    st.builds(lambda q: lambda key, at: adjust(key, at, q), quantities),
    st.just(unknown),
    st.just(untracked),
)


lots: st.SearchStrategy[Make] = st.one_of(
    st.builds(
        lambda p, q, r, n: lambda key, at: born(key, at, p, q, r, n),
        places,
        stated,
        st.sampled_from(["received", "merged"]),
        listings,
    ),
    st.builds(lambda n, q: lambda key, at: spawned(key, at, n, q), listings, stated),
    st.builds(
        lambda o, p, q, n: lambda key, at: moved(key, at, o, p, q, "moved", n),
        places,
        places,
        stated,
        listings,
    ),
    st.builds(lambda q: lambda key, at: modified(key, at, "half", quantity=q), stated),
    st.builds(lambda q: lambda key, at: adjusted(key, at, q), quantities),
    st.builds(lambda q: lambda key, at: counted(key, at, q), quantities),
    st.builds(lambda r, q: lambda key, at: ended(key, at, r, q), st.sampled_from(["destroyed", "reverted"]), stated),
    st.builds(lambda p, q: lambda key, at: revived(key, at, p, "restored", q), places, stated),
)


descriptions: st.SearchStrategy[Make] = st.dictionaries(
    st.sampled_from(["name", "brand", "tags"]), st.none() | st.booleans() | st.text(max_size=3)
).map(lambda fields: lambda key, at: described(key, at, **fields))


spots = st.tuples(st.sampled_from(["b1", "b2", "b3"]), st.sampled_from(["dock", "shop"]))


package_rows = st.dictionaries(spots, st.tuples(stated, stated), max_size=4).map(
    lambda drawn: [
        row(*spot, available, **({} if packed is None else {"packed": packed}))
        for spot, (available, packed) in drawn.items()
    ]
)


packages: st.SearchStrategy[Make] = st.one_of(
    st.builds(
        lambda rows, absent, listing: lambda key, at: package(key, at, *rows, absent=absent, listing=listing),
        package_rows,
        st.sampled_from(Absence),
        st.sampled_from(["mints", "mints", "gums"]),
    ),
    st.builds(lambda spot, q: lambda key, at: package_adjusted(key, at, spot[0], spot[1], q), spots, quantities),
    st.builds(lambda spot, q: lambda key, at: package_counted(key, at, spot[0], spot[1], q), spots, quantities),
)


def histories(makes: st.SearchStrategy[Make]) -> Histories:
    """Up to eight events with keys of their own in four instants, so that ties abound."""
    return st.lists(st.tuples(makes, st.integers(1, 4)), max_size=8).map(
        lambda drawn: [make(str(number), at) for number, (make, at) in enumerate(drawn)]
    )


def arrive(kind: StreamKind, events: Sequence[Statement]) -> State:
    """The state when the events arrive in this order, each prefix compared with its fold."""
    state = start(kind)
    for index, event in enumerate(events):
        seen = events[: index + 1]
        try:
            state, note = state.advance(event)
        except Late:
            state = fold(kind, seen, openings=OPENINGS)
        else:
            assert explain(kind, seen, openings=OPENINGS)[event.key] == note
        assert state == fold(kind, seen, openings=OPENINGS)
    return state


def hold(kind: StreamKind, events: list[Statement], shuffled: list[Statement]) -> None:
    state = fold(kind, events, openings=OPENINGS)

    assert fold(kind, [*shuffled, *events], openings=OPENINGS) == state
    assert explain(kind, shuffled, openings=OPENINGS) == explain(kind, events, openings=OPENINGS)
    assert arrive(kind, shuffled) == state
    assert load(kind, json.loads(json.dumps(state.to_json()))) == state
    assert json.dumps(arrive(kind, shuffled).to_json()) == json.dumps(state.to_json())
