"""Reading a body: what is refused, where, and in which words."""

import pickle
from pathlib import Path

import pytest

from webhooks.payload import MalformedPayload, Payload

PAYLOADS = Path(__file__).parent.parent.parent / "payloads"


def refusal(body: bytes) -> MalformedPayload:
    with pytest.raises(MalformedPayload) as caught:
        Payload.parse(body)
    return caught.value


@pytest.mark.parametrize(
    ("body", "plain"),
    [
        (b"null", None),
        (b"true", True),
        (b"false", False),
        (b'"x"', "x"),
        (b'""', ""),
        (b"0", "0"),
        (b"-0", "-0"),
        (b"795.0", "795.0"),
        (b"1.50", "1.50"),
        (b"1e3", "1e3"),
        (b"1E+18", "1E+18"),
        (b"1e-18", "1e-18"),
        (b"9999999999999999999", "9999999999999999999"),
        (b"0.1000000000000000055511151231257827", "0.1000000000000000055511151231257827"),
        (b"100e-2", "100e-2"),
        (b" \t\r\n[ ] \n", []),
        (b"{}", {}),
        (b'{"":1}', {"": "1"}),
        (b'{"b":[1,"1",null],"a":{"b":true}}', {"b": ["1", "1", None], "a": {"b": True}}),
        (b'"\\ud83d\\ude00"', "\U0001f600"),
        ('"Größe €\u2028"'.encode(), "Größe €\u2028"),
        (b'"\\u0001\\n\\/"', "\x01\n/"),
        (b'"[[[{{{"', "[[[{{{"),
        ('"\ufeff"'.encode(), "\ufeff"),
    ],
)
def test_a_body_is_read_with_every_digit_and_character(body: bytes, plain: object) -> None:
    assert Payload.parse(body).plain() == plain


@pytest.mark.parametrize("name", sorted(path.relative_to(PAYLOADS).as_posix() for path in PAYLOADS.rglob("*.json")))
def test_every_published_payload_is_read(name: str) -> None:
    payload = Payload.parse((PAYLOADS / name).read_bytes())
    assert payload.path == ""
    assert payload.members()


@pytest.mark.parametrize(
    ("body", "problem", "value"),
    [
        (b"", "is empty", ""),
        (b" \n\t\r", "is empty", ""),
        (b"\xef\xbb\xbf{}", "begins with a byte order mark of UTF-8", r"b'\xef\xbb\xbf{}'"),
        ("{}".encode("utf-16"), "begins with a byte order mark of UTF-16", r"b'\xff\xfe{\x00}\x00'"),
        (b"\xfe\xff\x00[\x00]", "begins with a byte order mark of UTF-16", r"b'\xfe\xff\x00[\x00]'"),
        (
            "{}".encode("utf-32"),
            "begins with a byte order mark of UTF-32",
            r"b'\xff\xfe\x00\x00{\x00\x00\x00}\x00'",
        ),
        (
            b"\0\0\xfe\xff\0\0\0[",
            "begins with a byte order mark of UTF-32",
            r"b'\x00\x00\xfe\xff\x00\x00\x00['",
        ),
        ("[]".encode("utf-16-le"), "holds a NUL at byte 1, as UTF-16 and UTF-32 do", r"b'[\x00]\x00'"),
        ("[]".encode("utf-16-be"), "holds a NUL at byte 0, as UTF-16 and UTF-32 do", r"b'\x00[\x00]'"),
        (b'["\0"]', "holds a NUL at byte 2, as UTF-16 and UTF-32 do", "b'[\"\\x00\"]'"),
        (b'["\xe9"]', "is not UTF-8 at byte 2", "b'\\xe9\"]'"),
        (b'"\xc0\x80"', "is not UTF-8 at byte 1", "b'\\xc0\\x80\"'"),
        (b'"\xed\xa0\x80"', "is not UTF-8 at byte 1", "b'\\xed\\xa0\\x80\"'"),
    ],
)
def test_bytes_that_are_no_utf_8_text_are_refused(body: bytes, problem: str, value: str) -> None:
    error = refusal(body)
    assert (error.path, error.problem, error.value) == ("", problem, value)


@pytest.mark.parametrize(
    ("body", "problem", "value"),
    [
        (b"nul", "Expecting value: line 1 column 1", "'nul'"),
        (b"a=1&b=2", "Expecting value: line 1 column 1", "'a=1&b=2'"),
        (b"<html>", "Expecting value: line 1 column 1", "'<html>'"),
        (b"{", "Expecting property name enclosed in double quotes: line 1 column 2", "''"),
        (b"{'a':1}", "Expecting property name enclosed in double quotes: line 1 column 2", "\"'a':1}\""),
        (b'{"a" 1}', "Expecting ':' delimiter: line 1 column 6", "'1}'"),
        (b"[1\n,2\n 3]", "Expecting ',' delimiter: line 3 column 2", "'3]'"),
        (b"[1,,2]", "Expecting value: line 1 column 4", "',2]'"),
        (b"[}", "Expecting value: line 1 column 2", "'}'"),
        (b"{} {}", "Extra data: line 1 column 4", "'{}'"),
        (b'{"a":1}\n\nx', "Extra data: line 3 column 1", "'x'"),
        (b"01", "Extra data: line 1 column 2", "'1'"),
        (b"1_000", "Extra data: line 1 column 2", "'_000'"),
        (b"1.", "Extra data: line 1 column 2", "'.'"),
        (b"+1", "Expecting value: line 1 column 1", "'+1'"),
        (b".5", "Expecting value: line 1 column 1", "'.5'"),
        (b"0x10", "Extra data: line 1 column 2", "'x10'"),
        ("٣".encode(), "Expecting value: line 1 column 1", "'٣'"),
        ("1٣".encode(), "Extra data: line 1 column 2", "'٣'"),
        (b'"a\nb"', "Invalid control character at: line 1 column 3", "'\\nb\"'"),
        (b'["a', "Unterminated string starting at: line 1 column 2", "'\"a'"),
        (b'"\\u00"', "Invalid \\uXXXX escape: line 1 column 3", "'u00\"'"),
        (b'"\\x"', "Invalid \\escape: line 1 column 2", "'\\\\x\"'"),
        (b"// no\n{}", "Expecting value: line 1 column 1", "'// no\\n{}'"),
        ("\u00a0{}".encode(), "Expecting value: line 1 column 1", "'\\xa0{}'"),
    ],
)
def test_text_that_is_not_json_is_refused_with_line_and_column(body: bytes, problem: str, value: str) -> None:
    error = refusal(body)
    assert (error.path, error.problem, error.value) == ("", f"is not JSON: {problem}", value)


FAR = "is a number more than 18 places from the decimal point"


@pytest.mark.parametrize(
    ("body", "path", "problem", "value"),
    [
        (b'{"a":1,"a":1}', "a", "is given more than once", "'a'"),
        (b'{"a":{"b":[{},{"c":1,"d":2,"c":3}]}}', "a.b[1].c", "is given more than once", "'c'"),
        (b'{"z":0,"a":1,"b":2,"a":3}', "a", "is given more than once", "'a'"),
        (b'{"a":1,"\\u0061":2}', "a", "is given more than once", "'a'"),
        (b'{"":1,"":2}', "['']", "is given more than once", "''"),
        (b"[NaN]", "[0]", "is not a JSON number", "NaN"),
        (b'{"q":Infinity}', "q", "is not a JSON number", "Infinity"),
        (b'{"q":[1,-Infinity]}', "q[1]", "is not a JSON number", "-Infinity"),
        (b'"\\u0000"', "", "holds a NUL (U+0000) at character 0", r"'\x00'"),
        (b'{"a":["x","yz\\u0000"]}', "a[1]", "holds a NUL (U+0000) at character 2", r"'yz\x00'"),
        (b'{"o":{"k\\u0000":1}}', "o", "has a key that holds a NUL (U+0000) at character 1", r"'k\x00'"),
        (b'["\\ud800"]', "[0]", "holds a lone surrogate (U+D800) at character 0", r"'\ud800'"),
        (b'["a\\udfffb"]', "[0]", "holds a lone surrogate (U+DFFF) at character 1", r"'a\udfffb'"),
        (b'["\\ude00\\ud83d"]', "[0]", "holds a lone surrogate (U+DE00) at character 0", r"'\ude00\ud83d'"),
        (
            b'[{"\\udc00":1}]',
            "[0]",
            "has a key that holds a lone surrogate (U+DC00) at character 0",
            r"'\udc00'",
        ),
        (b'{"q":1e19}', "q", FAR, "1e19"),
        (b'{"q":10000000000000000000}', "q", FAR, "10000000000000000000"),
        (b'{"q":-1e-19}', "q", FAR, "-1e-19"),
        (b'{"q":1e400000}', "q", FAR, "1e400000"),
        (b'{"q":0e400000}', "q", FAR, "0e400000"),
        (b'{"q":1E-99999999}', "q", FAR, "1E-99999999"),
        (b'{"q":1e999999999999999999999999}', "q", FAR, "1e999999999999999999999999"),
        (b'{"q":1E+999999999999999999999999}', "q", FAR, "1E+999999999999999999999999"),
        (b"[[" + b"7" * 65 + b"]]", "[0][0]", "is a number of 65 characters, more than 64", "7" * 65),
    ],
)
def test_what_receivers_choke_on_is_refused_with_its_path(body: bytes, path: str, problem: str, value: str) -> None:
    error = refusal(body)
    assert (error.path, error.problem, error.value) == (path, problem, value)


def test_a_number_of_64_characters_is_read() -> None:
    literal = "1." + "0" * 62
    assert Payload.parse(literal.encode()).plain() == literal


@pytest.mark.parametrize(("opening", "closing"), [("[", "]"), ('{"a":', "}"), ('[{"]":', "}]")])
def test_64_levels_are_read_and_65_are_refused(opening: str, closing: str) -> None:
    levels = 64 // (opening.count("[") + opening.count("{"))
    deepest = opening * levels + "1" + closing * levels
    assert Payload.parse(deepest.encode()).plain() is not None

    error = refusal(f"[\n{deepest}]".encode())

    column = len(opening * levels) - opening[::-1].index("{" if "{" in opening else "[")
    assert (error.path, error.problem, error.value) == (
        "",
        f"is nested deeper than 64 levels at line 2 column {column}",
        "",
    )


def test_many_brackets_side_by_side_or_inside_texts_are_not_depth() -> None:
    wide: list[object] = [[] for _ in range(100)]
    assert Payload.parse(b"[" + b"[]," * 99 + b"[]]").plain() == wide
    texts = b'"' + b'[{\\"[' * 100 + b'"'
    assert Payload.parse(texts).plain() == '[{"[' * 100


def test_a_refusal_reads_as_path_problem_and_value() -> None:
    error = MalformedPayload("data.counts[3].quantity", "must be text", "12")
    assert error.args == ("data.counts[3].quantity", "must be text", "12")
    assert str(error) == "data.counts[3].quantity: must be text (12)"
    assert str(MalformedPayload("data", "is missing")) == "data: is missing"
    assert str(MalformedPayload("", "is empty")) == "document: is empty"
    assert isinstance(error, ValueError)


def test_a_refusal_travels_between_processes() -> None:
    error = pickle.loads(pickle.dumps(refusal(b'{"a":[NaN]}')))  # noqa: S301 - our own bytes
    assert (error.path, error.problem, error.value) == ("a[0]", "is not a JSON number", "NaN")


def test_a_shown_value_is_cut_to_80_characters() -> None:
    assert MalformedPayload("a", "is long", "x" * 81).value == "x" * 79 + "…"
    assert MalformedPayload("a", "fits", "x" * 80).value == "x" * 80
    error = refusal(b'["' + b"y" * 1000 + b'\\u0000"]')
    assert (error.problem, error.value) == ("holds a NUL (U+0000) at character 1000", "'" + "y" * 78 + "…")


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("is_estimated", "is_estimated[0]"),
        ("x-y", "x-y[0]"),
        ("", "[''][0]"),
        ("a.b", "['a.b'][0]"),
        ("0", "['0'][0]"),
        ("ключ", "['ключ'][0]"),
        ("\\n\\u001b[31m", "['\\n\\x1b[31m'][0]"),
        ("\\u202e", "['\\u202e'][0]"),
        ("k" * 40, "k" * 40 + "[0]"),
        ("k" * 41, "['" + "k" * 38 + "…][0]"),
    ],
)
def test_a_path_is_printable_and_short(key: str, path: str) -> None:
    assert refusal(f'{{"{key}":[NaN]}}'.encode()).path == path
    assert refusal(f'{{"top":{{"{key}":[NaN]}}}}'.encode()).path == (
        f"top{path}" if path.startswith("[") else f"top.{path}"
    )


@pytest.mark.parametrize(
    ("body", "problem", "value"),
    [
        (b"\x0b", "is not JSON: Expecting value: line 1 column 1", "'\\x0b'"),
        (b"abcdefghijklm\0", "holds a NUL at byte 13, as UTF-16 and UTF-32 do", "b'abcdefghij'"),
        (b"\xffabcdefghijklm", "is not UTF-8 at byte 0", "b'\\xffabcdefghi'"),
        (b"\n\nx" + b"y" * 40, "is not JSON: Expecting value: line 3 column 1", f"'x{'y' * 19}'"),
        (b'{"a":1,\n "b":' + b"z" * 40, "is not JSON: Expecting value: line 2 column 6", f"'{'z' * 20}'"),
    ],
)
def test_as_much_of_the_body_is_shown_as_finds_the_place(body: bytes, problem: str, value: str) -> None:
    error = refusal(body)
    assert (error.path, error.problem, error.value) == ("", problem, value)


def test_depth_is_counted_down_by_one_for_each_bracket_that_closes() -> None:
    """64 open, 32 of them closed, and 33 more: the last is the 65th."""
    body = b"[" * 64 + b"]" * 32 + b"[" * 32
    assert refusal(body + b"[").problem == "is nested deeper than 64 levels at line 1 column 129"
    assert refusal(body + b"x").problem == "is not JSON: Expecting ',' delimiter: line 1 column 97"
    assert len(Payload.parse(b"[" + b"[],{}," * 200 + b"[]]").items()) == 401
