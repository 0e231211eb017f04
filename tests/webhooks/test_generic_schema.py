"""docs/generic.schema.json and the parser agree: each body is judged by hand, by the schema and by the parser."""

import json
import re
from typing import Any

import pytest

from inventory.events import Bucket, Quality
from tests.webhooks import generic
from tests.webhooks.generic import adjustment, description, event, reading, without
from webhooks.payload import MalformedPayload
from webhooks.providers import PROVIDERS, Ignored, Intake

SCHEMA: dict[str, Any] = json.loads((generic.ROOT / "docs" / "generic.schema.json").read_text())
NOTES = {"$schema", "$defs", "title", "description", "format"}
TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def accepts(schema: Any, value: Any) -> bool:
    """Whether a JSON Schema takes `value`: the keywords that ours uses, as draft 2020-12 defines them."""
    if isinstance(schema, bool):
        return schema
    return all(_holds(word, told, schema, value) for word, told in schema.items() if word not in NOTES)


def _holds(word: str, told: Any, schema: dict[str, Any], value: Any) -> bool:  # noqa: C901, PLR0911, PLR0912  # a table of keywords
    match word:
        case "$ref":
            return accepts(SCHEMA["$defs"][told.removeprefix("#/$defs/")], value)
        case "type":
            return any(_is_a(name, value) for name in ([told] if isinstance(told, str) else told))
        case "const":
            return bool(value == told)
        case "enum":
            return value in told
        case "anyOf":
            return any(accepts(part, value) for part in told)
        case "oneOf":
            return sum(accepts(part, value) for part in told) == 1
        case "if":
            return accepts(schema["then" if accepts(told, value) else "else"], value)
        case "then" | "else":
            return True
        case "required":
            return not isinstance(value, dict) or set(told) <= value.keys()
        case "properties":
            return not isinstance(value, dict) or all(
                accepts(part, value[name]) for name, part in told.items() if name in value
            )
        case "additionalProperties":
            assert told is False
            return not isinstance(value, dict) or value.keys() <= schema["properties"].keys()
        case "items":
            return not isinstance(value, list) or all(accepts(told, item) for item in value)
        case "maxItems":
            return not isinstance(value, list) or len(value) <= told
        case "minLength":
            return not isinstance(value, str) or len(value) >= told
        case "maxLength":
            return not isinstance(value, str) or len(value) <= told
        case "pattern":
            return not isinstance(value, str) or re.search(told, value) is not None
        case "minimum":
            return not _is_a("number", value) or value >= told
        case "maximum":
            return not _is_a("number", value) or value <= told
        case _:
            raise AssertionError(f"the schema uses {word}, which nothing here knows")


def _is_a(name: str, value: Any) -> bool:
    return isinstance(value, TYPES[name]) and (name != "number" or not isinstance(value, bool))


def problem(body: bytes) -> str | None:
    """Why the parser refuses a body; None when it takes it."""
    intake = Intake(number=1, received=0, headers={}, body=body, settings={"scheme": "standard_webhooks"})
    try:
        said = PROVIDERS["generic"].parse(intake)
    except MalformedPayload as error:
        return str(error)
    return said.reason if isinstance(said, Ignored) else None


@pytest.mark.parametrize(
    "body",
    [
        generic.EXAMPLE,
        event(),
        event(reading(5)),
        event(reading(5), tenant="north"),
        event(reading(5), tenant=None),
        event(reading("5.000001", batch="B", state="IN_STOCK", quality="estimated")),
        event(reading(-9_000_000_000_000)),
        event(reading(None, quality="untracked", location=None, batch=None)),
        event(without(reading(None), "location")),
        event(adjustment("-0.5")),
        event(adjustment(0), reading(5), description({})),
        event(description({"name": "N", "active": None, "barcodes": ["0012"], "size": {"mm": 7}})),
        event(description({"label": None, "expires_on": "2026-02-28"}, batch="B", listing=None)),
        event(description({"parent": "shop", "kind": "shelf", "active": True}, location="L")),
        event(reading(5), event_id="i" * 255),
        *(event(reading(5, bucket=bucket.value)) for bucket in Bucket),
    ],
)
def test_what_the_schema_takes_the_parser_takes(body: bytes) -> None:
    assert accepts(SCHEMA, json.loads(body)) is True
    assert problem(body) is None


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b'{"statements": []}', "id: is missing"),
        (event(event_id=7), "id: must be text (7)"),
        (event(event_id=""), "id: must not be empty ('')"),
        (event(event_id="i" * 256), f"id: is 256 characters long, more than 255 ({'i' * 78!r:.79}…)"),
        (event(tenant=7), "tenant: must be text (7)"),
        (event(sent_at="2026-03-01T12:00:00Z"), "sent_at: is no member of the body ('2026-03-01T12:00:00Z')"),
        (b'{"id": "x", "statements": {}}', "statements: must be an array (object of 0)"),
        (b'{"id": "x", "statements": null}', "statements: must be an array (null)"),
        (event(5), "statements[0]: must be an object (5)"),
        (event({}), "statements[0].type: is missing"),
        (
            event(reading(5, type="count")),
            "statements[0].type: must be reading, adjustment or description ('count')",
        ),
        (event(reading(5, type=None)), "statements[0].type: must be text (null)"),
        (event(reading(5), without(reading(5), "listing")), "statements[1].listing: is missing"),
        (event(reading(5, listing=None)), "statements[0].listing: must be text (null)"),
        (event(reading(5, listing=1001)), "statements[0].listing: must be text (1001)"),
        (event(without(reading(5), "bucket")), "statements[0].bucket: is missing"),
        (event(without(reading(5), "quantity")), "statements[0].quantity: is missing"),
        (event(without(reading(5), "occurred_at")), "statements[0].occurred_at: is missing"),
        (event(reading(5, loction="shop")), "statements[0].loction: is no member of the type reading ('shop')"),
        (
            event(reading(5, quality="good")),
            "statements[0].quality: must be exact, estimated, doubtful, untracked or unknown ('good')",
        ),
        (
            event(reading(5, quality="unknown")),
            "statements[0].quality: does not go with a quantity ('unknown')",
        ),
        (
            event(reading(None, quality="exact")),
            "statements[0].quality: does not go with a null quantity ('exact')",
        ),
        (
            event(adjustment(None)),
            "statements[0].quantity: must be a JSON number or text of plain decimal digits (null)",
        ),
        (
            event(reading("1e3")),
            "statements[0].quantity: must be a JSON number or text of plain decimal digits ('1e3')",
        ),
        (
            event(reading(True)),
            "statements[0].quantity: must be a JSON number or text of plain decimal digits (true)",
        ),
        (event(reading("1.0000001")), "statements[0].quantity: 1.0000001 has more than 6 decimals ('1.0000001')"),
        (
            event(reading(9_000_000_000_001)),
            "statements[0].quantity: 9000000000001 is beyond the limit of 9000000000000 (9000000000001)",
        ),
        (
            event(adjustment(1, quality="exact")),
            "statements[0].quality: is no member of the type adjustment ('exact')",
        ),
        (
            event(description({}, listing="L", batch="B")),
            "statements[0]: must describe one thing: a listing, batch or location (object of 5)",
        ),
        (
            event(description({}, listing=None)),
            "statements[0]: must describe one thing: a listing, batch or location (object of 4)",
        ),
        (event(without(description({}), "fields")), "statements[0].fields: is missing"),
        (event(description([])), "statements[0].fields: must be an object (array of 0)"),
        (
            event(description({}, listing="L", quantity=5)),
            "statements[0].quantity: is no member of the type description (5)",
        ),
        (event(description({"name": 5})), "statements[0].fields.name: must be text (5)"),
        (event(description({"active": "no"})), "statements[0].fields.active: must be true or false ('no')"),
        (event(description({"barcodes": "0012"})), "statements[0].fields.barcodes: must be an array ('0012')"),
        (event(description({"barcodes": [12]})), "statements[0].fields.barcodes[0]: must be text (12)"),
        (
            event(description({"expires_on": "20261231"}, batch="B")),
            "statements[0].fields.expires_on: must be a day as in 2026-12-31 ('20261231')",
        ),
        (
            event(description({"parent_inferred": "x"}, location="L")),
            "statements[0].fields.parent_inferred: is a name that Stockroom keeps for itself ('x')",
        ),
    ],
)
def test_what_the_schema_refuses_the_parser_refuses_and_says_where(body: bytes, reason: str) -> None:
    assert accepts(SCHEMA, json.loads(body)) is False
    assert problem(body) == reason


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (
            event(reading(5, at="2026-03-01 12:00")),
            "statements[0].occurred_at: must be an RFC 3339 time with Z or an offset ('2026-03-01 12:00')",
        ),
        (
            event(description({"expires_on": "2026-02-30"}, batch="B")),
            "statements[0].fields.expires_on: is not a day of the calendar ('2026-02-30')",
        ),
        (event(reading(0.0000001)), "statements[0].quantity: 1E-7 has more than 6 decimals (1e-07)"),
    ],
)
def test_what_a_schema_only_notes_the_parser_refuses(body: bytes, reason: str) -> None:
    """`format` is a note in draft 2020-12, and its arithmetic of floats cannot hold a number to six decimals."""
    assert problem(body) == reason


def test_the_schema_names_every_bucket_and_every_quality() -> None:
    reading_of = SCHEMA["$defs"]["reading"]["properties"]
    assert SCHEMA["$defs"]["bucket"]["enum"] == [bucket.value for bucket in Bucket]
    assert reading_of["quality"]["enum"] == [*(quality.value for quality in Quality), None]
    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
