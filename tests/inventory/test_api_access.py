"""Who may read the API: staff, each noun with the permission to view it, and nobody writes."""

import pytest
from django.contrib.auth.models import User
from django.test import Client

from tests.admin_support import make_rows
from tests.inventory.api_support import LISTS, NOUNS, refused, staff_client

pytestmark = pytest.mark.django_db

LOG_IN = {"detail": "Log in as staff to read this."}
MAY_NOT = {"detail": "Your account may not read this."}
NOTHING = {"detail": "There is nothing here."}
PATHS = [*LISTS, *(f"{name}/1" for name in LISTS)]


@pytest.mark.parametrize("path", [*PATHS, "schema", "nothing"])
def test_a_stranger_is_told_to_log_in_whatever_there_is(path: str) -> None:
    make_rows(1, 1)
    response = Client().get(f"/api/v1/{path}/")
    assert (response.status_code, response.json()) == (401, LOG_IN)
    assert response["WWW-Authenticate"] == 'Session realm="api"'


@pytest.mark.parametrize("path", [*PATHS, "schema", "nothing"])
def test_an_account_that_is_none_of_staffs_may_not_read(path: str) -> None:
    make_rows(1, 1)
    client = Client()
    client.force_login(User.objects.create_user("customer", is_superuser=True))
    assert refused(client, path) == (403, MAY_NOT)


def test_an_account_that_was_closed_is_a_strangers() -> None:
    client = staff_client()
    User.objects.update(is_active=False)
    assert refused(client, "counts") == (401, LOG_IN)


@pytest.mark.parametrize("allowed", LISTS)
def test_each_noun_asks_for_its_own_permission(allowed: str) -> None:
    make_rows(1, 1)
    client = staff_client(NOUNS[allowed])
    answers = {name: client.get(f"/api/v1/{name}/").status_code for name in LISTS}
    assert answers == {name: 200 if name == allowed else 403 for name in LISTS}


def test_what_is_not_there_is_not_told_to_those_who_may_not_look() -> None:
    make_rows(1, 1)
    client = staff_client("source")
    assert refused(client, "counts/999999") == (403, MAY_NOT)
    assert refused(client, "sources/999999") == (404, NOTHING)


@pytest.mark.parametrize(
    "path", ["nothing", "counts/1/2", "counts/one", "counts/-1", f"counts/{2**63}", "sources/9" * 9]
)
def test_an_address_that_is_none_is_answered_in_json_too(path: str) -> None:
    assert refused(staff_client(), path) == (404, NOTHING)


def test_a_number_of_four_thousand_digits_is_no_row() -> None:
    assert refused(staff_client(), f"counts/{'9' * 4000}") == (404, NOTHING)


def test_an_address_without_its_slash_is_sent_on() -> None:
    response = staff_client().get("/api/v1/counts?bucket=held")
    assert (response.status_code, response["Location"]) == (301, "/api/v1/counts/?bucket=held")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options"])
@pytest.mark.parametrize("path", ["counts", "counts/1", "schema", "nothing"])
def test_nothing_is_ever_written(method: str, path: str) -> None:
    client = staff_client()
    client.handler.enforce_csrf_checks = False
    response = getattr(client, method)(f"/api/v1/{path}/", "{}", content_type="application/json")
    assert (response.status_code, response.json()) == (
        405,
        {"detail": "This address can only be read, with GET."},
    )


def test_the_answer_is_json_whatever_a_browser_would_like() -> None:
    client = staff_client()
    response = client.get("/api/v1/counts/", headers={"accept": "text/html,*/*;q=0.8"})
    assert (response.status_code, response["Content-Type"]) == (200, "application/json")
    response = client.get("/api/v1/counts/", headers={"accept": "text/html"})
    assert (response.status_code, response.json()) == (406, {"detail": "The answer is JSON and nothing else."})


def test_an_answer_is_kept_by_nobody_on_the_way() -> None:
    response = staff_client().get("/api/v1/counts/")
    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert "Cookie" in response["Vary"]
