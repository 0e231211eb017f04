"""Model fields that Django does not have."""

from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.db import models

from inventory.quantity import PLACES, QuantityOutOfRange, from_millionths, to_millionths

Given = TypeVar("Given")
Got = TypeVar("Got")

if TYPE_CHECKING:
    from django.db.models.expressions import Combinable

    Field = models.Field
else:

    class Field(models.Field):
        """Django's field, whose type parameters only a type checker knows."""

        def __class_getitem__(cls, _: object) -> type["Field"]:
            return cls


class QuantityField(Field[Given, Got]):
    """A BIGINT column of whole millionths that reads and writes Decimals.

    SQLite keeps a DecimalField as a float, whose sums drift after 15 digits; whole millionths add exactly on
    both databases.
    """

    description = "A quantity with up to six decimals"

    if TYPE_CHECKING:
        _pyi_private_set_type: Decimal | Combinable
        _pyi_private_get_type: Decimal
        _pyi_lookup_exact_type: Decimal

    def get_internal_type(self) -> str:
        return "BigIntegerField"

    def from_db_value(self, value: object, *_: object) -> Decimal | None:
        if value is None:
            return None
        if isinstance(value, float):
            # SQLite turns an overflowing product into a float: a rounded number must not pass for stock.
            raise QuantityOutOfRange(f"the database answered the inexact number {value!r}")
        return from_millionths(int(str(value)))

    def to_python(self, value: object) -> Any:
        if value is None or isinstance(value, Decimal):
            return value
        try:
            return Decimal(str(value))
        except ArithmeticError as error:
            raise ValidationError(f"“{value}” is not a quantity") from error

    def get_prep_value(self, value: object) -> Any:
        if value is None or hasattr(value, "resolve_expression"):
            return value
        return to_millionths(value if isinstance(value, Decimal) else Decimal(str(value)))

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": forms.DecimalField, "decimal_places": PLACES, **kwargs})
