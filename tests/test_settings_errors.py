"""Settings that cannot be read stop the start, and what stops it never repeats the secret that was written wrongly."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from config.broker import check_broker

CANARY = "Canary7e1f"


def check(**environment: str) -> str:
    """What `manage.py check`, which must not end well, writes under these settings."""
    keep = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "SECRET_KEY"}}
    ran = subprocess.run(  # our own interpreter
        [sys.executable, "manage.py", "check"],
        cwd=settings.BASE_DIR,
        env={**keep, "ENV_FILE": "", "FIELD_KEYS": os.environ["FIELD_KEYS"], **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode != 0
    return ran.stdout + ran.stderr


@pytest.mark.parametrize("sign", ["/", "?"])
def test_a_password_that_breaks_its_url_is_not_repeated(sign: str) -> None:
    """What stands before the sign would be taken for a port, and named as a wrong one."""
    said = check(DATABASE_URL=f"postgres://stock:{CANARY}{sign}more@127.0.0.1:5432/stockroom")
    assert "ImproperlyConfigured: DATABASE_URL cannot be read; in a password, write / ? # [ ] @ : and % as" in said
    assert CANARY not in said


@pytest.mark.parametrize("url", [CANARY, f"mysql://stock:{CANARY}@127.0.0.1/stockroom"])
def test_an_address_of_another_kind_is_not_repeated(url: str) -> None:
    said = check(DATABASE_URL=url)
    assert "ImproperlyConfigured: DATABASE_URL names neither SQLite nor PostgreSQL" in said
    assert CANARY not in said


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"DATABASE_URL": "sqlite:///stock.sqlite3"}, "ENGINE is 'celery', which needs PostgreSQL: an SQLite database"),
        ({}, "CELERY_BROKER_URL is not set; ENGINE is 'celery' and needs it"),
        ({"CELERY_BROKER_URL": f"amqp://stock:{CANARY}@127.0.0.1/"}, "write redis://:password@host:port/number"),
        ({"CELERY_BROKER_URL": f"redis://:{CANARY}/more@127.0.0.1/0"}, "CELERY_BROKER_URL cannot be read"),
        ({"CELERY_BROKER_URL": CANARY}, "CELERY_BROKER_URL cannot be read"),
    ],
)
def test_celery_without_what_it_needs_is_refused(environment: dict[str, str], told: str) -> None:
    said = check(**{"ENGINE": "celery", "DATABASE_URL": "postgres://stock@127.0.0.1/stockroom", **environment})
    assert "ImproperlyConfigured" in said
    assert told in said
    assert CANARY not in said


def test_celery_that_is_not_installed_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ImproperlyConfigured, match="ENGINE is 'celery', and Celery is not installed"):
        check_broker("redis://127.0.0.1/0", "django.db.backends.postgresql")


@pytest.mark.parametrize("line", [f"SECRET_KEY: {CANARY}", f" FIELD_KEYS = {CANARY}", CANARY])
def test_a_line_of_the_settings_file_that_sets_nothing_is_named_and_not_repeated(line: str, tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text(f"# the keys\n\nexport HTTPS=false\n{line}\n")
    said = check(ENV_FILE=str(file))
    assert f"ImproperlyConfigured: {file}, line 4: write NAME=VALUE, without spaces around NAME" in said
    assert CANARY not in said


def test_a_field_key_that_is_no_key_is_told_by_its_place() -> None:
    said = check(FIELD_KEYS=f"{os.environ['FIELD_KEYS']},{CANARY}")
    assert "(webhooks.E001) Key 2 of FIELD_KEYS is not 32 bytes in URL-safe base64" in said
    assert CANARY not in said
