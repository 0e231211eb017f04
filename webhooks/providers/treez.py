"""Treez: point of sale of dispensaries. One INVENTORY delivery tells one package: absolute counts, and no clock.

Documents: code.treez.io/docs/dispensary-webhook-inventory (a package and its rows), /docs/dispensary-webhook-product
and /docs/product-webhooks (a product, now and before), /docs/dispensary-webhook-ticket, /docs/inventory-table (what
the columns mean).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import uuid4

from inventory.events import (
    Absence,
    BatchDescribed,
    Bucket,
    FieldValue,
    ListingDescribed,
    PackageRead,
    PackageRow,
    PlaceDescribed,
    PlacesNamed,
    StockStatement,
)
from inventory.quantity import quantity_text
from webhooks.payload import Payload
from webhooks.providers.base import Ignored, Intake, Parsed, Provider, Setting
from webhooks.verification import BearerToken, Scheme

INVENTORY, PRODUCT = "INVENTORY", "PRODUCT"

IGNORED = {"TICKET": "a ticket tells how far a sale has come, not what is in stock"}

AVAILABLE = "available"
BUCKETS = {"reserved": Bucket.RESERVED, "packedAndReady": Bucket.PACKED, "returned": Bucket.RETURNED}
"""The parts of a row's quantity, but for the available one, which `sellable` decides about."""

MOST_ROWS = 500
"""More batches than any one package has at all its places."""

ABSENT_ROWS = "absent_rows"

# Treez's names of what we keep, and ours. What is null is not known to Treez, and leaves what was known before.
LISTING_FIELDS = {"productName": "name", "productCategory": "category", "productBrand": "brand"}
PACKAGE_FIELDS = {
    "packageLabel": "package_label",
    "inventoryType": "inventory_type",
    "stateTrackingRetailLicenseNumber": "license",
    "distributorName": "distributor",
    "distributorLicense": "distributor_license",
    "manifestNumber": "manifest",
    "invoiceId": "invoice",
    "invoiceAcceptedDate": "invoice_accepted_on",
    "receivedDate": "received_on",
    "harvestDate": "harvested_on",
    "expirationDate": "expires_on",
    "labResults": "lab_results",
    "documents": "documents",
}
ROW_FIELDS = {"batchId": "label", "creationDate": "created_on"}
PRODUCT_FIELDS = {
    "category_type": "category",
    "catalog_parent_id": "catalog_parent_id",
    "sku_type": "sku_type",
    "slug": "slug",
    "pricing": "pricing",
    "attributes": "attributes",
    "e_commerce": "e_commerce",
}


class Treez(Provider):
    name = "treez"
    title = "Treez"
    set_up = (
        "Have a secret made here: it is the token by which Treez proves itself.",
        "Ask your contact at Treez to send your dispensary's INVENTORY and PRODUCT webhooks to the URL shown here.",
        "Give them the token too: Treez sends it in the header Authorization, after the word Bearer.",
        "Receive or adjust a package in Treez: the delivery appears below.",
    )
    kept_headers = frozenset({"traceparent"})
    we_choose_the_secret = True
    # What may not be sold is told by its row, and counted as held.
    sellable_by_default = True
    settings = (
        Setting(
            name=ABSENT_ROWS,
            label="Rows that are not listed",
            help="What it means that INVENTORY no longer lists a batch of the package. Treez does not say which it is.",
            choices=(
                (Absence.UNSURE.value, "Not known: the count stays, and is doubtful until it is listed again"),
                (Absence.CHANGED.value, "Only what changed is listed: the count stays as it is"),
                (Absence.WHOLE.value, "The whole package is listed: nothing is left of what is not"),
            ),
            default=Absence.UNSURE.value,
        ),
    )
    notes = (
        "Treez does not announce sales: it tells of stock when some is received, adjusted, reserved or released.",
        "Until the next of these, a count may be too high by what was sold.",
        "INVENTORY carries no time: what arrives last counts.",
    )

    def scheme(self, public_url: str, settings: Mapping[str, str]) -> Scheme:  # noqa: ARG002  # every provider's signature
        return BearerToken()

    def dedup_key(self, headers: Mapping[str, str], body: bytes) -> str:  # noqa: ARG002  # every provider's signature
        # Reserved, released, reserved: the first and the last body are equal, and both are real.
        return uuid4().hex

    def parse(self, intake: Intake) -> Parsed | Ignored:
        payload = Payload.parse(intake.body)
        kind = payload["event_type"].text()
        store = payload.get("dispensary_short_name")
        tenant = store.text(allow_empty=True) if store else ""
        if kind == INVENTORY:
            return _inventory(payload["data"], intake, tenant)
        if kind == PRODUCT:
            return _product(payload["data"], intake, tenant)
        reason = IGNORED.get(kind) or f"Stockroom does not map the event {kind}"
        return Ignored(event_kind=kind, tenant=tenant, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Telling:
    """What all statements of one delivery share."""

    number: int
    occurred: int
    tenant: str

    def of(self, what: str, index: int = 0) -> dict[str, Any]:
        """The key and the clock of one of them."""
        return {
            "key": f"{what}:{self.number}" + (f":{index}" if index else ""),
            "occurred": self.occurred,
            # The order of arrival, where two deliveries reached the door at one instant.
            "order_key": self.number.to_bytes(8) + index.to_bytes(4),
            "tenant": self.tenant,
        }


def _inventory(data: Payload, intake: Intake, tenant: str) -> Parsed:
    telling = _Telling(number=intake.number, occurred=intake.received, tenant=tenant)
    label = data.get("packageLabel")
    package = label if label and label.plain() else data["id"]
    listing = data["productId"].identifier()
    rows = data["inventory"].items(max_items=MOST_ROWS)
    statements: list[StockStatement] = [
        PackageRead(
            **telling.of("package"),
            package=package.identifier(),
            listing=listing,
            rows=_rows(rows),
            absent=Absence(intake.settings[ABSENT_ROWS]),
        ),
        ListingDescribed(**telling.of("listing"), listing=listing, fields=_listing_fields(data)),
        *_batches(data, rows, telling),
        *_places(rows, telling),
    ]
    return Parsed(
        event_kind=INVENTORY, tenant=tenant, statements=tuple(statements), note="; ".join(_total_problems(rows))
    )


def _rows(rows: Iterable[Payload]) -> tuple[PackageRow, ...]:
    """One row for each (batch, place): several that Treez lists for one are summed."""
    found: dict[tuple[str, str], list[dict[Bucket, Decimal | None]]] = {}
    for row in rows:
        found.setdefault((row["id"].identifier(), row["location"].text()), []).append(_parts(row))
    return tuple(
        PackageRow(batch=batch, location=location, parts=_sum(parts)) for (batch, location), parts in found.items()
    )


def _parts(row: Payload) -> dict[Bucket, Decimal | None]:
    """What a row says of each bucket; None where it does not say."""
    quantity = row["quantity"]
    sellable = row.get("sellable")
    # Whoever does not say that units may not be sold has nothing against it.
    may_be_sold = sellable is None or sellable.boolean()
    here, empty = (Bucket.AVAILABLE, Bucket.HELD) if may_be_sold else (Bucket.HELD, Bucket.AVAILABLE)
    available = _part(quantity, AVAILABLE)
    return {
        here: available,
        empty: None if available is None else Decimal(0),
        **{bucket: _part(quantity, name) for name, bucket in BUCKETS.items()},
    }


def _part(quantity: Payload, name: str) -> Decimal | None:
    stated = quantity.get(name)
    return stated.decimal() if stated else None


def _sum(rows: list[dict[Bucket, Decimal | None]]) -> tuple[tuple[Bucket, Decimal], ...]:
    """The buckets that every one of the rows states, summed; of a sum with an unknown part nothing is known."""
    return tuple(
        (bucket, sum((row[bucket] or Decimal(0) for row in rows), Decimal(0)))
        for bucket in (Bucket.AVAILABLE, Bucket.HELD, *BUCKETS.values())
        if all(row[bucket] is not None for row in rows)
    )


def _total_problems(rows: Iterable[Payload]) -> Iterator[str]:
    """Where a total is not the sum of its parts. No document promises that it is: it is noted, and nothing more."""
    for row in rows:
        quantity = row["quantity"]
        total = quantity.get("total")
        parts = [_part(quantity, name) for name in (AVAILABLE, *BUCKETS)]
        known = [part for part in parts if part is not None]
        if total and len(known) == len(parts) and sum(known) != total.decimal():
            told, added = quantity_text(total.decimal()), quantity_text(sum(known, Decimal(0)))
            yield f"{total.path}: it is {told}, but the parts add up to {added}"


def _listing_fields(data: Payload) -> dict[str, FieldValue]:
    fields = _fields(data, LISTING_FIELDS)
    listed = data.get("barcodes")
    tags = [data[name].plain() for name in ("id", "packageLabel") if data.has(name)]
    # The package's own tag stands among the product's barcodes; where nothing else does, nothing is said of them.
    codes = [code.plain() for code in listed.items() if code.plain() not in (*tags, None)] if listed else []
    return {**fields, "barcodes": codes} if codes else fields


def _batches(data: Payload, rows: Iterable[Payload], telling: _Telling) -> Iterator[BatchDescribed]:
    package = _fields(data, PACKAGE_FIELDS)
    described: dict[str, dict[str, FieldValue]] = {}
    for row in rows:
        described.setdefault(row["id"].identifier(), dict(package)).update(_fields(row, ROW_FIELDS))
    for index, (batch, fields) in enumerate(described.items()):
        yield BatchDescribed(**telling.of("batch", index), batch=batch, fields=fields)


def _places(rows: Iterable[Payload], telling: _Telling) -> Iterator[PlaceDescribed]:
    """Each place once, by its name: Treez's rows name a place in no other way."""
    for index, name in enumerate(dict.fromkeys(row["location"].text() for row in rows)):
        yield PlaceDescribed(**telling.of("place", index), location=name, fields={"name": name})


def _product(data: Payload, intake: Intake, tenant: str) -> Parsed:
    changed = data.get("last_updated_at")
    occurred = changed.moment() if changed else intake.received
    telling = _Telling(number=intake.number, occurred=occurred, tenant=tenant)
    # How much of a product may be sold is capped in one of Treez's interfaces and is the sum of no known set of
    # packages: of these rows only the names and ids of the places are read.
    detail = data.get("sellable_quantity_detail")
    named = {
        row["location"].text(): row["location_id"].identifier()
        for row in (detail.items() if detail else ())
        if row.get("location") and row.get("location_id")
    }
    statements: list[StockStatement] = [
        ListingDescribed(**telling.of("listing"), listing=data["product_id"].identifier(), fields=_product_fields(data))
    ]
    if named:
        # INVENTORY names a place by a name that may change: by these it is known again.
        statements.append(PlacesNamed(**telling.of("naming"), places=named))
    return Parsed(event_kind=PRODUCT, tenant=tenant, statements=tuple(statements))


def _product_fields(data: Payload) -> dict[str, FieldValue]:
    configurable = data.get("product_configurable_fields")
    fields = (
        {name: value.plain() for name, value in configurable.members() if not value.is_null} if configurable else {}
    )
    fields |= _fields(data, PRODUCT_FIELDS)
    status, barcodes, shop = (data.get(name) for name in ("product_status", "product_barcodes", "e_commerce"))
    if status:
        fields["active"] = status.text() == "ACTIVE"
    if barcodes:
        # Those that staff gave and those that Treez made up, all the same.
        fields["barcodes"] = [row["sku"].identifier() for row in barcodes.items() if row.get("sku")]
    images = shop.get("all_images") if shop else None
    return fields | {"images": images.plain()} if images else fields


def _fields(described: Payload, names: Mapping[str, str]) -> dict[str, FieldValue]:
    """What is neither null nor empty text, by our names."""
    stated = {ours: described[theirs].plain() for theirs, ours in names.items() if described.has(theirs)}
    return {name: value for name, value in stated.items() if value not in (None, "")}
