"""Adding endpoints, secrets and URLs in the admin: a secret goes in and never comes back out."""

from datetime import UTC, datetime

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.test import Client

from inventory.admin.display import admin_url
from inventory.models import Source
from tests.admin_support import make_arrivals, make_source, make_staff
from webhooks.models import Endpoint, Secret, Token
from webhooks.providers import PROVIDERS

pytestmark = pytest.mark.django_db

ADD = "/admin/webhooks/endpoint/add/?provider=square"
VALUE = "sIgNaTuReKeY0123456789"
ASKED = {"name": "Square, Main Street"}


@pytest.fixture
def endpoint() -> Endpoint:
    return make_arrivals(make_source(), 1).endpoint


@pytest.fixture
def we_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    """A Square that lets us choose the secret."""
    monkeypatch.setattr(type(PROVIDERS["square"]), "we_choose_the_secret", True)


def history() -> list[tuple[str, str]]:
    return [(entry.object_repr, entry.get_change_message()) for entry in LogEntry.objects.order_by("pk")]


def kept_in_clear(text: str) -> list[str]:
    """What of history and sessions holds `text`."""
    return [
        *(
            entry.change_message
            for entry in LogEntry.objects.all()
            if text in f"{entry.object_repr}{entry.change_message}"
        ),
        *(session.session_key for session in Session.objects.all() if text in str(session.get_decoded())),
    ]


def test_an_endpoint_is_added_with_its_source_its_accounts_and_its_secret(admin_client: Client) -> None:
    asked = {
        **ASKED,
        "environment": "sandbox",
        "tenants": "M1\nM2",
        "secret": VALUE,
        "public_url": "https://shop.example.test/in/",
    }
    response = admin_client.post(ADD, asked)
    endpoint = Endpoint.objects.get()
    assert response["Location"] == f"/admin/webhooks/endpoint/{endpoint.pk}/change/"
    assert (endpoint.source.name, endpoint.source.environment, endpoint.tenants) == (
        "Square, Main Street",
        "sandbox",
        ["M1", "M2"],
    )
    assert [secret.value for secret in endpoint.secrets.all()] == [VALUE]
    assert [token.public_url for token in endpoint.tokens.all()] == ["https://shop.example.test/in/"]
    assert history() == [(str(endpoint), "Added.")]
    assert kept_in_clear(VALUE) == []


def test_the_name_of_a_known_source_adds_an_endpoint_to_it(admin_client: Client) -> None:
    source = make_source()
    assert f'<option value="{source.name}"></option>' in admin_client.get(ADD).content.decode()
    assert admin_client.post(ADD, {**ASKED, "name": source.name}).status_code == 302
    assert Endpoint.objects.get().source == source
    assert Source.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "This field is required."),
        ({"public_url": "shop.example.test"}, "This is no URL"),
        ({"public_url": "https://shop.example.test/\u200b"}, "This is no URL"),
        ({"public_url": "https://shop.example.test/a b"}, "This is no URL"),
        ({"name": "Square 001", "environment": "sandbox"}, "is a production account, not sandbox"),
        ({"secret": f" {VALUE}"}, "It starts or ends with white space"),
        ({"tenants": "x" * 256}, "is longer than 255 characters"),
    ],
)
def test_a_wrong_answer_comes_back_with_its_reason_and_without_the_secret(
    admin_client: Client, wrong: dict[str, str], words: str
) -> None:
    make_source()
    response = admin_client.post(ADD, {**ASKED, "secret": VALUE, **wrong})
    page = response.content.decode()
    assert (response.status_code, words in page, VALUE in page) == (200, True, False)
    assert (Endpoint.objects.count(), Source.objects.count(), history()) == (0, 1, [])


@pytest.mark.usefixtures("we_choose")
def test_a_secret_that_we_made_is_shown_once_and_kept_nowhere_in_clear(admin_client: Client) -> None:
    response = admin_client.post(ADD, ASKED)
    value = Secret.objects.get().value
    page = response.content.decode()
    assert f'<input type="text" id="secret-made" value="{value}" readonly autocomplete="off">' in page
    assert "This is the only time that the secret is shown." in page
    assert "no-store" in response["Cache-Control"]
    assert kept_in_clear(value) == []
    assert "messages" not in response.cookies
    assert value not in admin_client.get(admin_url(Endpoint, "change", Endpoint.objects.get().pk)).content.decode()


def test_only_those_who_may_add_endpoints_are_asked_for_one(client: Client) -> None:
    client.force_login(make_staff("webhooks.view_endpoint"))
    assert (client.get(ADD).status_code, client.post(ADD, ASKED).status_code) == (403, 403)


def test_a_further_secret_is_added_and_never_shown_again(admin_client: Client, endpoint: Endpoint) -> None:
    asked = {"label": "Autumn", "value": VALUE, "not_after_0": "2030-01-02", "not_after_1": "03:04:05"}
    add = f"/admin/webhooks/endpoint/{endpoint.pk}/add-secret/"
    assert '<input type="password" name="value" autocomplete="off"' in admin_client.get(add).content.decode()
    assert admin_client.post(add, asked)["Location"] == f"/admin/webhooks/endpoint/{endpoint.pk}/change/"
    secret = endpoint.secrets.latest("pk")
    assert (secret.label, secret.value, secret.not_after) == (
        "Autumn",
        VALUE,
        datetime(2030, 1, 2, 3, 4, 5, tzinfo=UTC),
    )
    pages = [
        admin_client.get(address).content.decode()
        for address in (
            admin_url(Endpoint, "change", endpoint.pk),
            admin_url(Secret, "change", secret.pk),
            admin_url(Secret, "changelist"),
            admin_url(Secret, "history", secret.pk),
            admin_url(Endpoint, "history", endpoint.pk),
        )
    ]
    assert [page for page in pages if VALUE in page] == []
    assert history() == [(str(endpoint), "Added Autumn.")]
    assert kept_in_clear(VALUE) == []


@pytest.mark.parametrize("value", ["", f"{VALUE}\n", f" {VALUE}", "\u200bkey"])
def test_a_secret_that_could_not_work_comes_back_with_its_reason_only(
    admin_client: Client, endpoint: Endpoint, value: str
) -> None:
    response = admin_client.post(f"/admin/webhooks/endpoint/{endpoint.pk}/add-secret/", {"value": value})
    assert (response.status_code, endpoint.secrets.count()) == (200, 1)
    assert VALUE not in response.content.decode()
    assert "errorlist" in response.content.decode()


@pytest.mark.usefixtures("we_choose")
def test_an_empty_secret_is_made_where_we_may_choose_it(admin_client: Client, endpoint: Endpoint) -> None:
    response = admin_client.post(f"/admin/webhooks/endpoint/{endpoint.pk}/add-secret/", {"value": ""})
    assert endpoint.secrets.latest("pk").value in response.content.decode()


def test_changing_a_secret_leaves_its_value_as_it_is(admin_client: Client, endpoint: Endpoint) -> None:
    secret = endpoint.secrets.get()
    asked = {"label": "Old", "not_after_0": "2030-01-02", "not_after_1": "00:00:00", "value": "mine"}
    assert admin_client.post(admin_url(Secret, "change", secret.pk), asked).status_code == 302
    secret.refresh_from_db()
    assert (secret.label, secret.value, secret.not_after) == ("Old", "whsec-1", datetime(2030, 1, 2, tzinfo=UTC))


@pytest.mark.parametrize("model", [Secret, Token])
def test_retiring_ends_it_now_and_leads_back_to_the_endpoint(
    admin_client: Client, endpoint: Endpoint, model: type[Secret | Token]
) -> None:
    name = model._meta.model_name
    row = model._default_manager.get()
    retire = f"/admin/webhooks/{name}/{row.pk}/retire/"
    assert retire in admin_client.get(admin_url(model, "change", row.pk)).content.decode()
    before = datetime.now(tz=UTC)
    response = admin_client.post(retire)
    ended = model._default_manager.get().not_after
    assert ended is not None
    assert before <= ended <= datetime.now(tz=UTC)
    assert response["Location"] == f"/admin/webhooks/endpoint/{endpoint.pk}/change/"
    assert history() == [(str(row), "Retired.")]
    assert retire not in admin_client.get(admin_url(model, "change", row.pk)).content.decode()


@pytest.mark.parametrize("model", [Secret, Token])
def test_only_a_post_by_those_who_may_retires(client: Client, endpoint: Endpoint, model: type[Secret | Token]) -> None:
    name = model._meta.model_name
    client.force_login(make_staff(f"webhooks.view_{name}", "webhooks.view_endpoint"))
    retire = f"/admin/webhooks/{name}/{model._default_manager.get().pk}/retire/"
    assert (client.post(retire).status_code, client.get(retire).status_code) == (403, 405)
    assert retire not in client.get(admin_url(Endpoint, "change", endpoint.pk)).content.decode()
    assert model._default_manager.get().not_after is None


def test_a_further_url_is_live_beside_the_old_one(admin_client: Client, endpoint: Endpoint) -> None:
    response = admin_client.post(f"/admin/webhooks/endpoint/{endpoint.pk}/add-url/", {"public_url": ""})
    assert response["Location"] == f"/admin/webhooks/endpoint/{endpoint.pk}/change/"
    new = endpoint.tokens.latest("pk")
    assert new.public_url == f"https://stock.example.test/hooks/{new.value}/"
    page = admin_client.get(admin_url(Endpoint, "change", endpoint.pk)).content.decode()
    assert (new.public_url in page, "https://stock.example.test/hooks/token-1/" in page) == (True, True)
    assert kept_in_clear(new.value) == []


def test_a_public_url_can_be_corrected_but_not_broken(admin_client: Client, endpoint: Endpoint) -> None:
    token = endpoint.tokens.get()
    change = admin_url(Token, "change", token.pk)
    answers = [
        admin_client.post(change, {"public_url": url}).status_code
        for url in ("", "ftp://shop.example.test", "https://a b/", "https://shop.example.test/in/")
    ]
    assert answers == [200, 200, 200, 302]
    token.refresh_from_db()
    assert (token.public_url, token.value) == ("https://shop.example.test/in/", "token-1")
    assert history() == [(str(token), "Changed Public URL.")]


@pytest.mark.parametrize("what", ["secret", "url"])
def test_credentials_are_added_only_by_those_who_may(client: Client, endpoint: Endpoint, what: str) -> None:
    client.force_login(make_staff("webhooks.change_endpoint"))
    add = f"/admin/webhooks/endpoint/{endpoint.pk}/add-{what}/"
    assert (client.get(add).status_code, client.post(add, {"value": VALUE}).status_code) == (403, 403)
    assert add not in client.get(admin_url(Endpoint, "change", endpoint.pk)).content.decode()


@pytest.mark.parametrize("what", ["secret", "url"])
def test_credentials_of_an_endpoint_that_is_not_there_are_not_found(admin_client: Client, what: str) -> None:
    assert admin_client.get(f"/admin/webhooks/endpoint/999999/add-{what}/").status_code == 404
