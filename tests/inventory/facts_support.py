"""A ledger with a row of every fact, and what it means that one resists."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction

from inventory import ledger
from inventory.models import Cause, Movement, Restatement, Retraction, StockEvent
from tests.webhooks import square
from tests.webhooks.shop import SquareShop
from webhooks import lookup
from webhooks.models import Delivery

FACTS: list[type[models.Model]] = [Cause, StockEvent, Restatement, Retraction, Movement]
EVERY: list[type[models.Model]] = [*FACTS, Delivery]


def table_of(model: type[models.Model]) -> str:
    return model._meta.db_table


def rows_of(model: type[models.Model]) -> list[dict[str, Any]]:
    """Every row, with bytes that can be compared."""
    return [
        {name: bytes(value) if isinstance(value, memoryview) else value for name, value in row.items()}
        for row in model._default_manager.order_by("pk").values()
    ]


def make_facts() -> SquareShop:
    """A ledger with a row of every fact: stated once, stated again from a second URL, and taken back."""
    lookup.forget_doorways()
    shop, second = SquareShop(), SquareShop()
    first, _ = [*shop.receive(square.CAPTURED), *second.receive(square.CAPTURED)]
    ledger.retract(first.reference, shop.source.pk, actor="Ada")
    # PostgreSQL truncates no table of which a constraint is still to be checked: it must be the trigger that refuses.
    connection.check_constraints()
    return shop


@contextmanager
def refused(model: type[models.Model], change: str = "") -> Iterator[None]:
    """What is tried within is refused by the trigger, and every row is as before."""
    before = rows_of(model)
    assert before, "there is no row to try it on"
    with pytest.raises(IntegrityError, match=f"{table_of(model)} is immutable: {change}"), transaction.atomic():
        yield
    assert rows_of(model) == before


def execute(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def columns_of(model: type[models.Model]) -> list[str]:
    return [str(field.column) for field in model._meta.concrete_fields]
