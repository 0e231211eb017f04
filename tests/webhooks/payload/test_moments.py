"""RFC 3339 texts and unix seconds as nanoseconds since 1970-01-01 UTC. Expected values are from GNU date."""

import pytest

from webhooks.payload import MalformedPayload, Payload


def value(json_text: str) -> Payload:
    return Payload.parse(f'{{"at":{json_text}}}'.encode())["at"]


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.000000001Z", 1),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1969-12-31T23:30:00-00:30", 0),
        ("2022-07-13T20:30:59.037339943Z", 1657744259_037339943),
        ("2022-07-13T20:30:59.0373399430000Z", 1657744259_037339943),
        ("2019-12-16T21:45:12.828Z", 1576532712_828000000),
        ("2025-07-29T12:47:37.316-07:00", 1753818457_316000000),
        ("2025-07-30T01:17:37.316+05:30", 1753818457_316000000),
        ("2025-07-29t19:47:37z", 1753818457_000000000),
        ("2025-07-29T19:47:37-00:00", 1753818457_000000000),
        ("2000-02-29T00:00:00Z", 951782400_000000000),
        ("2016-12-31T23:59:60Z", 1483228800_000000000),
        ("2016-12-31T15:59:60.5-08:00", 1483228800_500000000),
        ("2261-12-31T23:59:59.999999999Z", 9214646399_999999999),
        ("2262-01-01T00:59:59+01:00", 9214646399_000000000),
    ],
)
def test_a_moment_is_read_to_the_nanosecond(text: str, nanoseconds: int) -> None:
    assert value(f'"{text}"').moment() == nanoseconds


FORM = "must be an RFC 3339 time with Z or an offset"
YEARS = "is not in the years 1970 to 2261"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "must not be empty"),
        ("2025-07-29", FORM),
        ("2025-07-29T19:47:37", FORM),
        ("2025-07-29 19:47:37Z", FORM),
        (" 2025-07-29T19:47:37Z", FORM),
        ("2025-07-29T19:47:37Z ", FORM),
        ("2025-07-29T19:47Z", FORM),
        ("20250729T194737Z", FORM),
        ("2025-7-29T19:47:37Z", FORM),
        ("2025-07-29T19:47:37.Z", FORM),
        ("2025-07-29T19:47:37,5Z", FORM),
        ("2025-07-29T24:00:00Z", FORM),
        ("2025-07-29T19:60:00Z", FORM),
        ("2025-07-29T19:47:61Z", FORM),
        ("2025-07-29T19:47:37+0700", FORM),
        ("2025-07-29T19:47:37+07", FORM),
        ("2025-07-29T19:47:37+24:00", FORM),
        ("2025-07-29T19:47:37+07:60", FORM),
        ("2025-07-29T19:47:37Z+07:00", FORM),
        ("٢٠٢٥-07-29T19:47:37Z", FORM),
        ("12025-07-29T19:47:37Z", FORM),
        ("-2025-07-29T19:47:37Z", FORM),
        ("1753818457", FORM),
        ("2025-02-29T00:00:00Z", "is not a day of the calendar"),
        ("2025-13-01T00:00:00Z", "is not a day of the calendar"),
        ("2025-00-01T00:00:00Z", "is not a day of the calendar"),
        ("2025-04-31T00:00:00Z", "is not a day of the calendar"),
        ("0000-01-01T00:00:00Z", "is not a day of the calendar"),
        ("2025-07-29T19:47:37.1234567891Z", "is finer than a nanosecond"),
        ("2025-07-29T19:47:60Z", "has a leap second that does not end a day of UTC"),
        ("2016-12-31T23:59:60+01:00", "has a leap second that does not end a day of UTC"),
        ("1969-12-31T23:59:59Z", YEARS),
        ("1970-01-01T00:59:59+01:00", YEARS),
        ("2262-01-01T00:00:00Z", YEARS),
        ("2261-12-31T23:59:60Z", YEARS),
        ("0001-01-01T00:00:00Z", YEARS),
        ("9999-12-31T23:59:59-23:59", YEARS),
        ("2025-07-29T19:47:37." + "0" * 50 + "Z", "is 71 characters long, more than 64"),
    ],
)
def test_what_is_no_moment_is_refused(text: str, problem: str) -> None:
    with pytest.raises(MalformedPayload) as caught:
        value(f'"{text}"').moment()
    assert (caught.value.path, caught.value.problem, caught.value.value) == ("at", problem, f"'{text}'")


@pytest.mark.parametrize(
    ("json_text", "nanoseconds"),
    [
        ("0", 0),
        ("1699900000", 1699900000_000000000),
        ('"1699900000"', 1699900000_000000000),
        ('"0001699900"', 1699900_000000000),
        ("9214646399", 9214646399_000000000),
    ],
)
def test_unix_seconds_are_read_from_an_integer_or_digits(json_text: str, nanoseconds: int) -> None:
    assert value(json_text).unix_seconds() == nanoseconds


SECONDS = "must be whole seconds since 1970"


@pytest.mark.parametrize(
    ("json_text", "problem", "shown"),
    [
        ("9214646400", YEARS, "9214646400"),
        ("-1", SECONDS, "-1"),
        ("1.5", SECONDS, "1.5"),
        ("1699900000.0", SECONDS, "1699900000.0"),
        ("1e9", SECONDS, "1e9"),
        ("1699900000000", SECONDS, "1699900000000"),  # milliseconds
        ('"1_000"', SECONDS, "'1_000'"),
        ('" 1"', SECONDS, "' 1'"),
        ('"1\\n"', SECONDS, "'1\\n'"),
        ('"٣"', SECONDS, "'٣'"),
        ('"²"', SECONDS, "'²'"),
        ('""', SECONDS, "''"),
        ("true", SECONDS, "true"),
    ],
)
def test_what_is_no_count_of_seconds_is_refused(json_text: str, problem: str, shown: str) -> None:
    with pytest.raises(MalformedPayload) as caught:
        value(json_text).unix_seconds()
    assert (caught.value.path, caught.value.problem, caught.value.value) == ("at", problem, shown)
