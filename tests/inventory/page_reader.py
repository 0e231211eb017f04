"""Reads a page as a person does: its headings, its tables row by row, and where its links lead."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.contrib.auth.models import Permission, User
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

VIEWS = ("product", "count", "batch", "location")
TEXTS = {"th", "td", "dt", "dd", "h1", "h2", "p", "a", "li", "summary", "div"}
FORGED_MARKS = ["x", "é", "\0", "A" * 4001, "WyJhIl0", "-WzldWzld", "bnVsbA"]
"""Values of `?after=` that no page of ours has given out."""


@dataclass
class Table:
    """One table: its head and its rows, as texts."""

    head: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


class Page(HTMLParser):
    """What a page says. Spaces are evened out."""

    def __init__(self, response: HttpResponse) -> None:
        super().__init__()
        self.source = response.content.decode()
        self.tables: list[Table] = []
        self.links: dict[str, str] = {}
        self.headings: list[str] = []
        self.facts: dict[str, str] = {}
        self._open: list[tuple[str, dict[str, str | None], list[str]]] = []
        self._last_term = ""
        assert response.status_code == 200
        self.feed(self.source)

    @property
    def text(self) -> str:
        """Everything that is written on it."""
        return _even(re.sub(r"<[^>]*>", " ", self.source))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "table":
            self.tables.append(Table())
        elif tag == "tr" and self._is_in("tbody"):
            self.tables[-1].rows.append([])
        if tag in TEXTS | {"tbody"}:
            self._open.append((tag, dict(attrs), []))

    def handle_endtag(self, tag: str) -> None:
        if not any(name == tag for name, _, _ in self._open):
            return
        while True:
            name, attrs, parts = self._open.pop()
            if name == tag:
                break
        text = _even("".join(parts))
        if tag in {"td", "th"}:
            (self.tables[-1].rows[-1] if self._is_in("tbody") else self.tables[-1].head).append(text)
        elif tag == "a":
            self.links[text] = attrs.get("href") or ""
        elif tag in {"h1", "h2"}:
            self.headings.append(text)
        elif tag == "dt":
            self._last_term = text
        elif tag == "dd":
            self.facts[self._last_term] = text

    def handle_data(self, data: str) -> None:
        for _, _, parts in self._open:
            parts.append(data)

    def _is_in(self, tag: str) -> bool:
        return any(name == tag for name, _, _ in self._open)


def _even(text: str) -> str:
    return " ".join(text.split())


def viewer(*models: str) -> Client:
    """Somebody who may look at these (all four kinds, if none is named), and do nothing."""
    user = User.objects.create_user("viewer", is_staff=True)
    for model in models or VIEWS:
        user.user_permissions.add(Permission.objects.get(content_type__app_label="inventory", codename=f"view_{model}"))
    client = Client()
    client.force_login(user)
    return client


def page(client: Client, address: str, **asked: Any) -> Page:
    return Page(client.get(address, asked))  # type: ignore[arg-type]  # the test client's own response


def assert_asks_for(address: str, *models: str) -> None:
    """A stranger is sent to the login, staff who lack one of these permissions are refused."""
    assert Client().get(address)["Location"] == f"/admin/login/?next={address}"
    for missing in models:
        User.objects.filter(username="viewer").delete()
        rest = [model for model in VIEWS if model != missing]
        assert viewer(*rest).get(address).status_code == 403
    User.objects.filter(username="viewer").delete()
    assert viewer(*models).get(address).status_code == 200


def assert_refuses_forged_marks(client: Client, address: str, **asked: str) -> None:
    """A mark that is none of ours is a bad request, never a failure of ours."""
    answers = [client.get(address, {"after": mark, **asked}).status_code for mark in FORGED_MARKS]
    assert answers == [400] * len(FORGED_MARKS)


def assert_refuses_hostile_searches(client: Client, address: str) -> None:
    assert [client.get(address, {"q": text}).status_code for text in ("\0", "a\0b", "x" * 256, "x" * 4000)] == [400] * 4
    for text in ("%", "_", "\\", "'", '"', "\ud7ff", "😀" * 100, "<script>", "{{ 7|add:7 }}", "-1", "x" * 255):
        assert client.get(address, {"q": text}).status_code == 200


def assert_has_no_such_row(client: Client, address: str) -> None:
    """`address` has {} where the number stands."""
    numbers = ["0", "987654321", str(2**63), str(2**64), "9" * 400, "9" * 5000, "-1", "1.5", "x", "%00", "\uff11"]
    assert [client.get(address.format(number)).status_code for number in numbers] == [404] * len(numbers)


def queries_of(client: Client, address: str) -> int:
    """How many queries a page asks."""
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)
