"""Tracktile's attributes: each a register of its own, and the three that staff may name."""

from decimal import Decimal

import pytest

from inventory.events import FieldValue, LotBorn, LotModified
from tests.webhooks import tracktile
from tests.webhooks.tracktile_parsing import fields_of, parse, statements
from webhooks.payload import MalformedPayload


def test_each_attribute_is_a_field_of_its_own() -> None:
    attributes = {
        "removed": ["colour", "grade"],
        "add": [{"key": "grade", "value": "A"}, {"key": "moisture", "value": 12.50}],
        "updated": [{"key": "origin", "value": {"farm": "Oak"}}, {"key": "note", "value": None}],
    }
    said = statements(tracktile.modified("e", "10:30:00", "sack", attributes=attributes))
    assert fields_of(said, "sack") == {
        "attributes.colour": None,
        "attributes.grade": "A",
        "attributes.moisture": "12.5",
        "attributes.origin": {"farm": "Oak"},
        "attributes.note": None,
        "flow": "flow",
    }


def attribute(key: str, value: object) -> bytes:
    return tracktile.modified("e", "10:30:00", "sack", attributes={"updated": [{"key": key, "value": value}]})


@pytest.mark.parametrize(
    ("written", "fields"),
    [
        pytest.param("2024-03-01", {"expires_on": "2024-03-01"}, id="a date"),
        pytest.param("2024-03-01T23:30:00-05:00", {"expires_on": "2024-03-01"}, id="a date-time: its own date"),
        pytest.param("2024-03-01T00:00:00.000Z", {"expires_on": "2024-03-01"}, id="a date-time in UTC"),
        pytest.param(None, {"expires_on": None}, id="null"),
        pytest.param("spring", {}, id="no date"),
        pytest.param("2024-02-30", {}, id="no day of the calendar"),
        pytest.param(20240301, {}, id="a number"),
    ],
)
def test_the_attribute_that_staff_name_is_the_expiry_date(written: object, fields: dict[str, FieldValue]) -> None:
    said = statements(attribute("best_before", written), expiry_attribute="best_before")
    kept = str(written) if isinstance(written, int) else written
    assert fields_of(said, "sack") == {"attributes.best_before": kept, **fields, "flow": "flow"}


def test_a_removed_expiry_date_and_unit_are_no_longer_provided() -> None:
    said = statements(
        tracktile.modified("e", "10:30:00", "sack", attributes={"removed": ["best_before", "uom"]}),
        expiry_attribute="best_before",
        unit_attribute="uom",
    )
    assert fields_of(said, "sack") == {
        "attributes.best_before": None,
        "expires_on": None,
        "attributes.uom": None,
        "unit": None,
        "flow": "flow",
    }


def test_the_attributes_that_staff_name_are_read_when_a_lot_is_received() -> None:
    said = statements(
        tracktile.received(
            "e", "10:30:00", "sack", None, attributes={"uom": "kg", "weight": "12.5", "exp": "2024-03-01"}
        ),
        expiry_attribute="exp",
        unit_attribute="uom",
        quantity_attribute="weight",
    )
    (born,) = [statement for statement in said if isinstance(statement, LotBorn)]
    assert born.quantity == Decimal("12.5")
    assert fields_of(said, "sack") == {
        "label": "SACK",
        "attributes.uom": "kg",
        "unit": "kg",
        "attributes.weight": "12.5",
        "attributes.exp": "2024-03-01",
        "expires_on": "2024-03-01",
        "flow": "flow",
    }


def test_a_quantity_of_its_own_comes_before_an_attribute() -> None:
    (born,) = [
        statement
        for statement in statements(
            tracktile.received("e", "10:30:00", "sack", 40, attributes={"weight": 12}), quantity_attribute="weight"
        )
        if isinstance(statement, LotBorn)
    ]
    assert born.quantity == Decimal(40)


def test_a_changed_quantity_attribute_is_a_reading_of_the_lot() -> None:
    said = statements(attribute("weight", 12.5), quantity_attribute="weight")
    (modified,) = [statement for statement in said if isinstance(statement, LotModified)]
    assert (modified.batch, modified.quantity, modified.spawned) == ("sack", Decimal("12.5"), ())


def test_a_quantity_attribute_that_is_no_number_is_refused_with_its_path() -> None:
    with pytest.raises(MalformedPayload) as refused:
        parse(attribute("weight", "12 kg"), quantity_attribute="weight")
    assert str(refused.value) == (
        "changes.attributes.updated[0].value: must be a JSON number or text of plain decimal digits ('12 kg')"
    )
