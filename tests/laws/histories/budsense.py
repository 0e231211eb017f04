"""BudSense: patches of two products of two companies."""

from typing import Any

from hypothesis import strategies as st

from tests.laws.histories.base import EPOCH, SECOND, Happening, History, told
from tests.webhooks import budsense

patches = st.fixed_dictionaries(
    {
        "barcode": st.sampled_from([budsense.BARCODE, "00012345600012"]),
        "source": st.sampled_from(["Variant", "Assets"]),
    },
    optional={
        "name": st.sampled_from(["Pre-roll", "Flower", None]),
        "brand": st.sampled_from(["North", None]),
        "thc": st.sampled_from([{"min": "1.0", "max": "2.5"}, None]),
        "packagedQuantity": st.sampled_from([1, 3]),
        "delisted": st.sampled_from([True, False, None]),
    },
)
requests = st.tuples(st.sampled_from(["ONE", "ONE", "TWO"]), st.lists(patches, min_size=1, max_size=3))


def histories(*, most: int = 7) -> st.SearchStrategy[History]:
    """Up to `most` requests."""
    return told(requests, most=most).map(
        lambda drawn: History("budsense", [Happening(body=_body(tick, *request), tick=tick) for tick, request in drawn])
    )


def _body(tick: int, company: str, listed: list[dict[str, Any]]) -> bytes:
    at = EPOCH // SECOND + tick
    return budsense.changes(*(budsense.change(at=at, **patch) for patch in listed), company=company)
