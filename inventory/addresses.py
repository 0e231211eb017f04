"""Where the pages about stock are, by noun: the one place that knows their routes."""

from django.urls import reverse

DETAILS = {
    "product": "admin:inventory_product_change",
    "location": "admin:inventory_location_change",
    "count": "admin:inventory_count_change",
    "source": "admin:inventory_source_change",
    "site": "site_detail",
}
LISTS = {
    "products": ("admin:inventory_product_changelist", ""),
    "unmatched listings": ("admin:inventory_listing_changelist", "match__exact=unmatched"),
    "negative counts": ("admin:inventory_count_changelist", "sign=negative"),
    "products below threshold": ("admin:inventory_product_changelist", ""),
    "expiring batches": ("admin:inventory_batch_changelist", ""),
    "expired batches": ("admin:inventory_batch_changelist", ""),
    "locations": ("admin:inventory_location_changelist", ""),
    "sites": ("site_list", ""),
}


def page_of(noun: str, pk: int) -> str:
    """The address of the page of one product, location, count, source or site."""
    return reverse(DETAILS[noun], args=[pk])


def list_of(noun: str) -> str:
    """The address of a list, by one of the names in LISTS."""
    route, query = LISTS[noun]
    return f"{reverse(route)}?{query}" if query else reverse(route)
