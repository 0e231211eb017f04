"""Endpoints: how one is made, what proves a request there, and what of it can be read in the database."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
import time_machine
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.core.serializers.base import DeserializationError
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from inventory.models import Source
from tests.webhooks import square
from tests.webhooks.shop import SquareShop
from webhooks import lookup, worker
from webhooks.encryption import UnreadableSecret
from webhooks.endpoints import EndpointProblem, add_endpoint, add_secret, add_token, needs_secret
from webhooks.models import Delivery, Endpoint, Refusal, Secret, Token

OTHER_KEY = "another-signature-key"
CUSTOM_URL = "https://proxy.example.test/square?shop=Main%20Street"


def command(*arguments: str) -> tuple[str, str]:
    """What `manage.py add_endpoint` prints, and what it says on stderr."""
    out, err = StringIO(), StringIO()
    call_command("add_endpoint", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def columns(table: str) -> str:
    """Every value of a table as the database holds it."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {table}")  # noqa: S608  # one of our own tables
        return repr([bytes(value) if isinstance(value, memoryview) else value for row in cursor for value in row])


def post(token: Token, body: bytes = square.CAPTURED, *, key: str = square.KEY, url: str | None = None) -> int:
    """Post as Square would that has registered `url` (the endpoint's own, if none is given)."""
    signed = square.signature(token.public_url if url is None else url, body, key=key)
    headers = {"x-square-hmacsha256-signature": signed}
    return Client().generic("POST", token.path, body, headers=headers).status_code


# --- The command -----------------------------------------------------------------------------------------


def test_the_command_prints_what_the_sender_and_the_next_command_need(db: None) -> None:
    printed, said = command("square", "--name", "Square, Main Street", "--secret", square.KEY, "--json")
    endpoint, token = Endpoint.objects.get(), Token.objects.get()
    assert json.loads(printed) == {
        "id": endpoint.pk,
        "provider": "square",
        "source": "Square, Main Street",
        "path": f"/hooks/{token.value}/",
        "public_url": f"https://stock.example.test/hooks/{token.value}/",
    }
    assert (printed.count("\n"), said) == (1, "")
    assert (endpoint.state, endpoint.tenants, endpoint.body_limit) == ("active", [], 1_048_576)
    assert post(token) == 200


def test_without_json_it_prints_one_line_for_each(db: None) -> None:
    printed, _ = command("square", "--name", "Till", "--secret", square.KEY)
    token = Token.objects.get()
    assert printed == (
        f"id: {token.endpoint_id}\nprovider: square\nsource: Till\n"
        f"path: /hooks/{token.value}/\npublic_url: https://stock.example.test/hooks/{token.value}/\n"
    )


def test_everything_can_be_said_at_once(db: None) -> None:
    command(
        *("square", "--name", "Till", "--environment", "sandbox", "--public-url", CUSTOM_URL),
        *("--secret", square.KEY, "--secret", OTHER_KEY, "--tenant", "M1", "--tenant", "M2", "--json"),
    )
    endpoint = Endpoint.objects.get()
    assert (endpoint.source.name, endpoint.source.provider, endpoint.source.environment) == (
        "Till",
        "square",
        "sandbox",
    )
    assert endpoint.source.sellable_by_default
    assert endpoint.tenants == ["M1", "M2"]
    assert [secret.value for secret in endpoint.secrets.all()] == [square.KEY, OTHER_KEY]
    assert Token.objects.get().public_url == CUSTOM_URL


def test_a_second_endpoint_of_one_name_belongs_to_the_same_source(db: None) -> None:
    for _ in range(2):
        command("square", "--name", "Till", "--secret", square.KEY)
    assert list(Source.objects.values_list("name", "environment")) == [("Till", "production")]
    assert Endpoint.objects.count() == 2
    assert Token.objects.values("digest").distinct().count() == 2


def test_another_environment_for_a_known_name_is_an_error_and_makes_nothing(db: None) -> None:
    command("square", "--name", "Till", "--secret", square.KEY)
    with pytest.raises(CommandError, match=r"^the source “Till” is a production account, not sandbox$"):
        command("square", "--name", "Till", "--environment", "sandbox", "--secret", square.KEY)
    assert (Source.objects.count(), Endpoint.objects.count()) == (1, 1)


def test_another_provider_for_a_known_name_is_an_error_and_makes_nothing(db: None) -> None:
    Source.objects.create(name="Till", provider="treez")
    with pytest.raises(CommandError, match=r"^the source “Till” speaks treez, not square$"):
        command("square", "--name", "Till", "--secret", square.KEY)
    assert not Endpoint.objects.exists()


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"name": "n" * 201}, "^the source needs a name of at most 200 characters$"),
        ({"name": "  "}, "^the source needs a name of at most 200 characters$"),
        ({"public_url": "stock.example.test/hook"}, "^'stock.example.test/hook' is not a URL$"),
        ({"public_url": "https://stock.example.test/a b"}, "^'https://stock.example.test/a b' is not a URL$"),
        ({"secrets": [""]}, "empty"),
        ({"secrets": [square.KEY, "key\n"]}, "white space"),
    ],
)
def test_what_cannot_work_is_refused_and_makes_nothing(db: None, options: dict[str, Any], problem: str) -> None:
    with pytest.raises(EndpointProblem, match=problem):
        add_endpoint("square", **{"name": "Till", **options})
    assert (Source.objects.count(), Endpoint.objects.count(), Secret.objects.count()) == (0, 0, 0)


def test_an_unknown_provider_is_an_error(db: None) -> None:
    with pytest.raises(EndpointProblem, match=r"^there is no provider 'squire'; known are .*square"):
        add_endpoint("squire", name="Till")


# --- Secrets ---------------------------------------------------------------------------------------------


def test_an_endpoint_that_needs_a_secret_says_so_and_refuses_everything_until_it_has_one(db: None) -> None:
    _, said = command("square", "--name", "Till", "--json")
    assert said == "it needs a secret: until it has one, every request is refused\n"
    token = Token.objects.get()
    assert needs_secret(token.endpoint)
    assert post(token, key="") == 401
    assert post(token) == 401
    assert [refusal.cause for refusal in Refusal.objects.all()] == ["no_secret", "no_secret"]

    secret = add_secret(token.endpoint, square.KEY)
    lookup.forget_doorways()
    assert not needs_secret(token.endpoint)
    assert post(token) == 200
    assert Delivery.objects.get().secret == secret


def test_while_a_secret_is_rotated_both_prove_and_each_delivery_says_which_did(shop: SquareShop) -> None:
    (old,) = shop.made.endpoint.secrets.all()
    new = add_secret(shop.made.endpoint, OTHER_KEY, label="from May on")
    for number, key in enumerate([square.KEY, OTHER_KEY, OTHER_KEY]):
        assert post(shop.made.token, square.counts_updated([], event_id=f"event-{number}"), key=key) == 200
    assert [delivery.secret for delivery in Delivery.objects.order_by("pk")] == [old, new, new]
    assert post(shop.made.token, key="neither") == 401


def test_a_secret_proves_until_the_moment_of_its_end_and_its_successor_goes_on(shop: SquareShop) -> None:
    noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
    shop.made.endpoint.secrets.update(not_after=noon)
    add_secret(shop.made.endpoint, OTHER_KEY)
    answers = []
    for moment in (noon - timedelta(microseconds=1), noon):
        lookup.forget_doorways()
        with time_machine.travel(moment, tick=False):
            answers.append((post(shop.made.token), post(shop.made.token, key=OTHER_KEY)))
    assert answers == [(200, 200), (401, 200)]


def test_an_endpoint_whose_every_secret_has_ended_refuses(shop: SquareShop) -> None:
    shop.made.endpoint.secrets.update(not_after=datetime(2020, 1, 1, tzinfo=UTC))
    assert post(shop.made.token) == 401
    assert Refusal.objects.get().cause == "no_secret"
    assert needs_secret(shop.made.endpoint)


def test_the_secret_of_one_endpoint_proves_nothing_at_another(shop: SquareShop) -> None:
    other = add_endpoint("square", name="Other", secrets=[OTHER_KEY])
    assert post(other.token, key=square.KEY) == 401
    assert post(other.token, key=OTHER_KEY) == 200


# --- URLs ------------------------------------------------------------------------------------------------


def test_what_is_signed_is_the_text_that_the_sender_has_registered_and_nothing_else(db: None) -> None:
    token = add_endpoint("square", name="Till", secrets=[square.KEY], public_url=CUSTOM_URL).token
    assert post(token, url=CUSTOM_URL) == 200
    for other in (
        "https://stock.example.test" + token.path,
        "http://testserver" + token.path,
        CUSTOM_URL.replace("%20", " "),
        CUSTOM_URL + "/",
        CUSTOM_URL.replace("https", "http"),
        CUSTOM_URL.upper(),
    ):
        assert post(token, url=other) == 401


def test_two_urls_of_one_endpoint_live_side_by_side_until_one_is_retired(shop: SquareShop) -> None:
    old = shop.made.token
    new = add_token(shop.made.endpoint)
    assert old.value != new.value
    assert (post(old), post(new, square.counts_updated([]))) == (200, 200)
    assert [delivery.token for delivery in Delivery.objects.order_by("pk")] == [old, new]
    Token.objects.filter(pk=old.pk).update(not_after=datetime(2020, 1, 1, tzinfo=UTC))
    lookup.forget_doorways()
    assert (post(old), post(new)) == (404, 200)


def test_a_token_has_128_bits_and_its_digest_tells_nothing_of_it(shop: SquareShop) -> None:
    token = shop.made.token
    assert len(token.value) == 22
    assert len(token.digest) == 64
    assert token.value not in token.digest
    assert shop.client.post(f"/hooks/{token.digest}/", b"{}", content_type="application/json").status_code == 404


# --- At rest ---------------------------------------------------------------------------------------------


@pytest.fixture
def used(shop: SquareShop) -> SquareShop:
    """A shop with a delivery and a refusal."""
    shop.receive(square.CAPTURED)
    shop.post(square.CAPTURED, signature=square.signature("https://wrong.example.test", square.CAPTURED))
    return shop


def clear_texts(shop: SquareShop) -> list[str]:
    token = Token.objects.get()
    return [square.KEY, token.value, token.public_url]


@pytest.mark.parametrize("table", ["endpoint", "token", "secret", "delivery", "refusal"])
def test_no_column_holds_a_secret_or_a_url_in_clear(used: SquareShop, table: str) -> None:
    held = columns(f"webhooks_{table}")
    assert len(held) > 2
    assert [text for text in clear_texts(used) if text in held] == []


def test_equal_secrets_do_not_look_equal(shop: SquareShop) -> None:
    add_secret(shop.made.endpoint, square.KEY)
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM webhooks_secret")
        first, second = [value for (value,) in cursor]
    assert first != second


def dump() -> str:
    dumped = StringIO()
    call_command("dumpdata", "inventory.source", "webhooks", stdout=dumped)
    return dumped.getvalue()


def test_a_dump_holds_no_clear_text_and_what_is_loaded_from_it_works(used: SquareShop, tmp_path: Any) -> None:
    dumped = dump()
    assert dumped.count("encrypted:") == 4  # a token's value and URL, a secret, a refusal's credentials
    assert [text for text in clear_texts(used) if text in dumped] == []

    token = Token.objects.get()
    (tmp_path / "dump.json").write_text(
        json.dumps([row for row in json.loads(dumped) if row["model"] != "webhooks.delivery"])
    )
    call_command("loaddata", tmp_path / "dump.json", verbosity=0)
    lookup.forget_doorways()
    loaded = Token.objects.get()
    assert (loaded.value, loaded.public_url, loaded.digest) == (token.value, token.public_url, token.digest)
    assert Secret.objects.get().value == square.KEY
    assert post(token, square.counts_updated([])) == 200


def test_a_dump_cannot_be_loaded_under_other_keys(shop: SquareShop, tmp_path: Any, settings: Settings) -> None:
    (tmp_path / "dump.json").write_text(dump())
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(DeserializationError, match="a stored secret cannot be read with the present FIELD_KEYS"):
        call_command("loaddata", tmp_path / "dump.json", verbosity=0)


def test_wrong_keys_are_an_error_and_never_a_ciphertext(shop: SquareShop, settings: Settings) -> None:
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(UnreadableSecret, match=r"^a stored secret cannot be read with the present FIELD_KEYS$"):
        list(Secret.objects.all())
    with pytest.raises(UnreadableSecret):
        Token.objects.get()


def test_an_encrypted_column_cannot_be_searched(shop: SquareShop) -> None:
    with pytest.raises(TypeError, match="value is encrypted: it cannot be searched by exact"):
        list(Secret.objects.filter(value=square.KEY))


def test_after_new_field_keys_came_first_everything_old_still_opens(shop: SquareShop, settings: Settings) -> None:
    old_keys, new_key = settings.FIELD_KEYS, Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new_key, *old_keys]
    lookup.forget_doorways()
    assert post(shop.made.token) == 200
    assert Secret.objects.get().value == square.KEY

    fresh = add_endpoint("square", name="Fresh", secrets=[OTHER_KEY])
    assert post(fresh.token, key=OTHER_KEY) == 200
    worker.drain()
    settings.FIELD_KEYS = [new_key]
    lookup.forget_doorways()
    assert post(fresh.token, square.counts_updated([]), key=OTHER_KEY) == 200
    settings.FIELD_KEYS = old_keys
    with pytest.raises(UnreadableSecret):
        fresh.token.refresh_from_db()
