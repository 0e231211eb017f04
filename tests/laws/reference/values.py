"""What the model says of one count, and the order in which everything is replayed."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from inventory.events import Quality, Statement

Said = TypeVar("Said", bound=Statement)

HIDDEN = {Quality.UNKNOWN, Quality.UNTRACKED}


@dataclass(frozen=True)
class Value:
    """The quantity of one count; `number` is kept under every quality."""

    number: Decimal
    quality: Quality


NOTHING_SAID = Value(Decimal(0), Quality.UNKNOWN)
"""What a count shows of which nobody has said anything."""
NOTHING_LEFT = Value(Decimal(0), Quality.EXACT)


def in_order(statements: Iterable[Said]) -> list[Said]:
    """Each statement once, by (occurred, rank, order key): section 5 of the design."""
    once = {statement.key: statement for statement in statements}
    return sorted(once.values(), key=lambda said: (said.occurred, int(said.rank), said.order_key))
