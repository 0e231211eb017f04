"""Where the pages about stock are, by noun: the one place that knows their routes."""

from django.urls import reverse

DETAILS = {
    "product": "product_detail",
    "location": "location_detail",
    "count": "count_detail",
    "source": "admin:inventory_source_change",
    "site": "site_detail",
}
LISTS = {
    "products": ("product_list", ""),
    "unmatched listings": ("product_list", "tab=unmatched"),
    "negative counts": ("product_list", "tab=negative"),
    "products below threshold": ("product_list", "tab=below"),
    "expiring batches": ("batch_list", "tab=soon"),
    "expired batches": ("batch_list", "tab=expired"),
    "locations": ("location_list", ""),
    "sites": ("site_list", ""),
    "proofs": ("proof_list", ""),
}


def page_of(noun: str, pk: int) -> str:
    """The address of the page of one product, location, count, source or site."""
    return reverse(DETAILS[noun], args=[pk])


def list_of(noun: str) -> str:
    """The address of a list, by one of the names in LISTS."""
    route, query = LISTS[noun]
    return f"{reverse(route)}?{query}" if query else reverse(route)
