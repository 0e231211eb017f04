"""Secrets that would be known anywhere go through a whole Stockroom; then all that others can read is searched."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from cryptography.fernet import Fernet

from tests.e2e.canaries import Hit
from tests.e2e.canary_senders import SENDERS, canary
from tests.e2e.conftest import NewStand
from tests.e2e.databases import Database, PostgresDatabase
from tests.e2e.stand import eventually
from tests.e2e.vault import OTHER_KEYS, Vault

SHOWS_URLS = re.compile(r"administrator: GET /admin/webhooks/(endpoint|token)/[0-9]+/change/(\?.*)?")
"""Where the design shows a URL with its token: on its endpoint's page and its own, to whoever may manage endpoints."""


def is_meant(hit: Hit) -> bool:
    return bool(SHOWS_URLS.fullmatch(hit.where)) and hit.secret.startswith("URL token of ")


def with_password(database: Database, password: str) -> Database:
    """The same database, reached with a password; the server trusts us without."""
    if not isinstance(database, PostgresDatabase):
        return database
    url = urlsplit(database.url)
    user, host = url.username or "postgres", url.netloc.rpartition("@")[2]
    return PostgresDatabase(url._replace(netloc=f"{user}:{quote(password, safe='')}@{host}").geturl())


@pytest.fixture
def vault(new_stand: NewStand, tmp_path: Path) -> Iterator[Vault]:
    secret_key, password = canary("django") * 2, canary("database")
    field_keys = [Fernet.generate_key().decode() for _ in range(2)]
    with new_stand(
        tmp_path, SECRET_KEY=secret_key, FIELD_KEYS=",".join(field_keys), LOG_LEVEL="DEBUG", ENGINE="worker"
    ) as stand:
        stand.database = with_password(stand.database, password)
        stand.environment["DATABASE_URL"] = stand.database.url
        vault = Vault(stand)
        vault.canaries.add("SECRET_KEY", secret_key)
        vault.canaries.add("password of the database", password)
        for number, key in enumerate([*field_keys, OTHER_KEYS], start=1):
            vault.canaries.add(f"field key {number}", key)
            vault.canaries.add(f"field key {number}", base64.urlsafe_b64decode(key))
        yield vault


def test_no_secret_is_anywhere_in_clear(vault: Vault) -> None:
    vault.add_endpoints()
    vault.add_people()
    vault.stand.serve()
    assert vault.deliver() == [200] * len(SENDERS)
    assert set(vault.forge()) == {401}
    vault.deliver(b"not JSON")
    vault.miss()
    eventually(lambda: vault.stand.number("SELECT COUNT(*) FROM webhooks_delivery WHERE state = 'pending'") == 0)
    vault.fill_in_forms()
    for name in ("administrator", "operator", "viewer"):
        pages = vault.walk(name)
        assert any(path.startswith("/admin/webhooks/delivery/") for path in pages)
    vault.run_commands()
    vault.lose_the_database()
    vault.try_wrong_keys()
    vault.look_at_logs_and_storage()

    # It was really there, and really looked at.
    assert len(vault.canaries.names) > 50
    log = vault.stand.log.read_text()
    for text in ("DEBUG", "Unauthorized: /hooks/[token]/", "refused a request: wrong", "Service Unavailable"):
        assert text in log
    hits = vault.hits()
    assert [hit for hit in hits if not is_meant(hit)] == []
    assert {hit.secret for hit in hits} == {f"URL token of {name}" for name in [*SENDERS, "a given URL"]}


def test_the_error_pages_of_debug_hold_no_secret_either(vault: Vault) -> None:
    vault.stand.environment["DEBUG"] = "true"
    vault.add_endpoints()
    vault.add_people()
    vault.lose_the_database()
    vault.look_at_logs_and_storage()
    pages = [surface.content for visitor in vault.visitors for surface in visitor.shown]
    assert any(b"OperationalError" in page and b"FIELD_KEYS" in page for page in pages)
    assert vault.hits() == []
