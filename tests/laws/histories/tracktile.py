"""Tracktile: the lives of several lots. They are born, moved, split, merged, un-merged, used up and brought back.

Two kinds of histories: lives that could be (`lives`), and ends and beginnings at random, which no honest sender could
mean (`muddles`): the first go deep, the second go everywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from inventory.events import LotAdjusted, LotCounted, LotStatement
from tests.laws.histories.base import Happening, History, instant, quantities, time_of_day, told
from tests.webhooks import tracktile

LOTS = ("a", "b", "c", "d")
PLACES = ("dock", "shop", "crate")

small = st.integers(0, 5)
choices = st.tuples(st.integers(0, 13), small, small, small, quantities)


@dataclass
class Life:
    """What a maker does next, given what is there; remembers merges, so that they can be undone."""

    place: dict[str, str] = field(default_factory=dict)
    ended: dict[str, str] = field(default_factory=dict)
    merges: list[tuple[str, list[str], str]] = field(default_factory=list)
    born: int = 0
    amount: dict[str, Decimal | None] = field(default_factory=dict)
    """What each live lot holds; None where nobody could know."""

    def pick(self, index: int) -> str:
        """One of the live lots."""
        return sorted(self.place)[index % len(self.place)]

    def name(self) -> str:
        self.born += 1
        return f"lot{self.born}"

    def birth(self, event_id: str, at: str, quantity: str, place: str) -> bytes:
        lot = self.name()
        self.place[lot], self.amount[lot] = place, Decimal(quantity)
        return tracktile.received(event_id, at, lot, float(quantity), place)

    def move(self, event_id: str, at: str, lot: str, place: str) -> bytes:
        origin, self.place[lot] = self.place[lot], place
        kind = "bundle" if place == "crate" else "stage"
        make = tracktile.bundled if kind == "bundle" else tracktile.moved
        return make(event_id, at, lot, origin, place)

    def merge(self, event_id: str, at: str, lots: list[str], *, states: bool) -> bytes:
        result, place = self.name(), self.place[lots[0]]
        held = [self.amount.get(lot) for lot in lots]
        total = sum((number for number in held if number is not None), Decimal(0))
        known = states and None not in held
        for lot in lots:
            self.ended[lot] = self.place.pop(lot)
        self.place[result], self.amount[result] = place, total if known else None
        self.merges.append((result, lots, place))
        return tracktile.merged(event_id, at, result, float(total) if known else None, lots, place)

    def undo(self, event_id: str, at: str, place: str) -> bytes | None:
        """Undo the newest merge whose result is still there."""
        open_merges = [merge for merge in self.merges if merge[0] in self.place]
        if not open_merges:
            return None
        result, lots, _ = open_merges[-1]
        self.merges.remove(open_merges[-1])
        self.ended[result] = self.place.pop(result)
        for lot in lots:
            self.ended.pop(lot, None)
            self.place[lot] = place
        return tracktile.unmerged(event_id, at, result, lots, place)


def lives(*, most: int = 8) -> st.SearchStrategy[History]:
    """Up to `most` events of lives that could be."""
    return told(choices, most=most).map(lambda drawn: History("tracktile", _live(drawn)))


def muddles(*, most: int = 7) -> st.SearchStrategy[History]:
    """Up to `most` events of four lots in any order at all."""
    return told(choices, most=most).map(
        lambda drawn: History(
            "tracktile",
            [_muddle(number, tick, *choice) for number, (tick, choice) in enumerate(drawn)],
            {"quantity_attribute": "weight"},
        )
    )


def histories(*, most: int = 7) -> st.SearchStrategy[History]:
    """Either."""
    return lives(most=most) | muddles(most=most)


def movings(*, most: int = 8) -> st.SearchStrategy[tuple[History, Decimal]]:
    """Lives in which nothing is added or used up once it is born, and how much was born."""
    return told(choices, most=most).map(_move_about)


def _move_about(drawn: list[tuple[int, tuple[int, int, int, int, str]]]) -> tuple[History, Decimal]:
    life, happenings, born = Life(), [], Decimal(0)
    for number, (tick, (verb, first, second, third, quantity)) in enumerate(drawn):
        event_id, at, place = f"e{7 * number % 10}-{number}", time_of_day(tick), PLACES[third % 3]
        body = None
        if 3 < verb < 9 and len(life.place) > 1:
            lots = sorted({life.pick(first), life.pick(first + 1 + second % (len(life.place) - 1))})
            body = life.merge(event_id, at, lots, states=True)
        elif verb >= 9:
            body = life.undo(event_id, at, place)
        elif verb == 3 and life.place:
            body = life.move(event_id, at, life.pick(first), place)
        if body is None:
            units = quantity.removeprefix("-")
            born += Decimal(units)
            body = life.birth(event_id, at, units, place)
        happenings.append(Happening(body=body, tick=tick))
    return History("tracktile", happenings), born


def _live(drawn: list[tuple[int, tuple[int, int, int, int, str]]]) -> list[Happening]:
    life, happenings = Life(), []
    for number, (tick, (verb, first, second, third, quantity)) in enumerate(drawn):
        # The order of the ids is not that of the events.
        event_id, at = f"e{7 * number % 10}-{number}", time_of_day(tick)
        place = PLACES[third % 3]
        body = None
        if verb < 2 or not life.place:
            body = life.birth(event_id, at, quantity.removeprefix("-"), place)
        elif verb < 5:
            body = life.move(event_id, at, life.pick(first), place)
        elif verb < 8 and len(life.place) > 1:
            lots = sorted({life.pick(first), life.pick(first + 1 + second % (len(life.place) - 1))})
            body = life.merge(event_id, at, lots, states=third < 4)
        elif verb < 10:
            body = life.undo(event_id, at, place)
        elif verb == 10:
            lot = life.pick(first)
            life.ended[lot] = life.place.pop(lot)
            body = tracktile.destroyed(event_id, at, lot)
        elif verb == 11:
            lot = life.pick(first)
            child = life.name()
            life.place[child], life.amount[child], life.amount[lot] = life.place[lot], None, None
            body = tracktile.modified(event_id, at, lot, spawns={"add": [child]})
        elif verb == 12:
            happenings.append(Happening(hand=_hand(number, tick, life.pick(first), second, quantity), tick=tick))
            life.amount[life.pick(first)] = None
            continue
        if body is None:
            body = _node(event_id, at, second, third)
        happenings.append(Happening(body=body, tick=tick))
    return happenings


def _muddle(number: int, tick: int, verb: int, first: int, second: int, third: int, quantity: str) -> Happening:
    event_id, at = f"e{7 * number % 10}-{number}", time_of_day(tick)
    lot, other, more = LOTS[first % 4], LOTS[(first + 1 + second % 3) % 4], LOTS[(first + 2) % 4]
    place, to = PLACES[second % 3], PLACES[third % 3]
    stated = float(quantity) if third < 4 else None
    if verb == 12:
        return Happening(hand=_hand(number, tick, lot, second, quantity), tick=tick)
    verbs: list[Callable[[], bytes]] = [
        lambda: tracktile.received(event_id, at, lot, stated, place),
        lambda: tracktile.produced(event_id, at, lot, stated, place),
        lambda: tracktile.moved(event_id, at, lot, place, to, **({"quantity": stated} if third == 1 else {})),
        lambda: tracktile.bundled(event_id, at, lot, place, to),
        lambda: tracktile.merged(event_id, at, lot, stated, [other, more], place),
        lambda: tracktile.merged(event_id, at, lot, stated, [lot, other], place),
        lambda: tracktile.unmerged(event_id, at, lot, [other, more], place),
        lambda: tracktile.unmerged(event_id, at, lot, [lot, other], place),
        lambda: tracktile.restored(event_id, at, lot, other, place),
        lambda: tracktile.destroyed(event_id, at, lot),
        lambda: tracktile.wasted(event_id, at, lot, "dropped"),
        lambda: _modified(event_id, at, lot, other, third, stated),
        lambda: b"",
        lambda: _node(event_id, at, second, third),
    ]
    return Happening(body=verbs[verb](), tick=tick)


def _modified(event_id: str, at: str, lot: str, other: str, third: int, stated: float | None) -> bytes:
    changes: list[dict[str, Any]] = [
        {"spawns": {"add": [other]}},
        {"correlations": {"add": [other]}},
        {"correlations": {"removed": [other]}},
        {"attributes": {"updated": [{"key": "weight", "value": stated}]}},
        {"attributes": {"add": [{"key": "colour", "value": "red"}]}, "spawns": {"add": [{"id": other, "quantity": 2}]}},
        {"attributes": {"removed": ["colour"]}},
    ]
    return tracktile.modified(event_id, at, lot, **changes[third])


def _node(event_id: str, at: str, first: int, second: int) -> bytes:
    """A container goes into another place, or nowhere."""
    parent = [*PLACES, None][second % 4]
    node = tracktile.node(PLACES[first % 3], "container", parentId=parent)
    return tracktile.node_event(["created", "moved", "destroyed"][first // 2], event_id, at, node)


def _hand(number: int, tick: int, lot: str, verb: int, quantity: str) -> LotStatement:
    key = f"manual:{number}"
    said: dict[str, Any] = {"key": key, "occurred": instant(tick), "order_key": key.encode(), "batch": lot}
    if verb % 2:
        return LotAdjusted(**said, change=Decimal(quantity))
    return LotCounted(**said, quantity=Decimal(quantity))
