"""The admin's lists, from its registry: as they open, by each filter that is offered, searched, and at their end."""

from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model
from django.test import RequestFactory

from inventory.admin.display import admin_url
from inventory.models import Count, Listing
from tests.bench.pages.questions import Kind, Question, address

GROUP = "admin"
LOOKED_AT = 1000
"""How many rows say which value is frequent: the oldest, which are of one kind whatever the ledger's size."""
NOTHING = "no such thing"
FOUND_THROUGH: dict[type[Model], type[Model]] = {Count: Listing}
"""What is found by the words of another list besides its own."""

Lists = dict[type[Model], Any]


def admin_questions(user: User) -> Iterator[Question]:
    """Everything that this person may ask of the admin's lists."""
    lists: Lists = admin.site._registry
    for model, shown in sorted(lists.items(), key=lambda item: item[0]._meta.label):
        request = RequestFactory().get("/")
        request.user = user
        if shown.has_view_permission(request) and shown.has_module_permission(request):
            yield from _of_list(model, shown, user)


def _of_list(model: type[Model], shown: Any, user: User) -> Iterator[Question]:
    noun = str(model._meta.verbose_name_plural)
    path = admin_url(model, "changelist")
    yield from _with_its_end(noun, path, shown, user, noun)
    for name, asked in _filters(shown, user):
        yield from _with_its_end(f"{noun} {name}", address(path, **asked), shown, user, noun)
    for model_searched in (model, FOUND_THROUGH.get(model)):
        if model_searched is not None:
            for lookup in admin.site._registry[model_searched].search_fields:
                yield from _searches(noun, path, model_searched, lookup, shown, user)
    if shown.search_fields:
        yield Question(group=GROUP, name=f"{noun}: nothing found", path=address(path, q=NOTHING), kind=Kind.RARE)
    row = model._default_manager.order_by("pk").first()
    if row is not None:
        yield Question(group=GROUP, name=f"{noun}: one", path=admin_url(model, "change", row.pk))


def _with_its_end(name: str, path: str, shown: Any, user: User, noun: str) -> Iterator[Question]:
    yield Question(group=GROUP, name=name, path=path, first=noun)
    pages = _changelist(path, shown, user).paginator.num_pages
    if pages > 1:
        last = f"{path}{'&' if '?' in path else '?'}p={pages}"
        yield Question(group=GROUP, name=f"{name}, page {pages}", path=last, kind=Kind.DEEP, first=name)


def _filters(shown: Any, user: User) -> Iterator[tuple[str, dict[str, Any]]]:
    """Those beside the list, and those by which other pages link to it, each by a value that occurs."""
    changelist = _changelist("/", shown, user)
    for spec in changelist.filter_specs:
        for choice in spec.choices(changelist):
            asked = dict(parse_qsl(choice["query_string"].removeprefix("?")))
            if asked:
                yield f"by {spec.title} {choice['display']}", asked
    for lookup in getattr(shown, "linked_filters", ()):
        column = lookup.removesuffix("__id__exact")
        rows = shown.model._default_manager.filter(**{f"{column}__isnull": False}).order_by("pk")
        value = rows.values_list(column, flat=True).first()
        if value is not None:
            yield f"by {column}", {lookup: value}


def _searches(noun: str, path: str, model: type[Model], lookup: str, shown: Any, user: User) -> Iterator[Question]:
    is_whole, begins_so = lookup.endswith("__exact"), lookup.endswith("__istartswith")
    column = lookup.rpartition("__")[0] if is_whole or begins_so else lookup
    values = model._default_manager.exclude(**{column: ""}).values_list(column, flat=True)
    newest = values.order_by("-pk").first()
    if newest is None:
        return
    name = f"{noun}: {column}"
    yield Question(group=GROUP, name=f"{name}, rare", path=address(path, q=newest), kind=Kind.RARE)
    begins = [str(value) if is_whole else str(value)[:2] for value in values.order_by("pk")[:LOOKED_AT]]
    [(frequent, times)] = Counter(begins).most_common(1)
    if times > 1:
        yield from _with_its_end(f"{name}, frequent", address(path, q=frequent), shown, user, noun)


def _changelist(path: str, shown: Any, user: User) -> Any:
    request = RequestFactory().get(path)
    request.user = user
    return shown.get_changelist_instance(request)
