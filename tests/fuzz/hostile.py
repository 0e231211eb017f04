"""What is odd in JSON and in the bytes around it: each kind a small function from dice and a genuine body to a body."""

from collections.abc import Callable, Sequence
from random import Random

from tests.fuzz.garbled import broken_utf8, flipped, recoded, truncated, whole, with_more
from tests.fuzz.oddities import DEPTHS, MOMENTS, NUMBERS, SECONDS, TEXTS
from tests.fuzz.shapes import Literal, Members, Tree, any_slot, at, copied, find, put, read, slots, write

Spoil = Callable[[Random, bytes], bytes]
"""From a genuine body to another; the same dice give the same."""

ROWS = {10: 12, 300: 4, 600: 3, 5_000: 1}
"""Rows that are added to one body, and how often it is so many: each of them is an event to be recorded."""
MOST_BYTES = 1_000_000
"""Less than the door takes in."""


def _spoilt(chance: Random, body: bytes, change: Callable[[Tree], None]) -> bytes:
    tree = [read(body)]
    for _ in range(chance.choice((1, 1, 1, 2, 4))):
        change(tree)
    return write(tree[0])


def _replaced(chance: Random, body: bytes, choices: Sequence[Tree], wanted: Callable[[Tree], bool]) -> bytes:
    """Some of the values that are `wanted`, or of all where there is none, replaced."""

    def change(tree: Tree) -> None:
        found = find(tree, wanted) or list(slots(tree))
        # A copy: put into itself, what is chosen twice would have no end.
        put(chance.choice(found), copied(chance.choice(choices)))

    return _spoilt(chance, body, change)


def other_type(chance: Random, body: bytes) -> bytes:
    values: tuple[Tree, ...] = (
        None,
        True,
        False,
        [],
        Members([]),
        "",
        "text",
        Literal("7"),
        [None],
        Members([("", None)]),
    )
    return _replaced(chance, body, values, lambda _: True)


def wrapped(chance: Random, body: bytes) -> bytes:
    """A value within an array or an object, or taken out of its own."""

    def change(tree: Tree) -> None:
        slot = any_slot(chance, tree)
        if slot is not None:
            value = at(slot)
            put(slot, chance.choice(([copied(value)], Members([("value", copied(value))]), [copied(value)] * 2)))

    return _spoilt(chance, body, change)


def odd_number(chance: Random, body: bytes) -> bytes:
    numbers = tuple(map(Literal, NUMBERS))
    return _replaced(chance, body, numbers, lambda value: isinstance(value, Literal))


def number_as_text(chance: Random, body: bytes) -> bytes:
    return _replaced(chance, body, NUMBERS, lambda value: isinstance(value, Literal))


def odd_text(chance: Random, body: bytes) -> bytes:
    return _replaced(chance, body, TEXTS, lambda value: isinstance(value, str))


def odd_moment(chance: Random, body: bytes) -> bytes:
    times: Sequence[Tree] = [*MOMENTS, *map(Literal, SECONDS), *SECONDS]
    return _replaced(chance, body, times, lambda value: isinstance(value, str) and value[4:5] == "-")


def exchanged(chance: Random, body: bytes) -> bytes:
    """Two values change places."""

    def change(tree: Tree) -> None:
        one, other = any_slot(chance, tree), any_slot(chance, tree)
        if one is not None and other is not None:
            here, there = copied(at(one)), copied(at(other))
            put(one, there)
            # It may be gone by now, where it stood below the first.
            put(other, here)

    return _spoilt(chance, body, change)


def missing_key(chance: Random, body: bytes) -> bytes:
    def change(tree: Tree) -> None:
        # Not the document itself: that is the one place of what is given here.
        inner = [slot for slot in slots(tree) if slot[0] is not tree]
        if inner:
            held, index = chance.choice(inner)
            del held[index]

    return _spoilt(chance, body, change)


def extra_key(chance: Random, body: bytes) -> bytes:
    keys = ("", "extra", "__proto__", "id", "type", "a.b", "\0", "\ud83d", "k" * 5_000, "é", "statements", "quantity")

    def change(tree: Tree) -> None:
        objects = find(tree, lambda value: isinstance(value, Members))
        if objects:
            inner = at(chance.choice(objects))
            assert isinstance(inner, Members)
            value: Tree = chance.choice((None, "text", Literal("1"), [], Members([])))
            inner.pairs.insert(chance.randint(0, len(inner.pairs)), (chance.choice(keys), value))

    return _spoilt(chance, body, change)


def repeated_key(chance: Random, body: bytes) -> bytes:
    def change(tree: Tree) -> None:
        objects = find(tree, lambda value: isinstance(value, Members) and bool(value.pairs))
        if objects:
            inner = at(chance.choice(objects))
            assert isinstance(inner, Members)
            key, value = chance.choice(inner.pairs)
            inner.pairs.append((key, chance.choice((copied(value), None, Literal("1")))))

    return _spoilt(chance, body, change)


def deep(chance: Random, body: bytes) -> bytes:
    depth = chance.choice(DEPTHS)
    opening, closing = chance.choice((("[", "]"), ('{"a":', "}")))
    nest = Literal(opening * depth + "1" + closing * (depth if chance.random() < 0.7 else 0))
    return _replaced(chance, body, (nest,), lambda _: True)


def many_rows(chance: Random, body: bytes) -> bytes:
    """An array with thousands of its own rows; mostly as many as the body may hold."""
    tree = [read(body)]
    arrays = find(tree, lambda value: isinstance(value, list) and bool(value))
    if not arrays:
        return odd_text(chance, body)
    rows = at(chance.choice(arrays))
    assert isinstance(rows, list)
    row = chance.choice(rows)
    [more] = chance.choices(list(ROWS), list(ROWS.values()))
    rows.extend(copied(row) for _ in range(min(more, MOST_BYTES // len(write(row)))))
    return write(tree[0])


def good_and_bad_rows(chance: Random, body: bytes) -> bytes:
    """An array of rows that are right, each but for its ids, and among them one that is not."""
    tree = [read(body)]
    arrays = find(tree, lambda value: isinstance(value, list) and any(isinstance(row, Members) for row in value))
    if not arrays:
        return odd_number(chance, body)
    rows = at(chance.choice(arrays))
    assert isinstance(rows, list)
    row = chance.choice([row for row in rows if isinstance(row, Members)])
    for number in range(chance.randint(1, 8)):
        other = copied(row)
        texts = find(other, lambda value: isinstance(value, str) and value[4:5] != "-")
        if texts:
            slot = chance.choice(texts)
            put(slot, f"{at(slot)}-{number}")
        rows.insert(chance.randint(0, len(rows)), other)
    bad = [copied(row)]
    place = any_slot(chance, bad[0])
    if place is not None:
        put(place, chance.choice((None, "", "\0", Literal("1e999"), Literal("0.12345678"), [], "9" * 300)))
    rows.insert(chance.randint(0, len(rows)), bad[0])
    return write(tree[0])


HOSTILE: dict[str, Spoil] = {
    "other type": other_type,
    "wrapped": wrapped,
    "odd number": odd_number,
    "number as text": number_as_text,
    "odd text": odd_text,
    "odd moment": odd_moment,
    "exchanged": exchanged,
    "missing key": missing_key,
    "extra key": extra_key,
    "repeated key": repeated_key,
    "deep": deep,
    "many rows": many_rows,
    "good and bad rows": good_and_bad_rows,
    "something else": whole,
    "truncated": truncated,
    "flipped bits": flipped,
    "another coding": recoded,
    "broken UTF-8": broken_utf8,
    "more behind it": with_more,
}
