"""Counting no more than a page needs."""

import pytest
from django.db import connection
from django.db.models import QuerySet
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory.admin.display import admin_url
from inventory.admin.paginator import BoundedPaginator
from inventory.models import Product

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _five_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BoundedPaginator, "MOST", 5)
    monkeypatch.setattr(BoundedPaginator, "PAGES", 2)


def products(number: int) -> QuerySet[Product]:
    Product.objects.bulk_create(Product(name=f"Product {index:03}") for index in range(number))
    return Product.objects.order_by("name", "id")


@pytest.mark.parametrize(
    ("rows", "count", "text", "is_cut"),
    [
        (0, 0, "0", False),
        (1, 1, "1", False),
        (4, 4, "4", False),
        (5, 5, "5", True),  # two pages of two
        (6, 6, "5+", True),
        (9, 6, "5+", True),
    ],
)
def test_a_number_of_rows_is_exact_up_to_the_bound(rows: int, count: int, text: str, is_cut: bool) -> None:
    pages = BoundedPaginator(products(rows).filter(name__gt=""), 2)
    assert (pages.count, pages.count_text, pages.is_cut) == (count, text, is_cut)


def test_pages_beyond_the_last_that_can_be_reached_are_not_offered() -> None:
    pages = BoundedPaginator(products(9), 2)
    assert list(pages.page_range) == [1, 2]
    assert [product.name for product in pages.page(2)] == ["Product 002", "Product 003"]


def test_a_page_behind_the_first_steps_over_keys_alone() -> None:
    pages = BoundedPaginator(products(9).filter(name__gt="Product 001"), 2)
    with CaptureQueriesContext(connection) as queries:
        assert [product.name for product in pages.page("2")] == ["Product 004", "Product 005"]
    stepping = [query["sql"] for query in queries.captured_queries if "OFFSET" in query["sql"]]
    assert [sql.partition(" FROM ")[0] for sql in stepping] == ['SELECT "inventory_product"."id" AS "pk"']


def test_of_some_rows_only_the_keys_come_first_and_of_all_rows_the_rows_at_once() -> None:
    some, every = (BoundedPaginator(rows, 2) for rows in (products(4).filter(name__gt="Product 001"), products(0)))
    asked = {}
    for pages in (some, every):
        with CaptureQueriesContext(connection) as queries:
            names = [product.name for product in pages.page(1)]
        [sql] = [query["sql"] for query in queries.captured_queries if "LIMIT 2" in query["sql"]]
        asked[pages] = (names, "IN (SELECT" in sql)
    assert asked == {some: (["Product 002", "Product 003"], True), every: (["Product 000", "Product 001"], False)}


def test_an_unfiltered_table_is_estimated_where_the_database_has_an_estimate() -> None:
    rows = products(20)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE inventory_product")
    expected = {"postgresql": "about 20", "sqlite": "5+"}[connection.vendor]
    assert BoundedPaginator(rows, 2).count_text == expected


def test_a_filtered_list_is_never_said_to_be_as_long_as_its_table() -> None:
    rows = products(20)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE inventory_product")
    assert BoundedPaginator(rows.filter(name__gt="Product 010"), 2).count_text == "5+"


def test_rows_are_counted_only_up_to_the_bound() -> None:
    with CaptureQueriesContext(connection) as queries:
        assert BoundedPaginator(products(9).filter(name__gt=""), 2).count == 6
    assert "LIMIT 6" in queries.captured_queries[-1]["sql"]


def test_a_list_of_texts_is_counted_as_it_is() -> None:
    assert BoundedPaginator(["a", "b", "c"], 2).num_pages == 2


def test_a_list_says_that_there_is_more_than_it_counted(admin_client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inventory.admin.base.StockroomAdmin.list_per_page", 2)
    products(9)
    page = admin_client.get(admin_url(Product, "changelist"), {"q": "Product"}).content.decode()
    assert "5+\n  products" in page
    assert "Only the first 2 pages can be turned to." in page


def test_a_page_that_cannot_be_reached_leads_back_to_the_list(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inventory.admin.base.StockroomAdmin.list_per_page", 2)
    products(9)
    response = admin_client.get(admin_url(Product, "changelist"), {"p": 3})
    assert (response.status_code, response["Location"]) == (302, "/admin/inventory/product/?e=1")
