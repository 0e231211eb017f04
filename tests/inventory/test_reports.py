"""What `manage.py stock` shows: now, as it was known, and as it was true."""

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from inventory.instants import EPOCH, from_datetime, instant_text, to_datetime
from inventory.models import Location, Product
from inventory.quantity import quantity_text
from inventory.reports import Clock, StockRow, stock
from tests.inventory.fold.support import adjust, born, moved, read
from tests.inventory.ledger_support import make_source, write

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def printed(*arguments: str) -> str:
    out = StringIO()
    call_command("stock", *arguments, stdout=out)
    return out.getvalue()


def text(row: StockRow) -> str:
    return "-" if row.quantity is None else quantity_text(row.quantity)


def shown(**options: object) -> dict[str, str]:
    return {row.listing: text(row) for row in stock(**options)}  # type: ignore[arg-type]  # any of its options


def test_a_row_has_all_eleven_columns() -> None:
    write(make_source(), read("a", 1_609_267_125_102_960_000, "90"))
    assert json.loads(printed("--format", "json")) == [
        {
            "source": "Main Street",
            "listing": "coffee",
            "batch": None,
            "location": "shop",
            "product": "coffee",
            "location_path": "shop",
            "bucket": "available",
            "state": "",
            "quantity": "90",
            "quality": "exact",
            "as_of": "2020-12-29T18:38:45.10296Z",
        }
    ]


def test_an_empty_shop_prints_an_empty_list_and_says_so_in_words() -> None:
    assert json.loads(printed("--format", "json")) == []
    assert printed() == "No counts.\n"


def test_a_table_lines_its_columns_up() -> None:
    write(make_source(), read("a", 0, "90"))
    header, row = printed().splitlines()
    assert header.index("quantity") == row.index("90")
    assert row.split()[-1] == "1970-01-01T00:00:00Z"


def test_a_csv_cell_is_never_a_formula_but_a_negative_number_is_a_number() -> None:
    write(make_source("=SUM(A1)"), read("a", 0, "-2"))
    (row,) = csv.DictReader(StringIO(printed("--format", "csv")))
    assert (row["source"], row["quantity"], row["batch"]) == ("'=SUM(A1)", "-2", "")


def test_stock_is_found_by_source_by_part_of_a_name_and_by_identifier() -> None:
    write(make_source("one"), read("a", 0, "1"))
    write(make_source("two"), read("a", 0, "2"))
    Product.objects.filter(listings__source__name="two").update(name="Dark Roast")
    assert [row.source for row in stock(source="two")] == ["two"]
    assert [row.source for row in stock(product="roast")] == ["two"]
    assert [row.source for row in stock(product="coffee")] == ["one", "two"]
    assert list(stock(product="tea")) == []


def test_a_location_is_told_with_all_that_it_stands_in() -> None:
    source = make_source()
    write(source, read("a", 0, "1"))
    shop = Location.objects.get(external_id="shop")
    shop.parent = Location.objects.create(source=source, external_id="n1", name="Main Street 5")
    shop.save()
    (row,) = stock()
    assert row.location_path == "Main Street 5 / shop"


def test_known_then_is_what_the_ledger_showed() -> None:
    """At noon 10 were recorded, at one 2 were sold; that 20 had been read before noon is learned at two."""
    source = make_source()
    morning = from_datetime(NOON - timedelta(hours=1))
    with time_machine.travel(NOON, tick=False):
        write(source, read("ten", morning, "10"), by="delivery:1")
    with time_machine.travel(NOON + timedelta(hours=1), tick=False):
        write(source, adjust("sale", from_datetime(NOON), "-2"), by="delivery:2")
    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        write(source, read("late", morning + 1, "20"), by="delivery:3")

    def known(hours: float) -> dict[str, str]:
        return shown(as_of=NOON + timedelta(hours=hours), clock=Clock.KNOWN)

    assert known(-0.1) == {}
    assert known(0) == {"coffee": "10"}
    assert known(1) == {"coffee": "8"}
    assert known(2) == {"coffee": "18"}


def test_true_then_is_what_was_so_as_far_as_is_known_today() -> None:
    source = make_source()
    write(source, read("ten", 10, "10"), by="delivery:1")
    write(source, adjust("sale", 30_000, "-2"), by="delivery:2")
    write(source, read("late", 20_000, "20"), by="delivery:3")

    def true(instant: int) -> dict[str, str]:
        return shown(as_of=to_datetime(instant), clock=Clock.TRUE)

    assert true(0) == {}
    assert true(10_000) == {"coffee": "10"}
    assert true(20_000) == {"coffee": "20"}
    assert true(30_000) == {"coffee": "18"}


def test_true_then_follows_a_lot_from_place_to_place() -> None:
    source = make_source()
    write(source, born("a", 10_000, "bay", "100"), moved("b", 20_000, "bay", "cold"))

    def true(instant: int) -> dict[str | None, str]:
        return {row.location: text(row) for row in stock(as_of=to_datetime(instant), clock=Clock.TRUE)}

    assert true(15_000) == {"bay": "100"}
    assert true(25_000) == {"bay": "0", "cold": "100"}


def test_the_command_takes_a_moment_with_and_without_a_zone() -> None:
    write(make_source(), read("a", from_datetime(NOON), "5"))
    for text in ("2026-05-01T12:00:00Z", "2026-05-01T14:00:00+02:00", "2026-05-01 12:00"):
        (row,) = json.loads(printed("--as-of", text, "--clock", "true", "--format", "json"))
        assert row["quantity"] == "5"
    assert json.loads(printed("--as-of", "2026-05-01T11:59:59Z", "--clock", "true", "--format", "json")) == []


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01T00:00:00Z"])
def test_what_is_no_moment_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(CommandError, match=text):
        printed("--as-of", text)


@pytest.mark.parametrize("rows", [10, 200])
def test_the_number_of_queries_does_not_grow_with_the_rows(rows: int, django_assert_max_num_queries: object) -> None:
    source = make_source()
    write(source, *(replace(read(f"k{number}", number, "1"), listing=f"L{number}") for number in range(rows)))
    with django_assert_max_num_queries(4):  # type: ignore[operator]  # pytest-django's fixture
        assert len(list(stock())) == rows


def test_instants_are_written_with_as_many_decimals_as_they_need() -> None:
    assert instant_text(0) == "1970-01-01T00:00:00Z"
    assert instant_text(1_609_267_125_102_960_000) == "2020-12-29T18:38:45.10296Z"
    assert instant_text(1) == "1970-01-01T00:00:00.000000001Z"
    assert to_datetime(from_datetime(EPOCH + timedelta(microseconds=1))) == EPOCH + timedelta(microseconds=1)
    with pytest.raises(ValueError, match="has no time zone"):
        from_datetime(timezone.now().replace(tzinfo=None))
