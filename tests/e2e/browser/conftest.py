"""A browser, and a shop with something to see: a real server whose stock came in through its door."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.e2e.conftest import NewStand
from tests.e2e.stand import Stand

PASSWORD = "seen-by-no-stranger-7"
PEOPLE = """
from django.contrib.auth.models import Group, User
User.objects.create_superuser("ada", password={password!r})
for name in ("viewer", "operator", "administrator"):
    user = User.objects.create_user(name, password={password!r}, is_staff=True)
    user.groups.add(Group.objects.get(name=name))
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's chromium; root may run it only outside of its sandbox.

    It ends with its module: while Playwright runs, its event loop does too, and Django refuses to be asked from within.
    """
    path = shutil.which("chromium")
    assert path, "the browser tests need chromium (on Debian: apt install chromium)"
    with sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=path, args=["--no-sandbox"] if os.geteuid() == 0 else [])


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """A running Stockroom with a week of trade in it."""

    stand: Stand

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.stand.port}{path}"


@pytest.fixture(scope="session")
def shop(new_stand: NewStand, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop for all tests that only look: the demonstration's week, small."""
    with new_stand(tmp_path_factory.mktemp("shop")) as stand:
        stand.command("demo", "--fill", "--scale", "0.1")
        stand.command("shell", "-c", PEOPLE.format(password=PASSWORD))
        stand.start_server()
        yield Shop(stand=stand)


@dataclass(slots=True, kw_only=True)
class Reader:
    """Somebody in front of a browser; `complaints` is what the browser itself said was wrong."""

    page: Page
    shop: Shop
    complaints: list[str]

    def goes_to(self, path: str) -> None:
        answer = self.page.goto(self.shop.url(path))
        assert answer is not None
        assert answer.status == 200, f"{path} was answered {answer.status}"

    def signs_in(self, name: str = "ada", password: str = PASSWORD) -> None:
        self.page.goto(self.shop.url("/"))
        self.page.get_by_label("Username").fill(name)
        self.page.get_by_label("Password").fill(password)
        self.page.get_by_role("button", name="Log in").click()


@pytest.fixture
def reader(browser: Browser, shop: Shop) -> Iterator[Reader]:
    """A stranger with a fresh browser."""
    yield from _reading(browser, shop)


@pytest.fixture(scope="module")
def _signed_in(browser: Browser, shop: Shop) -> Any:
    """The cookies of an administrator's session, so that not every test has to sign in by hand."""
    context = browser.new_context()
    page = context.new_page()
    Reader(page=page, shop=shop, complaints=[]).signs_in()
    page.wait_for_url(shop.url("/"))
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def owner(browser: Browser, shop: Shop, _signed_in: Any) -> Iterator[Reader]:
    """The shop's owner, signed in, at a desk."""
    yield from _reading(browser, shop, _signed_in, viewport={"width": 1280, "height": 900})


@pytest.fixture
def owner_at_night(browser: Browser, shop: Shop, _signed_in: Any) -> Iterator[Reader]:
    """The same, with a dark screen."""
    yield from _reading(browser, shop, _signed_in, viewport={"width": 1280, "height": 900}, color_scheme="dark")


@pytest.fixture
def owner_with_a_phone(browser: Browser, shop: Shop, _signed_in: Any) -> Iterator[Reader]:
    """The same, on the way."""
    yield from _reading(browser, shop, _signed_in, viewport={"width": 390, "height": 844}, has_touch=True)


def _reading(browser: Browser, shop: Shop, state: Any = None, **device: Any) -> Iterator[Reader]:
    context = browser.new_context(storage_state=state, **device)
    page = context.new_page()
    reader = Reader(page=page, shop=shop, complaints=[])
    page.on("console", lambda message: reader.complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: reader.complaints.append(str(error)))
    try:
        yield reader
        assert reader.complaints == []
    finally:
        context.close()
