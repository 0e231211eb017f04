"""Facts that the database itself refuses to change: triggers on both databases.

An app declares its facts at start-up. The triggers are made again after every migrate, because altering a table on
SQLite drops them, and a system check compares what is there with what was declared.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.core import checks
from django.db import DatabaseError, connections, models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

_PREFIX = "immutable_"
_PG_FUNCTION = "stockroom_refuse_change"
_PG_REFUSAL = (
    " BEGIN RAISE EXCEPTION '% is immutable: % refused', TG_TABLE_NAME, lower(TG_OP) "
    "USING ERRCODE = 'integrity_constraint_violation'; END "
)


@dataclass(frozen=True, slots=True)
class Fact:
    """A table whose rows stay as they were inserted; with `columns`, those columns stay and the row may go on."""

    model: type[models.Model]
    columns: tuple[str, ...] = ()
    skips_duplicates: bool = False

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def unique_columns(self) -> list[tuple[str, ...]]:
        """What else but the primary key no two rows have in common."""
        meta = self.model._meta
        single: list[tuple[str, ...]] = []
        single += [(str(field.column),) for field in meta.concrete_fields if field.unique and not field.primary_key]
        return single + [
            tuple(_column(self.model, name) for name in constraint.fields)
            for constraint in meta.constraints
            if isinstance(constraint, models.UniqueConstraint)
        ]


_facts: dict[str, Fact] = {}


def declare_immutable(
    model: type[models.Model], columns: Sequence[str] = (), *, skips_duplicates: bool = False
) -> None:
    """Declare that rows of `model` are never deleted and never changed (or that only `columns` never change).

    `skips_duplicates` says that rows are inserted with ON CONFLICT DO NOTHING, so that one that is there already must
    not be an error.
    """
    column_names = tuple(_column(model, name) for name in columns)
    _facts[model._meta.label] = Fact(model, column_names, skips_duplicates)


def _column(model: type[models.Model], field: str) -> str:
    return str(getattr(model._meta.get_field(field), "column"))  # noqa: B009  # not every field has one


@dataclass(frozen=True, slots=True)
class Trigger:
    """One trigger as it should stand in the database."""

    name: str
    table: str
    sql: str


def _sqlite_triggers(fact: Fact) -> Iterator[Trigger]:
    # INSERT OR REPLACE removes the rows in its way, by whatever key, without a word to the delete trigger, unless a
    # connection asks for that (PRAGMA recursive_triggers), as only ours do.
    refuse = f"RAISE(ABORT, '{fact.table} is immutable: replace refused')"
    others = [(columns, "RAISE(IGNORE)" if fact.skips_duplicates else refuse) for columns in fact.unique_columns]
    cases = " ".join(
        f"WHEN EXISTS (SELECT 1 FROM {fact.table} WHERE {_same_row(columns)}) THEN {answer}"  # noqa: S608  # our names
        for columns, answer in [((str(fact.model._meta.pk.column),), refuse), *others]
    )
    name = f"{_PREFIX}replace_{fact.table}"
    yield Trigger(
        name, fact.table, f"CREATE TRIGGER {name} BEFORE INSERT ON {fact.table} BEGIN SELECT CASE {cases} END; END"
    )
    for event in ("update", "delete"):
        of = f" OF {', '.join(fact.columns)}" if fact.columns and event == "update" else ""
        name = f"{_PREFIX}{event}_{fact.table}"
        yield Trigger(
            name,
            fact.table,
            f"CREATE TRIGGER {name} BEFORE {event.upper()}{of} ON {fact.table} "
            f"BEGIN SELECT RAISE(ABORT, '{fact.table} is immutable: {event} refused'); END",
        )


def _same_row(columns: Sequence[str]) -> str:
    return " AND ".join(f"{column} = NEW.{column}" for column in columns)


def _postgres_triggers(fact: Fact) -> Iterator[Trigger]:
    for event in ("update", "delete", "truncate"):
        of = f" OF {', '.join(fact.columns)}" if fact.columns and event == "update" else ""
        each = "STATEMENT" if event == "truncate" else "ROW"
        name = f"{_PREFIX}{event}_{fact.table}"
        yield Trigger(
            name,
            fact.table,
            f"CREATE TRIGGER {name} BEFORE {event.upper()}{of} ON {fact.table} "
            f"FOR EACH {each} EXECUTE FUNCTION {_PG_FUNCTION}()",
        )


def _declared(connection: BaseDatabaseWrapper) -> list[Trigger]:
    build = _postgres_triggers if connection.vendor == "postgresql" else _sqlite_triggers
    return [trigger for fact in _facts.values() for trigger in build(fact)]


def _present(connection: BaseDatabaseWrapper, cursor: CursorWrapper) -> dict[str, str]:
    if connection.vendor == "postgresql":
        # 'A' fires in every session, 'O' not in one that calls itself a replica; a trigger that is disabled, or whose
        # function does something else, is as good as none.
        cursor.execute(
            "SELECT t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
            "JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_proc p ON p.oid = t.tgfoid "
            "WHERE n.nspname = current_schema() AND t.tgname LIKE %s AND t.tgenabled = 'A' AND p.prosrc = %s",
            [f"{_PREFIX}%", _PG_REFUSAL],
        )
    else:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s", [f"{_PREFIX}%"])
    return dict(cursor.fetchall())


def install(connection: BaseDatabaseWrapper) -> None:
    """Make every declared trigger stand exactly as declared, on tables that exist."""
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"CREATE OR REPLACE FUNCTION {_PG_FUNCTION}() RETURNS trigger LANGUAGE plpgsql AS $${_PG_REFUSAL}$$"
            )
        for trigger in _declared(connection):
            if trigger.table in tables:
                _drop(connection, cursor, trigger)
                cursor.execute(trigger.sql)
                if connection.vendor == "postgresql":
                    cursor.execute(f"ALTER TABLE {trigger.table} ENABLE ALWAYS TRIGGER {trigger.name}")


def lift(connection: BaseDatabaseWrapper) -> None:
    """Drop every declared trigger: only for emptying a database that is made to be emptied."""
    with connection.cursor() as cursor:
        for trigger in _declared(connection):
            _drop(connection, cursor, trigger)


def _drop(connection: BaseDatabaseWrapper, cursor: CursorWrapper, trigger: Trigger) -> None:
    on_table = f" ON {trigger.table}" if connection.vendor == "postgresql" else ""
    cursor.execute(f"DROP TRIGGER IF EXISTS {trigger.name}{on_table}")


def install_after_migrate(sender: AppConfig, using: str, **_: Any) -> None:  # noqa: ARG001  # a signal's arguments
    """Make the triggers again: altering a table on SQLite drops them."""
    install(connections[using])


@checks.register(checks.Tags.database)
def check_triggers(databases: Sequence[str] | None = None, **_: Any) -> list[checks.CheckMessage]:
    """inventory.E001: a trigger that keeps a fact immutable is missing, disabled or altered."""
    problems: list[checks.CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        try:
            with connection.cursor() as cursor:
                tables = set(connection.introspection.table_names(cursor))
                present = _present(connection, cursor)
        except DatabaseError as error:
            problems.append(checks.Error(f"The database “{alias}” cannot be read: {error}", id="inventory.E002"))
            continue
        problems += [
            checks.Error(
                f"{trigger.table} can be changed: its trigger {trigger.name} is missing, disabled or altered.",
                hint="Run `python manage.py prepare`, which makes the triggers again.",
                id="inventory.E001",
            )
            for trigger in _declared(connection)
            if trigger.table in tables and not _same(present.get(trigger.name, ""), trigger.sql)
        ]
    return problems


def _same(stored: str, declared: str) -> bool:
    # PostgreSQL prints a definition with the schema's name before the table's and the function's.
    def plain(sql: str) -> str:
        return " ".join(sql.replace("public.", "").split()).lower()

    return plain(stored) == plain(declared)
