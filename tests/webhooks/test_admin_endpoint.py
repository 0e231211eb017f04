"""An endpoint in the admin: its URLs, what to do at the sender, and how it is doing."""

import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings
from django.test import Client

from inventory.admin.display import admin_url
from tests.admin_support import NOON, make_arrivals, make_delivery, make_source, make_staff
from webhooks.models import Delivery, Endpoint, Refusal, Secret, Token
from webhooks.providers import PROVIDERS
from webhooks.verification import UrlToken

pytestmark = pytest.mark.django_db

URL = "https://stock.example.test/hooks/token-1/"


@pytest.fixture
def endpoint() -> Endpoint:
    return make_arrivals(make_source(), 1).endpoint


def page_of(client: Client, endpoint: Endpoint) -> str:
    return " ".join(client.get(admin_url(Endpoint, "change", endpoint.pk)).content.decode().split())


def test_an_endpoint_shows_its_url_with_a_button_that_copies_it(admin_client: Client, endpoint: Endpoint) -> None:
    token = endpoint.tokens.get()
    page = page_of(admin_client, endpoint)
    field = f'<input type="text" id="endpoint-url-{token.pk}" value="{URL}" readonly>'
    button = f'<button type="button" class="button" data-copies="endpoint-url-{token.pk}" hidden>Copy</button>'
    assert f"{field} {button}" in page
    assert f'<label for="endpoint-url-{token.pk}">URL token {token.pk} (live)</label>' in page
    assert f'<span role="status" data-copied="endpoint-url-{token.pk}"></span>' in page
    assert '<script src="/static/webhooks/copy.js"></script>' in page


def test_a_retired_url_is_not_shown(admin_client: Client, endpoint: Endpoint) -> None:
    endpoint.tokens.update(not_after=NOON)
    page = page_of(admin_client, endpoint)
    assert "token-1" not in page
    assert "This endpoint has no live URL: nothing can reach it." in page


def test_a_url_is_shown_only_to_those_who_may_change_endpoints(client: Client, endpoint: Endpoint) -> None:
    client.force_login(make_staff("webhooks.view_endpoint", "webhooks.view_token"))
    token = endpoint.tokens.get()
    pages = [
        page_of(client, endpoint),
        client.get(admin_url(Token, "change", token.pk)).content.decode(),
        client.get(admin_url(Token, "changelist")).content.decode(),
    ]
    assert [page for page in pages if "token-1" in page] == []
    assert "It is shown to staff who may change endpoints." in pages[0]


def test_whoever_may_change_tokens_but_not_endpoints_sees_no_url(client: Client, endpoint: Endpoint) -> None:
    client.force_login(make_staff("webhooks.change_token"))
    page = client.get(admin_url(Token, "change", endpoint.tokens.get().pk)).content.decode()
    assert "token-1" not in page


def test_a_url_that_no_key_opens_is_said_to_be_unreadable(
    admin_client: Client, endpoint: Endpoint, settings: LazySettings
) -> None:
    token = endpoint.tokens.get()
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    assert f"URL token {token.pk} cannot be read with the present FIELD_KEYS." in page_of(admin_client, endpoint)
    response = admin_client.get(admin_url(Token, "change", token.pk), follow=True)
    assert "This URL cannot be shown" in response.content.decode()


def test_an_endpoint_says_what_to_do_on_the_senders_side(admin_client: Client, endpoint: Endpoint) -> None:
    page = page_of(admin_client, endpoint)
    assert "<h2>What to do at Square</h2>" in page
    assert page.count("<li>In Square&#x27;s Developer Console, open your application") == 1


def test_an_endpoint_without_a_live_secret_says_that_it_refuses_everything(
    admin_client: Client, endpoint: Endpoint
) -> None:
    assert "needs a secret" not in page_of(admin_client, endpoint)
    Secret.objects.update(not_after=NOON)
    page = page_of(admin_client, endpoint)
    assert "This endpoint needs a secret: until it has one, it refuses every request." in page
    assert f'<a href="/admin/webhooks/endpoint/{endpoint.pk}/add-secret/">Add a secret.</a>' in page
    rows = admin_client.get(admin_url(Endpoint, "changelist")).content.decode()
    assert "needs a secret: refuses everything" in rows


def test_a_sender_that_signs_nothing_is_named_as_such(
    admin_client: Client, endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(PROVIDERS["square"]), "scheme", lambda *_: UrlToken())
    page = page_of(admin_client, endpoint)
    assert "Square signs nothing: whoever knows the URL can write to your stock." in page
    assert "Add a secret" not in page


def test_secrets_are_listed_with_their_last_use_and_without_their_value(
    admin_client: Client, endpoint: Endpoint
) -> None:
    unused = Secret.objects.create(endpoint=endpoint, label="New", value="whsec-new")
    page = page_of(admin_client, endpoint)
    used = endpoint.secrets.get(label="Secret 1")
    link = f'<td><a href="/admin/webhooks/secret/{used.pk}/change/">Secret 1</a></td>'
    assert link in page
    assert "<td>live</td><td>2026-03-01 12:00:00 UTC</td>" in page
    assert "<td>live</td><td>never</td>" in page
    assert f'form="row-actions" formaction="/admin/webhooks/secret/{unused.pk}/retire/">Retire New</button>' in page
    assert "whsec" not in page


def test_an_endpoint_shows_its_ten_newest_deliveries_and_refusals(admin_client: Client, endpoint: Endpoint) -> None:
    token, secret = endpoint.tokens.get(), endpoint.secrets.get()
    numbers = [make_delivery(endpoint, token, secret, body=str(n).encode()).pk for n in range(11)]
    page = page_of(admin_client, endpoint)
    shown = [pk for pk in numbers if f'href="/admin/webhooks/delivery/{pk}/change/"' in page]
    assert shown == numbers[1:]
    refusal = Refusal.objects.get()
    assert f'<a href="/admin/webhooks/refusal/{refusal.pk}/change/">refusal {refusal.pk}</a>' in page
    assert f'href="/admin/webhooks/delivery/?endpoint__id__exact={endpoint.pk}"' in page


def test_a_new_endpoint_says_that_nothing_has_come_yet(admin_client: Client) -> None:
    page = page_of(admin_client, Endpoint.objects.create(source=make_source()))
    assert "Nothing has been delivered here yet." in page
    assert "No request has been refused here." in page


def test_state_accounts_and_limit_can_be_changed(admin_client: Client, endpoint: Endpoint) -> None:
    asked = {"state": "paused", "tenants": " M1 \r\n\r\nM2\nM1\n", "body_limit": "2048"}
    assert admin_client.post(admin_url(Endpoint, "change", endpoint.pk), asked).status_code == 302
    endpoint.refresh_from_db()
    assert (endpoint.state, endpoint.tenants, endpoint.body_limit) == ("paused", ["M1", "M2"], 2048)
    assert '<textarea name="tenants"' in page_of(admin_client, endpoint)
    assert "M1 M2</textarea>" in page_of(admin_client, endpoint)


@pytest.mark.parametrize(
    "wrong", [{"tenants": "x" * 256}, {"tenants": "a\0b"}, {"body_limit": "0"}, {"body_limit": "9" * 20}]
)
def test_what_cannot_be_is_refused_with_the_form(
    admin_client: Client, endpoint: Endpoint, wrong: dict[str, str]
) -> None:
    asked = {"state": "active", "tenants": "", "body_limit": "2048", **wrong}
    assert admin_client.post(admin_url(Endpoint, "change", endpoint.pk), asked).status_code == 200
    endpoint.refresh_from_db()
    assert (endpoint.tenants, endpoint.body_limit) == ([], 1_048_576)


@pytest.mark.parametrize("model", [Endpoint, Secret, Token])
def test_nothing_that_deliveries_rely_on_can_be_deleted(
    admin_client: Client, endpoint: Endpoint, model: type[Endpoint | Secret | Token]
) -> None:
    pk = model._default_manager.values_list("pk", flat=True)[0]
    assert admin_client.post(admin_url(model, "delete", pk), {"post": "yes"}).status_code == 403
    assert Delivery.objects.count() == 1
