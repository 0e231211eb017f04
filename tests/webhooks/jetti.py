"""Jetti's side of the story, written from its documents and not from the code under test."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CAPTURED = (Path(__file__).parent.parent / "payloads" / "jetti" / "inventory.json").read_bytes()
ABSENT = object()
"""A member that is left out."""


def prove(secret: str, body: bytes) -> Mapping[str, str]:
    """The channel's webhookHash, as it is, under the present name of the header."""
    return {"onport-hash": secret}


def inventory(
    available: object,
    *,
    policy: object = "track",
    variant: object = 10,
    company: object = 11,
    channel: object = 21,
    **item: Any,
) -> bytes:
    """The body of one request: as much of it as a story is about."""
    return json.dumps(
        {
            "variant": {"id": variant} | ({} if policy is ABSENT else {"inventoryPolicy": policy}),
            "channelVariant": {"id": 9, "companyId": company, "variantId": variant, "channelId": channel, **item},
            "inventory": {} if available is ABSENT else {"available": available},
        }
    ).encode()
