"""Square's side of the story, written from Square's documents and not from the code under test."""

import base64
import hashlib
import hmac
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

CAPTURED = (Path(__file__).parent.parent / "payloads" / "square" / "inventory.count.updated.json").read_bytes()
KEY = "Ibxx_5AKakO-3qeNVR61Dw"
VARIATION = "6F4K33KPNUVDWKZ43KUIFH6K"
PLACE = "EF6D9SACKWBKZ"
MERCHANT = "6SSW7HV8K2ST5"


def signature(url: str, body: bytes, key: str = KEY) -> str:
    """base64(HMAC-SHA256(signature key, notification URL + raw body)), as /docs/webhooks/step3validate says."""
    return base64.b64encode(hmac.new(key.encode(), url.encode() + body, hashlib.sha256).digest()).decode()


def count(
    quantity: object,
    *,
    at: str = "2020-12-29T18:38:45.10296Z",
    state: str = "IN_STOCK",
    variation: str = VARIATION,
    place: str = PLACE,
    **more: Any,
) -> dict[str, Any]:
    """One row of inventory_counts."""
    return {
        "calculated_at": at,
        "catalog_object_id": variation,
        "catalog_object_type": "ITEM_VARIATION",
        "location_id": place,
        "quantity": quantity,
        "state": state,
        **more,
    }


def counts_updated(
    rows: Sequence[dict[str, Any]],
    *,
    event_id: str = "event-1",
    created_at: str = "2020-12-29T18:38:45.455006797Z",
    merchant: str = MERCHANT,
) -> bytes:
    """An inventory.count.updated event."""
    return json.dumps(
        {
            "merchant_id": merchant,
            "type": "inventory.count.updated",
            "event_id": event_id,
            "created_at": created_at,
            "data": {"type": "inventory_counts", "id": "i", "object": {"inventory_counts": list(rows)}},
        }
    ).encode()


def event(kind: str, data: dict[str, Any], *, event_id: str = "event-1") -> bytes:
    """An event of any kind."""
    return json.dumps(
        {
            "merchant_id": MERCHANT,
            "type": kind,
            "event_id": event_id,
            "created_at": "2022-07-13T20:30:59.037339943Z",
            "data": data,
        }
    ).encode()
