"""Writes many rows with one statement of SQL, past the ORM: its way to an INSERT is most of a worker's time.

On PostgreSQL the rows travel as one JSON text, which the database takes apart by the table's own types (half the
processor time of the ORM's, on both sides, measured); on SQLite each is bound by itself.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from operator import itemgetter
from typing import Any

from django.db import connection
from django.db.models import BinaryField, DateField, DateTimeField, Field, JSONField, Model

from inventory.models.fields import QuantityField
from inventory.quantity import to_millionths

Row = Mapping[str, Any]
"""By the names of columns; a quantity as a Decimal, JSON as what it holds, a moment as an aware datetime."""


def insert(model: type[Model], rows: Sequence[Row]) -> None:
    """Insert these rows, all of which have the same columns. Raises django.db.Error as the database does."""
    if rows:
        _write(_Statement.of(model, tuple(rows[0])), "", rows)


def upsert(model: type[Model], key: str, update: Sequence[str], rows: Sequence[Row]) -> dict[str, int]:
    """Insert these rows, or bring those up to date in `update` whose `key` is there; return the ids by that key.

    No two of the rows may have the same key.
    """
    if not rows:
        return {}
    quote = connection.ops.quote_name
    news = ", ".join(f"{quote(name)} = EXCLUDED.{quote(name)}" for name in update)
    conflict = f" ON CONFLICT ({quote(key)}) DO UPDATE SET {news}"
    statement = _Statement.of(model, tuple(rows[0]))
    if connection.vendor == "postgresql":
        return dict(_write(statement, f"{conflict} RETURNING {quote(key)}, id", rows))
    # An executemany gives nothing back.
    _write(statement, conflict, rows)
    return dict(select(model, (key, "id"), key, [row[key] for row in rows]))


def update(model: type[Model], rows: Sequence[Row]) -> None:
    """Set the other columns of the rows that these name by `id`; all of them have the same columns."""
    if not rows:
        return
    statement = _Statement.of(model, tuple(rows[0]))
    quote = connection.ops.quote_name
    others = [name for name in statement.columns if name != "id"]
    table = quote(model._meta.db_table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            news = ", ".join(f"{quote(name)} = news.{quote(name)}" for name in others)
            cursor.execute(
                f"UPDATE {table} AS old SET {news} FROM json_populate_recordset(NULL::{table}, %s) AS news "  # noqa: S608  # our own names
                "WHERE old.id = news.id",
                [json.dumps(statement.plain(rows))],
            )
        else:
            news = ", ".join(f"{quote(name)} = %s" for name in others)
            values = map(itemgetter(*others, "id"), statement.plain(rows))
            cursor.executemany(f"UPDATE {table} SET {news} WHERE id = %s", list(values))  # noqa: S608  # our own names


def select(
    model: type[Model],
    columns: Sequence[str],
    column: str,
    among: Iterable[Any],
    *,
    where: str = "",
    params: Sequence[Any] = (),
) -> list[tuple[Any, ...]]:
    """These columns, as the database has them, of the rows whose `column` is one of these values, however many.

    `where` is what else the query says, with its `params`.
    """
    values = list(among)
    if not values:
        return []
    quote = connection.ops.quote_name
    wanted = f"SELECT {', '.join(map(quote, columns))} FROM {quote(model._meta.db_table)} WHERE {quote(column)}"  # noqa: S608  # our own names
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(f"{wanted} = ANY(%s) {where}", [values, *params])
        else:
            values_of = "IN (SELECT value FROM json_each(%s))"
            cursor.execute(f"{wanted} {values_of} {where}", [json.dumps(values), *params])
        found: list[tuple[Any, ...]] = cursor.fetchall()
        return found


@dataclass(frozen=True, slots=True)
class _Statement:
    """How rows of some columns of a model are written."""

    table: str
    columns: tuple[str, ...]
    makers: tuple[tuple[str, Callable[[Any], Any]], ...]
    """What makes of a column's value, where that is not NULL, one that the database knows; the others it knows."""

    @classmethod
    @cache
    def of(cls, model: type[Model], columns: tuple[str, ...]) -> "_Statement":
        fields = {field.column: field for field in model._meta.local_concrete_fields}
        makers = ((name, _maker(fields[name], connection.vendor)) for name in columns)
        return cls(model._meta.db_table, columns, tuple((name, maker) for name, maker in makers if maker))

    def plain(self, rows: Iterable[Row]) -> list[dict[str, Any]]:
        """The rows with values that the database knows."""
        plain = []
        for row in rows:
            values = {**row}
            for name, maker in self.makers:
                if values[name] is not None:
                    values[name] = maker(values[name])
            plain.append(values)
        return plain


def _write(statement: _Statement, end: str, rows: Sequence[Row]) -> list[tuple[Any, ...]]:
    """Insert the rows by a statement that ends so; return what it gives back, which on SQLite is nothing."""
    quote = connection.ops.quote_name
    columns = ", ".join(map(quote, statement.columns))
    table = quote(statement.table)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                f"INSERT INTO {table} ({columns}) "  # noqa: S608  # our own names
                f"SELECT {columns} FROM json_populate_recordset(NULL::{table}, %s){end}",
                [json.dumps(statement.plain(rows))],
            )
            given: list[tuple[Any, ...]] = cursor.fetchall() if cursor.description else []
            return given
        places = ", ".join(["%s"] * len(statement.columns))
        cursor.executemany(
            f"INSERT INTO {table} ({columns}) VALUES ({places}){end}",  # noqa: S608  # our own names
            list(map(itemgetter(*statement.columns), statement.plain(rows))),
        )
        return []


def _maker(field: "Field[Any, Any]", vendor: str) -> Callable[[Any], Any] | None:
    is_postgres = vendor == "postgresql"
    match field:
        case QuantityField():
            return to_millionths
        case JSONField():
            return None if is_postgres else json.dumps
        case DateTimeField():
            return datetime.isoformat if is_postgres else connection.ops.adapt_datetimefield_value
        case DateField():
            return date.isoformat
        case BinaryField():
            return _hexadecimal if is_postgres else None
        case _:
            return None


def _hexadecimal(value: bytes) -> str:
    return f"\\x{value.hex()}"
