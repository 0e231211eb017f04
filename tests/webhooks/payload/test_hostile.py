"""Bodies meant to harm: bounded time and memory, and never an error of another kind."""

import json
import time
import tracemalloc
from collections.abc import Callable
from decimal import Decimal
from typing import TypeAlias

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory.events import FieldValue
from webhooks.payload import MalformedPayload, Payload

MIB = 2**20
Value: TypeAlias = bool | str | Decimal | list["Value"] | dict[str, "Value"] | None


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"[" * 100_000, "is nested deeper than 64 levels at line 1 column 65"),
        (b'{"a":' * 100_000, "is nested deeper than 64 levels at line 1 column 321"),
        (b"[" * 100_000 + b"]" * 100_000, "is nested deeper than 64 levels at line 1 column 65"),
        (b"]" * MIB, "is not JSON: Expecting value: line 1 column 1"),
        (b"1" * MIB, "is a number of 1048576 characters, more than 64"),
        (b"-0." + b"1" * MIB, "is a number of 1048579 characters, more than 64"),
        (b"1e" + b"9" * MIB, "is a number of 1048578 characters, more than 64"),
        (
            b"[[],[]" * 40 + b'"' + b'\\"' * (MIB // 2),
            "is not JSON: Expecting ',' delimiter: line 1 column 7",
        ),
        (b"[" + b"[]," * 70 + b'"' * MIB, "is not JSON: Expecting ',' delimiter: line 1 column 214"),
        (
            b"[" + b"[]," * 70 + b'"' + b'\\"' * (MIB // 2),
            "is not JSON: Unterminated string starting at: line 1 column 212",
        ),
        (
            b"[" + b"[]," * 70 + b'"' + b"\\" * (MIB + 1),
            "is not JSON: Unterminated string starting at: line 1 column 212",
        ),
        (b" " * MIB, "is empty"),
        (b"\n" * MIB + b"x", "is not JSON: Expecting value: line 1048577 column 1"),
        (b"\xff" * MIB, "is not UTF-8 at byte 0"),
    ],
)
def test_a_bomb_is_refused_fast_and_in_bounded_memory(body: bytes, problem: str) -> None:
    tracemalloc.start()
    began = time.process_time()
    try:
        with pytest.raises(MalformedPayload) as caught:
            Payload.parse(body)
        seconds = time.process_time() - began
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert caught.value.problem == problem
    assert len(str(caught.value)) < 300
    # What grew with the square of the size would take minutes.
    assert seconds < 20
    assert peak < 8 * MIB


def test_a_long_key_over_many_items_costs_no_path_per_item() -> None:
    key = "k" * (MIB // 2)
    began = time.process_time()
    body = f'{{"{key}":[{"1," * 100_000}NaN]}}'.encode()
    with pytest.raises(MalformedPayload) as caught:
        Payload.parse(body)
    items = Payload.parse(body.replace(b"NaN", b"2"))[key].items(max_items=200_000)
    assert caught.value.path == "['" + "k" * 38 + "…][100000]"
    assert items[100_000].path == caught.value.path
    assert time.process_time() - began < 4


def test_a_huge_value_is_shown_short() -> None:
    payload = Payload.parse(b'{"a":"' + b"\\u0001" * 100_000 + b'"}')
    with pytest.raises(MalformedPayload) as caught:
        payload["a"].text()
    assert caught.value.value == "'" + "\\x01" * 19 + "\\x…"
    assert str(caught.value) == ("a: is 100000 characters long, more than 255 ('" + "\\x01" * 19 + "\\x…)")


safe_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
numbers = st.integers(-(10**19) + 1, 10**19 - 1).map(Decimal) | st.decimals(
    min_value=-(10**12), max_value=10**12, places=6
)
values: st.SearchStrategy[Value] = st.recursive(
    st.none() | st.booleans() | safe_text | numbers,
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(safe_text, inner, max_size=5),
    max_leaves=20,
)


def written(value: Value, *, ascii_only: bool) -> str:
    """The value as JSON text, its numbers in plain digits."""
    match value:
        case Decimal():
            return f"{value:f}"
        case list():
            return "[" + ", ".join(written(item, ascii_only=ascii_only) for item in value) + "]"
        case dict():
            members = (
                f"{json.dumps(key, ensure_ascii=ascii_only)}: {written(member, ascii_only=ascii_only)}"
                for key, member in value.items()
            )
            return "{" + ", ".join(members) + "}"
        case _:
            return json.dumps(value, ensure_ascii=ascii_only)


def numbers_as_text(value: Value) -> FieldValue:
    match value:
        case Decimal():
            return f"{value:f}"
        case list():
            return [numbers_as_text(item) for item in value]
        case dict():
            return {key: numbers_as_text(member) for key, member in value.items()}
        case _:
            return value


@given(values, st.booleans())
def test_what_is_written_is_read_back(value: Value, ascii_only: bool) -> None:
    body = written(value, ascii_only=ascii_only).encode()
    assert Payload.parse(body).plain() == numbers_as_text(value)


def outcome(read: Callable[[], object]) -> tuple[object, MalformedPayload | None]:
    """What was read or how it was refused; an error of any other kind fails the test."""
    try:
        return read(), None
    except MalformedPayload as refusal:
        return None, refusal


def _refuse_repeats(pairs: list[tuple[str, object]]) -> dict[str, object]:
    assert len(dict(pairs)) == len(pairs)
    return dict(pairs)


tokens = [
    "[",
    "]",
    "{",
    "}",
    '"',
    ",",
    ":",
    "\\",
    "\\u0000",
    "\\ud83d",
    '"a":',
    "1",
    "-",
    ".",
    "e9",
    "NaN",
    "null",
]
json_like = st.lists(st.sampled_from(tokens), max_size=30).map(lambda chosen: "".join(chosen).encode())
in_a_text = st.binary(max_size=50).map(lambda raw: b'{"a":"' + raw + b'"}')


@given(st.binary(max_size=200) | json_like | in_a_text)
def test_any_bytes_are_read_as_the_standard_library_reads_them_or_refused(body: bytes) -> None:
    plain, refusal = outcome(lambda: Payload.parse(body).plain())
    if refusal:
        assert str(refusal).isprintable()
        assert len(refusal.value) <= 80
    else:
        assert plain == json.loads(body, parse_int=str, parse_float=str, object_pairs_hook=_refuse_repeats)


@given(values)
def test_every_reader_gives_a_value_or_a_refusal(value: Value) -> None:
    payload = Payload.parse(written([value], ascii_only=True).encode()).items()[0]
    for read in (
        payload.text,
        payload.identifier,
        payload.decimal,
        payload.integer,
        payload.boolean,
        payload.moment,
        payload.unix_seconds,
        payload.items,
        payload.members,
    ):
        _, refusal = outcome(read)
        assert refusal is None or (refusal.path == "[0]" and str(refusal).isprintable())
