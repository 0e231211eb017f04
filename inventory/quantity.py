"""Quantities: a Decimal in Python, a whole number of millionths where it is stored.

The bound keeps every stored value inside a signed 64-bit integer.
"""

from decimal import Decimal

PLACES = 6
LIMIT = Decimal(9_000_000_000_000)
MILLIONTH = Decimal(1).scaleb(-PLACES)


class QuantityOutOfRange(ValueError):
    """A quantity that cannot be kept exactly: not finite, beyond the limit, or finer than a millionth."""


def check_quantity(value: Decimal) -> Decimal:
    """Return `value` when it can be kept exactly; raise QuantityOutOfRange saying why when it cannot."""
    if not value.is_finite():
        raise QuantityOutOfRange(f"{value} is not a number")
    if abs(value) > LIMIT:
        raise QuantityOutOfRange(f"{value} is beyond the limit of {LIMIT}")
    if value % MILLIONTH:
        raise QuantityOutOfRange(f"{value} has more than {PLACES} decimals")
    return value


def to_millionths(value: Decimal) -> int:
    """The whole number of millionths in `value`; raises QuantityOutOfRange rather than round."""
    return int(check_quantity(value).scaleb(PLACES))


def from_millionths(stored: int) -> Decimal:
    """The quantity that a stored whole number of millionths stands for."""
    return Decimal(stored).scaleb(-PLACES)


def from_parts(whole: Decimal | int, rest: Decimal | int) -> Decimal:
    """The quantity of which a database summed the whole units and the millionths apart, each rounded towards 0.

    Apart, because SQLite's SUM stops at 64 bits, which a few quantities at the end of the range would pass.
    """
    return from_millionths(int(whole) * 10**PLACES + int(rest))


def quantity_text(value: Decimal) -> str:
    """A quantity as people and programs read it: plain digits, no exponent, no idle zeros."""
    whole, _, rest = f"{value:f}".partition(".")
    rest = rest.rstrip("0")
    text = f"{whole}.{rest}" if rest else whole
    return "0" if text == "-0" else text
