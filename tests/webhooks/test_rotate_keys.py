"""`manage.py rotate_keys`: whatever is encrypted gets the first key, while others read and write it."""

from io import StringIO
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.models import Q
from pytest_django.fixtures import Settings

from tests.admin_support import make_rows
from tests.webhooks import square
from tests.webhooks.shop import SquareShop
from webhooks import lookup
from webhooks.encryption import EncryptedTextField
from webhooks.endpoints import add_secret
from webhooks.models import Refusal, Secret, Token
from webhooks.sealed import BATCH, SealedColumn, rotate, sealed_columns

pytestmark = pytest.mark.django_db

NEW_KEY, LOST_KEY = Fernet.generate_key().decode(), Fernet.generate_key().decode()
COLUMNS = ["webhooks.Token.value", "webhooks.Token.public_url", "webhooks.Secret.value", "webhooks.Refusal.credentials"]
SECRETS = SealedColumn(model=Secret, field="value")


def rotate_keys(*arguments: str) -> str:
    printed = StringIO()
    call_command("rotate_keys", *arguments, stdout=printed)
    return printed.getvalue()


def stored(column: SealedColumn) -> list[str]:
    """What the database holds of a column, by SQL."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column.field} FROM {column.model._meta.db_table} ORDER BY id")  # noqa: S608  # our names
        return [value for (value,) in cursor]


def clear(column: SealedColumn) -> list[str]:
    return list(column.model._default_manager.order_by("pk").values_list(column.field, flat=True))


def make_secrets(number: int) -> list[str]:
    """So many secrets of one endpoint, and their values."""
    endpoint = SquareShop().made.endpoint
    Secret.objects.all().delete()
    values = [f"secret-{each}" for each in range(number)]
    Secret.objects.bulk_create(Secret(endpoint=endpoint, value=value) for value in values)
    return values


def test_every_encrypted_column_of_every_model_is_among_them() -> None:
    every = {
        f"{model._meta.label}.{field.name}"
        for model in apps.get_models(include_auto_created=True, include_swapped=True)
        for field in model._meta.get_fields()
        if isinstance(field, EncryptedTextField)
    }
    assert [str(column) for column in sealed_columns()] == COLUMNS
    assert every == set(COLUMNS)


@pytest.mark.parametrize("name", COLUMNS)
def test_after_it_the_new_key_alone_opens_every_row_of_a_column(settings: Settings, name: str) -> None:
    (column,) = (column for column in sealed_columns() if str(column) == name)
    make_rows(1, 3)
    before, sealed = clear(column), stored(column)
    assert len(before) == 3, "there is no row to try it on"
    settings.FIELD_KEYS = [NEW_KEY, *settings.FIELD_KEYS]
    assert f"{name}: 3 re-encrypted, 0 were under the first key, 0 cannot be read\n" in rotate_keys()
    settings.FIELD_KEYS = [NEW_KEY]
    assert clear(column) == before
    assert [value for value in sealed if value in stored(column)] == []


def test_after_it_every_url_is_answered_under_the_new_key_alone(shop: SquareShop, settings: Settings) -> None:
    """The hash by which a token is found is keyed too."""
    settings.FIELD_KEYS = [NEW_KEY, *settings.FIELD_KEYS]
    rotate_keys()
    settings.FIELD_KEYS = [NEW_KEY]
    lookup.forget_doorways()
    assert shop.post(square.CAPTURED).status_code == 200


def test_a_row_whose_keyed_hash_alone_is_old_gets_the_new_one(shop: SquareShop, settings: Settings) -> None:
    """As `loaddata` leaves it, which writes the value anew and the hash as it was."""
    settings.FIELD_KEYS = [NEW_KEY, *settings.FIELD_KEYS]
    token = Token.objects.get()
    token.save()
    assert "webhooks.Token.value: 1 re-encrypted, 0 were under the first key" in rotate_keys()
    settings.FIELD_KEYS = [NEW_KEY]
    lookup.forget_doorways()
    assert shop.post(square.CAPTURED).status_code == 200


def test_it_reports_each_column_and_finds_nothing_to_do_the_second_time(settings: Settings) -> None:
    make_rows(1, 2)
    settings.FIELD_KEYS = [NEW_KEY, *settings.FIELD_KEYS]
    first, second = rotate_keys(), rotate_keys()
    done = [f"{name}: 2 re-encrypted, 0 were under the first key, 0 cannot be read\n" for name in COLUMNS]
    assert first == "".join(done)
    idle = [f"{name}: 0 re-encrypted, 2 were under the first key, 0 cannot be read\n" for name in COLUMNS]
    assert second == "".join(idle)


def test_one_that_was_stopped_goes_on_where_it_was(settings: Settings) -> None:
    values = make_secrets(2 * BATCH + 1)
    settings.FIELD_KEYS = [NEW_KEY, *settings.FIELD_KEYS]
    stopped = next(rotate(SECRETS))
    assert (stopped.reencrypted, stopped.current) == (BATCH, 0)
    (*_, rest) = rotate(SECRETS)
    assert (rest.reencrypted, rest.current) == (BATCH + 1, BATCH)
    settings.FIELD_KEYS = [NEW_KEY]
    assert clear(SECRETS) == values


def test_a_row_that_changed_after_it_was_read_keeps_what_was_written(settings: Settings) -> None:
    make_secrets(1)
    settings.FIELD_KEYS = [NEW_KEY, *settings.FIELD_KEYS]
    (row,) = SECRETS.rows(Q())
    Secret.objects.update(value="written meanwhile")
    assert not SECRETS.reencrypt(row)
    assert clear(SECRETS) == ["written meanwhile"]


def test_rows_that_change_or_go_between_reading_and_writing_are_read_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    values = make_secrets(3)
    old_keys = settings.FIELD_KEYS
    settings.FIELD_KEYS = [NEW_KEY, *old_keys]
    first, second, third = Secret.objects.order_by("pk").values_list("pk", flat=True)
    others = iter([(first, "by somebody under the old keys"), (second, None)])
    is_current = SealedColumn.is_current

    def meanwhile(self: SealedColumn, row: Any) -> bool:
        # What others do is done when the rows have been read, and before the first is written.
        for pk, value in others:
            settings.FIELD_KEYS = old_keys
            if value is None:
                Secret.objects.filter(pk=pk).delete()
            else:
                Secret.objects.filter(pk=pk).update(value=value)
            settings.FIELD_KEYS = [NEW_KEY, *old_keys]
        return is_current(self, row)

    monkeypatch.setattr(SealedColumn, "is_current", meanwhile)
    (*_, tally) = rotate(SECRETS)
    assert (tally.reencrypted, tally.current, tally.unreadable, tally.changed) == (2, 0, 0, 0)
    settings.FIELD_KEYS = [NEW_KEY]
    assert dict(Secret.objects.values_list("pk", "value")) == {
        first: "by somebody under the old keys",
        third: values[2],
    }


def test_rows_of_a_lost_key_are_left_alone_and_end_it_with_an_error(shop: SquareShop, settings: Settings) -> None:
    (right,) = settings.FIELD_KEYS
    settings.FIELD_KEYS = [LOST_KEY, right]
    lost = add_secret(shop.made.endpoint, "sealed-with-the-lost-key")
    sealed = stored(SECRETS)[1]
    settings.FIELD_KEYS = [NEW_KEY, right]
    with pytest.raises(CommandError, match=r"^under keys that FIELD_KEYS does not have: 1; "):
        rotate_keys()
    assert stored(SECRETS)[1] == sealed
    settings.FIELD_KEYS = [LOST_KEY]
    assert Secret.objects.get(pk=lost.pk).value == "sealed-with-the-lost-key"
    settings.FIELD_KEYS = [NEW_KEY]
    lookup.forget_doorways()
    assert shop.post(square.CAPTURED).status_code == 200


def test_what_lost_its_key_can_be_retired_and_what_has_it_stays_live(shop: SquareShop, settings: Settings) -> None:
    (right,) = settings.FIELD_KEYS
    settings.FIELD_KEYS = [LOST_KEY, right]
    lost = add_secret(shop.made.endpoint, "sealed-with-the-lost-key")
    settings.FIELD_KEYS = [right]
    assert rotate_keys("--retire-unreadable") == (
        "webhooks.Token.value: 0 re-encrypted, 1 were under the first key, 0 cannot be read\n"
        "webhooks.Token.public_url: 0 re-encrypted, 1 were under the first key, 0 cannot be read\n"
        "webhooks.Secret.value: 0 re-encrypted, 1 were under the first key, 1 cannot be read\n"
        "webhooks.Secret.value: 1 retired\n"
        "webhooks.Refusal.credentials: 0 re-encrypted, 0 were under the first key, 0 cannot be read\n"
    )
    assert [secret.pk for secret in Secret.objects.live().defer("value")] == [lost.pk - 1]
    assert shop.post(square.CAPTURED, signature="no").status_code == 401


def test_a_refusal_that_cannot_be_read_is_evidence_and_not_retired(shop: SquareShop, settings: Settings) -> None:
    shop.post(square.CAPTURED, signature="no")
    settings.FIELD_KEYS = [NEW_KEY]
    printed = rotate_keys("--retire-unreadable")
    assert printed.endswith(
        "webhooks.Refusal.credentials: 0 re-encrypted, 0 were under the first key, 1 cannot be read\n"
        "webhooks.Refusal.credentials: 0 retired\n"
    )
    assert Refusal.objects.count() == 1
