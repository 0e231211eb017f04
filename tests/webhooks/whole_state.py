"""Everything that one source has made, as tables that a story can be compared with: nothing is left out."""

from inventory.models import BatchLink, Count, Source
from inventory.quantity import quantity_text
from webhooks.models import Delivery

Told = tuple[str, str]


def counts(source: Source, *, place: str = "external_id") -> dict[tuple[str, ...], str]:
    """(tenant, listing, batch, place, bucket, the sender's word) -> quantity, with its quality where not exact."""
    rows = Count.objects.filter(source=source).select_related("listing", "batch", "location")
    return {
        (
            row.listing.tenant,
            row.listing.external_id,
            row.batch.external_id if row.batch else "",
            getattr(row.location, place) if row.location else "",
            row.bucket,
            row.state,
        ): _number(row)
        for row in rows
    }


def _number(row: Count) -> str:
    if row.quality in {"unknown", "untracked"}:
        return row.quality
    number = quantity_text(row.quantity)
    return number if row.quality == "exact" else f"{number} {row.quality}"


def listings(source: Source) -> dict[Told, tuple[str, bool, str, str, tuple[str, ...]]]:
    """(tenant, listing) -> name, whether it is active, its product's name, how that was found, its barcodes."""
    rows = source.listings.select_related("product").prefetch_related("barcodes")
    return {
        (row.tenant, row.external_id): (
            row.name,
            row.active,
            row.product.name,
            row.match,
            tuple(barcode.code for barcode in row.barcodes.all()),
        )
        for row in rows
    }


def lots(source: Source) -> dict[str, tuple[str, str, str, str]]:
    """lot -> label, status, place, listing."""
    return {
        row.external_id: (
            row.label,
            row.status,
            row.location.external_id if row.location else "",
            row.listing.external_id if row.listing else "",
        )
        for row in source.batches.select_related("location", "listing")
    }


def expiries(source: Source) -> dict[Told, tuple[str, str]]:
    """(tenant, batch) -> label, day of expiry."""
    rows = source.batches.all()
    return {(row.tenant, row.external_id): (row.label, str(row.expires_on or "")) for row in rows}


def places(source: Source) -> dict[Told, tuple[str, str, str, bool]]:
    """(tenant, place) -> name, kind, parent, whether it is active."""
    return {
        (row.tenant, row.external_id): (
            row.name,
            row.kind,
            row.parent.external_id if row.parent else "",
            row.active,
        )
        for row in source.locations.select_related("parent")
    }


def links(source: Source) -> set[tuple[str, str, str, str]]:
    """Each link: its kind, what it comes from, what came of it, and whether it stands or was undone."""
    rows = BatchLink.objects.filter(origin__source=source).select_related("origin", "result")
    return {
        (row.kind, row.origin.external_id, row.result.external_id, "undone" if row.ended_by_id else "stands")
        for row in rows
    }


def fates(source: Source) -> list[tuple[str, str]]:
    """(state, reason) of every delivery, in the order of their numbers."""
    rows = Delivery.objects.filter(endpoint__source=source).order_by("pk")
    return list(rows.values_list("state", "reason"))
