"""What no browser sends to a page: each is answered as a mistake of the visitor's, in a line of the log."""

import encodings
import io
import logging
import time
from collections.abc import Iterator
from wsgiref.util import setup_testing_defaults

import pytest
from axes.models import AccessAttempt
from django.contrib.auth.models import User
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from config.requests import Handler

pytestmark = pytest.mark.django_db

FORM, FILES = "application/x-www-form-urlencoded", "multipart/form-data"
FORGED = "A" * 32
"""A token that a stranger has put into both the cookie and the form."""
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


def asked(path: str, kind: str, body: bytes = b"a=b") -> int:
    """The status that a POST gets from the handler of the web server."""
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": path,
        "CONTENT_TYPE": kind,
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_HOST": "testserver",
        "HTTP_COOKIE": f"csrftoken={FORGED}",
        "wsgi.input": io.BytesIO(body),
    }
    setup_testing_defaults(environ)
    return Handler().get_response(Handler.request_class(environ)).status_code


@pytest.mark.parametrize("path", ["/admin/login/", "/sites/add/", "/nothing/", "/"])
@pytest.mark.parametrize(
    "kind",
    [
        f"{FORM}; charset=utf-7",
        f"{FORM}; charset=nobody-knows",
        f"{FORM}; charset*=nobody-knows''x",
        f"{FORM}; a=b",
        f"{FILES}; boundary=x; charset=utf-16",
        f"{FILES}; boundary*=nobody-knows''x",
        FILES + ";" * 100_000,
    ],
)
def test_a_form_that_is_no_plain_one_is_a_bad_request_wherever_it_goes(path: str, kind: str) -> None:
    assert asked(path, kind) == 400


@pytest.mark.parametrize("kind", [FORM, f"{FORM}; charset=UTF-8", f'{FORM};charset="utf-8"', f"{FILES}; boundary=x-'1"])
def test_a_plain_form_is_read(kind: str) -> None:
    body = f"csrfmiddlewaretoken={FORGED}".encode()
    if kind.startswith(FILES):
        field = b'Content-Disposition: form-data; name="csrfmiddlewaretoken"'
        body = b"--x-'1\r\n%b\r\n\r\n%b\r\n--x-'1--\r\n" % (field, FORGED.encode())
    assert asked("/admin/login/", kind, body) == 200


@pytest.mark.parametrize("path", ["/hooks/unknown/", "/nothing/"])
@pytest.mark.parametrize("more", ["x*=nobody-knows''%41", "charset=nobody-knows", ";" * 100_000, "charset=\0"])
def test_what_stands_behind_the_kind_of_other_content_is_not_read(path: str, more: str) -> None:
    before, began = set(encodings._cache), time.process_time()
    assert asked(path, f"application/json; {more}") == 404
    # Django's parser would take more than a second for the longest.
    assert time.process_time() - began < 0.5
    assert set(encodings._cache) == before


@pytest.mark.parametrize(
    ("accepted", "status"),
    [
        ("application/json", 401),
        ("text/html, application/*;q=0.5", 401),
        ("*/*; x*=nobody-knows''%41", 401),
        ("a/b; x*=nobody-knows''%41", 406),
        ("", 406),
    ],
)
def test_of_what_a_visitor_of_the_api_takes_only_the_kinds_are_read(client: Client, accepted: str, status: int) -> None:
    before = set(encodings._cache)
    assert client.get("/api/v1/products/", headers={"accept": accepted}).status_code == status
    assert set(encodings._cache) == before


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


@pytest.mark.parametrize(
    ("path", "query"),
    [("inventory/count", "bucket=a%00b"), ("inventory/listing", "match=%00"), ("auth/user", "username=%00")],
)
def test_a_list_is_not_asked_for_what_no_text_can_hold(owner: Client, path: str, query: str) -> None:
    assert owner.get(f"/admin/{path}/?{query}").status_code == 400


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
