"""Pages by key: the next page begins behind the last row of this one, which costs the same on every page."""

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import or_
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

Row = TypeVar("Row", bound=Model)

LONGEST_MARK = 4000
BIGGEST = 2**63 - 1


class BadMark(ValueError):
    """A mark that is not one of ours: it says nothing of where a page begins."""


def _whole(value: object) -> int:
    if type(value) is not int or not -BIGGEST <= value <= BIGGEST:
        raise BadMark("a number was expected")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise BadMark("a text was expected")
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise BadMark("the text cannot be kept") from error
    return value


def _day(value: object) -> date:
    try:
        return date.fromisoformat(_text(value))
    except ValueError as error:
        raise BadMark("a date was expected") from error


READERS: Mapping[type, Callable[[object], Any]] = {int: _whole, str: _text, date: _day}


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A total order that an index serves: columns without nulls, the last of them unique."""

    columns: tuple[tuple[str, type], ...]
    """Each column with the type of its values: int, str or date."""
    descending: bool = False

    def page(self, rows: QuerySet[Row], mark: str, size: int) -> "Page[Row]":
        """The `size` rows behind `mark` (the first ones where it is ''); raises BadMark.

        A mark that begins with "-" asks for the rows before it instead.
        """
        backwards = mark.startswith("-")
        values = self._read(mark[1:] if backwards else mark) if mark else ()
        falling = self.descending is not backwards
        found = rows.order_by(*(f"-{name}" if falling else name for name, _ in self.columns))
        if values:
            found = found.filter(self._beyond(values, falling=falling))
        read = list(found[: size + 1])
        shown, has_more = read[:size], len(read) > size
        if backwards:
            shown.reverse()
        has_earlier, has_later = (has_more, bool(mark)) if backwards else (bool(mark), has_more)
        return Page(
            rows=shown,
            earlier=f"-{self.mark(shown[0])}" if shown and has_earlier else "",
            later=self.mark(shown[-1]) if shown and has_later else "",
        )

    def mark(self, row: Model) -> str:
        """The mark of a row: the page that begins behind it."""
        values = [getattr(row, name) for name, _ in self.columns]
        text = json.dumps([value.isoformat() if isinstance(value, date) else value for value in values])
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def _read(self, mark: str) -> tuple[Any, ...]:
        try:
            text = base64.urlsafe_b64decode(mark[:LONGEST_MARK] + "=" * (-len(mark) % 4))
            values = json.loads(text)
        except (binascii.Error, ValueError, RecursionError) as error:
            raise BadMark("it is none of ours") from error
        if not isinstance(values, list) or len(values) != len(self.columns):
            raise BadMark("it belongs to another list")
        return tuple(READERS[kind](value) for (_, kind), value in zip(self.columns, values, strict=True))

    def _beyond(self, values: Sequence[Any], *, falling: bool) -> Q:
        """The rows behind these values: column by column, because both databases serve that from an index."""
        step = "lt" if falling else "gt"
        names = [name for name, _ in self.columns]
        behind = reduce(
            or_,
            (
                Q(**dict(zip(names[:at], values[:at], strict=True)), **{f"{names[at]}__{step}": values[at]})
                for at in range(len(names))
            ),
        )
        # The first column alone, once more: by it the index is entered.
        return Q(**{f"{names[0]}__{step}e": values[0]}) & behind


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[Row]):
    """One page of a list, and the marks of its neighbours; '' where there is none."""

    rows: list[Row]
    earlier: str
    later: str
