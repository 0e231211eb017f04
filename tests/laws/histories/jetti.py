"""Jetti: numbers without a clock, of two items in two channels."""

import json
from typing import Any

from hypothesis import strategies as st

from tests.laws.histories.base import Happening, History, quantities, told
from tests.webhooks import jetti

told_stock = st.fixed_dictionaries(
    {
        "available": quantities.map(float) | st.none() | st.just(jetti.ABSENT),
        "policy": st.sampled_from(["track", "track", "track", "continue"]),
        "variant": st.sampled_from([10, 11]),
        "channel": st.sampled_from([21, 21, 22]),
    },
    optional={
        "externalSku": st.sampled_from(["A", "B", None]),
        "about": st.sampled_from([{"warehouseId": 5}, {"warehouseId": None, "includeBackorderQuantity": True}]),
    },
)


def histories(*, most: int = 7) -> st.SearchStrategy[History]:
    """Up to `most` deliveries."""
    return told(told_stock, most=most).map(
        lambda drawn: History("jetti", [Happening(body=_body(said), tick=tick) for tick, said in drawn])
    )


def _body(said: dict[str, Any]) -> bytes:
    members = {name: value for name, value in said.items() if name not in {"available", "about"}}
    body = jetti.inventory(said["available"], **members)
    if "about" not in said:
        return body
    request = json.loads(body)
    request["channelVariant"]["channel"] = said["about"]
    return json.dumps(request).encode()
