"""Tracktile's side of the story, written from Tracktile's documents and not from the code under test."""

import hashlib
import hmac
import json
import time
from pathlib import Path
from typing import Any

CAPTURED = Path(__file__).parent.parent / "payloads" / "tracktile"
SECRET = "9f2d0c1e-tracktile"


def captured(kind: str) -> bytes:
    """The published payload of one kind, byte for byte."""
    return (CAPTURED / f"{kind}.json").read_bytes()


def signature(body: bytes, secret: str = SECRET, *, at: int | None = None) -> str:
    """t=<unix seconds>,v1=<hex HMAC-SHA256(secret, "<t>.<raw body>")>, as /webhooks/security says."""
    sent = str(int(time.time()) if at is None else at)
    return f"t={sent},v1={hmac.new(secret.encode(), sent.encode() + b'.' + body, hashlib.sha256).hexdigest()}"


def event(kind: str, event_id: str, at: str, **members: Any) -> bytes:
    """An event of any kind; `at` is a time of day on 15 January 2024."""
    envelope = {"id": event_id, "kind": kind, "time": f"2024-01-15T{at}Z"}
    return json.dumps({**envelope, "transactionId": "txn", "flowId": "flow", **members}).encode()


def node(place: str, kind: str = "stage", **more: Any) -> dict[str, Any]:
    return {"id": place, "name": place.title(), "type": kind, **more}


def entity(lot: str, quantity: object = None, **more: Any) -> dict[str, Any]:
    stated = {} if quantity is None else {"quantity": quantity}
    return {"id": lot, "name": lot.upper(), "productId": "flour", **stated, **more}


def received(event_id: str, at: str, lot: str, quantity: object, place: str = "bay", **more: Any) -> bytes:
    said = {"entity": entity(lot, quantity, **more), "node": node(place)}
    return event("inventory.received", event_id, at, **said)


def produced(event_id: str, at: str, lot: str, quantity: object, place: str, **envelope: Any) -> bytes:
    said = {"entity": entity(lot, quantity, productId="bread"), "node": node(place)}
    return event("inventory.produced", event_id, at, **said, **envelope)


def moved(event_id: str, at: str, lot: str, origin: str, place: str, **more: Any) -> bytes:
    said = {"entity": entity(lot, **more), "from": node(origin), "to": node(place)}
    return event("inventory.moved", event_id, at, **said)


def bundled(event_id: str, at: str, lot: str, origin: str, bundle: str) -> bytes:
    said = {"entity": entity(lot), "from": node(origin), "to": node(bundle, "bundle")}
    return event("inventory.bundled", event_id, at, **said)


def modified(event_id: str, at: str, lot: str, **changes: Any) -> bytes:
    return event("inventory.modified", event_id, at, entityId=lot, changes=changes)


def destroyed(event_id: str, at: str, lot: str, **envelope: Any) -> bytes:
    return event("inventory.destroyed", event_id, at, entityId=lot, **envelope)


def wasted(event_id: str, at: str, lot: str, reason: str) -> bytes:
    return event("inventory.wasted", event_id, at, entityId=lot, reason=reason)


def merged(event_id: str, at: str, result: str, quantity: object, sources: list[str], place: str) -> bytes:
    said = {"sourceEntityIds": sources, "sourceEntityNames": [lot.upper() for lot in sources], "node": node(place)}
    return event("inventory.merged", event_id, at, mergedEntity=entity(result, quantity), **said)


def unmerged(event_id: str, at: str, reverted: str, restored: list[str], place: str) -> bytes:
    names = [lot.upper() for lot in restored]
    said = {"restoredEntityIds": restored, "restoredEntityNames": names, "node": node(place)}
    return event("inventory.merge.reverted", event_id, at, revertedEntityId=reverted, **said)


def restored(event_id: str, at: str, lot: str, source: str, place: str) -> bytes:
    said = {"restoredEntityId": lot, "sourceEntityId": source, "sourceEntityName": source.upper(), "node": node(place)}
    return event("inventory.restored", event_id, at, **said)


def node_event(what: str, event_id: str, at: str, said: dict[str, Any], **members: Any) -> bytes:
    return event(f"node.{what}", event_id, at, node=said, **members)
