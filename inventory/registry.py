"""How other apps show themselves on inventory's pages, without inventory importing them.

An app registers at start-up; inventory asks by name. Whatever nobody registered is simply not shown.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.utils.functional import Promise

from inventory.models import Cause

Entry = TypeVar("Entry")


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Where a cause's evidence can be seen."""

    text: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """A law that does not hold, and where."""

    law: str
    where: str
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Destination:
    """A place that the navigation leads to."""

    text: str | Promise
    route: str
    """The name of a route without arguments."""
    permission: str
    """What it takes to go there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something that needs a person, for the first page."""

    title: str
    number: int
    """How many there are."""
    is_at_least: bool = False
    """Whether counting stopped at `number`."""
    detail: str = ""
    """The first of them, or what to do, in a few words."""
    url: str = ""
    """Where it is done; empty where there is no such page."""
    is_bad: bool = False
    """Whether numbers are wrong, or being lost, until it is done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """A part of the first page that another app draws."""

    template: str
    context: dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelMaker:
    """What draws a panel, for whoever holds the permission."""

    permission: str
    make: Callable[[datetime], Panel]
    """Given the present moment; it costs a bounded number of queries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskFinder:
    """What finds tasks, for whoever holds the permission."""

    permission: str
    find: Callable[[datetime], list[Task]]
    """Given the present moment; it costs a bounded number of queries."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FirstStep:
    """What an empty Stockroom asks staff to do."""

    text: str | Promise
    route: str
    permission: str


Proving = Callable[[], tuple[int, Iterable[Breach]]]
"""Answers how many things it checked, and the breaches, which are looked for as they are read."""

_cause_links: list[Callable[[Cause], Link | None]] = []
_proofs: list[Proving] = []


def register_cause_link(find: Callable[[Cause], Link | None]) -> None:
    """Add a way from a cause to its evidence; `find` answers None for causes that are not its own."""
    _cause_links.append(find)


def cause_link(cause: Cause) -> Link | None:
    """Where the evidence of `cause` can be seen; None where nobody keeps any (a manual change)."""
    return next((link for find in _cause_links if (link := find(cause))), None)


def register_proof(prove: Proving) -> None:
    """Add to what prove_ledger checks."""
    _proofs.append(prove)


def registered_proofs() -> tuple[Proving, ...]:
    """What other apps add to prove_ledger."""
    return tuple(_proofs)


class Register(Generic[Entry]):
    """What apps add at start-up, in the order in which they do."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []

    def add(self, entry: Entry) -> None:
        self._entries.append(entry)

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries)


destinations: Register[Destination] = Register()
"""Places of other apps in the navigation, behind inventory's own."""
task_finders: Register[TaskFinder] = Register()
"""What the first page says needs a person, besides what inventory finds itself."""
panel_makers: Register[PanelMaker] = Register()
"""Further parts of the first page."""
first_steps: Register[FirstStep] = Register()
"""What an empty Stockroom asks staff to do."""
