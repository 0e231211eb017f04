"""Facts stay as they were inserted: the database itself refuses to change or to delete one."""

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction

from inventory import immutability
from inventory.models import Movement
from tests.inventory.facts_support import EVERY, FACTS, columns_of, execute, make_facts, refused, rows_of, table_of
from tests.webhooks.shop import SquareShop
from webhooks.models import Delivery, Endpoint

INTAKE = ["id", "endpoint", "token", "secret", "received_at", "dedup_key", "body_digest", "body", "headers"]
FATE = ["state", "reason", "event_kind", "attempts", "due_at", "failed_at", "settled_at", "replays", "waived"]


@pytest.fixture
def shop(db: None) -> SquareShop:
    return make_facts()


every_fact = pytest.mark.parametrize("model", EVERY, ids=lambda model: model.__name__)
every_unchanging_fact = pytest.mark.parametrize("model", FACTS, ids=lambda model: model.__name__)


def test_the_facts_are_these_six() -> None:
    assert {trigger_name("update", model) for model in EVERY} == {
        "immutable_update_inventory_cause",
        "immutable_update_inventory_stockevent",
        "immutable_update_inventory_restatement",
        "immutable_update_inventory_retraction",
        "immutable_update_inventory_movement",
        "immutable_update_webhooks_delivery",
    }


@pytest.mark.django_db
def test_the_database_has_the_triggers_of_these_six_and_no_others() -> None:
    events = ["delete", "truncate" if connection.vendor == "postgresql" else "replace", "update"]
    catalogue = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(catalogue)
        present = {name for (name,) in cursor}
    assert present == {trigger_name(event, model) for event in events for model in EVERY}


# --- Changes ---------------------------------------------------------------------------------------------


@every_unchanging_fact
def test_saving_a_fact_again_is_refused(shop: SquareShop, model: type[models.Model]) -> None:
    fact = model._default_manager.order_by("pk")[0]
    with refused(model, "update refused"):
        fact.save()


@every_unchanging_fact
def test_updating_facts_is_refused_even_to_what_they_are(shop: SquareShop, model: type[models.Model]) -> None:
    field = model._meta.concrete_fields[-1].name
    with refused(model, "update refused"):
        model._default_manager.update(**{field: models.F(field)})


@every_unchanging_fact
def test_updating_facts_in_bulk_is_refused(shop: SquareShop, model: type[models.Model]) -> None:
    field = next(field for field in model._meta.concrete_fields if not field.primary_key)
    with refused(model, "update refused"):
        model._default_manager.bulk_update(model._default_manager.all(), [field.name])


@every_unchanging_fact
def test_no_column_of_a_fact_can_be_set_by_hand(shop: SquareShop, model: type[models.Model]) -> None:
    for column in columns_of(model):
        quoted = connection.ops.quote_name(column)
        with refused(model, "update refused"):
            execute(f"UPDATE {table_of(model)} SET {quoted} = {quoted}")  # noqa: S608  # our own names


@every_fact
def test_an_insert_that_updates_what_is_there_is_refused(shop: SquareShop, model: type[models.Model]) -> None:
    key, *others = [connection.ops.quote_name(column) for column in columns_of(model)]
    columns = ", ".join([key, *others])
    updates = ", ".join(f"{column} = excluded.{column}" for column in others)
    with refused(model, "(update|replace) refused"):
        execute(
            f"INSERT INTO {table_of(model)} ({columns}) SELECT {columns} FROM {table_of(model)} WHERE true "  # noqa: S608
            f"ON CONFLICT ({key}) DO UPDATE SET {updates}"
        )


# --- Deletions -------------------------------------------------------------------------------------------


@every_fact
def test_deleting_a_fact_is_refused(shop: SquareShop, model: type[models.Model]) -> None:
    """By the trigger, or before it by Django, because something else names it."""
    before = rows_of(model)
    with pytest.raises(IntegrityError), transaction.atomic():
        model._default_manager.order_by("pk")[0].delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        model._default_manager.all().delete()
    assert rows_of(model) == before


@every_fact
def test_deleting_facts_past_django_is_refused(shop: SquareShop, model: type[models.Model]) -> None:
    everything = model._default_manager.all()
    with refused(model, "delete refused"):
        everything._raw_delete(everything.db)
    with refused(model, "delete refused"):
        execute(f"DELETE FROM {table_of(model)}")  # noqa: S608  # our own name


@every_fact
def test_the_shortcuts_of_each_database_are_refused(shop: SquareShop, model: type[models.Model]) -> None:
    table, key = table_of(model), columns_of(model)[0]
    shortcuts = {
        "sqlite": [
            f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}",  # noqa: S608
            f"REPLACE INTO {table} SELECT * FROM {table}",  # noqa: S608
            f"UPDATE OR REPLACE {table} SET {key} = {key} + 1",  # noqa: S608
            f"UPDATE OR IGNORE {table} SET {key} = {key} + 1",  # noqa: S608
        ],
        "postgresql": [
            f"TRUNCATE {table} CASCADE",
            f"TRUNCATE {table} RESTART IDENTITY CASCADE",
            f"DELETE FROM ONLY {table}",  # noqa: S608
        ],
    }
    for sql in shortcuts[connection.vendor]:
        before = rows_of(model)
        refusal = pytest.raises(IntegrityError, match=r"is immutable: (delete|update|truncate|replace) refused")
        with refusal, transaction.atomic():
            execute(sql)
        assert rows_of(model) == before


# --- A delivery: its intake is a fact, its fate goes on --------------------------------------------------


@pytest.mark.parametrize("field", INTAKE)
def test_what_came_in_with_a_delivery_never_changes(shop: SquareShop, field: str) -> None:
    (column,) = [named.column for named in Delivery._meta.concrete_fields if named.name == field]
    with refused(Delivery, "update refused"):
        execute(f"UPDATE webhooks_delivery SET {column} = {column}")  # noqa: S608  # our own name
    with refused(Delivery, "update refused"):
        execute(f"UPDATE webhooks_delivery SET state = 'pending', {column} = {column}")  # noqa: S608  # our own name


def test_a_delivery_cannot_be_saved_whole(shop: SquareShop) -> None:
    with refused(Delivery, "update refused"):
        Delivery.objects.order_by("pk")[0].save()


@pytest.mark.parametrize("field", FATE)
def test_what_becomes_of_a_delivery_may_change(shop: SquareShop, field: str) -> None:
    delivery = Delivery.objects.order_by("pk")[0]
    delivery.save(update_fields=[field])


def test_a_delivery_is_its_intake_and_its_fate_and_nothing_else() -> None:
    assert [field.name for field in Delivery._meta.concrete_fields] == INTAKE + FATE


def test_what_is_no_fact_may_change_and_go(shop: SquareShop) -> None:
    unused = Endpoint.objects.create(source=shop.source)
    Endpoint.objects.filter(pk=unused.pk).update(body_limit=5)
    unused.delete()


# --- The check, and mending ------------------------------------------------------------------------------


def problems() -> list[tuple[str | None, str]]:
    return [(problem.id, problem.msg) for problem in immutability.check_triggers(databases=["default"])]


def trigger_name(event: str, model: type[models.Model]) -> str:
    return f"immutable_{event}_{table_of(model)}"


def on_table(model: type[models.Model]) -> str:
    return f" ON {table_of(model)}" if connection.vendor == "postgresql" else ""


def drop(event: str, model: type[models.Model]) -> None:
    execute(f"DROP TRIGGER {trigger_name(event, model)}{on_table(model)}")


def is_told(event: str, model: type[models.Model]) -> list[tuple[str | None, str]]:
    name, table = trigger_name(event, model), table_of(model)
    return [("inventory.E001", f"{table} can be changed: its trigger {name} is missing, disabled or altered.")]


@pytest.mark.django_db
def test_a_database_as_it_was_made_passes_the_check() -> None:
    assert problems() == []


@pytest.mark.django_db
def test_a_stranger_to_our_settings_cannot_replace_a_fact_on_sqlite_either(shop: SquareShop) -> None:
    """Delete triggers see a REPLACE only on connections that ask for it; PostgreSQL knows no REPLACE."""
    if connection.vendor == "sqlite":
        execute("PRAGMA recursive_triggers = OFF")
        for model in EVERY:
            with pytest.raises(IntegrityError, match=r"is immutable: replace refused"), transaction.atomic():
                execute(f"INSERT OR REPLACE INTO {table_of(model)} SELECT * FROM {table_of(model)}")  # noqa: S608
        execute("PRAGMA recursive_triggers = ON")


@pytest.mark.django_db
def test_migrating_mends_what_its_own_checks_would_stop_at() -> None:
    drop("delete", Movement)
    call_command("migrate", verbosity=0, skip_checks=False)
    assert problems() == []


@every_fact
@pytest.mark.parametrize("event", ["update", "delete"])
@pytest.mark.django_db
def test_a_trigger_that_was_dropped_is_told_and_made_again(model: type[models.Model], event: str) -> None:
    drop(event, model)
    assert problems() == is_told(event, model)
    immutability.install(connection)
    assert problems() == []


@pytest.mark.django_db
def test_migrating_makes_the_triggers_again() -> None:
    drop("update", Movement)
    call_command("migrate", verbosity=0)
    assert problems() == []


@every_fact
@pytest.mark.django_db
def test_a_trigger_that_was_altered_is_told_and_made_again(model: type[models.Model]) -> None:
    drop("delete", model)
    name, table = trigger_name("delete", model), table_of(model)
    if connection.vendor == "postgresql":
        never = f"CREATE TRIGGER {name} BEFORE DELETE ON {table} FOR EACH ROW WHEN (false) "
        execute(never + "EXECUTE FUNCTION stockroom_refuse_change()")
    else:
        execute(f"CREATE TRIGGER {name} BEFORE DELETE ON {table} WHEN 0 BEGIN SELECT RAISE(ABORT, 'no'); END")
    assert problems() == is_told("delete", model)
    immutability.install(connection)
    assert problems() == []


@pytest.mark.django_db
def test_a_trigger_for_fewer_columns_is_told_and_made_again() -> None:
    drop("update", Delivery)
    name = trigger_name("update", Delivery)
    does = {
        "postgresql": "FOR EACH ROW EXECUTE FUNCTION stockroom_refuse_change()",
        "sqlite": "BEGIN SELECT RAISE(ABORT, 'webhooks_delivery is immutable: update refused'); END",
    }[connection.vendor]
    execute(f"CREATE TRIGGER {name} BEFORE UPDATE OF body ON webhooks_delivery {does}")
    assert problems() == is_told("update", Delivery)
    immutability.install(connection)
    assert problems() == []


@pytest.mark.django_db
def test_lifting_is_told_for_every_trigger_and_undone_by_installing() -> None:
    immutability.lift(connection)
    assert len(problems()) == 6 * 3
    immutability.install(connection)
    assert problems() == []


@pytest.mark.django_db
def test_what_the_triggers_call_is_compared_too() -> None:
    """On SQLite a trigger holds all that it does; on PostgreSQL it calls a function, which can be hollowed out."""
    if connection.vendor == "postgresql":
        hollow = "CREATE OR REPLACE FUNCTION stockroom_refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        execute(hollow + "$$ BEGIN RETURN NEW; END $$")
        assert len(problems()) == 6 * 3
        immutability.install(connection)
    assert problems() == []
