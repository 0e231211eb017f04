"""Instants: whole nanoseconds since 1970-01-01 UTC, because senders tick finer than a datetime can hold."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NANOSECONDS = 1_000_000_000


def to_datetime(instant: int) -> datetime:
    """The aware UTC datetime at or just before `instant`; what is finer than a microsecond is cut off."""
    return EPOCH + timedelta(microseconds=instant // 1000)


def from_datetime(moment: datetime) -> int:
    """The instant of an aware datetime; raises ValueError for a naive one, whose zone nobody knows."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return (moment - EPOCH) // timedelta(microseconds=1) * 1000


def instant_text(instant: int) -> str:
    """`instant` in RFC 3339, UTC, with as many of its nine decimals as it needs."""
    seconds, rest = divmod(instant, NANOSECONDS)
    text = (EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")
    return f"{text}.{rest:09d}".rstrip("0").rstrip(".") + "Z" if rest else f"{text}Z"
