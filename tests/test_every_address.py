"""Every address of the site asks who is there: strangers are sent to the login, and staff without a permission away."""

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.urls.converters import IntConverter, SlugConverter, StringConverter, UUIDConverter
from django.urls.resolvers import RoutePattern

from tests.admin_support import make_rows

pytestmark = pytest.mark.django_db

OPEN_TO_STRANGERS = {"/admin/login/", "/admin/logout/"}
OPEN_TO_ALL_STAFF = {
    "/admin/",
    "/admin/jsi18n/",
    "/admin/login/",
    "/admin/logout/",
    "/admin/password_change/",
    "/admin/password_change/done/",
    "/api/v1/docs/",
    "/api/v1/schema/",
}
"""What every member of staff needs, whatever they may do besides; none of it shows a row."""

EXAMPLES = {
    IntConverter: "1",
    SlugConverter: "a",
    StringConverter: "1",
    UUIDConverter: "0" * 8 + "-0000" * 3 + "-" + "0" * 12,
}


def addresses() -> Iterator[str]:
    """An example of every address, with 1 for whatever it names."""
    yield from _below(get_resolver(), "/")


def _below(resolver: URLResolver, prefix: str) -> Iterator[str]:
    for entry in resolver.url_patterns:
        path = prefix + _example(entry)
        if isinstance(entry, URLResolver):
            yield from _below(entry, path)
        else:
            yield path


def _example(entry: URLPattern | URLResolver) -> str:
    pattern = entry.pattern
    if not isinstance(pattern, RoutePattern):
        # Django's own: the admin's "anything else", and the pages of an app.
        return "inventory/" if "app_label" in str(pattern) else "nothing/"
    route = str(pattern)
    for name, converter in pattern.converters.items():
        example = EXAMPLES.get(type(converter), "1")
        for kind in ("int:", "slug:", "str:", "path:", "uuid:", ""):
            route = route.replace(f"<{kind}{name}>", example)
    assert "<" not in route, f"no example for {route}"
    return route


ADDRESSES = sorted(set(addresses()))


def test_the_walk_finds_the_pages_the_admin_and_what_is_made_by_hand() -> None:
    assert {"/", "/admin/", "/admin/inventory/count/1/change/", "/admin/webhooks/endpoint/add/"} <= set(ADDRESSES)


def test_a_stranger_is_shown_nothing_but_the_login() -> None:
    make_rows(1, 1)
    client = Client()
    shown = []
    for path in ADDRESSES:
        for method in ("get", "post"):
            answer = getattr(client, method)(path)
            sent_to_login = answer.status_code == 302 and answer["Location"].startswith("/admin/login/")
            if not sent_to_login and answer.status_code not in {301, 401, 403, 404, 405}:
                shown.append((method, path, answer.status_code))
    assert {path for _, path, _ in shown} == OPEN_TO_STRANGERS


def test_staff_without_a_permission_are_shown_no_row() -> None:
    make_rows(1, 1)
    client = Client()
    client.force_login(User.objects.create_user("nobody", is_staff=True))
    shown = []
    for path in ADDRESSES:
        if path in OPEN_TO_ALL_STAFF:
            continue
        for method in ("get", "post"):
            answer = getattr(client, method)(path)
            # To the admin's first page where there is no such row, or to an address that is asked in its turn.
            sent_away = answer.status_code == 302 and answer["Location"] in {"/admin/", "../", *ADDRESSES}
            if not sent_away and answer.status_code not in {301, 403, 404, 405}:
                shown.append((method, path, answer.status_code, answer.get("Location")))
    assert shown == []


def test_somebody_with_an_account_who_is_no_staff_is_a_stranger_here() -> None:
    client = Client()
    client.force_login(User.objects.create_user("customer", is_superuser=True))
    answers = {path: client.get(path) for path in ADDRESSES if path not in OPEN_TO_STRANGERS | OPEN_TO_ALL_STAFF}
    assert [path for path, answer in answers.items() if answer.status_code == 200] == []
