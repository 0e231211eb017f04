"""Every page can be read by everybody: axe-core finds nothing wrong with any of them, in light, dark and on a phone."""

from collections.abc import Sequence

from axe_playwright_python.sync_playwright import Axe

from tests.e2e.browser.conftest import Reader

PAGES = (
    "/",
    "/products/",
    "/products/?tab=below",
    "/batches/",
    "/locations/",
    "/sites/",
    "/sites/add/",
    "/proof/",
    "/api/v1/docs/",
    "/nothing/here/",
)
"""Lists and pages that are there in every shop."""
FIRST_OF = {
    "/products/": "select min(id) from inventory_product",
    "/batches/": "select min(id) from inventory_batch",
    "/locations/": "select min(id) from inventory_location",
    "/sites/": "select min(id) from inventory_site",
    "/counts/": "select min(id) from inventory_count where quantity < 0",
}
"""Where pages about one thing are, and one of each kind."""

ADMIN = (
    "/admin/",
    "/admin/login/",
    "/admin/password_change/",
    "/admin/auth/user/",
    "/admin/auth/user/add/",
    "/admin/inventory/count/",
    "/admin/inventory/listing/",
    "/admin/inventory/product/add/",
    "/admin/webhooks/delivery/",
    "/admin/webhooks/endpoint/",
    "/admin/webhooks/endpoint/add/",
    "/admin/webhooks/refusal/",
)
FIRST_IN_THE_ADMIN = {
    "/admin/webhooks/delivery/": "select min(id) from webhooks_delivery where state = 'quarantined'",
    "/admin/webhooks/refusal/": "select min(id) from webhooks_refusal",
    "/admin/webhooks/endpoint/": "select min(id) from webhooks_endpoint",
    "/admin/inventory/product/": "select min(id) from inventory_product",
    "/admin/inventory/listing/": "select min(id) from inventory_listing",
    "/admin/inventory/stockevent/": "select min(id) from inventory_stockevent",
    "/admin/auth/user/": "select min(id) from auth_user",
}


def pages(reader: Reader) -> Sequence[str]:
    """Every kind of page, and one of each kind that is about one thing."""
    return (*PAGES, *(f"{path}{reader.shop.stand.number(sql)}/" for path, sql in FIRST_OF.items()))


def admin_pages(reader: Reader) -> Sequence[str]:
    return (*ADMIN, *(f"{path}{reader.shop.stand.number(sql)}/change/" for path, sql in FIRST_IN_THE_ADMIN.items()))


def problems(reader: Reader, paths: Sequence[str]) -> list[str]:
    """What axe finds wrong with pages: rule, and the elements."""
    found = []
    for path in paths:
        reader.page.goto(reader.shop.url(path))
        # What axe does to a page may offend its policy; what the page does may not.
        complaints = [complaint for complaint in reader.complaints if "404" not in complaint]
        broken = Axe().run(reader.page).response["violations"]
        reader.complaints[:] = complaints
        found += [f"{path}: {rule['id']}: {[node['html'][:120] for node in rule['nodes']]}" for rule in broken]
    return found


def test_no_page_keeps_anybody_out(owner: Reader) -> None:
    assert problems(owner, pages(owner)) == []


def test_no_page_keeps_anybody_out_at_night(owner_at_night: Reader) -> None:
    assert problems(owner_at_night, pages(owner_at_night)) == []


def test_no_page_keeps_anybody_out_on_a_phone(owner_with_a_phone: Reader) -> None:
    assert problems(owner_with_a_phone, pages(owner_with_a_phone)) == []


def test_the_admin_keeps_nobody_out(owner: Reader) -> None:
    assert problems(owner, admin_pages(owner)) == []


def test_the_admin_keeps_nobody_out_at_night(owner_at_night: Reader) -> None:
    assert problems(owner_at_night, admin_pages(owner_at_night)) == []


def test_no_page_is_wider_than_a_phone(owner_with_a_phone: Reader) -> None:
    wide = []
    for path in pages(owner_with_a_phone):
        owner_with_a_phone.page.goto(owner_with_a_phone.shop.url(path))
        width = owner_with_a_phone.page.evaluate("document.documentElement.scrollWidth")
        wide += [(path, width)] if width > 390 else []
    owner_with_a_phone.complaints.clear()
    assert wide == []
