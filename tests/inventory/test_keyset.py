"""Pages by key: every row once, in both directions, and no mark that we did not make."""

import base64
import json
from datetime import date

import pytest
from pytest_django import DjangoAssertNumQueries

from inventory.keyset import BadMark, Order, Page
from inventory.models import Batch, Product
from tests.inventory.ledger_support import make_source

pytestmark = pytest.mark.django_db

BY_NAME = Order(columns=(("name", str), ("id", int)))
NEWEST = Order(columns=(("id", int),), descending=True)
BY_EXPIRY = Order(columns=(("expires_on", date), ("id", int)))
LAST_EXPIRED = Order(columns=(("expires_on", date), ("id", int)), descending=True)


@pytest.fixture
def products() -> dict[str, int]:
    """Five products, three of them of one name: by name and number they are p1, p5, p2, p3, p4."""
    names = {"p1": "ale", "p2": "bread", "p3": "bread", "p4": "cheese", "p5": "bread"}
    made = {key: Product.objects.create(name=names[key]).pk for key in ("p1", "p5", "p2", "p3", "p4")}
    return {key: made[key] for key in names}


def ids(page: Page[Product]) -> list[int]:
    return [row.pk for row in page.rows]


def forward(order: Order, size: int) -> list[list[int]]:
    """All pages from the first to the last."""
    pages, mark = [], ""
    while True:
        page = order.page(Product.objects.all(), mark, size)
        pages.append(ids(page))
        if not page.later:
            return pages
        mark = page.later


def test_every_row_is_on_one_page_in_the_order_of_name_and_number(products: dict[str, int]) -> None:
    p = products
    assert forward(BY_NAME, 2) == [[p["p1"], p["p5"]], [p["p2"], p["p3"]], [p["p4"]]]
    assert forward(BY_NAME, 5) == [[p["p1"], p["p5"], p["p2"], p["p3"], p["p4"]]]
    assert forward(BY_NAME, 1) == [[p["p1"]], [p["p5"]], [p["p2"]], [p["p3"]], [p["p4"]]]


def test_a_falling_order_begins_with_the_newest(products: dict[str, int]) -> None:
    p = products
    assert forward(NEWEST, 3) == [[p["p4"], p["p3"], p["p2"]], [p["p5"], p["p1"]]]


def test_the_way_back_leads_over_the_same_pages(products: dict[str, int]) -> None:
    p = products
    third = BY_NAME.page(Product.objects.all(), BY_NAME.mark(Product.objects.get(pk=p["p3"])), 2)
    second = BY_NAME.page(Product.objects.all(), third.earlier, 2)
    first = BY_NAME.page(Product.objects.all(), second.earlier, 2)
    assert [ids(page) for page in (first, second, third)] == [[p["p1"], p["p5"]], [p["p2"], p["p3"]], [p["p4"]]]
    assert (first.earlier, third.later) == ("", "")
    assert ids(BY_NAME.page(Product.objects.all(), first.later, 2)) == [p["p2"], p["p3"]]


def test_the_first_page_of_few_rows_leads_nowhere(products: dict[str, int]) -> None:
    page = BY_NAME.page(Product.objects.all(), "", 5)
    assert (page.earlier, page.later) == ("", "")
    empty = BY_NAME.page(Product.objects.none(), "", 5)
    assert (empty.rows, empty.earlier, empty.later) == ([], "", "")


def test_a_row_that_has_gone_still_marks_its_place(products: dict[str, int]) -> None:
    p = products
    gone = Product.objects.get(pk=p["p5"])
    mark = BY_NAME.mark(gone)
    gone.delete()
    Product.objects.create(name="apple")
    assert ids(BY_NAME.page(Product.objects.all(), mark, 2)) == [p["p2"], p["p3"]]


def test_days_order_batches_and_equal_days_go_by_number() -> None:
    source = make_source()
    days = {"a": date(2026, 3, 2), "b": date(2026, 3, 1), "c": date(2026, 3, 2), "d": None}
    for name, day in days.items():
        Batch.objects.create(source=source, external_id=name, expires_on=day)
    dated = Batch.objects.filter(expires_on__isnull=False)

    def walk(order: Order) -> list[list[str]]:
        first = order.page(dated, "", 2)
        return [[row.external_id for row in page.rows] for page in (first, order.page(dated, first.later, 2))]

    assert walk(BY_EXPIRY) == [["b", "a"], ["c"]]
    assert walk(LAST_EXPIRED) == [["c", "a"], ["b"]]


def test_a_page_is_one_query_without_an_offset(
    products: dict[str, int], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    mark = BY_NAME.mark(Product.objects.get(pk=products["p1"]))
    with django_assert_num_queries(1) as asked:
        BY_NAME.page(Product.objects.all(), mark, 2)
    assert "OFFSET" not in asked.captured_queries[0]["sql"]


def coded(value: object) -> str:
    """A mark as ours are written, of whatever value."""
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def raw(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


FORGED = {
    "no base64": "!",
    "not in ASCII": "é",
    "NUL": "\0",
    "only padding": "====",
    "half a mark": coded(["bread", 3])[:-3],
    "too long": "A" * 4001,
    "very long": "A" * 100_000,
    "bytes that are no text": raw(b"\xff\xfe"),
    "no JSON": raw(b"bread"),
    "nested without end": raw(b"[" * 2900),
    "no list": coded({"name": "bread", "id": 3}),
    "too few values": coded(["bread"]),
    "too many values": coded(["bread", 3, 3]),
    "a number for a name": coded([3, 3]),
    "nothing for a name": coded([None, 3]),
    "a list for a name": coded([["bread"], 3]),
    "NUL in the name": coded(["bre\0ad", 3]),
    "half a character": raw(b'["\\ud800", 3]'),
    "a text for a number": coded(["bread", "3"]),
    "a fraction for a number": coded(["bread", 3.5]),
    "yes for a number": coded(["bread", True]),
    "no number at all": raw(b'["bread", NaN]'),
    "too great a number": coded(["bread", 2**63]),
    "a number of 5000 digits": raw(b'["b", ' + b"9" * 2900 + b"]"),
}


@pytest.mark.parametrize("mark", FORGED.values(), ids=FORGED.keys())
@pytest.mark.parametrize("sign", ["", "-"])
def test_a_mark_that_is_none_of_ours_is_refused(mark: str, sign: str) -> None:
    with pytest.raises(BadMark):
        BY_NAME.page(Product.objects.all(), sign + mark, 2)


@pytest.mark.parametrize("day", ["2026-02-30", "yesterday", "", 20260301, "2026-03-01T00:00:00"])
def test_what_is_no_day_is_refused(day: object) -> None:
    with pytest.raises(BadMark):
        BY_EXPIRY.page(Batch.objects.filter(expires_on__isnull=False), coded([day, 1]), 2)


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63) + 1, 0])
def test_the_greatest_numbers_mark_an_end_and_not_an_error(products: dict[str, int], number: int) -> None:
    found = ids(NEWEST.page(Product.objects.all(), coded([number]), 9))
    assert found == ([*sorted(products.values(), reverse=True)] if number == 2**63 - 1 else [])
