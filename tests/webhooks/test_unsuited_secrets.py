"""Secrets that a changed proof of requests cannot use are named where staff see them, and never shown."""

import pytest
from cryptography.fernet import Fernet
from django.conf import LazySettings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory.admin.display import admin_url
from tests.admin_support import NOON, make_staff
from tests.webhooks import generic
from tests.webhooks.account import Account
from tests.webhooks.generic import event, reading
from webhooks import lookup
from webhooks.endpoints import LiveSecrets, add_secret, change_settings, live_secrets
from webhooks.models import Endpoint, Secret

BASIC = "“HTTP Basic: a user name and a password”"
NO_COLON = "It is not a user name, a colon and a password."


@pytest.fixture
def sender(db: None) -> Account:
    """A script that proves itself by a fixed secret in a header."""
    return Account("generic", generic.static_header, name="Script", settings={"scheme": "static_header"})


def page_of(client: Client, sender: Account) -> str:
    return " ".join(client.get(admin_url(Endpoint, "change", sender.made.endpoint.pk)).content.decode().split())


def choose(sender: Account, scheme: str) -> Endpoint:
    change_settings(sender.source, {"scheme": scheme})
    lookup.forget_doorways()
    return Endpoint.objects.select_related("source").get()


def secret_names(endpoint: Endpoint) -> tuple[int, dict[str, str]]:
    held = live_secrets(endpoint)
    return held.suited, {secret.name: secret.problem for secret in held.unsuited}


def test_a_secret_that_suits_is_not_spoken_of(admin_client: Client, sender: Account) -> None:
    assert live_secrets(sender.made.endpoint) == LiveSecrets(suited=1, unsuited=())
    assert "cannot be used" not in page_of(admin_client, sender)


def test_where_no_secret_suits_the_page_says_that_every_request_is_refused(
    admin_client: Client, sender: Account
) -> None:
    endpoint = choose(sender, "basic_auth")
    name = str(endpoint.secrets.get())
    assert secret_names(endpoint) == (0, {name: NO_COLON})
    page = page_of(admin_client, sender)
    assert (
        f"Every request is refused until a new secret is made: no live secret can be used by {BASIC}. "
        "Make a new one, then retire these."
    ) in page
    assert f"<li>{name}: {NO_COLON}</li>" in page
    assert f'<a href="/admin/webhooks/endpoint/{endpoint.pk}/add-secret/">Add a secret.</a>' in page
    assert sender.secret not in page
    # As it says: the old secret proves nothing, whichever way it is sent.
    body = event(reading(5))
    proofs = [generic.static_header(sender.secret, body), generic.basic_auth(sender.secret, body)]
    assert [sender.post(body, headers=proof).status_code for proof in proofs] == [401, 401]


def test_beside_a_secret_that_suits_the_others_are_to_be_retired(admin_client: Client, sender: Account) -> None:
    endpoint = choose(sender, "basic_auth")
    old = str(endpoint.secrets.get())
    add_secret(endpoint, "kim:a long password", label="Kim's")
    assert secret_names(endpoint) == (1, {old: NO_COLON})
    page = page_of(admin_client, sender)
    assert f"These secrets cannot be used by {BASIC}: make a new one, then retire them." in page
    assert "Every request is refused" not in page
    assert f"<li>{old}: {NO_COLON}</li>" in page
    assert "<li>Kim" not in page
    lookup.forget_doorways()
    body = event(reading(5))
    assert sender.post(body, headers=generic.basic_auth("kim:a long password", body)).status_code == 200


def test_a_retired_secret_is_not_spoken_of(admin_client: Client, sender: Account) -> None:
    endpoint = choose(sender, "basic_auth")
    Secret.objects.update(not_after=NOON)
    assert live_secrets(endpoint) == LiveSecrets(suited=0, unsuited=())
    page = page_of(admin_client, sender)
    assert "cannot be used" not in page
    assert "until it has one, it refuses every request." in page


def test_where_the_url_is_all_the_proof_secrets_are_to_be_retired(admin_client: Client, sender: Account) -> None:
    endpoint = choose(sender, "url_token")
    secret = endpoint.secrets.get()
    page = page_of(admin_client, sender)
    assert "Requests prove themselves by the URL alone, so these secrets are used by nothing: retire them." in page
    assert f"<li>{secret}</li>" in page
    assert f'formaction="/admin/webhooks/secret/{secret.pk}/retire/"' in page
    assert "Add a secret" not in page


def test_a_secret_that_no_key_opens_suits_nothing_and_hides_no_other(
    admin_client: Client, sender: Account, settings: LazySettings
) -> None:
    old = str(sender.made.endpoint.secrets.get())
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    add_secret_under_the_new_key = Secret.objects.create(endpoint=sender.made.endpoint, label="New", value="new")
    assert secret_names(sender.made.endpoint) == (1, {old: "It cannot be read with the present FIELD_KEYS."})
    assert str(add_secret_under_the_new_key) == "New"
    assert f"<li>{old}: It cannot be read with the present FIELD_KEYS.</li>" in page_of(admin_client, sender)


def test_saving_another_proof_warns_at_once(admin_client: Client, sender: Account) -> None:
    endpoint = sender.made.endpoint
    asked = {"state": "active", "tenants": "", "body_limit": "1048576", "setting_scheme": "basic_auth"}
    page = admin_client.post(admin_url(Endpoint, "change", endpoint.pk), asked, follow=True).content.decode()
    assert "that are live and can no longer be used: 1. Its page names them." in page


def test_many_secrets_are_judged_by_one_question_and_named_within_bounds(admin_client: Client, sender: Account) -> None:
    endpoint = choose(sender, "basic_auth")
    Secret.objects.bulk_create(Secret(endpoint=endpoint, label=f"Old {n:03}", value="no colon") for n in range(40))
    with CaptureQueriesContext(connection) as queries:
        assert len(live_secrets(endpoint).unsuited) == 41
    assert len(queries) == 1
    page = page_of(admin_client, sender)
    assert page.count(f": {NO_COLON}</li>") == 20
    assert "<li>and 21 more</li>" in page


def test_whoever_may_only_look_is_told_but_offered_nothing(client: Client, sender: Account) -> None:
    choose(sender, "basic_auth")
    client.force_login(make_staff("webhooks.view_endpoint"))
    page = page_of(client, sender)
    assert "Every request is refused until a new secret is made" in page
    assert "Add a secret." not in page
