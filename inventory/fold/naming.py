"""Naming: which place a source means by a name, and when; names that mean one place are one place.

A source may speak of its places by name only, and say elsewhere which lasting identity a name stands for. A name may
be given to another place later, so what it means is asked for a moment. Each identity has one place of ours, whatever
its names: the one whose identifier is the name that was taught first for it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, Self

from inventory.events import PlacesNamed, Position, Statement
from inventory.fold.notes import Late, Note
from inventory.fold.positions import belonging, in_order, position_to_json, some_position

ALWAYS = -(2**63)
"""Before anything that can have occurred: nanoseconds since 1970-01-01 UTC."""


class Run(NamedTuple):
    """One name's statements of one identity, with none of another identity in between."""

    identity: str
    first: Position
    last: Position


@dataclass(frozen=True, slots=True, kw_only=True)
class NamingState:
    """All the names of one account's places after the events so far."""

    runs: Mapping[str, tuple[Run, ...]] = field(default_factory=dict)
    """By name, in the order of their positions: as long as the changes of its meaning, not as its statements."""

    def advance(self, event: Statement) -> tuple["NamingState", Note]:
        """The state after one more event, and what the event did.

        Raises Late when it gives a name another identity in the midst of a run: where the run breaks hangs on events
        that the state does not keep. Raises WrongStream when it names no places.
        """
        named = belonging(event, PlacesNamed)
        told = {
            name: _with(self.runs.get(name, ()), identity, named.position, named.key)
            for name, identity in named.places.items()
        }
        return NamingState(runs={**self.runs, **told}), Note.NAMED

    def is_within(self, event: PlacesNamed) -> bool:
        """Whether all that it says was said before and after it too, so that its absence changes nothing."""
        return all(
            any(run.identity == identity and run.first < event.position < run.last for run in self.runs.get(name, ()))
            for name, identity in event.places.items()
        )

    def to_json(self) -> dict[str, Any]:
        """This state as JSON, exactly; equal states give equal JSON."""
        return {
            "names": {
                name: [[run.identity, position_to_json(run.first), position_to_json(run.last)] for run in runs]
                for name, runs in sorted(self.runs.items())
            }
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """The twin of `to_json`."""
        return cls(
            runs={
                name: tuple(Run(identity, some_position(first), some_position(last)) for identity, first, last in runs)
                for name, runs in data["names"].items()
            }
        )


START = NamingState()


def _with(runs: tuple[Run, ...], identity: str, at: Position, key: str) -> tuple[Run, ...]:
    before = tuple(run for run in runs if run.first <= at)
    after = runs[len(before) :]
    if before and at <= before[-1].last:
        if before[-1].identity != identity:
            raise Late(key)
        return runs
    if before and before[-1].identity == identity:
        return (*before[:-1], before[-1]._replace(last=at), *after)
    if after and after[0].identity == identity:
        return (*before, after[0]._replace(first=at), *after[1:])
    return (*before, Run(identity, at, at), *after)


def fold_naming(events: Iterable[Statement]) -> NamingState:
    """The state after all these events, in any order; raises WrongStream when one names no places."""
    state = START
    for event in in_order(events, PlacesNamed):
        state, _ = state.advance(event)
    return state


def explain_naming(events: Iterable[Statement]) -> dict[str, Note]:
    """What each of these events did, by its key; raises as `fold_naming` does."""
    return {event.key: Note.NAMED for event in in_order(events, PlacesNamed)}


class NamedPlace(NamedTuple):
    """What naming makes of the place that one of its names or identities was taken for."""

    same_as: str = ""
    """The identifier of the place that it is, where it is none of its own."""
    identity: str = ""
    """The source's lasting identifier of it, where it is one."""
    name: str = ""
    """Its newest name, where it is one."""


class Naming:
    """What the names of one account's places mean."""

    def __init__(self, runs: Mapping[str, tuple[Run, ...]]) -> None:
        self._runs = runs

    def resolve(self, name: str, occurred: int) -> str:
        """The identifier of the place that `name` meant at `occurred` (nanoseconds since 1970-01-01 UTC).

        That of the identity that was newest by then; before the first was told, that of the first. A name that nobody
        taught stands for itself. An identity may be given too: it always means its own place.
        """
        runs = self._runs.get(name)
        if runs is None:
            return self._places.get(name, name)
        newest = next((run for run in reversed(runs) if run.first.occurred <= occurred), runs[0])
        return self._places[newest.identity]

    def places(self) -> dict[str, NamedPlace]:
        """By identifier, every place that these names and identities have been taken for."""
        own = {
            place: NamedPlace(identity=identity, name=self._newest_name(identity))
            for identity, place in self._places.items()
        }
        words = self.words - own.keys()
        return own | {word: NamedPlace(same_as=self.meanings(word)[-1][1]) for word in words}

    def replaced_by(self, other: "Naming") -> set[str]:
        """The places (identifiers) of which something said is said of another place by `other`."""
        return {
            self.resolve(word, since)
            for word in self.words | other.words
            for since in {since for since, _ in (*self.meanings(word), *other.meanings(word))}
            if self.resolve(word, since) != other.resolve(word, since)
        }

    @cached_property
    def _places(self) -> dict[str, str]:
        """Each identity and the identifier of its place: the name first taught for it, where it is free, or itself."""
        found: dict[str, str] = {}
        for identity, name in self._first_names():
            found[identity] = identity if name in found.values() else name
        return found

    def _first_names(self) -> Iterator[tuple[str, str]]:
        """Each identity with its first name, those that were taught first first."""
        taught = sorted((run.first, name, run.identity) for name, runs in self._runs.items() for run in runs)
        seen: set[str] = set()
        for _, name, identity in taught:
            if identity not in seen:
                seen.add(identity)
                yield identity, name

    def _newest_name(self, identity: str) -> str:
        told = ((run.last, name) for name, runs in self._runs.items() for run in runs if run.identity == identity)
        return max(told)[1]

    @cached_property
    def words(self) -> set[str]:
        """The names and the identities."""
        return self._runs.keys() | self._places.keys()

    def meanings(self, word: str) -> list[tuple[int, str]]:
        """Since when a word means which place, oldest first."""
        runs = self._runs.get(word, ())
        instants = [ALWAYS, *(run.first.occurred for run in runs[1:])]
        return [(instant, self.resolve(word, instant)) for instant in instants]


NO_NAMING = Naming({})
