"""Reading members, texts and numbers of a payload: each value as asked for, or a refusal with its path."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from decimal import Decimal

import pytest

from webhooks.payload import MalformedPayload, Payload

KINDS = {
    "null": "null",
    "true": "true",
    "false": "false",
    "7": "7",
    "1.5": "1.5",
    '"x"': "'x'",
    "[1]": "array of 1",
    '{"a":1}': "object of 1",
}
"""One JSON value of each kind, and how a refusal shows it."""


def value(json_text: str) -> Payload:
    """The value at data.v[1]."""
    return Payload.parse(f'{{"data":{{"v":[0,{json_text}]}}}}'.encode())["data"]["v"].items()[1]


def refusal(read: Callable[[], object]) -> tuple[str, str, str]:
    with pytest.raises(MalformedPayload) as caught:
        read()
    return caught.value.path, caught.value.problem, caught.value.value


@pytest.mark.parametrize(
    ("read", "problem", "accepted"),
    [
        (Payload.text, "must be text", {'"x"'}),
        (Payload.identifier, "must be an identifier: text or a whole number", {'"x"', "7"}),
        (Payload.integer, "must be a whole number", {"7"}),
        (Payload.boolean, "must be true or false", {"true", "false"}),
        (Payload.decimal, "must be a JSON number or text of plain decimal digits", {"7", "1.5"}),
        (Payload.moment, "must be text", {'"x"'}),
        (Payload.unix_seconds, "must be whole seconds since 1970", {"7"}),
        (Payload.items, "must be an array", {"[1]"}),
        (Payload.members, "must be an object", {'{"a":1}'}),
        (lambda payload: payload["a"], "must be an object", {'{"a":1}'}),
        (lambda payload: payload.get("a"), "must be an object", {'{"a":1}'}),
        (lambda payload: payload.has("a"), "must be an object", {'{"a":1}'}),
    ],
)
def test_a_value_of_another_kind_is_refused(
    read: Callable[[Payload], object], problem: str, accepted: set[str]
) -> None:
    for json_text, shown in KINDS.items():
        if json_text not in accepted:
            payload = value(json_text)
            assert refusal(lambda payload=payload: read(payload)) == ("data.v[1]", problem, shown)  # type: ignore[misc]


def test_a_member_is_present_null_or_absent() -> None:
    payload = value('{"given":false,"null":null}')

    assert payload["given"].path == "data.v[1].given"
    assert payload["given"].boolean() is False
    assert payload["null"].is_null
    assert not payload["given"].is_null
    assert refusal(lambda: payload["absent"]) == ("data.v[1].absent", "is missing", "")

    given = payload.get("given")
    assert given is not None
    assert (given.path, given.plain()) == ("data.v[1].given", False)
    assert payload.get("null") is None
    assert payload.get("absent") is None

    assert [payload.has(key) for key in ("given", "null", "absent")] == [True, True, False]


def test_members_and_items_come_in_the_senders_order_with_their_paths() -> None:
    payload = value('{"z":[true,null],"a":1}')
    assert [(key, member.path) for key, member in payload.members()] == [
        ("z", "data.v[1].z"),
        ("a", "data.v[1].a"),
    ]
    assert [(item.path, item.plain()) for item in payload["z"].items()] == [
        ("data.v[1].z[0]", True),
        ("data.v[1].z[1]", None),
    ]
    assert value("{}").members() == ()
    assert value("[]").items() == ()


def test_an_array_may_be_bounded() -> None:
    assert len(value("[1,2]").items(max_items=2)) == 2
    assert refusal(lambda: value("[1,2,3]").items(max_items=2)) == (
        "data.v[1]",
        "has more than 2 items",
        "array of 3",
    )
    assert refusal(lambda: Payload.parse(b"[" + b"1," * 10_000 + b"1]").items()) == (
        "",
        "has more than 10000 items",
        "array of 10001",
    )


def test_text_is_given_as_sent_within_its_length() -> None:
    assert value('" Größe\\n"').text() == " Größe\n"
    assert value('"007"').text() == "007"
    assert value('""').text(allow_empty=True) == ""
    assert value('"abc"').text(max_length=3) == "abc"
    assert value(f'"{"é" * 255}"').text() == "é" * 255
    assert refusal(value('""').text) == ("data.v[1]", "must not be empty", "''")
    assert refusal(lambda: value('"abcd"').text(max_length=3)) == (
        "data.v[1]",
        "is 4 characters long, more than 3",
        "'abcd'",
    )
    assert refusal(value(f'"{"a" * 256}"').text) == (
        "data.v[1]",
        "is 256 characters long, more than 255",
        "'" + "a" * 78 + "…",
    )


def test_an_identifier_may_be_255_characters_long_and_no_more() -> None:
    assert value(f'"{"x" * 255}"').identifier() == "x" * 255
    assert refusal(lambda: value(f'"{"x" * 256}"').identifier())[1] == "is 256 characters long, more than 255"


@pytest.mark.parametrize(
    ("json_text", "identifier"),
    [
        ('"00123"', "00123"),
        ('"Abc "', "Abc "),
        ("10", "10"),
        ("0", "0"),
        ("-0", "0"),
        ("9223372036854775807", "9223372036854775807"),
    ],
)
def test_an_identifier_is_opaque_text_or_the_digits_of_a_whole_number(json_text: str, identifier: str) -> None:
    assert value(json_text).identifier() == identifier


@pytest.mark.parametrize(
    ("json_text", "problem", "shown"),
    [
        ('""', "must not be empty", "''"),
        ("10.0", "must be an identifier: text or a whole number", "10.0"),
        ("1e3", "must be an identifier: text or a whole number", "1e3"),
        ('"abcdef"', "is 6 characters long, more than 5", "'abcdef'"),
        ("123456", "is 6 characters long, more than 5", "123456"),
    ],
)
def test_what_identifies_nothing_is_refused(json_text: str, problem: str, shown: str) -> None:
    assert refusal(lambda: value(json_text).identifier(max_length=5)) == ("data.v[1]", problem, shown)


@pytest.mark.parametrize(
    ("json_text", "written"),
    [
        ("795.0", "795.0"),
        ("0", "0"),
        ("-12.5", "-12.5"),
        ("0.000001", "0.000001"),
        ("1.0000000", "1.0000000"),
        ("1e3", "1E+3"),
        ("25e-1", "2.5"),
        ("9000000000000", "9000000000000"),
        ("-9e12", "-9E+12"),
        ('"15"', "15"),
        ('"-3.40000"', "-3.40000"),
        ('"007"', "007"),
        ('"1.0000000"', "1.0000000"),
        ('"8999999999999.999999"', "8999999999999.999999"),
    ],
)
def test_a_decimal_is_kept_exactly(json_text: str, written: str) -> None:
    assert str(value(json_text).decimal()) == str(Decimal(written))


NOT_DECIMAL = "must be a JSON number or text of plain decimal digits"


@pytest.mark.parametrize(
    ("json_text", "problem", "shown"),
    [
        ("0.1234567", "0.1234567 has more than 6 decimals", "0.1234567"),
        ('"0.1234567"', "0.1234567 has more than 6 decimals", "'0.1234567'"),
        ("1e-7", "1E-7 has more than 6 decimals", "1e-7"),
        (
            "9000000000000.000001",
            "9000000000000.000001 is beyond the limit of 9000000000000",
            "9000000000000.000001",
        ),
        ('"-9000000000001"', "-9000000000001 is beyond the limit of 9000000000000", "'-9000000000001'"),
        (f'"1{"0" * 29}"', "100000000000000000000000000000 is beyond the limit of 9000000000000", f"'1{'0' * 29}'"),
        (f'"1{"0" * 30}"', NOT_DECIMAL, f"'1{'0' * 30}'"),
        ('""', NOT_DECIMAL, "''"),
        ('"-"', NOT_DECIMAL, "'-'"),
        ('"+1"', NOT_DECIMAL, "'+1'"),
        ('" 1"', NOT_DECIMAL, "' 1'"),
        ('"1\\n"', NOT_DECIMAL, "'1\\n'"),
        ('"1."', NOT_DECIMAL, "'1.'"),
        ('".5"', NOT_DECIMAL, "'.5'"),
        ('"1,5"', NOT_DECIMAL, "'1,5'"),
        ('"1_000"', NOT_DECIMAL, "'1_000'"),
        ('"1e3"', NOT_DECIMAL, "'1e3'"),
        ('"NaN"', NOT_DECIMAL, "'NaN'"),
        ('"Infinity"', NOT_DECIMAL, "'Infinity'"),
        ('"٣"', NOT_DECIMAL, "'٣'"),
        ('"−1"', NOT_DECIMAL, "'−1'"),  # noqa: RUF001 - a minus sign that is not ASCII
    ],
)
def test_a_decimal_that_cannot_be_kept_is_refused(json_text: str, problem: str, shown: str) -> None:
    assert refusal(value(json_text).decimal) == ("data.v[1]", problem, shown)


def test_a_reader_may_ask_for_decimals_in_one_notation() -> None:
    assert value('"1.5"').decimal(from_number=False) == Decimal("1.5")
    assert value("1.5").decimal(from_text=False) == Decimal("1.5")
    assert refusal(lambda: value("1.5").decimal(from_number=False)) == (
        "data.v[1]",
        "must be text of plain decimal digits",
        "1.5",
    )
    assert refusal(lambda: value('"1.5"').decimal(from_text=False)) == (
        "data.v[1]",
        "must be a JSON number",
        "'1.5'",
    )


def test_an_integer_is_written_without_fraction_and_fits_64_bits() -> None:
    assert value("-9223372036854775808").integer() == -(2**63)
    assert value("9223372036854775807").integer() == 2**63 - 1
    assert value("0").integer(minimum=0) == 0
    assert value("5").integer(maximum=5) == 5
    bounds = "must be from -9223372036854775808 to 9223372036854775807"
    assert refusal(value("9223372036854775808").integer) == ("data.v[1]", bounds, "9223372036854775808")
    assert refusal(value("-9223372036854775809").integer) == ("data.v[1]", bounds, "-9223372036854775809")
    assert refusal(lambda: value("6").integer(minimum=0, maximum=5)) == (
        "data.v[1]",
        "must be from 0 to 5",
        "6",
    )
    for json_text, shown in (("7.0", "7.0"), ("7e0", "7e0"), ('"7"', "'7'")):
        assert refusal(value(json_text).integer) == ("data.v[1]", "must be a whole number", shown)


def test_a_boolean_is_true_or_false() -> None:
    assert value("true").boolean() is True
    assert value("false").boolean() is False


def test_a_caller_refuses_in_its_own_words() -> None:
    error = value('"SOLD"').malformed("is not a state that we know")
    assert str(error) == "data.v[1]: is not a state that we know ('SOLD')"


def test_a_plain_copy_is_the_callers_to_change() -> None:
    payload = value('{"a":[1.50]}')
    copy = payload.plain()
    assert copy == {"a": ["1.50"]}
    assert isinstance(copy, dict)
    copy.clear()
    assert payload.plain() == {"a": ["1.50"]}


def test_a_payload_is_frozen_and_prints_short() -> None:
    payload = value(f'"{"a" * 10_000}"')
    assert repr(payload) == f"<Payload data.v[1]: '{'a' * 78}…>"
    assert repr(Payload.parse(b"[1,2]")) == "<Payload document: array of 2>"
    with pytest.raises(FrozenInstanceError):
        payload._node = "other"  # type: ignore[misc]
