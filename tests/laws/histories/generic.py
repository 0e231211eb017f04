"""Our own JSON: readings, adjustments and descriptions of two listings."""

from typing import Any

from hypothesis import strategies as st

from tests.laws.histories.base import Happening, History, moment, quantities, told
from tests.webhooks import generic

listings = st.sampled_from(["SKU-1", "SKU-2"])
statements = st.one_of(
    st.tuples(st.just("reading"), listings, quantities | st.none()),
    st.tuples(st.just("adjustment"), listings, quantities),
    st.tuples(
        st.just("description"),
        listings,
        st.dictionaries(st.sampled_from(["name", "brand"]), st.sampled_from(["A", "B", None]), min_size=1),
    ),
)


def histories(*, most: int = 7) -> st.SearchStrategy[History]:
    """Up to `most` deliveries."""
    return told(st.lists(statements, min_size=1, max_size=3), most=most).map(
        lambda drawn: History(
            "generic",
            [
                Happening(
                    body=generic.event(*(_statement(tick, *said) for said in listed), event_id=f"e{7 * number % 10}"),
                    tick=tick,
                )
                for number, (tick, listed) in enumerate(drawn)
            ],
            {"scheme": "bearer_token"},
        )
    )


def _statement(tick: int, kind: str, listing: str, said: Any) -> dict[str, Any]:
    if kind == "description":
        return generic.description(said, at=moment(tick), listing=listing)
    make = generic.reading if kind == "reading" else generic.adjustment
    return make(said, at=moment(tick), listing=listing)
