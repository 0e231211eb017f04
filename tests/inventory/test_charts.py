"""Charts as shapes, by examples drawn by hand: 1000 wide, 200 high, the greatest value at the top."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from inventory.charts import HEIGHT, Bar, bar_chart, step_chart

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def at(hours: float) -> datetime:
    return NOON + timedelta(hours=hours)


def test_numbers_of_an_hour_stand_on_each_other() -> None:
    """One below and two on it make three of a scale to four: a quarter of the height is one."""
    chart = bar_chart([(1, 0, 2), (0, 0, 0)], since=at(0), until=at(2))
    assert chart.scale == (4, 3, 2, 1, 0)
    assert chart.zero == "200.0"
    assert chart.bars == (
        Bar(x="50.0", y="150.0", width="400.0", height="50.0", series=0),
        Bar(x="50.0", y="50.0", width="400.0", height="100.0", series=2),
    )


def test_the_moments_below_and_the_lines_of_the_scale_are_evenly_spaced() -> None:
    chart = bar_chart([(1,)] * 4, since=at(0), until=at(4))
    assert chart.moments == (at(0), at(1), at(2), at(3), at(4))
    assert chart.grid == ("0.0", "50.0", "100.0", "150.0", "200.0")


def test_things_that_are_counted_are_never_halved() -> None:
    def scale(highest: int) -> tuple[Decimal, ...]:
        return bar_chart([(highest,)], since=at(0), until=at(1)).scale

    assert scale(1) == (4, 3, 2, 1, 0)
    assert scale(10) == (12, 9, 6, 3, 0)
    assert scale(81) == (120, 90, 60, 30, 0)
    assert scale(10_000) == (12_000, 9000, 6000, 3000, 0)


def test_nothing_at_all_is_an_empty_chart_with_a_scale() -> None:
    chart = bar_chart([], since=at(0), until=at(1))
    assert (chart.bars, chart.scale) == ((), (4, 3, 2, 1, 0))
    assert step_chart([], since=at(0), until=at(1)).lines == ()


def test_a_value_holds_until_the_next_one() -> None:
    """From 10 down to 5 after one of four hours, on a scale to ten."""
    chart = step_chart([(at(0), Decimal(10)), (at(1), Decimal(5))], since=at(0), until=at(4))
    assert chart.scale == (10, Decimal("7.5"), 5, Decimal("2.5"), 0)
    assert chart.lines == ("M0.0 0.0H250.0V100.0H1000.0",)


def test_where_the_value_is_not_known_the_line_is_broken_and_does_not_fall_to_zero() -> None:
    points = [(at(0), Decimal(10)), (at(1), None), (at(2), Decimal(5))]
    assert step_chart(points, since=at(0), until=at(4)).lines == ("M0.0 0.0H250.0", "M500.0 100.0H1000.0")


def test_a_negative_value_is_drawn_below_the_line_of_zero() -> None:
    chart = step_chart([(at(0), Decimal(-5)), (at(1), Decimal(5))], since=at(0), until=at(2))
    assert chart.scale == (5, Decimal("2.5"), 0, Decimal("-2.5"), -5)
    assert chart.zero == "100.0"
    assert chart.lines == ("M0.0 200.0H500.0V0.0H1000.0",)


def test_a_chart_of_no_time_at_all_can_be_drawn() -> None:
    assert step_chart([(at(0), Decimal(1))], since=at(0), until=at(0)).lines == ("M0.0 0.0H0.0",)


quantities = st.decimals(
    min_value=Decimal(-9_000_000_000_000), max_value=Decimal(9_000_000_000_000), places=6, allow_nan=False
)


@given(st.lists(quantities, min_size=1, max_size=8))
def test_every_scale_holds_zero_and_every_value_in_four_even_steps(values: list[Decimal]) -> None:
    chart = step_chart([(at(number), value) for number, value in enumerate(values)], since=at(0), until=at(9))
    steps = {upper - lower for upper, lower in zip(chart.scale, chart.scale[1:], strict=False)}
    assert len(chart.scale) == 5
    assert len(steps) == 1
    assert min(steps) > 0
    assert chart.scale[0] >= max(*values, Decimal(0))
    assert chart.scale[-1] <= min(*values, Decimal(0))
    assert 0 <= Decimal(chart.zero) <= HEIGHT
