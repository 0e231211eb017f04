"""One JSON value and the way to it: typed readers, of which each gives what it promises or raises MalformedPayload."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Self

from inventory.events import FieldValue
from inventory.quantity import QuantityOutOfRange, check_quantity
from webhooks.strict_json import MalformedPayload, Node, Number, Trail, path_text, read_tree, shown

__all__ = ["MalformedPayload", "Payload"]

MAX_ITEMS = 10_000

NANOSECOND_DIGITS = 9
NANOSECONDS = 1_000_000_000
DAY_SECONDS = 86_400
EPOCH_DAY = date(1970, 1, 1).toordinal()
END_SECONDS = (date(2262, 1, 1).toordinal() - EPOCH_DAY) * DAY_SECONDS
"""Beyond the year 2261 nanoseconds leave a signed 64-bit integer."""

_INTEGER = re.compile(r"-?[0-9]{1,30}")
_DECIMAL_TEXT = re.compile(r"-?[0-9]{1,30}(\.[0-9]{1,30})?")
_UNIX_SECONDS = re.compile(r"[0-9]{1,12}")
_CLOCK = r"([01][0-9]|2[0-3]):([0-5][0-9])"
_MOMENT = re.compile(
    rf"([0-9]{{4}})-([0-9]{{2}})-([0-9]{{2}})[Tt]{_CLOCK}:([0-5][0-9]|60)(?:\.([0-9]+))?(?:[Zz]|([+-]){_CLOCK})"
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Payload:
    """One JSON value and the way to it. What a method cannot give as promised raises MalformedPayload."""

    _node: Node
    _trail: Trail = None

    @classmethod
    def parse(cls, body: bytes) -> Self:
        """Read a whole body as strict JSON, any value at the top; `strict_json.read_tree` says what is refused."""
        return cls(_node=read_tree(body))

    def __repr__(self) -> str:
        return f"<Payload {self.path or 'document'}: {shown(self._node)}>"

    def malformed(self, problem: str) -> MalformedPayload:
        """The refusal of this value, for a caller to raise: path and value are filled in."""
        return MalformedPayload(self.path, problem, shown(self._node))

    @property
    def path(self) -> str:
        """As in `data.counts[3].quantity`; "" for the document. Unusual keys are quoted, long ones cut."""
        return path_text(self._trail)

    @property
    def is_null(self) -> bool:
        return self._node is None

    def _members(self) -> dict[str, Node]:
        if not isinstance(self._node, dict):
            raise self.malformed("must be an object")
        return self._node

    def __getitem__(self, key: str) -> "Payload":
        """The member of an object, which may be null; refused when it is missing."""
        members = self._members()
        if key not in members:
            raise MalformedPayload(path_text((self._trail, key)), "is missing")
        return Payload(_node=members[key], _trail=(self._trail, key))

    def get(self, key: str) -> "Payload | None":
        """The member of an object; None when it is absent or null."""
        node = self._members().get(key)
        return None if node is None else Payload(_node=node, _trail=(self._trail, key))

    def has(self, key: str) -> bool:
        """Whether an object has the member, be it null."""
        return key in self._members()

    def members(self) -> "tuple[tuple[str, Payload], ...]":
        """The members of an object, in the sender's order."""
        return tuple((key, self[key]) for key in self._members())

    def items(self, *, max_items: int = MAX_ITEMS) -> "tuple[Payload, ...]":
        """The items of an array; refused when there are more than `max_items`."""
        if not isinstance(self._node, list):
            raise self.malformed("must be an array")
        if len(self._node) > max_items:
            raise self.malformed(f"has more than {max_items} items")
        return tuple(Payload(_node=node, _trail=(self._trail, index)) for index, node in enumerate(self._node))

    def text(self, *, max_length: int = 255, allow_empty: bool = False) -> str:
        """A JSON string as sent, at most `max_length` characters long."""
        if not isinstance(self._node, str):
            raise self.malformed("must be text")
        return self._bounded(self._node, max_length=max_length, allow_empty=allow_empty)

    def _bounded(self, text: str, *, max_length: int, allow_empty: bool = False) -> str:
        if not text and not allow_empty:
            raise self.malformed("must not be empty")
        if len(text) > max_length:
            raise self.malformed(f"is {len(text)} characters long, more than {max_length}")
        return text

    def identifier(self, *, max_length: int = 255) -> str:
        """Opaque text, not empty: a JSON string as sent, or a JSON integer as its digits (Jetti's ids)."""
        match self._node:
            case str(identifier):
                return self._bounded(identifier, max_length=max_length)
            case Number(literal) if _INTEGER.fullmatch(literal):
                return self._bounded(str(int(literal)), max_length=max_length)
        raise self.malformed("must be an identifier: text or a whole number")

    def decimal(self, *, from_text: bool = True, from_number: bool = True) -> Decimal:
        """A quantity, exactly: a JSON number, or text of ASCII digits with an optional sign and fraction.

        Refused beyond 9,000,000,000,000 either way and finer than a millionth.
        """
        match self._node:
            case Number(literal) if from_number:
                number = Decimal(literal)
            case str(digits) if from_text and _DECIMAL_TEXT.fullmatch(digits):
                number = Decimal(digits)
            case _:
                ways = [(from_number, "a JSON number"), (from_text, "text of plain decimal digits")]
                raise self.malformed("must be " + " or ".join(way for open_, way in ways if open_))
        try:
            return check_quantity(number)
        except QuantityOutOfRange as error:
            raise self.malformed(str(error)) from error

    def integer(self, *, minimum: int = -(2**63), maximum: int = 2**63 - 1) -> int:
        """A JSON number written without fraction and exponent, by default any that fits 64 bits."""
        if not isinstance(self._node, Number) or not _INTEGER.fullmatch(self._node.literal):
            raise self.malformed("must be a whole number")
        number = int(self._node.literal)
        if not minimum <= number <= maximum:
            raise self.malformed(f"must be from {minimum} to {maximum}")
        return number

    def boolean(self) -> bool:
        """true or false; never a number or a word for one."""
        if not isinstance(self._node, bool):
            raise self.malformed("must be true or false")
        return self._node

    def moment(self) -> int:
        """An RFC 3339 time as nanoseconds since 1970-01-01 UTC, in the years 1970 to 2261 of UTC.

        Z or an offset is required. A leap second is read as the second that follows it.
        """
        found = _MOMENT.fullmatch(self.text(max_length=64))
        if found is None:
            raise self.malformed("must be an RFC 3339 time with Z or an offset")
        year, month, day, hour, minute, second, fraction, sign, offset_hour, offset_minute = found.groups()
        try:
            days = date(int(year), int(month), int(day)).toordinal() - EPOCH_DAY
        except ValueError as error:
            raise self.malformed("is not a day of the calendar") from error
        seconds = days * DAY_SECONDS + int(hour) * 3600 + int(minute) * 60 + int(second)
        if sign:
            seconds -= int(sign + "1") * (int(offset_hour) * 3600 + int(offset_minute) * 60)
        if second == "60" and seconds % DAY_SECONDS:
            raise self.malformed("has a leap second that does not end a day of UTC")
        digits = (fraction or "").rstrip("0")
        if len(digits) > NANOSECOND_DIGITS:
            raise self.malformed("is finer than a nanosecond")
        return self._nanoseconds(seconds) + int(digits.ljust(NANOSECOND_DIGITS, "0"))

    def unix_seconds(self) -> int:
        """Whole seconds since 1970-01-01 UTC (a JSON integer or text of digits) as nanoseconds, to 2261."""
        match self._node:
            case Number(digits) | str(digits) if _UNIX_SECONDS.fullmatch(digits):
                return self._nanoseconds(int(digits))
        raise self.malformed("must be whole seconds since 1970")

    def _nanoseconds(self, seconds: int) -> int:
        if not 0 <= seconds < END_SECONDS:
            raise self.malformed("is not in the years 1970 to 2261")
        return seconds * NANOSECONDS

    def plain(self) -> FieldValue:
        """A copy in plain Python, each number as the text that the sender wrote."""
        return _plain(self._node)


def _plain(node: Node) -> FieldValue:
    match node:
        case Number(literal):
            return literal
        case list():
            return [_plain(child) for child in node]
        case dict():
            return {key: _plain(child) for key, child in node.items()}
        case _:
            return node
