"""What a source says of a thing besides stock, as lines that people can read: pure."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from inventory.events import FieldValue

FACTS = 100
"""How many are shown."""
LONGEST = 500
"""How many characters of one are shown."""
_DEEPEST = 5
# Where a small letter meets a capital one: expirationDate.
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Fact(NamedTuple):
    """One line."""

    name: str
    value: str | bool | None
    """None where the source says that it is not provided."""


def facts_in(description: Mapping[str, FieldValue]) -> list[Fact]:
    """The first FACTS facts of a description, each with the way to it in plain words."""
    found: list[Fact] = []
    for fact in _facts("", description, 0):
        if len(found) == FACTS:
            break
        found.append(fact)
    return found


def _facts(way: str, value: object, depth: int) -> Iterator[Fact]:
    if isinstance(value, Mapping) and depth < _DEEPEST:
        for name, inner in value.items():
            yield from _facts(f"{way} · {_plain(name)}" if way else _plain(name), inner, depth + 1)
    elif isinstance(value, list) and depth < _DEEPEST and not all(isinstance(inner, str) for inner in value):
        for number, inner in enumerate(value, start=1):
            yield from _facts(f"{way} {number}", inner, depth + 1)
    elif isinstance(value, list) and all(isinstance(inner, str) for inner in value):
        yield Fact(way, _cut(", ".join(map(str, value)) or "—"))
    elif value is None or isinstance(value, bool):
        yield Fact(way, value)
    else:
        yield Fact(way, _cut(str(value)))


def _plain(name: str) -> str:
    return _cut(_HUMP.sub(" ", name).replace("_", " ").strip().lower() or "—")


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
