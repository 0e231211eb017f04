"""What somebody does in front of a browser, from the sign-in to the bytes."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.browser.conftest import PASSWORD, PEOPLE, Reader, Shop
from tests.e2e.conftest import NewStand


def test_the_owner_signs_in_finds_the_negative_count_and_reads_the_bytes_that_caused_it(reader: Reader) -> None:
    page = reader.page
    reader.signs_in()
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")

    page.get_by_role("link", name="count below zero").click()
    row = page.get_by_role("row").filter(has_text="Oat Milk 1 l")
    expect(row).to_contain_text("\N{MINUS SIGN}2")
    row.get_by_role("link", name="\N{MINUS SIGN}2").click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("Oat Milk 1 l")
    newest = page.get_by_role("row").nth(1)
    expect(newest).to_contain_text("\N{MINUS SIGN}2")
    newest.get_by_role("link", name=re.compile("^delivery ")).click()

    body = json.loads(page.locator("pre.raw").first.inner_text())
    assert body["type"] == "inventory.count.updated"
    assert "-2" in [count["quantity"] for count in body["data"]["object"]["inventory_counts"]]


def test_the_owner_sees_which_request_was_refused_and_why(owner: Reader) -> None:
    page = owner.page
    owner.goes_to("/admin/")
    page.get_by_role("link", name="Refusals", exact=True).first.click()
    page.locator("#result_list tbody tr th a").first.click()
    expect(page.get_by_role("main")).to_contain_text(re.compile("secret|signature|token", re.IGNORECASE))
    assert page.get_by_text("refus").first.is_visible()


def test_a_scanned_code_goes_straight_to_its_product(owner: Reader) -> None:
    code = owner.shop.stand.rows("select code from inventory_barcode where gtin <> '' order by id limit 1")[0][0]
    owner.goes_to("/products/")
    owner.page.get_by_role("searchbox").fill(code)
    owner.page.keyboard.press("Enter")
    owner.page.wait_for_url(re.compile(r"/products/\d+/$"))


def test_times_are_in_the_readers_own_zone_and_the_exact_moment_is_on_hover(browser: Browser, shop: Shop) -> None:
    context = browser.new_context(timezone_id="Asia/Kathmandu", locale="en-GB")
    page = context.new_page()
    reader = Reader(page=page, shop=shop, complaints=[])
    reader.signs_in()
    pk = shop.stand.number("select min(id) from inventory_count")
    page.goto(shop.url(f"/counts/{pk}/"))
    moment = page.locator("time[data-local]").first
    # Kathmandu is 5 h 45 min ahead of UTC.
    shown = page.evaluate(
        """moment => new Intl.DateTimeFormat('en-GB',
            {dateStyle: 'medium', timeStyle: 'short', timeZone: 'Asia/Kathmandu'}).format(new Date(moment))""",
        moment.get_attribute("datetime"),
    )
    expect(moment).to_have_text(shown)
    assert re.match(r"20\d\d-\d\d-\d\d[ T]\d\d:\d\d:\d\d", moment.get_attribute("title") or "")
    context.close()


def test_the_theme_is_chosen_with_a_button_and_kept_on_every_page(owner: Reader) -> None:
    page = owner.page
    owner.goes_to("/")
    page.get_by_role("button", name=re.compile("theme", re.IGNORECASE)).click()
    assert page.locator("html").get_attribute("data-theme") == "dark"
    for path in ("/products/", "/admin/"):
        owner.goes_to(path)
        assert page.locator("html").get_attribute("data-theme") == "dark"


def test_the_keyboard_alone_reaches_the_content(owner: Reader) -> None:
    page = owner.page
    owner.goes_to("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


@pytest.mark.parametrize("group", ["viewer", "operator", "administrator"])
def test_each_group_sees_the_overview(reader: Reader, group: str) -> None:
    reader.signs_in(group)
    expect(reader.page.get_by_role("heading", level=1)).to_have_text("Overview")


def test_an_empty_stockroom_shows_how_to_add_the_first_endpoint(
    new_stand: NewStand, tmp_path: Path, browser: Browser
) -> None:
    with new_stand(tmp_path) as stand:
        stand.command("shell", "-c", PEOPLE.format(password=PASSWORD))
        stand.start_server()
        context = browser.new_context()
        reader = Reader(page=context.new_page(), shop=Shop(stand=stand), complaints=[])
        reader.signs_in()
        reader.page.get_by_role("link", name=re.compile("endpoint")).last.click()
        expect(reader.page.get_by_role("heading", level=1)).to_contain_text(re.compile("endpoint", re.IGNORECASE))
        context.close()
