"""What may be asked: the query parameters of each list, as a table that both the answer and its description read.

A parameter that nobody declared, that is given twice, or whose value cannot be understood is refused: a filter that is
silently dropped shows more than was asked for.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict

from inventory.api.errors import BadParameter, shortened
from inventory.instants import from_datetime
from inventory.matching import gtin_of

LONGEST = 600
"""Characters; the longest text that is kept for a name has 500."""
LARGEST = 2**63 - 1
"""What the databases can compare a row's number with."""

_NUMBER = re.compile(r"[0-9]{1,19}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(?P<zone>Z|[+-][0-9]{2}:[0-9]{2})?"
)

Rows = QuerySet[Any]
Asked = Mapping[str, Any]
"""The parameters that were given, by name, with what their values mean."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What the value of a parameter may be."""

    read: Callable[[str], Any]
    """What the text means; raises ValueError saying what it should be."""
    schema: Mapping[str, Any]
    """The same for OpenAPI."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One query parameter."""

    name: str
    kind: Kind
    description: str
    narrow: Callable[[Rows, Any], Rows] | None = None
    """The rows that it leaves; None where it filters nothing. Every one that is here has an index to go by."""

    @property
    def described(self) -> dict[str, Any]:
        """The parameter in the words of OpenAPI."""
        return {
            "name": self.name,
            "in": "query",
            "required": False,
            "description": self.description,
            "schema": dict(self.kind.schema),
        }


def read_parameters(query: QueryDict, declared: Sequence[Parameter]) -> Asked:
    """What was asked; raises BadParameter for the first parameter that cannot be understood."""
    by_name = {parameter.name: parameter for parameter in declared}
    asked = {}
    for name, values in query.lists():
        if name not in by_name:
            raise BadParameter(name, f"There is no parameter {shortened(name)!r} here. {_which(by_name)}")
        if len(values) != 1:
            raise BadParameter(name, f"{name} is given {len(values)} times; give it once.")
        asked[name] = _read(by_name[name], values[0])
    return asked


def narrow(rows: Rows, asked: Asked, declared: Iterable[Parameter]) -> Rows:
    """The rows that every parameter leaves which was given."""
    for parameter in declared:
        if parameter.narrow is not None and parameter.name in asked:
            rows = parameter.narrow(rows, asked[parameter.name])
    return rows


def by(lookup: str) -> Callable[[Rows, Any], Rows]:
    """Narrowing by one of Django's lookups."""
    return lambda rows, value: rows.filter(**{lookup: value})


def _which(names: Iterable[str]) -> str:
    listed = ", ".join(sorted(names))
    return f"There are: {listed}." if listed else "There are none."


def _read(parameter: Parameter, text: str) -> Any:
    if not text:
        raise BadParameter(parameter.name, f"{parameter.name} is empty.")
    if len(text) > LONGEST:
        raise BadParameter(parameter.name, f"{parameter.name} is longer than {LONGEST} characters.")
    if "\0" in text:
        raise BadParameter(parameter.name, f"{parameter.name} is {shortened(text)!r}, which holds a NUL character.")
    try:
        return parameter.kind.read(text)
    except ValueError as error:
        raise BadParameter(parameter.name, f"{parameter.name} is {shortened(text)!r}; it should be {error}.") from error


def number(least: int = 0, most: int = LARGEST) -> Kind:
    """A whole number in ASCII digits."""

    def read(text: str) -> int:
        if not _NUMBER.fullmatch(text) or not least <= int(text) <= most:
            raise ValueError(f"a whole number from {least} to {most}")
        return int(text)

    return Kind(read=read, schema={"type": "integer", "minimum": least, "maximum": most})


def one_of(words: Iterable[str]) -> Kind:
    """One of a few words."""
    allowed = list(words)

    def read(text: str) -> str:
        if text not in allowed:
            raise ValueError(f"one of {', '.join(allowed)}" if len(allowed) > 1 else allowed[0])
        return text

    return Kind(read=read, schema={"type": "string", "enum": allowed})


def _gtin(text: str) -> str:
    if gtin := gtin_of(text):
        return gtin
    raise ValueError("a GTIN of 8, 12, 13 or 14 digits, the last of which checks the others")


def _day(text: str) -> date:
    try:
        if _DAY.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    raise ValueError("a day, such as 2026-05-31")


def _moment(text: str) -> datetime:
    found = _MOMENT.fullmatch(text)
    if found is None:
        raise ValueError(
            "a moment with its zone and at most 6 decimals, such as 2026-05-31T12:00:00Z (in an address, + is %2B)"
        )
    if found["zone"] is None:
        raise ValueError("a moment with its zone, such as 2026-05-31T12:00:00Z")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"a moment that is in the calendar ({error})") from error
    if not -LARGEST <= from_datetime(moment) <= LARGEST:
        raise ValueError("a moment from 1677-09-22 to 2262-04-11")
    return moment.astimezone(UTC)


ROW = number()
"""Our own number of a row."""
TEXT = Kind(read=str, schema={"type": "string", "minLength": 1, "maxLength": LONGEST})
"""Any text, compared as it stands."""
FLAG = one_of(["true"])
"""Only true may be asked: what is not so is most of the rows."""
GTIN = Kind(read=_gtin, schema={"type": "string", "pattern": "^[0-9]{8}$|^[0-9]{12,14}$"})
"""A barcode that is the same however many zeros it is written with."""
DAY = Kind(read=_day, schema={"type": "string", "format": "date"})
MOMENT = Kind(read=_moment, schema={"type": "string", "format": "date-time"})
"""An aware moment, to the microsecond, within what 64 bits of nanoseconds can hold."""
