"""Every list and every page of the admin, of both apps: quick on many rows, and closed to what would bend facts."""

import html
import re
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection, models
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils.html import escape

from inventory.admin.base import ReadOnlyAdmin, StockroomAdmin
from inventory.admin.display import admin_url
from inventory.models import LedgerHead
from tests.admin_support import make_rows

pytestmark = pytest.mark.django_db

OURS: list[type[models.Model]] = [
    model
    for app in ("inventory", "webhooks")
    for model in apps.get_app_config(app).get_models()
    if model is not LedgerHead
]
TRUTH = [
    "inventory.batch",
    "inventory.batchlink",
    "inventory.barcode",
    "inventory.cause",
    "inventory.count",
    "inventory.movement",
    "inventory.proofrun",
    "inventory.restatement",
    "inventory.retraction",
    "inventory.stockevent",
    "inventory.stream",
    "webhooks.delivery",
    "webhooks.refusal",
]
INLINE = re.compile(r"<style|<script(?![^>]*\bsrc=)|\sstyle=|\son[a-z]+=", re.IGNORECASE)
FILTER_LINK = re.compile(r'href="(\?[^"]*)"')

each_model = pytest.mark.parametrize("model", OURS, ids=lambda model: str(model._meta.label_lower))


def admin_of(model: type[models.Model]) -> StockroomAdmin[Any]:
    found = admin.site.get_model_admin(model)
    assert isinstance(found, StockroomAdmin)
    return found


def queries_of_list(client: Client, model: type[models.Model]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        response = client.get(admin_url(model, "changelist"))
    assert response.status_code == 200
    return len(queries)


def test_the_truth_tables_are_the_read_only_ones() -> None:
    assert sorted(m._meta.label_lower for m in OURS if isinstance(admin_of(m), ReadOnlyAdmin)) == sorted(TRUTH)


@each_model
def test_a_list_asks_as_many_questions_for_200_rows_as_for_10(admin_client: Client, model: type[models.Model]) -> None:
    make_rows(1, 10)
    queries_of_list(admin_client, model)
    at_10 = queries_of_list(admin_client, model)
    make_rows(11, 200)
    assert queries_of_list(admin_client, model) == at_10


@each_model
def test_an_empty_list_says_so_in_a_sentence(admin_client: Client, model: type[models.Model]) -> None:
    sentence = admin_of(model).empty_list
    assert sentence.endswith(".")
    assert escape(sentence) in admin_client.get(admin_url(model, "changelist")).content.decode()


@each_model
def test_a_page_shows_every_row_there_is(admin_client: Client, model: type[models.Model]) -> None:
    make_rows(1, 2)
    for row in model._default_manager.all():
        response = admin_client.get(admin_url(model, "change", row.pk))
        assert response.status_code == 200
        assert not INLINE.search(response.content.decode())


@each_model
def test_a_list_holds_nothing_that_the_content_security_policy_forbids(
    admin_client: Client, model: type[models.Model]
) -> None:
    make_rows(1, 3)
    response = admin_client.get(admin_url(model, "changelist"))
    assert "default-src 'self'" in response["Content-Security-Policy"]
    assert not INLINE.search(response.content.decode())


@each_model
def test_nothing_deletes_many_rows_at_once(admin_client: Client, model: type[models.Model]) -> None:
    make_rows(1, 1)
    assert b"delete_selected" not in admin_client.get(admin_url(model, "changelist")).content


@pytest.mark.parametrize("label", TRUTH)
def test_a_fact_can_be_looked_at_but_not_added_changed_or_deleted(admin_client: Client, label: str) -> None:
    model = apps.get_model(label)
    make_rows(1, 1)
    pk = model._default_manager.order_by("pk")[0].pk
    answers = [
        admin_client.get(admin_url(model, "change", pk)).status_code,
        admin_client.get(admin_url(model, "add")).status_code,
        admin_client.post(admin_url(model, "add"), {}).status_code,
        admin_client.post(admin_url(model, "change", pk), {}).status_code,
        admin_client.post(admin_url(model, "delete", pk), {"post": "yes"}).status_code,
    ]
    assert answers == [200, 403, 403, 403, 403]
    assert model._default_manager.filter(pk=pk).exists()


@each_model
@pytest.mark.parametrize("text", ["x", "17", "9" * 30, "a\0b", "%", "two words", "“"])
def test_a_search_for_anything_is_answered(admin_client: Client, model: type[models.Model], text: str) -> None:
    make_rows(1, 1)
    assert admin_client.get(admin_url(model, "changelist"), {"q": text}).status_code == 200


@each_model
def test_a_list_is_narrowed_by_each_lookup_that_pages_link_to(admin_client: Client, model: type[models.Model]) -> None:
    make_rows(1, 2)
    for lookup in admin_of(model).linked_filters:
        target = model._default_manager.filter(**{f"{lookup.removesuffix('__id__exact')}__isnull": False})[0]
        value = getattr(target, f"{lookup.removesuffix('__id__exact')}_id")
        response = admin_client.get(admin_url(model, "changelist"), {lookup: value})
        assert response.status_code == 200
        expected = set(model._default_manager.filter(**{lookup: value}).values_list("pk", flat=True))
        assert {row.pk for row in response.context["cl"].result_list} == expected
        assert "are listed. <a" in response.content.decode()


@each_model
def test_every_choice_that_a_list_offers_can_be_taken(admin_client: Client, model: type[models.Model]) -> None:
    make_rows(1, 2)
    url = admin_url(model, "changelist")
    offered = {html.unescape(query) for query in FILTER_LINK.findall(admin_client.get(url).content.decode())}
    answers = {query: admin_client.get(url + query).status_code for query in offered}
    assert {query: status for query, status in answers.items() if status != 200} == {}


@pytest.mark.parametrize(
    ("label", "lookup"),
    [
        ("webhooks.delivery", "body__contains"),
        ("webhooks.delivery", "reason__contains"),
        ("webhooks.token", "digest__startswith"),
        ("webhooks.secret", "value__isnull"),
        ("webhooks.refusal", "detail__contains"),
        ("inventory.movement", "count__listing__product__name"),
        ("inventory.cause", "note__icontains"),
    ],
)
def test_a_lookup_that_no_page_links_to_is_refused(admin_client: Client, label: str, lookup: str) -> None:
    make_rows(1, 1)
    assert admin_client.get(admin_url(apps.get_model(label), "changelist"), {lookup: "x"}).status_code == 400


@pytest.mark.parametrize(
    ("label", "columns"),
    [
        ("webhooks.delivery", ["body", "headers"]),
        ("webhooks.refusal", ["body", "headers", "credentials"]),
        ("webhooks.secret", ["value"]),
        ("webhooks.token", ["value", "public_url"]),
        ("inventory.stockevent", ["data"]),
        ("inventory.stream", ["state"]),
        ("inventory.listing", ["description"]),
    ],
)
def test_a_list_leaves_large_and_secret_columns_in_the_database(
    admin_client: Client, label: str, columns: list[str]
) -> None:
    make_rows(1, 1)
    model = apps.get_model(label)
    with CaptureQueriesContext(connection) as queries:
        admin_client.get(admin_url(model, "changelist"))
    asked = " ".join(query["sql"] for query in queries.captured_queries)
    assert [column for column in columns if f'"{model._meta.db_table}"."{column}"' in asked] == []


def test_the_house_has_its_name_on_the_door(admin_client: Client) -> None:
    page = admin_client.get("/admin/").content.decode()
    assert '<div id="site-name"><a href="/">Stockroom</a></div>' in page
    assert '<a href="/">View site</a>' in page
