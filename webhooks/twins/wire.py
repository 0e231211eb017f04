"""How senders write: JSON without spaces, in which a Decimal is a number that keeps its digits."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = 1_000_000_000
"""Nanoseconds."""
DAY = 86_400 * SECOND


def to_json(value: object) -> bytes:
    """`value` as a body: a Decimal as the number with its own digits, which a float would not keep."""
    return _written(value).encode()


def _written(value: object) -> str:
    match value:
        case Decimal():
            return f"{value:f}"
        case Mapping():
            return "{" + ",".join(f"{json.dumps(str(key))}:{_written(item)}" for key, item in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(map(_written, value)) + "]"
        case _:
            return json.dumps(value, ensure_ascii=False)


def moment(instant: int, *, decimals: int = 0, offset: int = 0) -> str:
    """RFC 3339 with this many decimals, in UTC or so many hours from it; what is finer is cut off."""
    seconds, rest = divmod(instant, SECOND)
    local = (EPOCH + timedelta(seconds=seconds)).astimezone(timezone(timedelta(hours=offset)))
    fraction = f".{rest:09d}"[: decimals + 1] if decimals else ""
    return local.strftime("%Y-%m-%dT%H:%M:%S") + fraction + (local.strftime("%z")[:3] + ":00" if offset else "Z")


def day(instant: int, *, ahead: int = 0) -> str:
    """The date in UTC, so many days ahead."""
    return (EPOCH + timedelta(seconds=instant // SECOND, days=ahead)).date().isoformat()


def digits(quantity: Decimal) -> str:
    """A quantity as plain text without idle zeros."""
    text = f"{quantity:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
