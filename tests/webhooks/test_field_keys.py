"""Keys that are wrong, lost or half rotated: what is told, to whom, and that nobody gets in by a ciphertext."""

from collections.abc import Callable
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings

from tests.crawl import Page, crawl
from tests.task_support import told
from tests.webhooks import square
from tests.webhooks.shop import SquareShop
from webhooks import lookup, troubles
from webhooks.checks import check_sealed_rows
from webhooks.encryption import UnreadableSecret, decrypt, keyed_hashes
from webhooks.endpoints import add_endpoint, add_secret
from webhooks.models import Delivery, Refusal, Secret, Token

NEW_KEY, OTHER_KEY = Fernet.generate_key().decode(), Fernet.generate_key().decode()
TRY_AGAIN = (503, b"please try again\n")

Keys = Callable[..., None]


@pytest.fixture
def keys(settings: Settings) -> Keys:
    """Sets FIELD_KEYS as after a restart with other ones."""

    def set_keys(*names: str) -> None:
        settings.FIELD_KEYS = list(names)
        lookup.forget_doorways()

    return set_keys


@pytest.fixture
def first_key(settings: Settings) -> str:
    [key] = settings.FIELD_KEYS
    return str(key)


def found() -> list[tuple[str | None, str]]:
    return [(problem.id, problem.msg) for problem in check_sealed_rows(databases=["default"])]


def post(shop: SquareShop, *, key: str = square.KEY, url: str, path: str) -> tuple[int, bytes]:
    answer = shop.client.generic(
        "POST",
        path,
        square.CAPTURED,
        content_type="application/json",
        headers={"x-square-hmacsha256-signature": square.signature(url, square.CAPTURED, key=key)},
    )
    return answer.status_code, answer.content


def ciphertext(table: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT value FROM {table} ORDER BY id")  # noqa: S608  # one of our own tables
        return str(cursor.fetchone()[0])


# --- The check -------------------------------------------------------------------------------------------


def test_under_the_right_keys_there_is_nothing_to_tell(shop: SquareShop) -> None:
    shop.post(square.CAPTURED, signature="no")
    assert found() == []


def test_wrong_keys_are_told_column_by_column_with_the_endpoints(shop: SquareShop, keys: Keys) -> None:
    second = SquareShop("Square, Dock Road")
    shop.post(square.CAPTURED, signature="no")
    first, other = shop.made.endpoint.pk, second.made.endpoint.pk
    keys(NEW_KEY)
    ends = "cannot be read with the present FIELD_KEYS"
    assert found() == [
        (
            "webhooks.E004",
            f"2 rows of webhooks.Token.value (endpoints {first}, {other}) {ends}: their senders are answered 503.",
        ),
        (
            "webhooks.E004",
            f"2 rows of webhooks.Token.public_url (endpoints {first}, {other}) {ends}: their senders are answered 503.",
        ),
        (
            "webhooks.E004",
            f"2 rows of webhooks.Secret.value (endpoints {first}, {other}) {ends}: their senders are answered 503.",
        ),
        (
            "webhooks.W001",
            f"1 row of webhooks.Refusal.credentials (endpoint {first}) {ends}; they prove nothing any more.",
        ),
    ]


def test_manage_py_check_and_prepare_stop_at_wrong_keys(shop: SquareShop, keys: Keys) -> None:
    keys(NEW_KEY)
    with pytest.raises(CommandError, match=r"\(webhooks.E004\) 1 row of webhooks.Token.value \(endpoint "):
        call_command("check", databases=["default"])
    with pytest.raises(CommandError, match=r"\(webhooks.E004\) 1 row of webhooks.Secret.value \(endpoint "):
        call_command("prepare")


def test_one_endpoint_whose_key_was_dropped_too_early_is_the_only_one_told(
    shop: SquareShop, keys: Keys, first_key: str
) -> None:
    keys(NEW_KEY, first_key)
    add_endpoint("square", name="Fresh", secrets=[square.KEY])
    assert found() == []
    keys(NEW_KEY)
    assert {problem_id for problem_id, _ in found()} == {"webhooks.E004"}
    assert [message.partition(" cannot")[0] for _, message in found()] == [
        f"1 row of webhooks.{column} (endpoint {shop.made.endpoint.pk})"
        for column in ("Token.value", "Token.public_url", "Secret.value")
    ]


def test_what_was_retired_is_a_warning_only(shop: SquareShop, keys: Keys) -> None:
    keys(NEW_KEY)
    call_command("rotate_keys", "--retire-unreadable", verbosity=0)
    assert {problem_id for problem_id, _ in found()} == {"webhooks.W001"}


def test_a_long_list_of_endpoints_is_cut(db: None, keys: Keys) -> None:
    made = [add_endpoint("square", name=f"Till {number}", secrets=[square.KEY]) for number in range(12)]
    keys(NEW_KEY)
    named = ", ".join(str(new.endpoint.pk) for new in made[:10])
    assert found()[0][1].startswith(f"12 rows of webhooks.Token.value (endpoints {named} and more) cannot be read")


def test_the_text_of_no_key_and_no_ciphertext_is_in_a_message(shop: SquareShop, keys: Keys) -> None:
    keys(NEW_KEY)
    told_of = repr(check_sealed_rows(databases=["default"]))
    assert [text for text in (NEW_KEY, ciphertext("webhooks_secret"), square.KEY) if text in told_of] == []


def test_keys_that_are_no_keys_are_told_once_and_by_their_own_check(shop: SquareShop, keys: Keys) -> None:
    keys("not a key")
    assert found() == []
    with pytest.raises(CommandError, match=r"\(webhooks.E001\) Key 1 of FIELD_KEYS is not 32 bytes") as stopped:
        call_command("check", databases=["default"])
    assert "not a key" not in str(stopped.value)


# --- At the door -----------------------------------------------------------------------------------------


def test_a_ciphertext_is_no_key_and_no_url(shop: SquareShop, keys: Keys) -> None:
    token, sealed = shop.made.token, ciphertext("webhooks_secret")
    url, path = token.public_url, token.path
    keys(NEW_KEY)
    assert post(shop, url=url, path=path) == TRY_AGAIN
    assert post(shop, key=sealed, url=url, path=path) == TRY_AGAIN
    assert post(shop, url=url, path=f"/hooks/{ciphertext('webhooks_token')}/")[0] == 404  # longer than any token
    assert (Delivery.objects.count(), Refusal.objects.count()) == (0, 0)


def test_beside_a_secret_that_cannot_be_read_the_others_go_on_proving(
    shop: SquareShop, keys: Keys, first_key: str
) -> None:
    (lost,) = shop.made.endpoint.secrets.all()
    url, path = shop.made.token.public_url, shop.made.token.path
    keys(OTHER_KEY)
    sealed_elsewhere = Secret(endpoint=shop.made.endpoint, value="lost")
    sealed_elsewhere.save()
    keys(first_key)
    assert post(shop, url=url, path=path) == (200, b"stored\n")
    assert Delivery.objects.get().secret == lost
    # It may be the other secret that proves this one: nobody can tell, so nobody is refused.
    assert post(shop, key="lost", url=url, path=path) == TRY_AGAIN
    assert post(shop, key=ciphertext("webhooks_secret"), url=url, path=path) == TRY_AGAIN
    assert not Refusal.objects.exists()
    Secret.objects.filter(pk=sealed_elsewhere.pk).update(not_after="2020-01-01T00:00:00Z")
    lookup.forget_doorways()
    assert post(shop, key="lost", url=url, path=path) == (401, b"not authenticated\n")


def test_a_secret_that_cannot_be_read_is_logged_with_its_endpoint_and_not_its_value(
    shop: SquareShop, keys: Keys, first_key: str, caplog: pytest.LogCaptureFixture
) -> None:
    keys(NEW_KEY, first_key)
    token = Token.objects.get()
    token.digest = keyed_hashes(token.value)[0]
    token.save()
    url, path = token.public_url, token.path
    keys(NEW_KEY)
    assert post(shop, url=url, path=path) == TRY_AGAIN
    assert f"endpoint {token.endpoint_id}: 1 of its live secrets cannot be read" in caplog.text
    assert ciphertext("webhooks_secret") not in caplog.text


def test_while_an_older_url_cannot_be_read_an_unknown_one_is_not_denied(
    shop: SquareShop, keys: Keys, first_key: str
) -> None:
    """The old key was dropped too early: the newest URL can be read, and the one that is asked for cannot."""
    lost_url, lost_path = shop.made.token.public_url, shop.made.token.path
    keys(NEW_KEY, first_key)
    fresh = add_endpoint("square", name="Fresh", secrets=[square.KEY]).token
    keys(NEW_KEY)
    assert post(shop, url=fresh.public_url, path=fresh.path) == (200, b"stored\n")
    assert post(shop, url=lost_url, path=lost_path) == TRY_AGAIN
    assert post(shop, url=lost_url, path="/hooks/AAAAAAAAAAAAAAAAAAAAAA/") == TRY_AGAIN
    Token.objects.exclude(pk=fresh.pk).update(not_after="2020-01-01T00:00:00Z")
    lookup.forget_doorways()
    assert post(shop, url=lost_url, path=lost_path) == (404, b"not found\n")


def test_whether_a_url_is_lost_is_not_asked_again_for_every_guess(shop: SquareShop, keys: Keys) -> None:
    def guess(number: int) -> int:
        return shop.client.post(f"/hooks/{number:022}/", b"{}", content_type="application/json").status_code

    assert guess(1) == 404
    # As another process would leave it: nothing here is told.
    with connection.cursor() as cursor:
        cursor.execute("UPDATE webhooks_token SET value = 'no ciphertext'")
    assert guess(2) == 404
    lookup.forget_doorways()
    assert guess(3) == 503


@pytest.mark.parametrize("planted", ["", "a-secret-in-clear", "schlüssel", "gAAAAA", "encrypted:gAAAA", "\x7f"])
def test_what_is_no_ciphertext_of_ours_is_never_taken_for_a_secret(db: None, planted: str) -> None:
    with pytest.raises(UnreadableSecret, match=r"^a stored secret cannot be read with the present FIELD_KEYS$"):
        decrypt(planted)


# --- To staff --------------------------------------------------------------------------------------------


def test_the_first_page_names_the_endpoints_that_lost_their_key(shop: SquareShop, keys: Keys, first_key: str) -> None:
    now = shop.made.endpoint.created_at
    assert troubles.locked(now) == []
    keys(NEW_KEY, first_key)
    add_endpoint("square", name="Fresh", secrets=[square.KEY])
    keys(NEW_KEY)
    why = "FIELD_KEYS does not open a URL or secret of theirs, so senders are turned away."
    name = f"Square, Main Street #{shop.made.endpoint.pk}"
    assert told(troubles.locked(now)) == [("1 endpoint has lost its key", f"{name}: {why}", True)]


def test_every_page_opens_under_wrong_keys_and_shows_no_ciphertext(
    shop: SquareShop, admin_client: Client, keys: Keys
) -> None:
    shop.receive(square.CAPTURED, b"not json")
    shop.post(square.CAPTURED, signature="no")
    sealed = [ciphertext(table) for table in ("webhooks_secret", "webhooks_token")]
    keys(NEW_KEY)

    def fetch(path: str) -> Page:
        answer: Any = admin_client.get(path)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return Page(
            status=answer.status_code,
            content_type=answer.headers.get("content-type", ""),
            location=answer.headers.get("location", ""),
            body=body,
        )

    pages = crawl(fetch, ["/", "/admin/"], leave_out=["/static/"])
    of_endpoint = f"/admin/webhooks/endpoint/{shop.made.endpoint.pk}"
    assert {f"{of_endpoint}/change/", f"{of_endpoint}/add-secret/"} < set(pages)
    assert {path: page.status for path, page in pages.items() if page.status not in {200, 302}} == {}
    assert [path for path, page in pages.items() if any(text.encode() in page.body for text in sealed)] == []
    assert "cannot be read with the present FIELD_KEYS" in pages[f"{of_endpoint}/change/"].body.decode()


def test_a_dump_under_wrong_keys_says_why_there_is_none(shop: SquareShop, keys: Keys) -> None:
    keys(NEW_KEY)
    with pytest.raises(CommandError, match="cannot be read with the present FIELD_KEYS"):
        call_command("dumpdata", "webhooks", verbosity=0)


def test_after_lost_keys_an_endpoint_goes_on_with_a_new_url_and_a_new_secret(
    shop: SquareShop, keys: Keys, admin_client: Client
) -> None:
    """The steps of docs/operations.md, in the browser."""
    endpoint: Any = shop.made.endpoint
    keys(NEW_KEY)
    call_command("rotate_keys", "--retire-unreadable", verbosity=0)
    made = f"/admin/webhooks/endpoint/{endpoint.pk}"
    assert admin_client.post(f"{made}/add-url/", {"public_url": ""}).status_code == 302
    assert admin_client.post(f"{made}/add-secret/", {"value": "the-new-secret"}).status_code == 302
    lookup.forget_doorways()
    token = Token.objects.latest("pk")
    assert post(shop, key="the-new-secret", url=token.public_url, path=token.path) == (200, b"stored\n")
    assert post(shop, key=square.KEY, url=token.public_url, path=token.path) == (401, b"not authenticated\n")


def test_a_secret_cannot_be_added_where_the_url_cannot_be_read_and_the_form_says_so(
    shop: SquareShop, keys: Keys, admin_client: Client
) -> None:
    keys(NEW_KEY)
    answer = admin_client.post(f"/admin/webhooks/endpoint/{shop.made.endpoint.pk}/add-secret/", {"value": "another"})
    assert "A stored secret cannot be read with the present FIELD_KEYS." in answer.content.decode()
    with pytest.raises(UnreadableSecret):
        add_secret(shop.made.endpoint, "another")
