"""BudSense's side of the story, written from its documents and not from the code under test."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CAPTURED = (Path(__file__).parent.parent / "payloads" / "budsense" / "variant.modify.json").read_bytes()
BARCODE = "00840773001480"
COMPANY = "COMPANY_ID"
NOON = 1_770_897_600
"""2026-02-12T12:00:00Z in seconds since 1970."""


def prove(secret: str, body: bytes) -> Mapping[str, str]:
    """Nothing: no header, secret or signature is documented."""
    return {}


def change(
    barcode: object = BARCODE, *, at: object = NOON, source: str = "Variant", kind: str = "MODIFY", **variant: Any
) -> dict[str, Any]:
    """One change; the documents show `variant` in full, a story only what it is about."""
    return {
        "variant": {"barcode": barcode, **variant},
        "changeSource": source,
        "changeType": kind,
        "timestamp": at,
    }


def changes(*made: dict[str, Any], company: object = COMPANY) -> bytes:
    """The body of one request."""
    return json.dumps({"partnerId": "PARTNER_ID", "companyId": company, "changes": list(made)}).encode()
