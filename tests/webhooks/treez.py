"""Treez's side of the story, written from its documents and samples and not from the code under test."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CAPTURED = (Path(__file__).parent.parent / "payloads" / "treez" / "inventory.json").read_bytes()
TOKEN = "CHQUBXBIFOJG26KFRLL0J3HC"
"""As in the captured request: 24 characters after the word Bearer."""

BATCH = "c89f8cb3-d070-4ad9-9b2d-5aa5a43fffbc"
OTHER_BATCH = "0b6f0c52-61c1-4b2e-8d3a-6d1f0f5f9a11"
CASE, VAULT = "DISPLAY CASE 1", "VAULT"
LISTING = "9f3fadfb-2f24-4a08-bd3b-a430e267b72f"
PACKAGE = "123634587522"
STORE = "partnersandbox3"
ABSENT = object()
"""A member that is left out."""


def prove(secret: str, body: bytes) -> Mapping[str, str]:
    """The static token, as the captured request carries it."""
    return {"authorization": f"Bearer {secret}"}


def quantity(
    available: object, reserved: object = 0.0, packed: object = 0.0, returned: object = 0.0, **more: Any
) -> Any:
    """The parts of one row, without those that are ABSENT."""
    parts = {"available": available, "reserved": reserved, "packedAndReady": packed, "returned": returned, **more}
    return {name: part for name, part in parts.items() if part is not ABSENT}


def row(
    available: object,
    *parts: object,
    batch: str = BATCH,
    location: object = CASE,
    sellable: object = True,
    label: object = "G1H7C",
    **more: Any,
) -> dict[str, Any]:
    """One row of `inventory`."""
    members = {
        "id": batch,
        "batchId": label,
        "location": location,
        "sellable": sellable,
        "creationDate": "2025-06-11",
        "quantity": quantity(available, *parts, **more),
    }
    return {name: value for name, value in members.items() if value is not ABSENT}


def inventory(*rows: dict[str, Any], store: object = STORE, package: str = PACKAGE, **data: Any) -> bytes:
    """An INVENTORY delivery; `data` replaces members of its package, or takes them out where they are ABSENT."""
    members = {
        "id": package,
        "packageLabel": package,
        "productId": LISTING,
        "productName": "1:1 CINNAMON MINTS - 100 MILLIGRAMS",
        "barcodes": [package, "NYW"],
        "inventory": list(rows),
        **data,
    }
    return envelope("INVENTORY", {name: value for name, value in members.items() if value is not ABSENT}, store=store)


def product(store: object = STORE, **data: Any) -> bytes:
    """A PRODUCT delivery as the present document shows it; `data` replaces members, ABSENT takes them out."""
    members = {
        "product_id": LISTING,
        "catalog_parent_id": None,
        "product_status": "ACTIVE",
        "last_updated_at": "2025-07-29T12:47:37.316-07:00",
        "sellable_quantity": 500,
        "sellable_quantity_detail": [
            {"inventory_type": "ADULT", "location": CASE, "location_id": "loc-1", "sellable_quantity": 400},
            {"inventory_type": "MEDICAL", "location": CASE, "location_id": "loc-1", "sellable_quantity": 0},
            {"inventory_type": "ADULT", "location": VAULT, "location_id": "loc-2", "sellable_quantity": 100},
        ],
        "category_type": "EDIBLE",
        "sku_type": "BASE_SKU",
        "product_configurable_fields": {
            "name": "Cinnamon Mints",
            "uom": "MILLIGRAMS",
            "brand": "PETRA",
            "size": "10-PACK",
            "amount": 10,
            "doses": None,
        },
        "product_barcodes": [
            {"created_date": "2025-01-01", "sku": "00012345600012", "type": "USER_DEFINED"},
            {"created_date": "2025-01-02", "sku": "NYW", "type": "GENERATED"},
        ],
        "e_commerce": {"hide_from_menu": False, "all_images": ["https://images.example.test/mints.png"]},
        **data,
    }
    return envelope("PRODUCT", {name: value for name, value in members.items() if value is not ABSENT}, store=store)


def envelope(kind: str, data: dict[str, Any], *, store: object = STORE) -> bytes:
    """Any delivery; the older samples have no dispensary_short_name."""
    name = {} if store is ABSENT else {"dispensary_short_name": store}
    return json.dumps({"event_type": kind, **name, "data": data}).encode()
