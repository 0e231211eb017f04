"""Writes rows by the thousand, past the ORM: COPY on PostgreSQL, executemany on SQLite."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from django.core.management.color import no_style
from django.db import connection
from django.db.models import BinaryField, CharField, DateField, DateTimeField, Field, JSONField, Max, Model, TextField

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
        self._rows: dict[type[Model], list[Model]] = {model: [] for model in WRITTEN}
        self._waiting = 0

    def number(self, model: type[Model]) -> int:
        """The next id of a model; the first time, the one after the highest there is."""
        if model not in self._numbers:
            self._numbers[model] = count((model._default_manager.aggregate(last=Max("pk"))["last"] or 0) + 1)
        return next(self._numbers[model])

    def put(self, *rows: Model) -> None:
        """Write these, which have their ids, before `writing` ends."""
        for row in rows:
            self._rows[type(row)].append(row)
        self._waiting += len(rows)
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


def _write(model: type[Model], rows: list[Model]) -> None:
    fields = model._meta.local_concrete_fields
    plain = [(field.attname, _plainer(field)) for field in fields]
    values: list[list[Any]] = [[make(getattr(row, name)) for name, make in plain] for row in rows]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    into = f'"{model._meta.db_table}" ({columns})'
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {into} FROM STDIN") as copy:
                for value in values:
                    copy.write_row(value)
        else:
            places = ", ".join(["%s"] * len(fields))
            cursor.executemany(f"INSERT INTO {into} VALUES ({places})", values)  # noqa: S608  # our own names


def _plainer(field: "Field[Any, Any]") -> Callable[[Any], object]:
    """What makes of a field's value the plain one that is written."""
    if isinstance(field, DateTimeField):
        return connection.ops.adapt_datetimefield_value
    if isinstance(field, DateField):
        return connection.ops.adapt_datefield_value
    makers: dict[type[Field[Any, Any]], Callable[[Any], object]] = {
        QuantityField: to_millionths,
        JSONField: json.dumps,
        BinaryField: bytes,
        # A word of ours is text of a kind of its own, which drivers would write otherwise.
        CharField: str,
        TextField: str,
    }
    make = next((make for kind, make in makers.items() if isinstance(field, kind)), int)
    return lambda value: None if value is None else make(value)
