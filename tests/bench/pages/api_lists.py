"""The API's lists, taken from its router: as they open, by each parameter, and turned to their end."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Model
from django.test import RequestFactory
from django.urls import reverse
from rest_framework.request import Request

from inventory.api.pagination import KeyPagination
from inventory.api.urls import router
from inventory.models import Barcode, Batch, Count, Listing, Location, Movement, Product, Site, Source
from tests.bench.pages.questions import Kind, Question, address

GROUP = "API"


def _early() -> str:
    """A moment a tenth of the way through the ledger."""
    first, last = Movement.objects.order_by("seq")[0], Movement.objects.order_by("-seq")[0]
    between = last.recorded_at - first.recorded_at
    moment = first.recorded_at + between / 10 + timedelta(microseconds=1)
    return moment.isoformat().replace("+00:00", "Z")


def _first(model: type[Model], column: str = "pk", **narrowed: Any) -> Callable[[], Any]:
    return lambda: model._default_manager.filter(**narrowed).order_by("pk").values_list(column, flat=True)[0]


def _last(model: type[Model], column: str) -> Callable[[], Any]:
    return lambda: model._default_manager.exclude(**{column: ""}).order_by("-pk").values_list(column, flat=True)[0]


def _said(text: str) -> Callable[[], Any]:
    return lambda: text


SQUARE = _first(Source, provider="square", name="square of the bench")
VALUES: dict[tuple[str, str], Callable[[], Any]] = {
    ("source", "name"): _said("square of the bench"),
    ("product", "name"): _last(Product, "name"),
    ("product", "name_prefix"): _said("Goods"),
    ("listing", "source"): SQUARE,
    ("listing", "product"): _first(Product),
    ("listing", "external_id"): _last(Listing, "external_id"),
    ("listing", "unmatched"): _said("true"),
    ("listing", "barcode"): _last(Barcode, "code"),
    ("listing", "gtin"): _last(Barcode, "gtin"),
    ("location", "source"): SQUARE,
    ("location", "site"): _first(Site),
    ("location", "parent"): _first(Location),
    ("location", "external_id"): _last(Location, "external_id"),
    ("batch", "source"): _first(Source, provider="tracktile"),
    ("batch", "listing"): _first(Batch, "listing", listing__isnull=False),
    ("batch", "location"): _first(Batch, "location", location__isnull=False),
    ("batch", "external_id"): _last(Batch, "external_id"),
    ("batch", "label"): _last(Batch, "label"),
    ("batch", "expires_before"): _said("2027-06-01"),
    ("batch", "expires_after"): _said("2026-06-01"),
    ("count", "source"): SQUARE,
    ("count", "product"): _first(Count, "listing__product"),
    ("count", "listing"): _first(Count, "listing"),
    ("count", "batch"): _first(Count, "batch", batch__isnull=False),
    ("count", "location"): _first(Count, "location"),
    ("count", "location_tree"): _first(Count, "location"),
    ("count", "bucket"): _said("reserved"),
    ("count", "negative"): _said("true"),
    ("count", "as_of"): _early,
    ("movement", "count"): _first(Count),
    ("movement", "after_seq"): lambda: Movement.objects.order_by("-seq")[500].seq,
    ("movement", "recorded_from"): _early,
    ("movement", "recorded_before"): _early,
    ("movement", "order"): _said("oldest"),
}
"""By list and parameter, a value that is asked for: each parameter must be here, but those BESIDE another."""
BESIDE = {("count", "clock")}


def api_questions() -> Iterator[Question]:
    """Every list and one of each."""
    registered: list[tuple[str, Any, str]] = router.registry
    for _, view_set, basename in registered:
        path = reverse(f"api:{basename}-list")
        yield Question(group=GROUP, name=f"{basename}s", path=path)
        yield from _end(f"{basename}s", view_set, path)
        for parameter in view_set.parameters:
            if (basename, parameter.name) in BESIDE:
                continue
            asked = {parameter.name: VALUES[basename, parameter.name]()}
            name = f"{basename}s by {parameter.name}"
            yield Question(group=GROUP, name=name, path=address(path, **asked), first=f"{basename}s")
            if parameter.narrow is None or parameter.name in {"source", "bucket", "name_prefix"}:
                yield from _end(name, view_set, path, **asked)
        first = view_set.queryset.order_by(view_set.key).values_list(view_set.key, flat=True)[0]
        yield Question(group=GROUP, name=f"a {basename}", path=reverse(f"api:{basename}-detail", args=[first]))
    path = reverse("api:count-list")
    true_then = address(path, as_of=_early(), clock="true")
    yield Question(group=GROUP, name="counts by as_of, true then", path=true_then)


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfOne:
    """A list whose first page has one row: its next is where the page behind that row begins."""

    key: str
    newest_first: bool
    asked: dict[str, Any]


def _end(name: str, view_set: Any, path: str, **asked: Any) -> Iterator[Question]:
    """The last full page: a cursor is signed for its list and filters, so the list itself gives it out."""
    rows, key = view_set.queryset.order_by(), view_set.key
    falling = name.startswith("movements") and asked.get("order") != "oldest"
    behind = rows.order_by(key if falling else f"-{key}").values_list(key, flat=True)[100:101]
    for number in behind:
        view = _OfOne(key=key, newest_first=falling, asked={"page_size": 1})
        there = rows.filter(**{f"{key}__{'lte' if falling else 'gte'}": number})
        pagination = KeyPagination()
        request = Request(RequestFactory(SERVER_NAME="localhost").get(path, asked))
        pagination.paginate_queryset(there, request, view)  # type: ignore[arg-type]
        onward = pagination.get_paginated_response([]).data["next"].removeprefix("http://localhost")
        yield Question(group=GROUP, name=f"{name}, last page", path=onward, kind=Kind.DEEP, first=name)
