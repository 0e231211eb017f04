"""What is asked of a ledger: one address, and what its time is held against."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import urlencode


class Kind(StrEnum):
    """What a question tries, which says how much longer it may take."""

    LIST = "list"
    """A list, a page or one of its filters, held against itself on the small ledger."""
    RARE = "rare"
    """A search that finds one row or none, held against itself on the small ledger."""
    DEEP = "deep"
    """The deepest page that can be reached, held against the first page of the same ledger."""


LIMITS = {Kind.LIST: 1.2, Kind.RARE: 2.0, Kind.DEEP: 1.5}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One address of one ledger. The same question has the same name on every ledger."""

    group: str
    """Which part of the site it belongs to."""
    name: str
    path: str
    kind: Kind = Kind.LIST
    first: str = ""
    """The first page of a DEEP one; of a list that is narrowed, that list as it opens, which may be fuller."""

    def wire(self) -> dict[str, Any]:
        """What JSON can say of it."""
        return asdict(self)


def address(path: str, **asked: object) -> str:
    """A path with a query."""
    return f"{path}?{urlencode(asked)}" if asked else path
