"""What the first `make run` makes: a settings file with keys of its own, and one administrator."""

import io
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import environ
import pytest
from cryptography.fernet import Fernet
from django.contrib.auth.models import User
from django.core.management import call_command

from config import env_file, install


def test_the_settings_file_can_be_read_by_its_owner_alone_and_holds_good_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / ".env"
    assert env_file.write(path) is True
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in tmp_path.iterdir()] == [".env"]
    assert "$" not in path.read_text()
    values: dict[str, str] = {}
    monkeypatch.setattr(environ.Env, "ENVIRON", values)
    environ.Env.read_env(str(path))
    assert set(values) == {"SECRET_KEY", "FIELD_KEYS", "HTTPS"}
    assert values["HTTPS"] == "false"
    assert len(values["SECRET_KEY"]) >= 50
    assert Fernet(values["FIELD_KEYS"]).decrypt(Fernet(values["FIELD_KEYS"]).encrypt(b"90")) == b"90"


def test_a_settings_file_that_is_there_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    path.write_text("SECRET_KEY=mine\n")
    assert env_file.write(path) is False
    assert path.read_text() == "SECRET_KEY=mine\n"


def test_of_many_first_runs_at_once_one_writes_the_settings_file(tmp_path: Path) -> None:
    path = tmp_path / ".env"
    with ThreadPoolExecutor(8) as pool:
        written = list(pool.map(env_file.write, [path] * 8))
    assert sorted(written) == [False] * 7 + [True]
    assert [entry.name for entry in tmp_path.iterdir()] == [".env"]


@pytest.mark.parametrize("name", ["install", "env_file"])
def test_what_runs_before_the_installation_needs_the_standard_library_alone(name: str) -> None:
    script = Path(install.ROOT, "config", f"{name}.py")
    code = f"import runpy, sys; runpy.run_path({str(script)!r}, run_name='not main')"
    # -S leaves out site-packages, and -I the current directory.
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)  # noqa: S603


@pytest.mark.parametrize(
    ("text", "environment", "expected"),
    [
        ("", {}, ""),
        ("DATABASE_URL=postgres://a@b/c\n", {}, "postgres://a@b/c"),
        ('export DATABASE_URL="postgres://a@b/c"\n', {}, "postgres://a@b/c"),
        ("# DATABASE_URL=postgres://a@b/c\n", {}, ""),
        ("DATABASE_URL=postgres://a@b/c\n", {"DATABASE_URL": ""}, ""),
        ("", {"DATABASE_URL": "postgres://d@e/f"}, "postgres://d@e/f"),
    ],
)
def test_the_driver_is_chosen_by_the_database_that_the_settings_will_find(
    text: str, environment: dict[str, str], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text(text)
    monkeypatch.setenv("ENV_FILE", str(tmp_path / ".env"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    assert install.setting("DATABASE_URL") == expected


@pytest.mark.parametrize(
    ("environment", "names"),
    [
        ({}, ["runtime"]),
        ({"DATABASE_URL": "sqlite:///stock.sqlite3", "ENGINE": "worker"}, ["runtime"]),
        ({"DATABASE_URL": "postgres://a@b/c"}, ["runtime", "postgres"]),
        ({"DATABASE_URL": "postgres://a@b/c", "ENGINE": "celery"}, ["runtime", "postgres", "celery"]),
    ],
)
def test_what_is_installed_is_what_the_settings_ask_for(
    environment: dict[str, str], names: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "ENGINE"):
        monkeypatch.setenv(name, environment.get(name, ""))
    assert install.names_for_running() == names


def prepare() -> str:
    said = io.StringIO()
    call_command("prepare", stdout=said)
    return said.getvalue()


@pytest.mark.django_db
def test_the_first_administrator_can_sign_in_with_the_printed_password_which_is_not_printed_again() -> None:
    said = prepare()
    password = said.split("password: ")[1].strip()
    admin = User.objects.get()
    assert (admin.username, admin.is_superuser, admin.is_staff) == ("admin", True, True)
    assert admin.check_password(password)
    assert prepare() == ""


@pytest.mark.django_db
def test_no_administrator_is_made_where_there_are_users() -> None:
    User.objects.create_user("lena")
    assert prepare() == ""
    assert [user.username for user in User.objects.all()] == ["lena"]
