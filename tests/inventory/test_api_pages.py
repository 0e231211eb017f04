"""Pages: every row once and in order, at the same cost wherever, and no cursor but one's own."""

from dataclasses import replace
from typing import Any

import pytest
from django.core.signing import Signer
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory.events import ListingDescribed, PlaceDescribed
from inventory.models import Count, Movement, Product
from tests.inventory.api_support import LISTS, ask, pages, refused, staff_client
from tests.inventory.fold.support import born, described, moved, read
from tests.inventory.ledger_support import make_source, write

pytestmark = pytest.mark.django_db

NOT_OURS = "which was not given out for this list and these filters."


def seven_products() -> list[int]:
    return [Product.objects.create(name=f"Tea {number % 2}").pk for number in range(7)]


def ids(page: list[Any]) -> list[int]:
    return [row["id"] for row in page]


@pytest.mark.parametrize(("size", "lengths"), [(1, [1] * 7), (3, [3, 3, 1]), (7, [7]), (200, [7])])
def test_pages_hold_every_row_once_and_in_order(size: int, lengths: list[int]) -> None:
    products = seven_products()
    walked = list(pages(staff_client(), "products", page_size=size))
    assert [len(page) for page in walked] == lengths
    assert [pk for page in walked for pk in ids(page)] == products


def test_a_page_holds_a_hundred_where_nothing_is_said() -> None:
    Product.objects.bulk_create(Product(name=f"Tea {number}") for number in range(101))
    assert [len(page) for page in pages(staff_client(), "products")] == [100, 1]


def test_an_empty_list_is_an_answer() -> None:
    client = staff_client()
    assert [ask(client, name) for name in LISTS] == [{"results": [], "next": None}] * 7


def test_the_next_page_keeps_what_was_asked() -> None:
    products = seven_products()
    walked = list(pages(staff_client(), "products", page_size=2, name="Tea 0"))
    assert [ids(page) for page in walked] == [products[0:4:2], products[4:7:2]]


def test_a_row_that_comes_meanwhile_shifts_no_page() -> None:
    first, second, *_ = seven_products()
    client = staff_client()
    page = ask(client, "products", page_size=2)
    Product.objects.filter(pk=first).delete()
    new = Product.objects.create(name="Tea").pk
    later = [pk for rows in walk(client, page["next"]) for pk in ids(rows)]
    assert ids(page["results"]) == [first, second]
    assert later == [*range(second + 1, second + 6), new]


def walk(client: Client, url: str | None) -> list[list[Any]]:
    found = []
    while url:
        page = client.get(url).json()
        found.append(page["results"])
        url = page["next"]
    return found


def test_the_ledger_is_read_newest_first_and_as_a_feed_oldest_first() -> None:
    source = make_source()
    for number in range(5):
        write(source, read(f"k{number}", number, str(number + 1)), by=f"delivery:{number}")
    seqs = list(Movement.objects.order_by("seq").values_list("seq", flat=True))
    client = staff_client()
    newest = [row["seq"] for page in pages(client, "movements", page_size=2) for row in page]
    oldest = [row["seq"] for page in pages(client, "movements", page_size=2, order="oldest") for row in page]
    assert (newest, oldest) == (seqs[::-1], seqs)


def test_a_feed_is_followed_by_the_last_number_that_was_read() -> None:
    source = make_source()
    client = staff_client()
    write(source, read("a", 1, "10"), by="delivery:1")
    (first,) = ask(client, "movements", order="oldest", after_seq=0)["results"]
    assert ask(client, "movements", order="oldest", after_seq=first["seq"])["results"] == []
    write(source, read("b", 2, "12"), by="delivery:2")
    write(source, read("c", 3, "9"), by="delivery:3")
    rows = ask(client, "movements", order="oldest", after_seq=first["seq"])["results"]
    assert [(row["delta"], row["cause"]["reference"]) for row in rows] == [("2", "delivery:2"), ("-3", "delivery:3")]


@pytest.mark.parametrize(
    "cursor", ["1", "MQ", "MQ:", "MQ:AAAA", ":", "é:ü", "x" * 600, "eyJhIjoxfQ:1tQ", "'; DROP TABLE inventory_count"]
)
def test_a_forged_cursor_is_refused(cursor: str) -> None:
    shown = cursor if len(cursor) <= 60 else f"{cursor[:60]}…"
    assert refused(staff_client(), "movements", cursor=cursor) == (
        400,
        {"detail": f"cursor is {shown!r}, {NOT_OURS}", "parameter": "cursor"},
    )


def test_a_cursor_that_we_signed_for_something_else_is_refused() -> None:
    status, answer = refused(staff_client(), "movements", cursor=Signer().sign_object(1))
    assert (status, answer["parameter"]) == (400, "cursor")


def test_a_cursor_belongs_to_its_list_its_filters_and_its_order() -> None:
    source = make_source()
    for number in range(3):
        write(source, read(f"k{number}", number, str(number + 1)), by=f"delivery:{number}")
    client = staff_client()
    url = ask(client, "movements", page_size=1)["next"]
    count = Count.objects.get().pk
    cursor = url.partition("cursor=")[2].partition("&")[0].replace("%3A", ":")
    assert client.get(url).status_code == 200
    assert [row["delta"] for row in ask(client, "movements", page_size=2, cursor=cursor)["results"]] == ["1", "1"]
    for path, query in (
        ("counts", {}),
        ("products", {}),
        ("movements", {"order": "oldest"}),
        ("movements", {"count": count}),
    ):
        status, answer = refused(client, path, cursor=cursor, **query)
        assert (status, answer["parameter"]) == (400, "cursor"), path


def listing(number: int) -> ListingDescribed:
    return replace(
        described(f"L{number}", 1, name=f"Listing {number}", barcodes=[f"code {number}"]), listing=f"L{number}"
    )


def shelf(number: int) -> PlaceDescribed:
    key = f"place{number}"
    return PlaceDescribed(key=key, occurred=1, order_key=key.encode(), location=key, fields={"parent": "house"})


def shop_of(size: int) -> int:
    """`size` rows of every noun but sources, each with all that it may name; returns the source of all the lots."""
    source, lot_keeper = make_source(), make_source("lots")
    write(
        source,
        *(listing(n) for n in range(size)),
        *(shelf(n) for n in range(size)),
        *(replace(read(f"r{n}", n, "1"), listing=f"L{n}", location=f"place{n}") for n in range(size)),
    )
    lots = [
        replace(told, batch=f"lot{n}", key=f"{told.key}{n}", order_key=f"{told.key}{n}".encode())
        for n in range(size)
        for told in (
            born("b", 10_000, f"place{n}", "100", listing=f"L{n}"),
            moved("m", 20_000, f"place{n}", "house", listing=f"L{n}"),
        )
    ]
    write(lot_keeper, *lots, by="delivery:lots")
    return lot_keeper.pk


def queries(client: Client, path: str, size: int, query: dict[str, Any]) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert len(ask(client, path, page_size=size, **query)["results"]) == size
    return len(captured)


def test_two_hundred_rows_cost_as_many_queries_as_ten() -> None:
    then = {"as_of": "2200-01-01T00:00:00Z"}
    lots = shop_of(200)
    asked: list[tuple[str, dict[str, Any]]] = [
        *((name, {}) for name in LISTS[1:]),
        ("movements", {"order": "oldest", "recorded_from": "2020-01-01T00:00:00Z"}),
        *(("counts", {**then, "clock": clock}) for clock in ("known", "true")),
        *(("counts", {**then, "clock": clock, "source": lots}) for clock in ("known", "true")),
    ]
    client = staff_client()
    few = [(path, query, queries(client, path, 10, query)) for path, query in asked]
    many = [(path, query, queries(client, path, 200, query)) for path, query in asked]
    assert few == many
    # A session, its user and two of permissions; then rows, and what a page of them leads to.
    assert {path: number for path, query, number in few if not query} == {
        "products": 5,
        "listings": 6,
        "locations": 5,
        "batches": 5,
        "counts": 5,
        "movements": 5,
    }


def test_two_hundred_sources_cost_as_many_queries_as_ten() -> None:
    for number in range(200):
        make_source(f"source {number}")
    client = staff_client()
    assert queries(client, "sources", 10, {}) == queries(client, "sources", 200, {}) == 5
