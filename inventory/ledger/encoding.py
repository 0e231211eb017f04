"""A statement as a row of stock events, and back again, exactly."""

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any, NamedTuple, cast, get_args

from inventory.events import Absence, Bucket, PackageRow, Quality, Statement, StockStatement
from inventory.models import StockEvent

_TYPES: dict[str, type[Statement]] = {statement.kind: statement for statement in get_args(StockStatement)}
_COLUMNS = ("key", "occurred", "order_key", "group", "transaction", "quantity")
_FIELDS_OF = {kind: tuple(field.name for field in fields(statement)) for kind, statement in _TYPES.items()}
_COLUMNS_OF = {kind: tuple(name for name in names if name in _COLUMNS) for kind, names in _FIELDS_OF.items()}
"""By kind of statement, those of its fields that are columns."""
_DATA_OF = {kind: tuple(name for name in names if name not in _COLUMNS) for kind, names in _FIELDS_OF.items()}
"""And the others."""


class Kept(NamedTuple):
    """The columns of a stock event that keep its statement; `values_list(*KEPT)` reads no more than these.

    Where millions are read, an object of the model for each takes longer than all that is done with it.
    """

    kind: str
    key: str
    occurred: int
    order_key: bytes
    group: str
    transaction: str
    quantity: Decimal | None
    data: dict[str, Any]


KEPT = Kept._fields


def _package_rows(rows: list[dict[str, Any]]) -> tuple[PackageRow, ...]:
    return tuple(
        PackageRow(
            batch=row["batch"],
            location=row["location"],
            parts=tuple((Bucket(bucket), Decimal(quantity)) for bucket, quantity in row["parts"]),
        )
        for row in rows
    )


_READERS: dict[str, Any] = {
    "absent": Absence,
    "rows": _package_rows,
    "bucket": Bucket,
    "quality": Quality,
    "change": Decimal,
    "spawned": tuple,
    "correlated": tuple,
    "uncorrelated": tuple,
}


def to_columns(statement: Statement, *, source_id: int, stream_id: int, cause_id: int, revision: int) -> dict[str, Any]:
    """The columns, but for the id, of the stock event that keeps `statement`."""
    kind = statement.kind
    return {
        "source_id": source_id,
        "stream_id": stream_id,
        "cause_id": cause_id,
        "revision": revision,
        "kind": kind,
        "rank": int(statement.rank),
        "quantity": None,
        "data": {name: _plain(getattr(statement, name)) for name in _DATA_OF[kind]},
        **{name: getattr(statement, name) for name in _COLUMNS_OF[kind]},
    }


def to_statement(event: StockEvent | Kept) -> StockStatement:
    """The statement that a stock event keeps."""
    columns = {name: getattr(event, name) for name in _COLUMNS_OF[event.kind]}
    columns["order_key"] = bytes(columns["order_key"])
    data = {name: _READERS[name](value) if name in _READERS else value for name, value in event.data.items()}
    return cast("StockStatement", _TYPES[event.kind](**columns, **data))


def _plain(value: object) -> object:
    match value:
        case str():
            return value
        case Decimal():
            return str(value)
        case tuple():
            return [_plain(part) for part in value]
        case PackageRow():
            return {"batch": value.batch, "location": value.location, "parts": _plain(value.parts)}
        case _:
            return dict(value) if isinstance(value, Mapping) else value
