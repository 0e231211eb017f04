"""Strict JSON: a sender's bytes become a checked tree, every digit kept, every refusal naming its place.

The standard library's scanner reads the text; its hooks keep what it would lose (digits, repeated keys), and
one walk refuses what receivers choke on though RFC 8259 or that library lets it pass: repeated keys, NaN,
NUL, lone surrogates, numbers and nesting without bound. No number is converted before its length and its
exponent are known to be small.
"""

import codecs
import json
import re
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeAlias

MAX_DEPTH = 64
MAX_NUMBER_LENGTH = 64
MAX_MAGNITUDE = 18
"""A number's first digit stands at most this many places from the decimal point, on either side."""

SHOWN_LENGTH = 80
SHOWN_KEY_LENGTH = 40

_WHITESPACE = b" \t\n\r"
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "UTF-8"),
    (codecs.BOM_UTF32_LE, "UTF-32"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "UTF-32"),
    (codecs.BOM_UTF16_LE, "UTF-16"),
    (codecs.BOM_UTF16_BE, "UTF-16"),
)
# A string matches to its end or the text's, possessively: an unterminated one is not tried again from within.
_BRACKET_OR_STRING = re.compile(r'[\[\]{}]|"(?:[^"\\]++|\\.?)*+"?')
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")


class MalformedPayload(ValueError):
    """A payload that is not what its sender's document says.

    `path` is the place ("data.object.inventory_counts[3].quantity", "" for the document), `problem` what is
    wrong there, `value` what stands there, printable and cut to 80 characters, "" where nothing does.
    """

    def __init__(self, path: str, problem: str, value: str = "") -> None:
        value = _cut(value, SHOWN_LENGTH)
        ValueError.__init__(self, path, problem, value)
        self.path = path
        self.problem = problem
        self.value = value

    def __str__(self) -> str:
        told = f"{self.path or 'document'}: {self.problem}"
        return f"{told} ({self.value})" if self.value else told


@dataclass(frozen=True, slots=True)
class Number:
    """A JSON number as it was written."""

    literal: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    """What the scanner let pass and we do not; the walk finds out where it stands."""

    step: str | None
    problem: str
    value: str


Node: TypeAlias = bool | str | Number | list["Node"] | dict[str, "Node"] | None
# The way from the document to a value, innermost step first. A path is written only when someone asks for it:
# writing one for each of many items under a long key would cost the square of the body.
Trail: TypeAlias = tuple["Trail", str | int] | None


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def shown(node: Node) -> str:
    """A printable excerpt; repr escapes controls, surrogates and direction marks."""
    match node:
        case str():
            return _cut(repr(node[:SHOWN_LENGTH]), SHOWN_LENGTH)
        case Number():
            return _cut(node.literal, SHOWN_LENGTH)
        case list():
            return f"array of {len(node)}"
        case dict():
            return f"object of {len(node)}"
        case _:
            return {None: "null", True: "true", False: "false"}[node]


def path_text(trail: Trail) -> str:
    """As in `data.counts[3].quantity`; "" for the document. Unusual keys are quoted, long ones cut."""
    steps: list[str] = []
    while trail is not None:
        trail, step = trail
        if isinstance(step, int):
            steps.append(f"[{step}]")
        elif _PLAIN_KEY.fullmatch(step):
            steps.append(step if trail is None else f".{step}")
        else:
            steps.append(f"[{_cut(repr(step[:SHOWN_KEY_LENGTH]), SHOWN_KEY_LENGTH)}]")
    return "".join(reversed(steps))


def _place(text: str, position: int) -> str:
    before = text[:position]
    return f"line {before.count(chr(10)) + 1} column {position - before.rfind(chr(10))}"


def _decode(body: bytes) -> str:
    if not body.strip(_WHITESPACE):
        raise MalformedPayload("", "is empty")
    for mark, encoding in _BYTE_ORDER_MARKS:
        if body.startswith(mark):
            raise MalformedPayload("", f"begins with a byte order mark of {encoding}", repr(body[:10]))
    if (nul := body.find(0)) >= 0:
        raise MalformedPayload("", f"holds a NUL at byte {nul}, as UTF-16 and UTF-32 do", repr(body[:10]))
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        excerpt = repr(body[error.start : error.start + 10])
        raise MalformedPayload("", f"is not UTF-8 at byte {error.start}", excerpt) from error


def _check_depth(text: str) -> None:
    """Refuse deep nesting before the scanner recurses into it."""
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return
    depth = 0
    for match in _BRACKET_OR_STRING.finditer(text):
        mark = text[match.start()]
        if mark in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                place = _place(text, match.start())
                raise MalformedPayload("", f"is nested deeper than {MAX_DEPTH} levels at {place}")
        elif mark != '"':
            depth -= 1


def _object(pairs: list[tuple[str, Node]]) -> dict[str, Node] | _Fault:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    times = Counter(key for key, _ in pairs)
    repeated = next(key for key in times if times[key] > 1)
    return _Fault(step=repeated, problem="is given more than once", value=shown(repeated))


def _constant(word: str) -> _Fault:
    return _Fault(step=None, problem="is not a JSON number", value=word)


_DECODER = json.JSONDecoder(object_pairs_hook=_object, parse_float=Number, parse_int=Number, parse_constant=_constant)


def _unstorable(text: str) -> str:
    """What in a text no database can keep; "" when all of it can be kept."""
    found = _UNSTORABLE.search(text)
    if found is None:
        return ""
    name = "a NUL" if found[0] == "\0" else "a lone surrogate"
    return f"holds {name} (U+{ord(found[0]):04X}) at character {found.start()}"


def _check_number(number: Number, trail: Trail) -> None:
    literal = number.literal
    if len(literal) > MAX_NUMBER_LENGTH:
        problem = f"is a number of {len(literal)} characters, more than {MAX_NUMBER_LENGTH}"
        raise MalformedPayload(path_text(trail), problem, shown(number))
    exponent = literal.lower().partition("e")[2]
    # No digits that fit the literal bring an exponent twice its length back into range.
    if abs(int(exponent or 0)) > 2 * MAX_NUMBER_LENGTH or abs(Decimal(literal).adjusted()) > MAX_MAGNITUDE:
        problem = f"is a number more than {MAX_MAGNITUDE} places from the decimal point"
        raise MalformedPayload(path_text(trail), problem, shown(number))


def _check_text(text: str, trail: Trail, what: str = "") -> None:
    if problem := _unstorable(text):
        raise MalformedPayload(path_text(trail), f"{what}{problem}", shown(text))


def _check(node: Node | _Fault, trail: Trail, *, texts: bool) -> None:
    """Refuse what the scanner let pass, naming the path. Recurses at most MAX_DEPTH deep.

    `texts` says whether texts have to be looked at.
    """
    match node:
        case str() if texts:
            _check_text(node, trail)
        case dict():
            for key, child in node.items():
                if texts:
                    _check_text(key, trail, "has a key that ")
                if texts or type(child) is not str:
                    _check(child, (trail, key), texts=texts)
        case list():
            for index, child in enumerate(node):
                _check(child, (trail, index), texts=texts)
        case Number():
            _check_number(node, trail)
        case _Fault():
            place = trail if node.step is None else (trail, node.step)
            raise MalformedPayload(path_text(place), node.problem, node.value)


def read_tree(body: bytes) -> Node:
    """Read a whole body: UTF-8 without a byte order mark, RFC 8259, any value at the top.

    Refused with MalformedPayload: repeated keys, NaN and Infinity, NUL and lone surrogates in texts and keys,
    numbers longer than 64 characters or more than 18 places from the decimal point, nesting deeper than 64
    levels, and anything after the value. The size of the body is the door's to bound.
    """
    text = _decode(body)
    _check_depth(text)
    try:
        node: Node = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        problem = f"is not JSON: {error.msg}: {_place(text, error.pos)}"
        raise MalformedPayload("", problem, shown(text[error.pos : error.pos + 20])) from error
    # The bytes hold no NUL and UTF-8 no surrogate: only an escape can put one into a text. To look at each text takes
    # as long as to scan the body (measured), and few senders escape anything.
    _check(node, None, texts="\\u" in text)
    return node
