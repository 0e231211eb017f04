"""A quantity is kept exactly or not at all: whole millionths, up to nine million million."""

from decimal import Decimal

import pytest

from inventory.quantity import (
    LIMIT,
    MILLIONTH,
    QuantityOutOfRange,
    check_quantity,
    from_millionths,
    from_parts,
    quantity_text,
    to_millionths,
)

KEPT = [
    ("0", 0),
    ("-0", 0),
    ("1", 1_000_000),
    ("0.000001", 1),
    ("-0.000001", -1),
    ("0.4", 400_000),
    ("1E+3", 1_000_000_000),
    ("1.50000000", 1_500_000),
    ("9000000000000", 9_000_000_000_000_000_000),
    ("-9000000000000", -9_000_000_000_000_000_000),
    ("8999999999999.999999", 8_999_999_999_999_999_999),
]


@pytest.mark.parametrize(("text", "millionths"), KEPT)
def test_a_quantity_is_a_whole_number_of_millionths(text: str, millionths: int) -> None:
    value = Decimal(text)
    assert check_quantity(value) is value
    assert to_millionths(value) == millionths
    assert from_millionths(millionths) == value


def test_the_bounds_fit_into_a_signed_64_bit_integer() -> None:
    assert to_millionths(LIMIT) < 2**63
    assert Decimal("0.000001") == MILLIONTH


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("9000000000000.000001", "9000000000000.000001 is beyond the limit of 9000000000000"),
        ("-9000000000000.000001", "-9000000000000.000001 is beyond the limit of 9000000000000"),
        ("1E+400", "1E+400 is beyond the limit of 9000000000000"),
        ("0.0000001", "1E-7 has more than 6 decimals"),
        ("-1.2345678", "-1.2345678 has more than 6 decimals"),
        ("NaN", "NaN is not a number"),
        ("-Infinity", "-Infinity is not a number"),
    ],
)
def test_what_cannot_be_kept_exactly_is_refused_with_its_value(text: str, problem: str) -> None:
    for refusing in (check_quantity, to_millionths):
        with pytest.raises(QuantityOutOfRange) as error:
            refusing(Decimal(text))
        assert str(error.value) == problem


@pytest.mark.parametrize(
    ("whole", "rest", "text"),
    [
        (0, 0, "0"),
        (3, 250_000, "3.25"),
        (-3, -250_000, "-3.25"),
        (5, -1_500_000, "3.5"),
        # PostgreSQL sums into a numeric.
        (Decimal(27_000_000_000_000), Decimal(3_000_000), "27000000000003"),
    ],
)
def test_whole_units_and_millionths_that_were_summed_apart_come_together(
    whole: Decimal | int, rest: Decimal | int, text: str
) -> None:
    assert quantity_text(from_parts(whole, rest)) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0"),
        ("-0", "0"),
        ("0.000000", "0"),
        ("-0.000", "0"),
        ("0E+3", "0"),
        ("100", "100"),
        ("1E+3", "1000"),
        ("10.500", "10.5"),
        ("-0.5", "-0.5"),
        ("0.000001", "0.000001"),
        ("7.0", "7"),
        ("-20.0", "-20"),
    ],
)
def test_a_quantity_reads_as_plain_digits(value: str, text: str) -> None:
    assert quantity_text(Decimal(value)) == text
