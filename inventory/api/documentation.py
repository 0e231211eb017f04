"""The description of the API for people: a page made from the description for programs.

The viewers that are made for OpenAPI were tried: one needs inline styles, which our Content-Security-Policy refuses;
the other works without them, but cannot be read by everybody (contrast, buttons inside of buttons).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from inventory.api.schema import described
from inventory.views.access import staff_page

Schema = Mapping[str, Any]

_KINDS: Mapping[tuple[str, str | None], str] = {
    ("string", "date-time"): "moment",
    ("string", "date"): "day",
    ("string", "uri"): "address",
    ("string", None): "text",
    ("integer", None): "whole number",
    ("boolean", None): "true or false",
    ("object", None): "object",
}
_LARGEST_WORTH_SAYING = 2**32


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What something may be, in a few words, of which one may name a shape: "list of", Barcode, "or null"."""

    before: str = ""
    shape: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """A parameter, or a part of an answer."""

    name: str
    value: Value
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What an operation may answer."""

    status: str
    description: str
    value: Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """Something that can be asked."""

    path: str
    anchor: str
    description: str
    parameters: tuple[Field, ...]
    answers: tuple[Answer, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """A JSON object with its parts, or a word that is one of a few."""

    name: str
    description: str
    fields: tuple[Field, ...]
    words: tuple[str, ...]


def operations(schema: Schema) -> Iterator[Operation]:
    """Everything that can be asked, in the order of the addresses."""
    for path, methods in schema["paths"].items():
        for operation in methods.values():
            yield Operation(
                path=path,
                anchor=operation["operationId"],
                description=operation.get("description", ""),
                parameters=tuple(
                    Field(
                        name=parameter["name"],
                        value=value_of(parameter["schema"]),
                        description=parameter.get("description", ""),
                    )
                    for parameter in operation.get("parameters", ())
                ),
                answers=tuple(
                    Answer(
                        status=status,
                        description=answer["description"],
                        value=value_of(answer["content"]["application/json"]["schema"]),
                    )
                    for status, answer in operation["responses"].items()
                ),
            )


def shapes(schema: Schema) -> Iterator[Shape]:
    """Every shape that answers are made of, by name."""
    for name, shape in schema["components"]["schemas"].items():
        yield Shape(
            name=name,
            description=shape.get("description", ""),
            fields=tuple(
                Field(name=field, value=value_of(part), description=part.get("description", ""))
                for field, part in shape.get("properties", {}).items()
            ),
            words=tuple(shape.get("enum", ())),
        )


def value_of(schema: Schema) -> Value:
    """What a schema allows, in a few words."""
    if "$ref" in schema:
        return Value(shape=schema["$ref"].rpartition("/")[2])
    if "oneOf" in schema or "allOf" in schema:
        parts = [value_of(part) for part in schema.get("oneOf") or schema["allOf"]]
        shape = next((part.shape for part in parts if part.shape), "")
        rest = [part.before for part in parts if not part.shape]
        return Value(shape=shape, after=f" or {' or '.join(rest)}" if rest else "")
    if "enum" in schema:
        return Value(before=f"one of {', '.join(schema['enum'])}" if len(schema["enum"]) > 1 else schema["enum"][0])
    if schema.get("type") == "array":
        of = value_of(schema["items"])
        return Value(before=f"list of {of.before}", shape=of.shape, after=of.after)
    return Value(before=" or ".join(_plain(schema)))


def _plain(schema: Schema) -> Iterator[str]:
    told = schema.get("type", "anything")
    kinds: list[str] = told if isinstance(told, list) else [told]
    for kind in kinds:
        words = _KINDS.get((kind, schema.get("format")), kind)
        if 1 < schema.get("maximum", 0) < _LARGEST_WORTH_SAYING:
            words += f" from {schema['minimum']} to {schema['maximum']}"
        yield words


@require_safe
@staff_page()
def documentation(request: HttpRequest) -> HttpResponse:
    """The page: what can be asked, what is answered, and the shapes of the answers."""
    schema = described()
    context = {
        "version": schema["info"]["version"],
        "introduction": schema["info"]["description"],
        "operations": list(operations(schema)),
        "shapes": list(shapes(schema)),
    }
    return render(request, "inventory/api_docs.html", context)
