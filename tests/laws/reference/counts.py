"""One count: the newest reading, and the adjustments after it."""

from collections.abc import Iterable

from inventory.events import Adjustment, CountStatement, Quality, Reading
from tests.laws.reference.values import NOTHING_SAID, Value, in_order


def replay_count(statements: Iterable[CountStatement]) -> Value:
    """What one count shows after these."""
    value, has_number = NOTHING_SAID, False
    for index, said in enumerate(in_order(statements)):
        if isinstance(said, Reading) and said.quantity is not None:
            value, has_number = Value(said.quantity, said.quality), True
        elif isinstance(said, Reading):
            # It changes how far the number is believed, and never the number: one that was known is now in doubt.
            in_doubt = has_number and said.quality is Quality.UNKNOWN
            value = Value(value.number, Quality.DOUBTFUL if in_doubt else said.quality)
        elif isinstance(said, Adjustment) and index == 0:
            # Nobody has said what there was before: a number, but a doubtful one.
            value, has_number = Value(said.quantity, Quality.DOUBTFUL), True
        elif isinstance(said, Adjustment):
            value = Value(value.number + said.quantity, value.quality)
    return value
