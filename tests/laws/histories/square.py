"""Square: counts that race one another, and what staff say of them in between."""

from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from inventory.events import Adjustment, Bucket, CountStatement, Reading
from tests.laws.histories.base import Happening, History, instant, moment, quantities, told
from tests.webhooks import square

STATES = {"IN_STOCK": Bucket.AVAILABLE, "WASTE": Bucket.WASTE, "CUSTOM": Bucket.OTHER}
VARIATIONS = ("TEA", "MILK")

rows = st.fixed_dictionaries(
    {
        "variation": st.sampled_from(VARIATIONS),
        "state": st.sampled_from(sorted(STATES)),
        "quantity": quantities | st.none(),
        "is_estimated": st.booleans(),
        "created": st.integers(0, 2),
    }
)
counts = st.lists(rows, min_size=1, max_size=3)
by_hand = st.tuples(st.booleans(), st.sampled_from(VARIATIONS), st.sampled_from(sorted(STATES)), quantities)


def histories(*, most: int = 7) -> st.SearchStrategy[History]:
    """Up to `most` deliveries, hand counts and adjustments of two things at one place."""
    return told(counts | by_hand, most=most).map(
        lambda drawn: History("square", [_happening(number, tick, what) for number, (tick, what) in enumerate(drawn)])
    )


def _happening(number: int, tick: int, what: Any) -> Happening:
    if isinstance(what, tuple):
        return Happening(hand=_hand(number, tick, *what), tick=tick)
    listed = [
        square.count(
            row["quantity"],
            at=moment(tick, fraction=".5"),
            state=row["state"],
            variation=row["variation"],
            is_estimated=row["is_estimated"],
        )
        for row in what
    ]
    # The order of the ids is not that of the events, nor is it that of their making.
    event_id = f"e{7 * number % 10}-{number}"
    body = square.counts_updated(listed, event_id=event_id, created_at=moment(tick + what[0]["created"]))
    return Happening(body=body, tick=tick)


def _hand(number: int, tick: int, adjusts: bool, variation: str, state: str, quantity: str) -> CountStatement:
    key = f"manual:{number}"
    said: dict[str, Any] = {
        "key": key,
        "occurred": instant(tick) + 500_000_000,
        "order_key": key.encode(),
        "tenant": square.MERCHANT,
        "listing": variation,
        "location": square.PLACE,
        "bucket": STATES[state],
        "state": state,
        "quantity": Decimal(quantity),
    }
    return Adjustment(**said) if adjusts else Reading(**said)
