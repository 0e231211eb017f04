"""Genuine but malformed: answered 200, kept byte for byte, quarantined with the place and the value at fault."""

from datetime import timedelta

import pytest

from inventory.models import Cause, Count, Listing, Location, Movement, Product, StockEvent, Stream
from tests.webhooks import square
from tests.webhooks.shop import SquareShop
from webhooks import worker
from webhooks.models import Delivery

ROWS = "data.object.inventory_counts"
ROW = f"{ROWS}[0]"

QUANTITY = b'"quantity": "90"'
STATE = b'"state": "IN_STOCK"'
CALCULATED = b'"calculated_at": "2020-12-29T18:38:45.10296Z"'
CREATED = b'"created_at": "2020-12-29T18:38:45.455006797Z"'
EVENT = b'"event_id": "df5f3813-a913-45a1-94e9-fdc3f7d5e3b6"'
MERCHANT = b'"merchant_id": "6SSW7HV8K2ST5"'
TYPE = b'"type": "inventory.count.updated"'
LISTING = b'"catalog_object_id": "6F4K33KPNUVDWKZ43KUIFH6K"'
LOCATION = b'"location_id": "EF6D9SACKWBKZ"'


def changed(old: bytes, new: bytes) -> bytes:
    """The captured body with one piece of it replaced."""
    assert square.CAPTURED.count(old) == 1
    return square.CAPTURED.replace(old, new)


def quantity(written: str) -> bytes:
    return changed(QUANTITY, b'"quantity": ' + written.encode())


NOT_JSON = {
    "plain words": (b"not json", "document: is not JSON: Expecting value: line 1 column 1 ('not json')"),
    "only white space": (b" \n", "document: is empty"),
    "cut off": (b'{"type": "inv', "document: is not JSON: Unterminated string starting at: line 1 column 10 ('\"inv')"),
    "something after the end": (b"{} {}", "document: is not JSON: Extra data: line 1 column 4 ('{}')"),
    "a form": (b"type=inventory", "document: is not JSON: Expecting value: line 1 column 1 ('type=inventory')"),
    "a number": (b"5", "document: must be an object (5)"),
    "null": (b"null", "document: must be an object (null)"),
    "an array": (b"[]", "document: must be an object (array of 0)"),
    "an empty object": (b"{}", "type: is missing"),
    "UTF-16": (
        '{"a":1}'.encode("utf-16"),
        r"""document: begins with a byte order mark of UTF-16 (b'\xff\xfe{\x00"\x00a\x00"\x00')""",
    ),
    "UTF-16 without a mark": (
        '{"a":1}'.encode("utf-16-le"),
        r"""document: holds a NUL at byte 1, as UTF-16 and UTF-32 do (b'{\x00"\x00a\x00"\x00:\x00')""",
    ),
    "a byte order mark": (
        b"\xef\xbb\xbf{}",
        r"document: begins with a byte order mark of UTF-8 (b'\xef\xbb\xbf{}')",
    ),
    "Latin-1": (b'{"type": "caf\xe9"}', r"""document: is not UTF-8 at byte 13 (b'\xe9"}')"""),
    "a surrogate in UTF-8": (
        b'{"type": "\xed\xa0\x80"}',
        r"""document: is not UTF-8 at byte 10 (b'\xed\xa0\x80"}')""",
    ),
    "a raw NUL": (b'{"type": "\0"}', r"""document: holds a NUL at byte 10, as UTF-16 and UTF-32 do (b'{"type": "')"""),
    "65 levels": (b"[" * 65 + b"]" * 65, "document: is nested deeper than 64 levels at line 1 column 65"),
    "100,000 levels": (b'{"a":' * 100_000, "document: is nested deeper than 64 levels at line 1 column 321"),
}

OUTSIDE_JSON = {
    "NaN": (quantity("NaN"), f"{ROW}.quantity: is not a JSON number (NaN)"),
    "Infinity": (quantity("Infinity"), f"{ROW}.quantity: is not a JSON number (Infinity)"),
    "minus infinity": (quantity("-Infinity"), f"{ROW}.quantity: is not a JSON number (-Infinity)"),
    "a repeated key": (
        changed(QUANTITY, b'"quantity": "90", "quantity": "91"'),
        f"{ROW}.quantity: is given more than once ('quantity')",
    ),
    "a repeated key at the top": (
        changed(EVENT, EVENT + b", " + EVENT),
        "event_id: is given more than once ('event_id')",
    ),
    "a lone surrogate": (
        changed(STATE, rb'"state": "IN_\ud800STOCK"'),
        rf"{ROW}.state: holds a lone surrogate (U+D800) at character 3 ('IN_\ud800STOCK')",
    ),
    "an escaped NUL": (
        changed(STATE, rb'"state": "IN_\u0000STOCK"'),
        rf"{ROW}.state: holds a NUL (U+0000) at character 3 ('IN_\x00STOCK')",
    ),
    "a NUL in a key": (
        changed(STATE, STATE + rb', "\u0000": 1'),
        rf"{ROW}: has a key that holds a NUL (U+0000) at character 0 ('\x00')",
    ),
    "an absurd exponent": (
        quantity("1e400000"),
        f"{ROW}.quantity: is a number more than 18 places from the decimal point (1e400000)",
    ),
    "an absurdly small one": (
        quantity("1e-99999999"),
        f"{ROW}.quantity: is a number more than 18 places from the decimal point (1e-99999999)",
    ),
    "65 digits": (
        quantity("1" * 65),
        f"{ROW}.quantity: is a number of 65 characters, more than 64 ({'1' * 65})",
    ),
}

WRONG_QUANTITIES = {
    "a JSON number": ("90", "must be text of plain decimal digits (90)"),
    "true": ("true", "must be text of plain decimal digits (true)"),
    "an object": ('{"amount": "90"}', "must be text of plain decimal digits (object of 1)"),
    "words": ('"ninety"', "must be text of plain decimal digits ('ninety')"),
    "nothing": ('""', "must be text of plain decimal digits ('')"),
    "a space": ('" 90"', "must be text of plain decimal digits (' 90')"),
    "a plus": ('"+90"', "must be text of plain decimal digits ('+90')"),
    "an exponent": ('"9e1"', "must be text of plain decimal digits ('9e1')"),
    "a thousands separator": ('"1,000"', "must be text of plain decimal digits ('1,000')"),
    "an underscore": ('"1_000"', "must be text of plain decimal digits ('1_000')"),
    "other digits": ('"٩٠"', "must be text of plain decimal digits ('٩٠')"),
    "NaN as text": ('"NaN"', "must be text of plain decimal digits ('NaN')"),
    "a seventh decimal": ('"0.1234567"', "0.1234567 has more than 6 decimals ('0.1234567')"),
    "beyond the limit": (
        '"9000000000000.000001"',
        "9000000000000.000001 is beyond the limit of 9000000000000 ('9000000000000.000001')",
    ),
    "far below it": (
        '"-99999999999999999999"',
        "-99999999999999999999 is beyond the limit of 9000000000000 ('-99999999999999999999')",
    ),
}

WRONG_MEMBERS = {
    "type is a number": (changed(TYPE, b'"type": 5'), "type: must be text (5)"),
    "type is null": (changed(TYPE, b'"type": null'), "type: must be text (null)"),
    "type is empty": (changed(TYPE, b'"type": ""'), "type: must not be empty ('')"),
    "type is missing": (changed(TYPE + b",", b""), "type: is missing"),
    "merchant_id is a number": (changed(MERCHANT, b'"merchant_id": 5'), "merchant_id: must be text (5)"),
    "event_id is missing": (changed(EVENT + b",", b""), "event_id: is missing"),
    "event_id is a number": (changed(EVENT, b'"event_id": 7'), "event_id: must be text (7)"),
    "event_id is too long": (
        changed(EVENT, b'"event_id": "' + b"a" * 256 + b'"'),
        f"event_id: is 256 characters long, more than 255 ('{'a' * 78}…)",
    ),
    "created_at is no time": (
        changed(CREATED, b'"created_at": "yesterday"'),
        "created_at: must be an RFC 3339 time with Z or an offset ('yesterday')",
    ),
    "created_at is a number": (changed(CREATED, b'"created_at": 1609267125'), "created_at: must be text (1609267125)"),
    "data is missing": (changed(b'"data": {', b'"date": {'), "data: is missing"),
    "data.object is missing": (changed(b'"object": {', b'"objekt": {'), "data.object: is missing"),
    "there are no counts": (changed(b'"inventory_counts": [', b'"counts": ['), f"{ROWS}: is missing"),
    "calculated_at is missing": (changed(CALCULATED + b",", b""), f"{ROW}.calculated_at: is missing"),
    "calculated_at has no zone": (
        changed(CALCULATED, b'"calculated_at": "2020-12-29T18:38:45"'),
        f"{ROW}.calculated_at: must be an RFC 3339 time with Z or an offset ('2020-12-29T18:38:45')",
    ),
    "calculated_at is too fine": (
        changed(CALCULATED, b'"calculated_at": "2020-12-29T18:38:45.0123456789Z"'),
        f"{ROW}.calculated_at: is finer than a nanosecond ('2020-12-29T18:38:45.0123456789Z')",
    ),
    "calculated_at is no day": (
        changed(CALCULATED, b'"calculated_at": "2021-02-29T00:00:00Z"'),
        f"{ROW}.calculated_at: is not a day of the calendar ('2021-02-29T00:00:00Z')",
    ),
    "calculated_at is before 1970": (
        changed(CALCULATED, b'"calculated_at": "1969-12-31T23:59:59Z"'),
        f"{ROW}.calculated_at: is not in the years 1970 to 2261 ('1969-12-31T23:59:59Z')",
    ),
    "the listing is missing": (changed(LISTING + b",", b""), f"{ROW}.catalog_object_id: is missing"),
    "the listing is null": (
        changed(LISTING, b'"catalog_object_id": null'),
        f"{ROW}.catalog_object_id: must be text (null)",
    ),
    "the listing is empty": (
        changed(LISTING, b'"catalog_object_id": ""'),
        f"{ROW}.catalog_object_id: must not be empty ('')",
    ),
    "the location is missing": (changed(LOCATION + b",", b""), f"{ROW}.location_id: is missing"),
    "the location is an array": (
        changed(LOCATION, b'"location_id": ["L1", "L2"]'),
        f"{ROW}.location_id: must be text (array of 2)",
    ),
    "the state is a number": (changed(STATE, b'"state": 1'), f"{ROW}.state: must be text (1)"),
    "is_estimated is a word": (
        changed(STATE, STATE + b', "is_estimated": "yes"'),
        f"{ROW}.is_estimated: must be true or false ('yes')",
    ),
}

SHAPES = {
    "the counts are an object": (
        square.event("inventory.count.updated", {"object": {"inventory_counts": {"0": {}}}}),
        f"{ROWS}: must be an array (object of 1)",
    ),
    "the counts are null": (
        square.event("inventory.count.updated", {"object": {"inventory_counts": None}}),
        f"{ROWS}: must be an array (null)",
    ),
    "a row is text": (
        square.event("inventory.count.updated", {"object": {"inventory_counts": ["90"]}}),
        f"{ROW}: must be an object ('90')",
    ),
    "data is an array": (
        square.event("inventory.count.updated", []),  # type: ignore[arg-type]  # that is what is wrong with it
        "data: must be an object (array of 0)",
    ),
    "the second row is at fault": (
        square.counts_updated([square.count("5"), square.count("six", variation="B")]),
        f"{ROWS}[1].quantity: must be text of plain decimal digits ('six')",
    ),
}

CASES: dict[str, tuple[bytes, str]] = {
    **NOT_JSON,
    **OUTSIDE_JSON,
    **{
        f"the quantity is {name}": (quantity(written), f"{ROW}.quantity: {problem}")
        for name, (written, problem) in WRONG_QUANTITIES.items()
    },
    **WRONG_MEMBERS,
    **SHAPES,
}


@pytest.mark.parametrize(("body", "reason"), CASES.values(), ids=CASES.keys())
def test_it_is_kept_as_it_came_and_quarantined_with_the_place_and_the_value_at_fault(
    shop: SquareShop, body: bytes, reason: str
) -> None:
    (delivery,) = shop.receive(body)
    assert (delivery.state, delivery.reason, delivery.event_kind) == ("quarantined", reason, "")
    assert bytes(delivery.body) == body
    assert (delivery.attempts, delivery.failed_at) == (1, None)
    for model in (Cause, Stream, StockEvent, Movement, Count, Listing, Location, Product):
        assert not model._default_manager.exists(), model


def test_a_malformed_neighbour_keeps_nothing_from_being_processed(shop: SquareShop) -> None:
    first = square.counts_updated([square.count("5")], event_id="event-1")
    malformed = square.counts_updated([square.count("5.1234567")], event_id="event-2")
    third = square.counts_updated([square.count("7", at="2020-12-30T00:00:00Z")], event_id="event-3")
    deliveries = shop.receive(first, malformed, third)
    assert [(delivery.state, delivery.reason) for delivery in deliveries] == [
        ("processed", ""),
        ("quarantined", f"{ROW}.quantity: 5.1234567 has more than 6 decimals ('5.1234567')"),
        ("processed", ""),
    ]
    assert shop.stock() == {(square.VARIATION, square.PLACE, "IN_STOCK"): "7"}


def test_the_same_malformed_body_twice_is_one_delivery(shop: SquareShop) -> None:
    """It has no event id to be known by, but the same bytes say the same."""
    assert len(shop.receive(b"not json", b"not json")) == 1


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("9000000000000", "9000000000000"),
        ("-9000000000000", "-9000000000000"),
        ("8999999999999.999999", "8999999999999.999999"),
        ("0.123456", "0.123456"),
        ("1.50000000", "1.5"),
        ("-0", "0"),
        ("007", "7"),
    ],
)
def test_what_is_just_within_bounds_is_stock_to_the_last_digit(shop: SquareShop, written: str, shown: str) -> None:
    (delivery,) = shop.receive(quantity(f'"{written}"'))
    assert (delivery.state, delivery.reason) == ("processed", "")
    assert shop.stock() == {(square.VARIATION, square.PLACE, "IN_STOCK"): shown}


def test_a_quarantined_body_stays_where_it_is(shop: SquareShop) -> None:
    """It needs a person, and falls due for no worker, today or tomorrow."""
    (delivery,) = shop.receive(b"{}")
    Delivery.objects.update(due_at=delivery.received_at - timedelta(days=1))
    assert worker.drain() == {}
