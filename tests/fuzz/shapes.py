"""JSON as a tree that keeps what Python's own would lose: digits, repeated keys; taken apart, bent and written again.

A tree is what the standard library reads, but an object is `Members`, its pairs in their order, and a number is
`Literal`, its text. Whatever text a Literal has is written as it stands, so that anything can be put anywhere.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Literal:
    """Something that is written as it stands."""

    text: str


@dataclass(frozen=True, slots=True)
class Members:
    """An object: its keys may be repeated."""

    pairs: list[tuple[str, "Tree"]]


Tree: TypeAlias = Literal | Members | list["Tree"] | str | bool | None
Slot: TypeAlias = tuple[list[Any], int]
"""A place in a tree: the list of items, or of pairs, that holds it, and its index there."""


def read(body: bytes) -> Tree:
    """The tree of a body that is JSON."""
    tree: Tree = json.loads(body, object_pairs_hook=Members, parse_int=Literal, parse_float=Literal)
    return tree


def write(tree: Tree) -> bytes:
    """The body; a lone surrogate is written as JSON writes it, behind a backslash."""
    return _text(tree).encode("utf-8", "surrogatepass")


def slots(tree: Tree) -> Iterator[Slot]:
    """Every place below the top."""
    inner: list[Any] = tree.pairs if isinstance(tree, Members) else tree if isinstance(tree, list) else []
    for index, item in enumerate(inner):
        yield inner, index
        yield from slots(item[1] if isinstance(item, tuple) else item)


def at(slot: Slot) -> Tree:
    """What stands there."""
    held, index = slot
    value: Tree = held[index][1] if isinstance(held[index], tuple) else held[index]
    return value


def put(slot: Slot, value: Tree) -> None:
    """Put something else there."""
    held, index = slot
    item = held[index]
    held[index] = (item[0], value) if isinstance(item, tuple) else value


def find(tree: Tree, wanted: Callable[[Tree], bool]) -> list[Slot]:
    """The places where such things stand."""
    return [slot for slot in slots(tree) if wanted(at(slot))]


def copied(tree: Tree) -> Tree:
    """The same, with nothing in common."""
    match tree:
        case Members(pairs):
            return Members([(key, copied(value)) for key, value in pairs])
        case list():
            return [copied(item) for item in tree]
        case _:
            return tree


def any_slot(chance: Random, tree: Tree) -> Slot | None:
    """Any place; None where the tree has none below its top."""
    found = list(slots(tree))
    return chance.choice(found) if found else None


def _text(tree: Tree) -> str:
    match tree:
        case Literal(text):
            return text
        case Members(pairs):
            return "{" + ",".join(f"{json.dumps(key)}:{_text(value)}" for key, value in pairs) + "}"
        case list():
            return "[" + ",".join(map(_text, tree)) + "]"
        case _:
            return json.dumps(tree)
