"""Writes rows by the thousand, past the ORM: COPY on PostgreSQL, executemany on SQLite."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from operator import itemgetter
from typing import Any

from django.core.management.color import no_style
from django.db import connection
from django.db.models import DateField, DateTimeField, Field, JSONField, Max, Model

from inventory.models import (
    Barcode,
    Batch,
    BatchLink,
    Cause,
    Count,
    Listing,
    Movement,
    Product,
    Restatement,
    Retraction,
    StockEvent,
    Stream,
)
from inventory.models.fields import QuantityField
from inventory.quantity import to_millionths

WRITTEN = (
    Product,
    Listing,
    Barcode,
    Batch,
    Stream,
    Cause,
    StockEvent,
    Restatement,
    Retraction,
    BatchLink,
    Count,
    Movement,
)
"""What is written here, each behind what it refers to."""

ROWS_AT_A_TIME = 20_000


class Pen:
    """Numbers rows and writes them, some ten thousand at a time."""

    def __init__(self) -> None:
        self._numbers: dict[type[Model], Iterator[int]] = {}
        self._rows: dict[type[Model], list[dict[str, Any]]] = {model: [] for model in WRITTEN}
        self._waiting = 0

    def number(self, model: type[Model]) -> int:
        """The next id of a model; the first time, the one after the highest there is."""
        if model not in self._numbers:
            self._numbers[model] = count((model._default_manager.aggregate(last=Max("pk"))["last"] or 0) + 1)
        return next(self._numbers[model])

    def put(self, model: type[Model], **columns: Any) -> None:
        """Write a row of these columns, its id among them, before `writing` ends; what is no column is not read."""
        self._rows[model].append(columns)
        self._waiting += 1
        if self._waiting >= ROWS_AT_A_TIME:
            self._flush()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Everything put in its block is written by its end, and the database numbers on from there.

        The caller's transaction must be open, and end with it.
        """
        _trust_references()
        yield
        self._flush()
        with connection.cursor() as cursor:
            # SQLite remembers the highest id by itself.
            for sql in connection.ops.sequence_reset_sql(no_style(), list(WRITTEN)):
                cursor.execute(sql)

    def _flush(self) -> None:
        for model, rows in self._rows.items():
            if rows:
                _write(model, rows)
                rows.clear()
        self._waiting = 0


def _trust_references() -> None:
    """Until the transaction ends, let PostgreSQL take our word that what a row refers to is there.

    To look up each of some ten million takes as long as to write them. Only a superuser may say so; for others they
    are looked up.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SHOW is_superuser")
            if cursor.fetchone() == ("on",):
                cursor.execute("SET LOCAL session_replication_role = replica")


def _write(model: type[Model], rows: list[dict[str, Any]]) -> None:
    fields = [field for field in model._meta.local_concrete_fields if not field.generated]
    columns_of = itemgetter(*(field.attname for field in fields))
    plain = [(index, make) for index, field in enumerate(fields) if (make := _plainer(field))]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    into = f'"{model._meta.db_table}" ({columns})'

    def values(row: dict[str, Any]) -> list[Any]:
        found = list(columns_of(row))
        for index, make in plain:
            if found[index] is not None:
                found[index] = make(found[index])
        return found

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(values(row))
        else:
            places = ", ".join(["%s"] * len(fields))
            cursor.executemany(
                f"INSERT INTO {into} VALUES ({places})",  # noqa: S608  # our own names
                list(map(values, rows)),
            )


def _plainer(field: "Field[Any, Any]") -> Callable[[Any], object] | None:
    """What makes of a field's value one that drivers know; None where they know it as it is."""
    match field:
        case QuantityField():
            return to_millionths
        case JSONField():
            return json.dumps
        case DateTimeField() if connection.vendor == "sqlite":
            return connection.ops.adapt_datetimefield_value
        case DateField():
            return connection.ops.adapt_datefield_value
        case _:
            return None
