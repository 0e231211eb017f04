"""The page of a count proves its number: every movement, and what it was after each."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from inventory import ledger
from inventory.instants import from_datetime
from inventory.models import Count, Location, Movement
from inventory.reports import count as report
from inventory.templatetags.stock import MINUS
from tests.inventory.fold.support import adjust, described, read, unknown
from tests.inventory.ledger_support import make_source, write
from tests.inventory.page_reader import (
    assert_asks_for,
    assert_has_no_such_row,
    assert_refuses_forged_marks,
    page,
    queries_of,
    viewer,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def at(minutes: int) -> int:
    return from_datetime(NOON + timedelta(minutes=minutes))


@pytest.fixture
def story() -> Count:
    """50 were counted, 8 sold; then nobody knew for a while; 40 were counted, and one broke."""
    source = make_source()
    told = [
        read("a", at(0), "50"),
        adjust("b", at(10), "-8"),
        unknown("c", at(20)),
        read("d", at(30), "40"),
        adjust("e", at(40), "-1"),
    ]
    for number, statement in enumerate(told, start=1):
        with time_machine.travel(NOON + timedelta(hours=number), tick=False):
            write(source, statement, by=f"delivery:{number}")
    return Count.objects.get()


def test_each_movement_shows_its_change_and_what_the_count_was_then(story: Count) -> None:
    """Σ: 50, 50-8=42, doubtful 42, 42-2=40, 40-1=39."""
    shown = page(viewer(), f"/counts/{story.pk}/")
    (table,) = shown.tables
    assert table.head == ["Recorded", "Change", "Then", "What", "Happened", "Evidence"]
    assert table.rows == [
        ["2026-05-01 17:00 UTC", f"{MINUS}1", "39", "Change stated", "2026-05-01 12:40 UTC", "delivery 5"],
        ["2026-05-01 16:00 UTC", f"{MINUS}2", "40", "Count stated", "2026-05-01 12:30 UTC", "delivery 4"],
        ["2026-05-01 15:00 UTC", "±0", "42 doubtful", "Count stated", "2026-05-01 12:20 UTC", "delivery 3"],
        ["2026-05-01 14:00 UTC", f"{MINUS}8", "42", "Change stated", "2026-05-01 12:10 UTC", "delivery 2"],
        ["2026-05-01 13:00 UTC", "+50", "50", "Count stated", "2026-05-01 12:00 UTC", "delivery 1"],
    ]
    assert shown.links["delivery 5"] == "/admin/webhooks/delivery/5/change/"


def test_a_count_says_what_it_is_of_in_plain_words(story: Count) -> None:
    shown = page(viewer(), f"/counts/{story.pk}/")
    assert shown.headings == ["coffee, available", "Where it comes from"]
    facts = {name: text for name, text in shown.facts.items() if name != "Said"}
    assert facts == {
        "Quantity": "39",
        "How sure it is": "Exact. The source stands by this number.",
        "Kept as": "Available. It can be used or sold.",
        "Source": "Main Street",
        "Its source lists it as": "coffee coffee",
        "Location": "shop",
        "Batch": "none",
        "True as of": "2026-05-01 12:40 UTC",
    }
    assert shown.links["coffee"] == f"/products/{story.listing.product_id}/"
    assert shown.links["shop"] == f"/locations/{story.location_id}/"


def test_a_number_that_nobody_knows_is_no_0() -> None:
    write(make_source(), unknown("a", at(0)))
    count = Count.objects.get()
    shown = page(viewer(), f"/counts/{count.pk}/")
    assert shown.facts["Quantity"] == "not known"
    assert [row[1:3] for row in shown.tables[0].rows] == [["±0", "not known"]]


def test_a_statement_that_was_taken_back_says_so(story: Count) -> None:
    ledger.retract("delivery:5", story.source_id, actor="kim")
    (table,) = page(viewer(), f"/counts/{story.pk}/").tables
    newest = table.rows[0]
    assert newest[1:4] == ["+1", "40", "Taken back: Change stated"]
    assert newest[5] == "changed by hand by kim"


def test_a_location_is_told_with_the_places_that_it_stands_in(story: Count) -> None:
    shop = Location.objects.get(external_id="shop")
    shop.parent = Location.objects.create(source=shop.source, external_id="street", name="Main Street 5")
    shop.save()
    assert page(viewer(), f"/counts/{story.pk}/").facts["Location"] == "Main Street 5 / shop"


def many(number: int) -> Count:
    """1 counted, then 2, then 3 …"""
    source = make_source()
    for step in range(1, number + 1):
        write(source, read(f"k{step:04}", at(step), str(step)), by=f"delivery:{step}")
    return Count.objects.get()


def test_the_next_page_goes_on_adding_up_where_this_one_ends() -> None:
    """120 movements of +1: on the first page 120 to 71, on the second 70 to 21, on the third 20 to 1."""
    count = many(120)
    client = viewer()
    first = page(client, f"/counts/{count.pk}/")
    second = page(client, f"/counts/{count.pk}/" + first.links["Next page"].partition("#")[0])
    third = page(client, f"/counts/{count.pk}/" + second.links["Next page"].partition("#")[0])
    back = page(client, f"/counts/{count.pk}/" + third.links["Previous page"].partition("#")[0])
    thens = [[row[2] for row in shown.tables[0].rows] for shown in (first, second, third, back)]
    assert thens == [
        [str(number) for number in range(120, 70, -1)],
        [str(number) for number in range(70, 20, -1)],
        [str(number) for number in range(20, 0, -1)],
        [str(number) for number in range(70, 20, -1)],
    ]
    assert "Next page" not in third.links
    assert "Previous page" not in first.links


def test_in_the_middle_of_a_long_history_nothing_is_made_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """With 3 to be added up at most, of 10 movements the ones after 7 and up to 3 are in reach, the fifth is not."""
    monkeypatch.setattr(report, "ADDED", 3)
    count = many(10)
    moved = list(Movement.objects.order_by("-seq"))
    reached = {first: report.steps(count, moved[first : first + 1])[0] for first in range(10)}
    assert {first: step.after for first, step in reached.items()} == {
        0: 10, 1: 9, 2: 8, 3: 7, 4: None, 5: None, 6: None, 7: 3, 8: 2, 9: 1
    }  # fmt: skip
    assert [first for first, step in reached.items() if not step.is_worked_out] == [4, 5, 6]


def test_sums_stay_exact_at_the_end_of_the_range() -> None:
    """To 9 million million, its opposite, back and just below 0; a change that is too great to be kept is two."""
    source = make_source()
    limit = "9000000000000"
    for number, quantity in enumerate([limit, f"-{limit}", limit, "-0.000001"]):
        write(source, read(f"k{number}", at(number), quantity), by=f"delivery:{number}")
    count = Count.objects.get()
    moved = list(Movement.objects.order_by("-seq"))
    after = [str(report.steps(count, moved[first:])[0].after).removesuffix(".000000") for first in range(len(moved))]
    assert after == ["-0.000001", "0", limit, "0", f"-{limit}", "0", limit]


def test_a_hostile_name_is_shown_as_text() -> None:
    source = make_source()
    write(source, described("n", at(0), name="<script>alert(1)</script>"), read("a", at(0), "1"))
    shown = page(viewer(), f"/counts/{Count.objects.get().pk}/")
    assert "<script>alert(1)</script>" not in shown.source
    assert shown.headings[0] == "<script>alert(1)</script>, available"


def test_the_page_asks_for_its_permission(story: Count) -> None:
    assert_asks_for(f"/counts/{story.pk}/", "count")


def test_hostile_addresses_are_refused(story: Count) -> None:
    client = viewer()
    assert_refuses_forged_marks(client, f"/counts/{story.pk}/")
    assert_has_no_such_row(client, "/counts/{}/")


def test_the_number_of_queries_does_not_grow_with_the_movements() -> None:
    source = make_source()
    for number in range(10):
        write(source, read(f"few{number}", at(number), str(number)), by=f"delivery:{number}")
    for number in range(200):
        write(source, replace(read(f"many{number}", at(number), str(number)), listing="tea"), by=f"delivery:{number}")
    client = viewer()
    costs = [queries_of(client, f"/counts/{count.pk}/") for count in Count.objects.order_by("pk")]
    assert costs[0] == costs[1]
