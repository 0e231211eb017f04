"""Facts resist whoever is not the ledger: the ORM, an administrator in the admin, strangers with SQL of their own."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.test import Client

from inventory.admin.display import admin_url
from tests.inventory.facts_support import EVERY, columns_of, execute, make_facts, refused, rows_of, table_of
from tests.webhooks.shop import SquareShop
from webhooks.models import Delivery

every_fact = pytest.mark.parametrize("model", EVERY, ids=lambda model: model.__name__)

UNIQUE = {
    "inventory_stockevent": ["source_id", "key", "revision"],
    "inventory_restatement": ["event_id", "cause_id"],
    "inventory_retraction": ["event_id", "stated_by_id"],
    "webhooks_delivery": ["endpoint_id", "dedup_key", "body_digest"],
}
"""What else no two rows of a table have in common, written down by hand."""


@pytest.fixture
def shop(db: None) -> SquareShop:
    return make_facts()


# --- The ORM ---------------------------------------------------------------------------------------------


def first(model: type[models.Model]) -> Any:
    return model._default_manager.order_by("pk")[0]


def intake_of(model: type[models.Model]) -> list[str]:
    """The fields that never change."""
    return list(Delivery.INTAKE) if model is Delivery else [field.name for field in model._meta.concrete_fields[1:]]


def save_one(model: type[models.Model], field: str) -> None:
    if first(model)._meta.get_field(field).primary_key:
        first(model).save()
    else:
        first(model).save(update_fields=[field])


def update_all(model: type[models.Model], field: str) -> None:
    model._default_manager.update(**{field: models.F(field)})


def update_in_bulk(model: type[models.Model], field: str) -> None:
    model._default_manager.bulk_update(model._default_manager.all(), [field])


def insert_over(model: type[models.Model], field: str) -> None:
    key = model._meta.pk.name
    rows = list(model._default_manager.all())
    model._default_manager.bulk_create(rows, update_conflicts=True, unique_fields=[key], update_fields=[field])


@every_fact
@pytest.mark.parametrize("change", [save_one, update_all, update_in_bulk, insert_over])
def test_no_field_of_a_fact_can_be_written_by_the_orm(
    shop: SquareShop, model: type[models.Model], change: Callable[[type[models.Model], str], None]
) -> None:
    for field in intake_of(model):
        with refused(model, "(update|replace) refused"):
            change(model, field)


@every_fact
def test_each_single_fact_resists_deletion_by_sql(shop: SquareShop, model: type[models.Model]) -> None:
    key = columns_of(model)[0]
    for pk in model._default_manager.values_list("pk", flat=True):
        with refused(model, "delete refused"):
            execute(f"DELETE FROM {table_of(model)} WHERE {key} = {pk}")  # noqa: S608  # our own names


# --- The admin -------------------------------------------------------------------------------------------


@every_fact
def test_an_administrator_is_offered_no_change_of_a_fact(
    shop: SquareShop, admin_client: Client, model: type[models.Model]
) -> None:
    page = admin_client.get(admin_url(model, "change", first(model).pk))
    assert page.status_code == 200
    shown = page.content.decode()
    assert [word for word in ('name="_save"', 'name="_continue"', "deletelink", "/delete/") if word in shown] == []


@every_fact
def test_an_administrator_cannot_change_delete_or_add_a_fact_by_a_request_of_their_own(
    shop: SquareShop, admin_client: Client, model: type[models.Model]
) -> None:
    before, pk = rows_of(model), first(model).pk
    fields = {field.name: "1" for field in model._meta.concrete_fields}
    answers = [
        admin_client.post(admin_url(model, "change", pk), {**fields, "_save": "Save"}),
        admin_client.post(admin_url(model, "delete", pk), {"post": "yes"}),
        admin_client.post(admin_url(model, "add"), fields),
        admin_client.get(admin_url(model, "delete", pk)),
        admin_client.get(admin_url(model, "add")),
    ]
    assert [answer.status_code for answer in answers] == [403] * 5
    assert rows_of(model) == before


@every_fact
def test_an_administrator_cannot_delete_facts_by_the_list_of_actions(
    shop: SquareShop, admin_client: Client, model: type[models.Model]
) -> None:
    before = rows_of(model)
    asked = {"action": "delete_selected", "_selected_action": [str(first(model).pk)], "post": "yes", "index": "0"}
    admin_client.post(admin_url(model, "changelist"), asked)
    assert rows_of(model) == before


@every_fact
def test_nothing_that_a_fact_hangs_on_can_be_deleted_in_the_admin(
    shop: SquareShop, admin_client: Client, model: type[models.Model]
) -> None:
    """A deletion would take along what hangs on the row."""
    before = rows_of(model)
    for field in model._meta.concrete_fields:
        if isinstance(field, models.ForeignKey):
            target, pk = field.related_model, getattr(first(model), field.attname)
            if pk is not None:
                answer = admin_client.post(admin_url(target, "delete", pk), {"post": "yes"})
                assert answer.status_code == 403
    assert rows_of(model) == before


# --- Strangers to our settings ---------------------------------------------------------------------------


def test_the_other_unique_columns_are_these() -> None:
    found = {}
    for model in EVERY:
        for constraint in model._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint):
                found[table_of(model)] = [
                    getattr(model._meta.get_field(name), "column", "") for name in constraint.fields
                ]
    assert found == UNIQUE


@pytest.mark.parametrize("table", UNIQUE)
def test_a_new_row_cannot_take_the_place_of_a_fact_that_is_like_it(shop: SquareShop, table: str) -> None:
    """SQLite's REPLACE removes whatever stands in the way of a new number; on PostgreSQL a double is an error."""
    (model,) = (model for model in EVERY if table_of(model) == table)
    before = rows_of(model)
    key, *others = (connection.ops.quote_name(column) for column in columns_of(model))
    columns = ", ".join(others)
    copies = f"INTO {table} ({key}, {columns}) SELECT {key} + 1000, {columns} FROM {table}"  # noqa: S608  # our names
    if connection.vendor == "sqlite":
        execute("PRAGMA recursive_triggers = OFF")
        for verb in ("INSERT OR REPLACE", "REPLACE"):
            # Of a delivery that came before, nothing is said: that is how duplicates are taken in.
            if model is Delivery:
                execute(f"{verb} {copies}")
            else:
                with pytest.raises(IntegrityError, match="is immutable: replace refused"), transaction.atomic():
                    execute(f"{verb} {copies}")
            assert rows_of(model) == before
        execute("PRAGMA recursive_triggers = ON")
    else:
        with pytest.raises(IntegrityError, match="duplicate key"), transaction.atomic():
            execute(f"INSERT {copies}")
    assert rows_of(model) == before


@every_fact
def test_a_session_that_calls_itself_a_replica_is_refused_too(shop: SquareShop, model: type[models.Model]) -> None:
    """PostgreSQL passes over ordinary triggers there, and over foreign keys."""
    if connection.vendor == "postgresql":
        column = columns_of(model)[-1] if model is not Delivery else "body"
        for sql in (
            f"DELETE FROM {table_of(model)}",  # noqa: S608  # our own name
            f'UPDATE {table_of(model)} SET "{column}" = "{column}"',  # noqa: S608  # our own names
            f"TRUNCATE {table_of(model)} CASCADE",
        ):
            with refused(model), transaction.atomic():
                execute("SET LOCAL session_replication_role = replica")
                execute(sql)
    assert rows_of(model)
