"""The API's description: complete, without a warning, true of what is answered, and a page that people can read."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import call_command
from django.test import Client
from jsonschema import Draft202012Validator

from inventory import ledger
from inventory.api.documentation import Value, value_of
from inventory.api.urls import router
from inventory.models import Batch, Location, Product, Site
from tests.inventory.api_support import LISTS, ask, place, refused, staff_client
from tests.inventory.fold.support import born, read, unknown
from tests.inventory.ledger_support import GTIN, describe, make_source, write

pytestmark = pytest.mark.django_db

ONE = {"movements": "seq"}


@pytest.fixture
def schema() -> Any:
    return ask(staff_client(), "schema")


def test_it_is_openapi_and_made_without_a_warning(tmp_path: Path) -> None:
    made = tmp_path / "schema.json"
    call_command("spectacular", "--fail-on-warn", "--validate", "--format", "openapi-json", "--file", str(made))
    assert json.loads(made.read_text())["openapi"] == "3.1.0"


def test_it_describes_every_address_that_answers(schema: Any) -> None:
    lists = {f"/api/v1/{name}/" for name in LISTS}
    ones = {f"/api/v1/{name}/{{{ONE.get(name, 'id')}}}/" for name in LISTS}
    assert set(schema["paths"]) == lists | ones
    assert {method for path in schema["paths"].values() for method in path} == {"get"}


def test_it_describes_every_parameter_and_every_error(schema: Any) -> None:
    registry: list[tuple[str, Any, str]] = router.registry
    for path, view, _ in registry:
        listed = schema["paths"][f"/api/v1/{path}/"]["get"]
        one = schema["paths"][f"/api/v1/{path}/{{{ONE.get(path, 'id')}}}/"]["get"]
        asked = {parameter.name for parameter in view.parameters} | {"cursor", "page_size"}
        assert {parameter["name"] for parameter in listed["parameters"]} == asked
        assert all(parameter["description"] for parameter in listed["parameters"])
        assert {parameter["name"] for parameter in one["parameters"] if parameter["in"] == "query"} == {
            parameter.name for parameter in view.detail_parameters
        }
        assert (list(listed["responses"]), list(one["responses"])) == (
            ["200", "400", "401", "403"],
            ["200", "400", "401", "403", "404"],
        )


def test_it_says_how_a_reader_proves_who_is_asking(schema: Any) -> None:
    scheme = {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "Log in at /admin/ as staff."}
    assert schema["components"]["securitySchemes"] == {"session": scheme}
    assert all(path["get"]["security"] == [{"session": []}] for path in schema["paths"].values())


def test_everything_that_is_answered_is_as_it_is_described() -> None:
    """Every list and one row of each, over a shop where whatever may be null is null once and something once."""
    source = make_source()
    describe(source, "coffee", name="Coffee", barcodes=[GTIN, "NYW"])
    place(source, "shop")
    place(source, "shelf", parent="shop")
    write(source, read("a", 1, "5"), replace(unknown("b", 1), listing="milk", location=""), by="delivery:1")
    write(source, replace(born("c", 1, "bay", "1"), batch="x"), replace(born("d", 1, "bay"), batch="y"))
    write(source, replace(read("e", 1, "9"), listing="tea"), by="delivery:2")
    ledger.retract("delivery:2", source.pk, actor="kim")
    Batch.objects.filter(external_id="x").update(expires_on=date(2026, 12, 31), label="LOT", listing=None)
    Location.objects.filter(external_id="shelf").update(site=Site.objects.create(name="Harbour"), sellable=False)
    Product.objects.filter(name="Coffee").update(unit="bag", threshold=2)
    client = staff_client()
    schema = ask(client, "schema")
    for name in LISTS:
        operations = schema["paths"]
        page = ask(client, name)
        assert list(faults(schema, operations[f"/api/v1/{name}/"], "200", page)) == []
        key = ONE.get(name, "id")
        for row in page["results"]:
            one = ask(client, f"{name}/{row[key]}")
            assert list(faults(schema, operations[f"/api/v1/{name}/{{{key}}}/"], "200", one)) == []
    for path, query in (("/api/v1/counts/", {"bucket": "x"}), ("/api/v1/counts/", {"unheard": "of"})):
        status, answer = refused(client, "counts", **query)
        assert list(faults(schema, schema["paths"][path], str(status), answer)) == []


def faults(schema: Any, operation: Any, status: str, answer: Any) -> Iterator[str]:
    """What is not as described: a part that is missing, one that is not described, one of another kind."""
    described = operation["get"]["responses"][status]["content"]["application/json"]["schema"]
    closed = json.loads(json.dumps(schema["components"]), object_hook=_closed)
    validator = Draft202012Validator({**described, "components": closed})
    yield from (f"{error.json_path}: {error.message}" for error in validator.iter_errors(answer))


def _closed(part: dict[str, Any]) -> dict[str, Any]:
    return {**part, "additionalProperties": False} if "properties" in part and "type" in part else part


def test_a_wrong_answer_would_be_noticed(schema: Any) -> None:
    operation = schema["paths"]["/api/v1/sources/"]
    found = list(faults(schema, operation, "200", {"results": [{"id": "1"}], "next": None, "more": 1}))
    assert "$.results[0].id: '1' is not of type 'integer'" in found
    assert "$: Additional properties are not allowed ('more' was unexpected)" in found


def test_strangers_and_others_are_not_shown_the_page() -> None:
    response = Client().get("/api/v1/docs/")
    assert (response.status_code, response["Location"]) == (302, "/admin/login/?next=/api/v1/docs/")
    client = Client()
    client.force_login(User.objects.create_user("customer"))
    assert client.get("/api/v1/docs/").status_code == 302


def test_the_page_says_what_can_be_asked_and_what_is_answered(schema: Any) -> None:
    client = Client()
    client.force_login(User.objects.create_user("ada", is_staff=True))
    response = client.get("/api/v1/docs/")
    page = response.content.decode()
    assert response.status_code == 200
    assert "'unsafe" not in response["Content-Security-Policy"]
    for path in schema["paths"]:
        assert f"<code>GET {path}</code>" in page
    for parameter in schema["paths"]["/api/v1/counts/"]["get"]["parameters"]:
        assert f'<th scope="row"><code>{parameter["name"]}</code></th>' in page
    for shape in schema["components"]["schemas"]:
        assert f'id="shape-{shape}"' in page
    assert "<td>one of known, true" in page
    assert '<td><a href="#shape-BatchRef">BatchRef</a> or null' in page


@pytest.mark.parametrize(
    ("schema", "words"),
    [
        ({"type": "string"}, Value(before="text")),
        ({"type": ["string", "null"], "format": "date-time"}, Value(before="moment or null")),
        ({"type": "integer", "minimum": 1, "maximum": 200}, Value(before="whole number from 1 to 200")),
        ({"type": "integer", "minimum": 0, "maximum": 2**63 - 1}, Value(before="whole number")),
        ({"type": "string", "enum": ["true"]}, Value(before="true")),
        ({"type": "string", "enum": ["known", "true"]}, Value(before="one of known, true")),
        ({"$ref": "#/components/schemas/Count"}, Value(shape="Count")),
        ({"allOf": [{"$ref": "#/components/schemas/Count"}], "description": "x"}, Value(shape="Count")),
        ({"type": "array", "items": {"$ref": "#/components/schemas/Count"}}, Value(before="list of ", shape="Count")),
        (
            {"oneOf": [{"$ref": "#/components/schemas/Count"}, {"type": "null"}]},
            Value(shape="Count", after=" or null"),
        ),
        ({}, Value(before="anything")),
    ],
)
def test_what_something_may_be_is_said_in_plain_words(schema: Any, words: Value) -> None:
    assert value_of(schema) == words
