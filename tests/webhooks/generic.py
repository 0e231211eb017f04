"""A sender of our own JSON, written from docs/providers.md and the schemes' documents, not from the code under test."""

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = (ROOT / "webhooks" / "providers" / "captured" / "generic.json").read_bytes()


def mac(key: bytes, message: bytes) -> "hmac.HMAC":
    return hmac.new(key, message, hashlib.sha256)


def standard_webhooks(secret: str, body: bytes, *, message_id: str = "msg_1") -> Mapping[str, str]:
    """v1,base64(HMAC-SHA256(decoded secret, "id.timestamp.body"))."""
    at = str(int(time.time()))
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signature = base64.b64encode(mac(key, f"{message_id}.{at}.".encode() + body).digest()).decode()
    return {"webhook-id": message_id, "webhook-timestamp": at, "webhook-signature": f"v1,{signature}"}


def body_hmac(secret: str, body: bytes) -> Mapping[str, str]:
    return {"x-signature-256": "sha256=" + mac(secret.encode(), body).hexdigest()}


def timestamped_hmac(secret: str, body: bytes) -> Mapping[str, str]:
    at = str(int(time.time()))
    return {"x-webhook-signature": f"t={at},v1={mac(secret.encode(), at.encode() + b'.' + body).hexdigest()}"}


def bearer_token(secret: str, body: bytes) -> Mapping[str, str]:
    return {"authorization": f"Bearer {secret}"}


def basic_auth(secret: str, body: bytes) -> Mapping[str, str]:
    return {"authorization": "Basic " + base64.b64encode(secret.encode()).decode()}


def static_header(secret: str, body: bytes) -> Mapping[str, str]:
    return {"x-webhook-secret": secret}


PROOFS: dict[str, Callable[[str, bytes], Mapping[str, str]]] = {
    "standard_webhooks": standard_webhooks,
    "body_hmac": body_hmac,
    "timestamped_hmac": timestamped_hmac,
    "bearer_token": bearer_token,
    "basic_auth": basic_auth,
    "static_header": static_header,
}


def reading(quantity: object, *, at: str = "2026-03-01T12:00:00Z", **more: Any) -> dict[str, Any]:
    return {"type": "reading", **_counted(quantity, at), **more}


def adjustment(quantity: object, *, at: str = "2026-03-01T12:00:00Z", **more: Any) -> dict[str, Any]:
    return {"type": "adjustment", **_counted(quantity, at), **more}


def description(fields: object, *, at: str = "2026-03-01T12:00:00Z", **subject: Any) -> dict[str, Any]:
    return {"type": "description", "fields": fields, "occurred_at": at, **(subject or {"listing": "SKU-1"})}


def event(*statements: object, event_id: object = "event-1", **more: Any) -> bytes:
    return json.dumps({"id": event_id, "statements": list(statements), **more}).encode()


def without(statement: dict[str, Any], name: str) -> dict[str, Any]:
    """The statement but for one member."""
    return {member: value for member, value in statement.items() if member != name}


def _counted(quantity: object, at: str) -> dict[str, Any]:
    return {
        "listing": "SKU-1",
        "location": "shop",
        "bucket": "available",
        "quantity": quantity,
        "occurred_at": at,
    }
