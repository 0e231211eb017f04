"""Adding an endpoint in the browser: choose the provider, then answer what that provider needs to know."""

from html import unescape

import pytest
from django.test import Client
from django.utils.html import escape

from inventory.admin.display import admin_url
from inventory.models import Source
from tests.admin_support import make_staff
from tests.e2e.stand import ROOT
from tests.webhooks import generic, treez
from tests.webhooks.generic import event, reading
from webhooks import worker
from webhooks.endpoints import add_endpoint
from webhooks.models import Delivery, Endpoint
from webhooks.providers import PROVIDERS

pytestmark = pytest.mark.django_db

ADD = "/admin/webhooks/endpoint/add/"


def read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def add(client: Client, provider: str, **asked: str) -> int:
    return client.post(f"{ADD}?provider={provider}", {"name": "The account", **asked}).status_code


def test_the_first_step_offers_every_provider_by_its_name(admin_client: Client) -> None:
    page = read(admin_client, ADD)
    offered = {name: f'<a href="?provider={name}">{escape(PROVIDERS[name].title)}</a>' for name in PROVIDERS}
    assert [name for name, link in offered.items() if link not in page] == []
    assert len(offered) == 6
    assert '<form method="post" id="endpoint_form"' not in page


@pytest.mark.parametrize("asked", ["nobody", "Square", "<b>", "x" * 500])
def test_a_provider_that_is_not_known_leads_back_to_the_first_step(admin_client: Client, asked: str) -> None:
    page = read(admin_client, f"{ADD}?provider={asked}")
    assert f"Stockroom knows no sender called “{escape(asked[:40])}”." in page
    assert add(admin_client, "nobody") == 200
    assert not Endpoint.objects.exists()


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_the_second_step_asks_for_the_providers_settings_and_says_what_to_do_there(
    admin_client: Client, name: str
) -> None:
    provider = PROVIDERS[name]
    page = read(admin_client, f"{ADD}?provider={name}")
    words = [text for setting in provider.settings for text in (setting.label, setting.help)]
    words += [text for setting in provider.settings for _, text in setting.choices]
    assert [text for text in (*words, *provider.set_up, *provider.notes) if text not in unescape(page)] == []
    assert page.count('name="setting_') == len(provider.settings)
    assert '<a href="?">Choose another sender</a>' in page
    assert ("style=" in page, " onclick=" in page) == (False, False)


def test_which_settings_each_provider_has_is_as_its_documents_leave_open() -> None:
    assert {name: [setting.name for setting in provider.settings] for name, provider in PROVIDERS.items()} == {
        "budsense": [],
        "generic": ["scheme"],
        "jetti": [],
        "square": [],
        "tracktile": ["expiry_attribute", "unit_attribute", "quantity_attribute"],
        "treez": ["absent_rows"],
    }


def test_treez_is_added_with_what_a_missing_row_means_and_counts_by_it(admin_client: Client) -> None:
    """5 and 3 are listed, then only 4: with the whole package listed, nothing is left of the 3."""
    assert add(admin_client, "treez", setting_absent_rows="whole", secret=treez.TOKEN) == 302
    endpoint = Endpoint.objects.get()
    assert endpoint.source.settings == {"absent_rows": "whole"}
    other = treez.row(3, batch=treez.OTHER_BATCH)
    for body in (treez.inventory(treez.row(5), other), treez.inventory(treez.row(4))):
        path = endpoint.tokens.get().path
        headers = treez.prove(treez.TOKEN, body)
        assert Client().post(path, body, content_type="application/json", headers=headers).status_code == 200
    worker.drain()
    counts = endpoint.source.counts.filter(bucket="available").values_list("batch__external_id", "quantity")
    assert dict(counts) == {treez.BATCH: 4, treez.OTHER_BATCH: 0}


def test_the_generic_sender_is_added_with_its_proof_and_a_secret_that_is_made_for_it(admin_client: Client) -> None:
    response = admin_client.post(f"{ADD}?provider=generic", {"name": "Script", "setting_scheme": "basic_auth"})
    endpoint = Endpoint.objects.get()
    secret = endpoint.secrets.get().value
    assert (endpoint.source.settings, secret.startswith("stockroom:")) == ({"scheme": "basic_auth"}, True)
    assert f'value="{secret}"' in response.content.decode()
    body = event(reading(5))
    headers = generic.basic_auth(secret, body)
    path = endpoint.tokens.get().path
    assert Client().post(path, body, content_type="application/json", headers=headers).status_code == 200
    assert Delivery.objects.count() == 1


def test_tracktiles_attribute_names_are_kept_as_they_were_typed_and_an_empty_one_is_not(admin_client: Client) -> None:
    asked = {"setting_expiry_attribute": "Best Before", "setting_unit_attribute": "", "secret": "hook-secret"}
    assert add(admin_client, "tracktile", **asked) == 302
    assert Source.objects.get().settings == {"expiry_attribute": "Best Before"}


@pytest.mark.parametrize(
    ("provider", "wrong", "words"),
    [
        ("treez", {"setting_absent_rows": "perhaps"}, "Select a valid choice."),
        ("tracktile", {"setting_unit_attribute": "a\x01b"}, "It holds a line break or another invisible character."),
        ("tracktile", {"setting_unit_attribute": "u" * 256}, "at most 255 characters"),
        ("generic", {"setting_scheme": "basic_auth", "secret": "no colon"}, "not a user name, a colon and a password."),
        ("generic", {"setting_scheme": "url_token", "secret": "anything"}, "This scheme uses no secret"),
    ],
)
def test_an_answer_that_cannot_be_comes_back_with_its_reason_and_makes_nothing(
    admin_client: Client, provider: str, wrong: dict[str, str], words: str
) -> None:
    response = admin_client.post(f"{ADD}?provider={provider}", {"name": "The account", **wrong})
    assert (response.status_code, words in response.content.decode()) == (200, True)
    assert not Source.objects.exists()


def test_a_source_that_exists_keeps_its_settings_where_none_is_chosen(admin_client: Client) -> None:
    add_endpoint("treez", name="The account", settings={"absent_rows": "whole"})
    assert admin_client.post(f"{ADD}?provider=treez", {"name": "The account"}).status_code == 200
    assert (Endpoint.objects.count(), Source.objects.get().settings) == (2, {"absent_rows": "whole"})


def test_a_source_that_exists_is_not_given_other_settings_in_passing(admin_client: Client) -> None:
    add_endpoint("treez", name="The account", settings={"absent_rows": "whole"})
    asked = {"name": "The account", "setting_absent_rows": "changed"}
    page = admin_client.post(f"{ADD}?provider=treez", asked).content.decode()
    assert "The source “The account” has absent_rows=whole, not changed." in page
    assert Endpoint.objects.count() == 1


def test_only_sources_of_the_chosen_provider_are_offered_by_name(admin_client: Client) -> None:
    add_endpoint("treez", name="Treez, Main Street")
    add_endpoint("square", name="Square, Main Street")
    page = read(admin_client, f"{ADD}?provider=treez")
    assert '<option value="Treez, Main Street"></option>' in page
    assert "Square, Main Street" not in page


def test_where_the_sender_proves_nothing_no_secret_is_asked_for(admin_client: Client) -> None:
    assert 'name="secret"' not in read(admin_client, f"{ADD}?provider=budsense")
    assert 'name="secret"' in read(admin_client, f"{ADD}?provider=generic")
    assert add(admin_client, "budsense") == 302
    assert Endpoint.objects.get().source.provider == "budsense"


def test_neither_step_is_shown_to_those_who_may_add_nothing(client: Client) -> None:
    client.force_login(make_staff("webhooks.view_endpoint"))
    answers = [client.get(ADD).status_code, client.get(f"{ADD}?provider=treez").status_code, add(client, "treez")]
    assert answers == [403, 403, 403]
    assert not Endpoint.objects.exists()


def test_no_script_is_needed_to_add_an_endpoint() -> None:
    """Both steps are plain links and a plain form: what they load beside them is Django's own."""
    pages = [
        ROOT / "templates/admin/webhooks" / name for name in ("endpoint/choose_provider.html", "endpoint/add_form.html")
    ]
    assert [page.name for page in pages if "<script" in page.read_text()] == []


def test_the_new_endpoint_is_shown_with_its_settings(admin_client: Client) -> None:
    add(admin_client, "treez", setting_absent_rows="changed", secret=treez.TOKEN)
    page = read(admin_client, admin_url(Endpoint, "change", Endpoint.objects.get().pk))
    assert '<option value="changed" selected>' in page
