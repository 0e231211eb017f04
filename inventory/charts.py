"""Charts as SVG shapes: pure arithmetic. A template draws them, with a table of the same numbers beside them.

Shapes are in units of a drawing that is 1000 wide and 200 high, stretched to the room that there is; the texts stand
outside of it, evenly spaced, so that they keep their size on a phone.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import pairwise

WIDTH, HEIGHT = 1000, 200
STEPS = 4
"""Into how many parts the scale is divided."""
ROUND = tuple(map(Decimal, ("1", "2", "2.5", "5", "10", "20")))
WHOLE = tuple(map(Decimal, ("1", "2", "3", "4", "5", "10", "20")))
"""Steps of a scale that read well: of quantities, and of things that are counted."""

Point = tuple[datetime, Decimal | None]
"""A value from a moment on; None where it is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One rectangle."""

    x: str
    y: str
    width: str
    height: str
    series: int
    """0 for the first of the numbers that are stacked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """What a template needs in order to draw."""

    scale: tuple[Decimal, ...]
    """The values at the side, from the top down, evenly spaced."""
    moments: tuple[datetime, ...]
    """The moments below, from the left, evenly spaced."""
    zero: str
    """How far down the line of 0 is."""
    lines: tuple[str, ...] = ()
    """Path data of a line, a piece for each stretch in which the value is known."""
    bars: tuple[Bar, ...] = ()

    @property
    def grid(self) -> tuple[str, ...]:
        """How far down each line of the scale is."""
        return tuple(_text(Decimal(HEIGHT) * part / STEPS) for part in range(STEPS + 1))


def step_chart(points: Sequence[Point], *, since: datetime, until: datetime) -> Chart:
    """A line of values that hold until the next one; `points` in order of time, from `since` to `until`."""
    known = [value for _, value in points if value is not None]
    scale = _scale(min(known, default=Decimal(0)), max(known, default=Decimal(0)))
    span = _span(since, until)

    def across(moment: datetime) -> str:
        return _text(WIDTH * Decimal((moment - since).total_seconds()) / span)

    pieces: list[str] = []
    path = ""
    for (moment, value), (end, _) in pairwise([*points, (until, None)]):
        if value is None:
            pieces += [path] if path else []
            path = ""
            continue
        down = _down(value, scale)
        path += f"V{down}" if path else f"M{across(moment)} {down}"
        path += f"H{across(end)}"
    pieces += [path] if path else []
    return Chart(
        scale=scale,
        moments=_moments(since, until),
        zero=_down(Decimal(0), scale),
        lines=tuple(pieces),
    )


def bar_chart(columns: Sequence[Sequence[int]], *, since: datetime, until: datetime) -> Chart:
    """A column for each equal part of the time from `since` to `until`, of numbers stacked on each other."""
    scale = _scale(Decimal(0), Decimal(max(map(sum, columns), default=0)), factors=WHOLE, least=Decimal(1))
    return Chart(
        scale=scale,
        moments=_moments(since, until),
        zero=_down(Decimal(0), scale),
        bars=tuple(_bars(columns, scale)),
    )


def _bars(columns: Sequence[Sequence[int]], scale: tuple[Decimal, ...]) -> Iterator[Bar]:
    room = Decimal(WIDTH) / max(len(columns), 1)
    for at, column in enumerate(columns):
        below = 0
        for series, number in enumerate(column):
            if number:
                top = Decimal(_down(Decimal(below + number), scale))
                bottom = Decimal(_down(Decimal(below), scale))
                yield Bar(
                    x=_text(room * at + room / 10),
                    y=_text(top),
                    width=_text(room * 8 / 10),
                    height=_text(bottom - top),
                    series=series,
                )
            below += number


def _scale(
    low: Decimal, high: Decimal, *, factors: Sequence[Decimal] = ROUND, least: Decimal = Decimal(0)
) -> tuple[Decimal, ...]:
    """Round values, evenly spaced from the top down, that hold `low`, `high` and 0 between them."""
    low, high = min(low, Decimal(0)), max(high, Decimal(0))
    if low == high:
        high = Decimal(STEPS)
    wanted = max((high - low) / STEPS, least)
    power = Decimal(1).scaleb(wanted.adjusted())
    for factor in factors:
        step = power * factor
        bottom = (low / step).to_integral_value(rounding="ROUND_FLOOR") * step
        if step >= wanted and bottom + step * STEPS >= high:
            return tuple(bottom + step * part for part in range(STEPS, -1, -1))
    raise AssertionError(f"no scale holds {low} to {high}")


def _down(value: Decimal, scale: tuple[Decimal, ...]) -> str:
    return _text(HEIGHT * (scale[0] - value) / (scale[0] - scale[-1]))


def _moments(since: datetime, until: datetime) -> tuple[datetime, ...]:
    return tuple(since + (until - since) * part / STEPS for part in range(STEPS + 1))


def _span(since: datetime, until: datetime) -> Decimal:
    return Decimal((until - since).total_seconds()) or Decimal(1)


def _text(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.1')):f}"
