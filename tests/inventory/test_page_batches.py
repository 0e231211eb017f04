"""The pages of batches: by expiry, by scan, and the life of one batch."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from inventory import ledger
from inventory.events import BatchDescribed, Bucket, LotSpawned
from inventory.instants import from_datetime
from inventory.models import Batch, Count, Location, Product, StockEvent
from inventory.reports import batch as report
from inventory.templatetags.stock import MINUS
from tests.inventory.fold.support import born, ended, modified, moved, read, unknown
from tests.inventory.ledger_support import make_source, write
from tests.inventory.page_reader import (
    Page,
    assert_asks_for,
    assert_has_no_such_row,
    assert_refuses_forged_marks,
    assert_refuses_hostile_searches,
    page,
    queries_of,
    viewer,
)

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
LIST = "/batches/"


def at(minutes: int) -> int:
    return from_datetime(NOON + timedelta(minutes=minutes))


def batch_rows(**days: str | None) -> None:
    """Batches that expire on these days."""
    source = make_source()
    for name, day in days.items():
        Batch.objects.create(
            source=source, external_id=name, expires_on=None if day is None else date.fromisoformat(day)
        )


def listed(**asked: str) -> list[list[str]]:
    """(batch, expires) of each row, at noon of May 1."""
    client = viewer()
    with time_machine.travel(NOON, tick=False):
        tables = page(client, LIST, **asked).tables
    return [[row[0], row[2]] for row in tables[0].rows] if tables else []


DAYS = {
    "yesterday": "2026-04-30",
    "long_gone": "2025-01-01",
    "today": "2026-05-01",
    "in_14": "2026-05-15",
    "in_15": "2026-05-16",
    "never": None,
}


def test_all_batches_are_listed_the_newest_first() -> None:
    batch_rows(**DAYS)
    assert [name for name, _ in listed()] == ["never", "in_15", "in_14", "today", "long_gone", "yesterday"]


def test_what_expires_within_14_days_is_listed_by_its_day() -> None:
    batch_rows(**DAYS)
    assert listed(tab="soon") == [
        ["today", "2026-05-01 last day is today"],
        ["in_14", "2026-05-15 14 days left"],
    ]


def test_what_has_expired_is_listed_the_last_day_first() -> None:
    batch_rows(**DAYS)
    assert listed(tab="expired") == [
        ["yesterday", "2026-04-30 expired"],
        ["long_gone", "2025-01-01 expired"],
    ]


def test_what_has_no_date_is_in_no_list_by_day_and_in_one_of_its_own() -> None:
    batch_rows(**DAYS, neither=None)
    assert listed(tab="undated") == [["neither", "—"], ["never", "—"]]


@pytest.mark.parametrize(("tab", "first"), [("soon", "b00"), ("expired", "b59"), ("undated", "b59"), ("all", "b59")])
def test_each_list_goes_on_on_its_next_page(tab: str, first: str) -> None:
    """60 batches of one day each: 50 on the first page, 10 on the next, none twice."""
    day = {"soon": "2026-05-02", "expired": "2026-04-02", "undated": None, "all": None}[tab]
    batch_rows(**{f"b{number:02}": day for number in range(60)})
    client = viewer()
    with time_machine.travel(NOON, tick=False):
        one = page(client, LIST, tab=tab)
        two = page(client, LIST + one.links["Next page"])
    names = [row[0] for shown in (one, two) for row in shown.tables[0].rows]
    assert (len(one.tables[0].rows), len(two.tables[0].rows)) == (50, 10)
    assert names == sorted(names, reverse=first == "b59")
    assert (names[0], len(set(names))) == (first, 60)


def test_a_row_tells_what_is_on_hand_of_the_batch_and_where_it_stands() -> None:
    """100 received at the bay and moved to the cold store; of a tea, 3 available and 2.5 held are 5.5."""
    source = make_source()
    write(source, born("a", at(0), "bay", "100"), moved("b", at(1), "bay", "cold"))
    tea = replace(read("c", at(0), "3"), listing="tea", batch="T1")
    held = replace(read("d", at(0), "2.5"), listing="tea", batch="T1", bucket=Bucket.HELD)
    waste = replace(read("e", at(0), "7"), listing="tea", batch="T1", bucket=Bucket.WASTE)
    write(source, tea, held, waste, replace(unknown("f", at(0)), listing="rum", batch="R1"))
    Product.objects.filter(name="tea").update(name="Earl Grey")
    shown = page(viewer(), LIST)
    assert shown.tables[0].head == ["Batch", "Product", "Expires", "On hand", "Location", "Source"]
    assert sorted(shown.tables[0].rows) == [
        ["R1", "rum", "—", "not known", "—", "Main Street"],
        ["T1", "Earl Grey", "—", "5.5", "—", "Main Street"],
        ["lot", "flour", "—", "100", "cold", "Main Street"],
    ]


def test_the_batches_of_one_product_are_listed_alone() -> None:
    source = make_source()
    write(source, born("a", at(0), "bay", "100"), replace(read("c", at(0), "3"), listing="tea", batch="T1"))
    client = viewer()
    found = {
        product.name: [row[0] for row in page(client, LIST, product=str(product.pk)).tables[0].rows]
        for product in Product.objects.all()
    }
    assert found == {"tea": ["T1"], "flour": ["lot"]}


@pytest.mark.parametrize("text", ["LOT-9", " b9 "])
def test_a_scan_of_one_batch_goes_straight_to_its_page(text: str) -> None:
    batch_rows(b8=None, b9=None)
    batch = Batch.objects.get(external_id="b9")
    Batch.objects.filter(pk=batch.pk).update(label="LOT-9")
    answer = viewer().get(LIST, {"q": text})
    assert (answer.status_code, answer["Location"]) == (302, f"/batches/{batch.pk}/")


def test_a_label_that_several_batches_carry_lists_them_and_one_that_none_does_says_so() -> None:
    batch_rows(b8=None, b9=None, b7=None)
    Batch.objects.exclude(external_id="b7").update(label="LOT")
    client = viewer()
    assert [row[0] for row in page(client, LIST, q="LOT").tables[0].rows] == ["LOT", "LOT"]
    assert "No batch is labelled “LO”, and no source calls one so." in page(client, LIST, q="LO").text


@pytest.fixture
def sack() -> Batch:
    """100 received at the bay, moved to the cold store, and a small bag split off; the bag is used up."""
    source = make_source()
    said = [
        born("a", at(0), "bay", "100"),
        moved("b", at(10), "bay", "cold"),
        modified("c", at(20), "bag"),
        LotSpawned(key="d", occurred=at(20), order_key=b"d", batch="bag", parent="lot"),
        replace(ended("e", at(30)), batch="bag"),
    ]
    for number, statement in enumerate(said, start=1):
        with time_machine.travel(NOON + timedelta(hours=number), tick=False):
            write(source, statement, by=f"delivery:{number}")
    return Batch.objects.get(external_id="lot")


def shown_batch(batch: Batch) -> Page:
    return page(viewer(), f"{LIST}{batch.pk}/")


def test_a_batch_is_told_in_plain_words(sack: Batch) -> None:
    write(
        sack.source,
        BatchDescribed(
            key="z",
            occurred=at(40),
            order_key=b"z",
            batch="lot",
            fields={
                "label": "Rye 42",
                "expires_on": "2026-07-01",
                "proteinContent": {"min": "11.5", "max": None},
                "organic": True,
                "tags": ["rye", "dark"],
                "tests": [{"name": "mould", "passed": False}],
            },
        ),
        by="delivery:6",
    )
    with time_machine.travel(NOON, tick=False):
        shown = shown_batch(Batch.objects.get(pk=sack.pk))
    assert shown.headings[0] == "Rye 42"
    assert shown.facts == {
        "Product": "flour",
        "State": "in use",
        "Expires": "2026-07-01 61 days left",
        "Location": "cold",
        "Source": "Main Street",
        "The source calls it": "lot",
        "Label": "Rye 42",
        "Expires on": "2026-07-01",
        "Protein content · min": "11.5",
        "Protein content · max": "not provided",
        "Organic": "yes",
        "Tags": "rye, dark",
        "Tests 1 · name": "mould",
        "Tests 1 · passed": "no",
    }


def test_a_batch_shows_its_counts_its_kin_its_events_and_its_movements(sack: Batch) -> None:
    shown = shown_batch(sack)
    stock, kin, events, moves = shown.tables[:4]
    assert [row[:4] for row in stock.rows] == [
        ["Main Street flour", "bay", "lot", "0"],
        ["Main Street flour", "cold", "lot", "100 doubtful"],
    ]
    assert kin.rows == [["was split into", "bag", "2026-05-01 12:20 UTC", "Split off another batch"]]
    assert events.rows == [
        [
            "2026-05-01 12:20 UTC",
            "Batch changed",
            "—",
            "Lots were split off it without quantities, so its quantity is doubtful until it is read again.",
            "delivery 3",
        ],
        ["2026-05-01 12:10 UTC", "Batch moved", "—", "It moved the lot.", "delivery 2"],
        ["2026-05-01 12:00 UTC", "Batch received or made", "100", "It opened the lot at its place.", "delivery 1"],
    ]
    assert [(row[1], row[2], row[5]) for row in moves.rows] == [
        ("±0 doubtful", "Batch changed", "cold lot"),
        ("+100", "Batch moved", "cold lot"),
        (f"{MINUS}100", "Batch moved", "bay lot"),
        ("+100", "Batch received or made", "bay lot"),
    ]


def test_the_other_end_of_a_link_tells_it_the_other_way_round(sack: Batch) -> None:
    bag = Batch.objects.get(external_id="bag")
    shown = shown_batch(bag)
    assert shown.facts["State"] == "ended"
    assert [table.rows for table in shown.tables if table.head[0] == "This batch"] == [
        [["was split off", "lot", "2026-05-01 12:20 UTC", "Split off another batch"]]
    ]
    assert shown.links["lot"] == f"/batches/{sack.pk}/"


def test_an_event_that_was_taken_back_does_nothing_now(sack: Batch) -> None:
    ledger.retract("delivery:2", sack.source_id, actor="kim")
    events = shown_batch(sack).tables[2]
    assert [row[3] for row in events.rows if row[1] == "Batch moved"] == ["It was taken back, and does nothing now."]


def test_a_history_that_is_too_long_to_be_worked_out_on_a_page_says_so(
    sack: Batch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "EXPLAINED", 2)
    events = shown_batch(sack).tables[2]
    assert [row[3] for row in events.rows] == ["The history is too long to work it out here."] * 3


def test_the_newest_twenty_events_are_shown_as_they_happened() -> None:
    """30 readings of one batch, told in no order."""
    source = make_source()
    for number in (n * 7 % 30 for n in range(30)):
        write(source, replace(read(f"k{number}", at(number), str(number)), batch="B"), by=f"delivery:{number}")
    events = shown_batch(Batch.objects.get()).tables[1]
    assert [row[2] for row in events.rows] == [str(number) for number in range(29, 9, -1)]
    covered = "A newer reading covers it, so it says nothing about the number now."
    assert [row[3] for row in events.rows] == ["The number is what this event says.", *[covered] * 19]


def test_a_location_inside_others_is_told_from_the_outermost(sack: Batch) -> None:
    cold = Location.objects.get(external_id="cold")
    cold.parent = Location.objects.create(source=cold.source, external_id="hall", name="Hall 2")
    cold.save()
    assert shown_batch(sack).facts["Location"] == "Hall 2 / cold"


def test_a_batch_of_which_nothing_is_known_says_so() -> None:
    batch_rows(b1=None)
    told = shown_batch(Batch.objects.get()).text
    for sentence in (
        "Nothing of it has been counted.",
        "Nothing has been said of it by itself; it is named by other batches.",
        "Nothing has moved yet.",
        "The source has not described it.",
    ):
        assert sentence in told


def test_hostile_names_and_descriptions_are_shown_as_text(sack: Batch) -> None:
    nasty = "<img src=x onerror=alert(1)>"
    deep: object = "end"
    for _ in range(40):
        deep = {nasty: [deep, nasty]}
    fields = {"label": nasty * 17, nasty: nasty, "deep": deep, "many": {f"f{n}": "x" * 600 for n in range(300)}}
    Batch.objects.filter(pk=sack.pk).update(label=nasty, description=fields)
    shown = shown_batch(Batch.objects.get(pk=sack.pk))
    assert "<img" not in shown.source
    assert len(shown.facts) <= 106


def test_the_pages_ask_for_their_permissions(sack: Batch) -> None:
    assert_asks_for(LIST, "batch", "count")
    assert_asks_for(f"{LIST}{sack.pk}/", "batch", "count")


def test_hostile_addresses_are_refused(sack: Batch) -> None:
    client = viewer()
    for tab in ("all", "soon", "expired", "undated"):
        assert_refuses_forged_marks(client, LIST, tab=tab)
    assert_refuses_forged_marks(client, f"{LIST}{sack.pk}/")
    assert_refuses_hostile_searches(client, LIST)
    assert_has_no_such_row(client, LIST + "{}/")
    bad = ["x", "-1", "1.5", "\0", "9" * 20, "9" * 5000, "\uff11", " 1"]
    assert [client.get(LIST, {"product": number}).status_code for number in bad] == [400] * len(bad)
    assert client.get(LIST, {"product": str(2**63 - 1)}).status_code == 404
    assert client.get(LIST, {"tab": "x"}).status_code == 400


@pytest.mark.parametrize("tab", ["all", "soon", "expired", "undated"])
def test_the_number_of_queries_does_not_grow_with_the_batches(tab: str) -> None:
    source = make_source()
    client = viewer()
    today = datetime.now(UTC).date()
    day = {"soon": today, "expired": today - timedelta(days=2)}.get(tab)
    costs = []
    for first, last in ((0, 10), (10, 200)):
        said = [replace(read(f"k{n}", at(0), "1"), batch=f"b{n}", listing=f"l{n}") for n in range(first, last)]
        write(source, *said)
        Batch.objects.update(expires_on=day)
        costs.append(queries_of(client, f"{LIST}?tab={tab}"))
    assert costs[0] == costs[1]


def test_the_number_of_queries_does_not_grow_with_what_happened_to_a_batch() -> None:
    source = make_source()
    client = viewer()
    costs = []
    for first, last in ((0, 10), (10, 200)):
        write(source, *(replace(read(f"k{n}", at(n), "1"), batch="b", location=f"p{n}") for n in range(first, last)))
        costs.append(queries_of(client, f"{LIST}{Batch.objects.get().pk}/"))
    assert costs[0] == costs[1]
    assert (Count.objects.count(), StockEvent.objects.count()) == (200, 200)
