"""What the demo's week shows on purpose: who did what when, and what went wrong on the way to us."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TypeAlias

from webhooks.twins.base import Deed
from webhooks.twins.jetti import CHANNEL, JettiTwin
from webhooks.twins.kitchen import BAY, COLD, COUNTER, OVEN, PALLET, TOTE
from webhooks.twins.message import Message, Proof
from webhooks.twins.retrying import SCHEDULES
from webhooks.twins.square import SquareTwin
from webhooks.twins.tracktile import TracktileTwin
from webhooks.twins.treez import TreezTwin
from webhooks.twins.week.calendar import MINUTE, Calendar
from webhooks.twins.wire import SECOND

Scene: TypeAlias = tuple[int, Deed]
"""An instant, and what happens at it."""

SHORT = "Oat Milk 1 l"
"""Sold by one shop although its count said that there was none left."""
RECALL = "Recall R-114: metal fragments"
BURST = 150


def in_the_shop(square: SquareTwin, calendar: Calendar) -> Iterator[Scene]:
    """A test from the console, a catalogue that changed, and milk that was sold before its delivery was entered."""
    main, harbour = square.places.values()
    milk = square.variation(SHORT)
    yield calendar.began + 2 * MINUTE, square.test
    yield calendar.at(3, 9), square.catalogue_changed
    yield calendar.until - 9 * MINUTE, partial(square.recount, milk, main, Decimal(4))
    yield calendar.until - 8 * MINUTE, partial(square.recount, milk, harbour, Decimal(1))
    yield calendar.until - 4 * MINUTE, partial(square.sell, [(milk, Decimal(3))], harbour)
    yield calendar.until - 2 * MINUTE, partial(square.sell, [(square.variation("Stoneware Mug"), Decimal(1))], main)


def in_the_dispensary(treez: TreezTwin, calendar: Calendar) -> Iterator[Scene]:
    """Packages whose dates come near, one whose date is past, and one that is held back."""
    listings = list(treez.listings)
    for days_ago, good_for, listing in ((6, 4, listings[4]), (5, 6, listings[5]), (4, 7, listings[9])):
        yield calendar.at(days_ago, 9, 30), partial(treez.receive, listing, 18, good_for)
    yield calendar.at(1, 10), lambda at: treez.hold(treez.packages[2], at)
    yield calendar.until - 3 * MINUTE, lambda at: treez.shift(treez.packages[1], 6, at)


def in_the_channel(jetti: JettiTwin, calendar: Calendar) -> Iterator[Scene]:
    """The feed is read in anew at noon: everything is told many times over, within seconds."""
    variants = list(jetti.variants)
    for number in range(BURST):
        at = calendar.at(2, 12) + number * SECOND // 20
        yield at, partial(jetti.feed, variants[number % len(variants)], 40 + number % 17)
    yield calendar.until - 2 * MINUTE, partial(jetti.sell, variants[0], 2)


def in_the_kitchen(tracktile: TracktileTwin, calendar: Calendar) -> Iterator[Scene]:
    """A pallet and a tote that move, a merge and its undo, a split, dates that come near, and a recall."""
    larder = {kind.name: kind for kind in tracktile.kitchen.larder}
    butter, cocoa, oats = (larder[name] for name in ("Cultured Butter", "Cocoa Powder", "Rolled Oats"))
    brownie = next(kind for kind in tracktile.kitchen.bakery if kind.name == "Cocoa Brownie")
    lot = partial(tracktile.new_lot, set_aside=True)
    recalled = [lot(cocoa, BAY) for _ in range(3)]
    baked, merged, parent, child = lot(brownie, OVEN), lot(butter, COLD), lot(oats, BAY), lot(oats, BAY)
    apart = [lot(butter, BAY) for _ in range(2)]
    yield calendar.began + 3 * MINUTE, partial(tracktile.make_node, TOTE, parent=BAY.name)
    yield calendar.began + 4 * MINUTE, partial(tracktile.make_node, PALLET, parent=BAY.name)
    for number, cocoa_lot in enumerate(recalled):
        yield calendar.at(6, 7, number), partial(tracktile.receive, cocoa_lot, Decimal("12.5"), 200)
        yield calendar.at(6, 7, 10 + number), partial(tracktile.move, cocoa_lot, PALLET)
    yield calendar.at(6, 8), partial(tracktile.make_node, PALLET, parent=COLD.name, kind="moved")
    # Two good for few days more, and one whose day is past.
    for days_ago, good_for in ((6, 4), (4, 5), (3, 5)):
        yield calendar.at(days_ago, 7, 30), partial(tracktile.receive, lot(butter, BAY), Decimal(8), good_for)
    for number, butter_lot in enumerate(apart):
        yield calendar.at(5, 7, number), partial(tracktile.receive, butter_lot, Decimal("10.25") + number, 20)
        yield calendar.at(5, 8, number), partial(tracktile.move, butter_lot, COLD)
    yield calendar.at(4, 10), partial(tracktile.merge, apart, merged)
    yield calendar.at(3, 15), partial(tracktile.unmerge, apart, merged)
    yield calendar.at(5, 9), partial(tracktile.bake, baked, Decimal(36), 12, "")
    yield calendar.at(5, 11), partial(tracktile.move, baked, COUNTER)
    yield calendar.at(4, 8), partial(tracktile.receive, parent, Decimal(25), 90)
    yield calendar.at(3, 8), partial(tracktile.split, parent, child)
    yield calendar.at(3, 9), partial(tracktile.make_node, TOTE, parent=OVEN.name, kind="moved")
    yield calendar.at(2, 16), tracktile.order
    for number, cocoa_lot in enumerate(recalled):
        yield calendar.at(1, 11, number), partial(tracktile.end, cocoa_lot, "wasted", reason=RECALL)
    yield calendar.at(1, 11, 5), partial(tracktile.end, baked, "destroyed")
    fresh = tracktile.new_lot(brownie, OVEN)
    yield calendar.until - 3 * MINUTE, partial(tracktile.bake, fresh, Decimal(24), 3, "")


# What goes wrong on the way


def misdirected(messages: Sequence[Message], calendar: Calendar) -> list[Message]:
    """Square's messages with two mistakes of whoever set it up: a URL without its last slash, and an old key.

    What was refused is tried again on Square's schedule until the mistake is corrected.
    """
    found = list(messages)
    for since, number, proof, tries in (
        (calendar.at(6, 10), 2, Proof.WRONG_URL, 1),
        (calendar.at(5, 11), 3, Proof.WRONG_SECRET, 3),
    ):
        first = next(index for index, message in enumerate(found) if message.sent_at >= since)
        hit = found[first : first + number]
        found[first : first + number] = [again for message in hit for again in _tried(message, proof, tries)]
    return found


def _tried(message: Message, proof: Proof, tries: int) -> Iterator[Message]:
    at = message.sent_at
    for attempt, pause in enumerate(SCHEDULES[message.sender].pauses[:tries]):
        yield replace(message, proof=proof, attempt=attempt, sent_at=at)
        at += pause * SECOND
    yield replace(message, attempt=tries, sent_at=at)


def strays(treez: Sequence[Message], jetti: JettiTwin, sandbox: SquareTwin, calendar: Calendar) -> Iterator[Message]:
    """What a person has to look at: a body that was cut off, another channel's, and a sandbox's; and a stranger's."""
    cut = next(message for message in treez if message.sent_at >= calendar.at(3, 13) and message.lane)
    yield replace(cut, body=cut.body[: len(cut.body) // 2])
    yield jetti.tell(next(iter(jetti.variants)), calendar.at(2, 14), channel=CHANNEL + 1)
    tried = sandbox.act(calendar.at(4, 17))
    headers = tuple((name, "Sandbox" if name == "square-environment" else value) for name, value in tried.headers)
    yield replace(tried, headers=headers)
    for minute in range(3):
        yield replace(cut, proof=Proof.WRONG_SECRET, sent_at=calendar.at(0, 3, minute))
