"""How other apps show themselves on inventory's pages, without inventory importing them.

An app registers at start-up; inventory asks by name. Whatever nobody registered is simply not shown.
"""

from collections.abc import Callable
from dataclasses import dataclass

from inventory.models import Cause


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


_cause_links: list[Callable[[Cause], Link | None]] = []
_proofs: list[Callable[[], tuple[int, list[Breach]]]] = []


def register_cause_link(find: Callable[[Cause], Link | None]) -> None:
    """Add a way from a cause to its evidence; `find` answers None for causes that are not its own."""
    _cause_links.append(find)


def cause_link(cause: Cause) -> Link | None:
    """Where the evidence of `cause` can be seen; None where nobody keeps any (a manual change)."""
    return next((link for find in _cause_links if (link := find(cause))), None)


def register_proof(prove: Callable[[], tuple[int, list[Breach]]]) -> None:
    """Add to what prove_ledger checks; `prove` answers how many things it checked, and the breaches."""
    _proofs.append(prove)


def registered_proofs() -> tuple[Callable[[], tuple[int, list[Breach]]], ...]:
    """What other apps add to prove_ledger."""
    return tuple(_proofs)
