"""What no browser sends to a page: each is answered as a mistake of the visitor's, in a line of the log."""

import io
import logging
from collections.abc import Iterator

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

pytestmark = pytest.mark.django_db

FORM = "application/x-www-form-urlencoded"
STRANGE_KEYS = ['"aaaaaaaa\\000"', '"\\377aaaaaaaa"', "A" * 32, "a" * 7, "\u00e9" * 32]
"""A cookie in quotes may hold any character; an octal number behind a backslash stands for one."""


@pytest.mark.parametrize("key", STRANGE_KEYS)
@pytest.mark.parametrize("path", ["/products/", "/api/v1/products/"])
def test_a_session_that_was_never_given_out_is_that_of_a_stranger_and_not_looked_for(
    path: str, key: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = Client(raise_request_exception=False)
    client.cookies["sessionid"] = "any"
    client.cookies["sessionid"]._coded_value = key  # type: ignore[attr-defined]  # as a stranger writes it
    with django_assert_num_queries(0):
        answer = client.get(path)
    assert answer.status_code == (401 if path.startswith("/api") else 302)


@pytest.mark.parametrize("path", ["/admin/login/", "/sites/add/", "/nothing/", "/"])
def test_a_form_in_another_charset_is_a_bad_request_wherever_it_goes(path: str) -> None:
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    client.cookies["csrftoken"] = "A" * 32
    answer = client.post(path, "a=b", content_type=f"{FORM}; charset=utf-7")
    assert answer.status_code == 400
    assert "Content-Security-Policy" in answer


def test_a_form_in_utf_8_is_read(client: Client) -> None:
    assert client.post("/admin/login/", "a=b", content_type=f"{FORM}; charset=UTF-8").status_code == 200


@pytest.fixture
def owner() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("ada"))
    return client


def test_a_name_that_is_too_long_for_an_account_is_no_attempt_to_log_in(client: Client) -> None:
    answers = [client.post("/admin/login/", {"username": "a" * length, "password": "x"}) for length in (150, 151, 256)]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert [len(attempt.username or "") for attempt in AccessAttempt.objects.all()] == [150]


@pytest.mark.parametrize(
    ("path", "field", "status"),
    [
        ("inventory/batch", "counts", 400),
        ("inventory/batch", "external_id", 400),
        ("auth/user", "logentry", 400),
        ("inventory/batch", "id", 200),
    ],
)
def test_rows_are_chosen_by_their_number_and_by_nothing_else(owner: Client, path: str, field: str, status: int) -> None:
    assert owner.get(f"/admin/{path}/?_popup=1&_to_field={field}").status_code == status


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What the handler of the settings writes."""
    [handler] = [handler for handler in logging.getLogger("django").handlers if handler.name == "stderr"]
    assert isinstance(handler, logging.StreamHandler)
    written = io.StringIO()
    before = handler.setStream(written)
    yield written
    handler.setStream(before)


def test_a_session_that_was_given_out_is_found_again(owner: Client) -> None:
    assert owner.get("/products/").status_code == 200


def test_what_a_visitor_did_wrong_is_told_in_one_line(owner: Client, log: io.StringIO) -> None:
    assert owner.get("/batches/?tab=nothing").status_code == 400
    assert owner.get("/admin/inventory/source/?nothing=1").status_code == 400
    assert [line.split(" ", 2)[2] for line in log.getvalue().splitlines()] == [
        "WARNING django.request tab: 'nothing' is none of all, soon, expired, undated: /batches/",
        "ERROR django.security.DisallowedModelAdminLookup Filtering by nothing not allowed",
    ]


def test_a_fault_of_ours_is_told_with_its_traceback(log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webhooks.middleware.receive", lambda *_: 1 // 0)
    assert Client(raise_request_exception=False).post("/hooks/any/").status_code == 500
    assert "ZeroDivisionError" in log.getvalue()
