"""What staff say about a source that its sender does not: on the command line, and on an endpoint's page."""

import json
from io import StringIO

import pytest
from django.contrib.admin.models import LogEntry
from django.core.management import CommandError, call_command
from django.test import Client

from inventory.admin.display import admin_url
from inventory.models import Source
from tests.admin_support import make_staff
from tests.webhooks import generic
from tests.webhooks.account import Account
from tests.webhooks.generic import event, reading
from webhooks import lookup
from webhooks.admin.forms import setting_fields
from webhooks.endpoints import EndpointProblem, add_endpoint, add_secret, change_settings
from webhooks.models import Endpoint, Secret
from webhooks.providers import PROVIDERS, Setting

PROOFS = "standard_webhooks, body_hmac, timestamped_hmac, bearer_token, basic_auth, static_header, url_token"


def command(*arguments: str) -> str:
    """What `manage.py add_endpoint generic` says on stderr."""
    err = StringIO()
    call_command("add_endpoint", "generic", "--name", "Script", "--json", *arguments, stdout=StringIO(), stderr=err)
    return err.getvalue()


# --- The command -----------------------------------------------------------------------------------------


def test_without_a_setting_its_default_holds_and_the_secret_is_made_for_it(db: None) -> None:
    said = command()
    assert said.startswith("secret (shown only now): whsec_")
    source = Source.objects.get()
    assert source.settings == {}
    assert PROVIDERS["generic"].settings_of(source.settings) == {"scheme": "standard_webhooks"}


def test_a_setting_is_kept_with_the_source_and_the_secret_is_made_for_it(db: None) -> None:
    said = command("--setting", "scheme=basic_auth")
    assert said.startswith("secret (shown only now): stockroom:")
    assert Source.objects.get().settings == {"scheme": "basic_auth"}


def test_where_the_url_is_the_proof_no_secret_is_spoken_of(db: None) -> None:
    assert command("--setting", "scheme=url_token") == ""
    assert not Secret.objects.exists()


def test_of_one_setting_given_twice_the_last_counts(db: None) -> None:
    command("--setting", "scheme=url_token", "--setting", "scheme=bearer_token")
    assert Source.objects.get().settings == {"scheme": "bearer_token"}


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["--setting", "scheme=none"], f"scheme cannot be 'none'; choose one of {PROOFS}"),
        (["--setting", "scheme="], f"scheme cannot be ''; choose one of {PROOFS}"),
        (
            ["--setting", "proof=url_token"],
            "Generic (Stockroom's own JSON) has no setting 'proof'; its settings are scheme",
        ),
        (["--setting", "scheme"], "--setting scheme: write it as NAME=VALUE"),
        (
            ["--setting", "scheme=basic_auth", "--secret", "no colon"],
            "It is not a user name, a colon and a password.",
        ),
    ],
)
def test_what_cannot_be_set_is_an_error_that_names_the_choices_and_makes_nothing(
    db: None, arguments: list[str], problem: str
) -> None:
    with pytest.raises(CommandError) as raised:
        command(*arguments)
    assert str(raised.value) == problem
    assert not Source.objects.exists()


def test_a_provider_without_settings_says_so(db: None) -> None:
    with pytest.raises(EndpointProblem, match=r"^Square has no setting 'scheme'; it has none$"):
        add_endpoint("square", name="Till", settings={"scheme": "url_token"})


def test_a_second_endpoint_does_not_change_what_the_first_lives_by(db: None) -> None:
    command("--setting", "scheme=basic_auth")
    assert "stockroom:" in command()
    assert "stockroom:" in command("--setting", "scheme=basic_auth")
    with pytest.raises(CommandError, match=r"^the source “Script” has scheme=basic_auth, not url_token$"):
        command("--setting", "scheme=url_token")
    assert (Source.objects.get().settings, Endpoint.objects.count()) == ({"scheme": "basic_auth"}, 3)


def test_the_default_by_name_is_what_a_source_without_a_choice_has(db: None) -> None:
    command()
    command("--setting", "scheme=standard_webhooks")
    assert Source.objects.get().settings == {}


# --- The page --------------------------------------------------------------------------------------------


@pytest.fixture
def sender(db: None) -> Account:
    return Account("generic", generic.static_header, name="Script")


def page_of(client: Client, endpoint: Endpoint) -> str:
    return " ".join(client.get(admin_url(Endpoint, "change", endpoint.pk)).content.decode().split())


def save(client: Client, endpoint: Endpoint, **changed: str) -> int:
    asked = {"state": "active", "tenants": "", "body_limit": str(endpoint.body_limit), **changed}
    return client.post(admin_url(Endpoint, "change", endpoint.pk), asked).status_code


def test_staff_choose_the_proof_on_the_page_and_the_door_follows(admin_client: Client, sender: Account) -> None:
    endpoint = sender.made.endpoint
    page = page_of(admin_client, endpoint)
    assert '<select name="setting_scheme"' in page
    assert '<option value="standard_webhooks" selected>' in page
    assert page.count("<option value=") >= len(PROVIDERS["generic"].settings[0].choices)

    assert save(admin_client, endpoint, setting_scheme="static_header") == 302
    lookup.forget_doorways()
    assert sender.source.settings == {"scheme": "static_header"}
    assert '<option value="static_header" selected>' in page_of(admin_client, endpoint)
    add_secret(Endpoint.objects.get(), "a new secret for it")
    lookup.forget_doorways()
    assert sender.post(event(reading(5)), secret="a new secret for it").status_code == 200
    assert sender.post(event(reading(5)), secret="another").status_code == 401

    (entry,) = LogEntry.objects.all()
    assert entry.get_change_message() == "Changed Proof of requests."
    assert (entry.object_id, entry.user.get_username()) == (str(endpoint.pk), "admin")


def test_saving_the_page_with_nothing_changed_writes_nothing(admin_client: Client, sender: Account) -> None:
    assert save(admin_client, sender.made.endpoint, setting_scheme="standard_webhooks") == 302
    assert sender.source.settings == {}


def test_the_endpoints_own_columns_and_the_settings_are_saved_together(admin_client: Client, sender: Account) -> None:
    assert save(admin_client, sender.made.endpoint, state="paused", setting_scheme="url_token") == 302
    endpoint = Endpoint.objects.select_related("source").get()
    assert (endpoint.state, endpoint.source.settings) == ("paused", {"scheme": "url_token"})
    assert "signs nothing: whoever knows the URL can write to your stock." in page_of(admin_client, endpoint)


def test_a_proof_that_is_not_offered_is_refused_with_the_form(admin_client: Client, sender: Account) -> None:
    assert save(admin_client, sender.made.endpoint, setting_scheme="none") == 200
    assert save(admin_client, sender.made.endpoint, setting_scheme="") == 200
    assert sender.source.settings == {}


def test_whoever_may_only_look_reads_the_settings_and_can_change_none(client: Client, sender: Account) -> None:
    client.force_login(make_staff("webhooks.view_endpoint"))
    endpoint = sender.made.endpoint
    page = page_of(client, endpoint)
    assert "Proof of requests: Standard Webhooks: webhook-id, webhook-timestamp and webhook-signature" in page
    assert "setting_scheme" not in page
    assert save(client, endpoint, setting_scheme="url_token") == 403
    assert sender.source.settings == {}


def test_a_provider_without_settings_has_no_field_for_any(admin_client: Client, db: None) -> None:
    endpoint = add_endpoint("square", name="Till").endpoint
    assert "setting_" not in page_of(admin_client, endpoint)


def test_a_setting_without_choices_is_a_line_of_text(
    admin_client: Client, sender: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    setting = Setting(name="expiry", label="Expiry", help="The key that holds it.", default="best before")
    monkeypatch.setattr(type(PROVIDERS["generic"]), "settings", (*PROVIDERS["generic"].settings, setting))
    endpoint = sender.made.endpoint
    page = page_of(admin_client, endpoint)
    assert '<input type="text" name="setting_expiry" value="best before"' in page
    assert "The key that holds it." in page

    chosen = {"setting_scheme": "standard_webhooks"}
    assert save(admin_client, endpoint, setting_expiry="a\x01b", **chosen) == 200
    assert save(admin_client, endpoint, setting_expiry="e" * 256, **chosen) == 200
    assert sender.source.settings == {}
    assert save(admin_client, endpoint, setting_expiry=" use by ", **chosen) == 302
    assert sender.source.settings == {"expiry": "use by"}
    # Emptied, it is as if nobody had chosen.
    assert save(admin_client, endpoint, setting_expiry="", **chosen) == 302
    assert setting_fields(sender.source)["setting_expiry"].initial == "best before"
    with pytest.raises(EndpointProblem, match=r"^expiry must be one line of at most 255 characters$"):
        change_settings(sender.source, {"expiry": "a\nb"})


def test_settings_hold_nothing_secret_and_are_in_a_dump(sender: Account) -> None:
    change_settings(sender.source, {"scheme": "bearer_token"})
    dumped = StringIO()
    call_command("dumpdata", "inventory.source", stdout=dumped)
    assert json.loads(dumped.getvalue())[0]["fields"]["settings"] == {"scheme": "bearer_token"}
