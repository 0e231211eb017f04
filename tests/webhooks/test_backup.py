"""`manage.py backup`: what is in the copy, who may read it, and what it never does."""

import sqlite3
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.webhooks import square
from tests.webhooks.shop import SquareShop
from webhooks.models import Delivery

# A copy is made of what is committed.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def on_sqlite(transactional_db: None) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL has pg_dump")


def backup(file: Path) -> str:
    printed = StringIO()
    call_command("backup", str(file), stdout=printed)
    return printed.getvalue()


def test_the_copy_holds_every_row_and_every_trigger_and_is_its_owners_alone(on_sqlite: None, tmp_path: Path) -> None:
    SquareShop().receive(square.CAPTURED)
    file = tmp_path / "stock.backup"
    assert backup(file) == f"{file}: {file.stat().st_size:,} bytes\n"
    assert file.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["stock.backup"]
    schema = "SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2"
    with closing(sqlite3.connect(file)) as copy, connection.cursor() as cursor:
        assert copy.execute(schema).fetchall() == cursor.execute(schema).fetchall()
        [(body,)] = copy.execute("SELECT body FROM webhooks_delivery").fetchall()
        with pytest.raises(sqlite3.IntegrityError, match="webhooks_delivery is immutable: delete refused"):
            copy.execute("DELETE FROM webhooks_delivery")
    assert body == square.CAPTURED == bytes(Delivery.objects.get().body)


def test_what_is_there_already_is_never_replaced(on_sqlite: None, tmp_path: Path) -> None:
    file = tmp_path / "stock.backup"
    file.write_text("the backup of yesterday")
    with pytest.raises(CommandError, match="is there already; a backup replaces nothing"):
        backup(file)
    assert file.read_text() == "the backup of yesterday"
    assert [path.name for path in tmp_path.iterdir()] == ["stock.backup"]


def test_a_place_that_is_not_there_is_told(on_sqlite: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written: No such file or directory"):
        backup(tmp_path / "nowhere" / "stock.backup")


def test_on_postgresql_it_names_what_to_use_instead(tmp_path: Path) -> None:
    if connection.vendor == "postgresql":
        with pytest.raises(CommandError, match="says how pg_dump backs it up"):
            backup(tmp_path / "stock.backup")
    assert list(tmp_path.iterdir()) == []
