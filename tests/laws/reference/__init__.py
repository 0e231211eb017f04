"""A second opinion on what statements add up to: slow and obvious.

Written from section 5 of the design and from the senders' documents, and not from inventory/fold: all statements are
sorted, and plain rules are replayed on dicts. It takes the statements that stand, in whatever order, and says what
everything should show.
"""

from tests.laws.reference.links import Link
from tests.laws.reference.values import HIDDEN, NOTHING_LEFT, NOTHING_SAID, Value
from tests.laws.reference.world import CountName, World, difference, replay_world, worlds

__all__ = [
    "HIDDEN",
    "NOTHING_LEFT",
    "NOTHING_SAID",
    "CountName",
    "Link",
    "Value",
    "World",
    "difference",
    "replay_world",
    "worlds",
]
