"""The pages of locations: where each stands, and what is counted there."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client

from inventory.events import Bucket, PlaceDescribed
from inventory.instants import from_datetime
from inventory.models import Batch, Count, Location, Site, Source
from inventory.reports import movements as newest
from inventory.templatetags.stock import MINUS
from tests.inventory.fold.support import born, moved, read, unknown
from tests.inventory.ledger_support import make_source, write
from tests.inventory.page_reader import (
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
NOON_NS = from_datetime(NOON)
LIST = "/locations/"


def place(source: Source, external_id: str, name: str = "", parent: Location | None = None) -> Location:
    return Location.objects.create(source=source, external_id=external_id, name=name, parent=parent)


@pytest.fixture
def street() -> Source:
    """Main Street 5, in it the hall, in it shelf 1 and shelf 2."""
    source = make_source()
    house = place(source, "n5", "Main Street 5")
    hall = place(source, "h", "hall", house)
    place(source, "s1", "Shelf 1", hall)
    place(source, "s2", "Shelf 2", hall)
    return source


def test_a_place_has_the_name_that_staff_give_it_and_is_found_by_both(street: Source) -> None:
    Location.objects.filter(external_id="n5").update(own_name="The house")
    client = viewer()
    assert [row[0] for row in page(client, LIST).tables[0].rows][-1] == "The house / hall"
    for text in ("the ho", "Main St"):
        assert [row[0] for row in page(client, f"{LIST}?q={text}").tables[0].rows] == ["The house"]


def test_the_list_tells_each_place_with_all_that_it_stands_in(street: Source) -> None:
    site = Site.objects.create(name="Corner")
    Location.objects.filter(external_id="s1").update(site=site, sellable=True)
    Location.objects.filter(external_id="s2").update(sellable=False, active=False)
    shown = page(viewer(), LIST)
    assert shown.tables[0].head == ["Location", "Source", "Site", "Sold from"]
    default = "no, as everywhere at this source"
    assert shown.tables[0].rows == [
        ["Main Street 5", "Main Street", "—", default],
        ["Main Street 5 / hall / Shelf 1", "Main Street", "Corner", "yes"],
        ["Main Street 5 / hall / Shelf 2 not in use", "Main Street", "—", "no"],
        ["Main Street 5 / hall", "Main Street", "—", default],
    ]
    assert shown.links["hall"] == f"/locations/{Location.objects.get(external_id='h').pk}/"


def test_a_location_is_found_by_the_beginning_of_its_name(street: Source) -> None:
    client = viewer()
    assert [row[0] for row in page(client, LIST, q="SHELF").tables[0].rows] == [
        "Main Street 5 / hall / Shelf 1",
        "Main Street 5 / hall / Shelf 2",
    ]
    assert "No location's name begins with “%helf”" in page(client, LIST, q="%helf").text.replace("&#x27;", "'")


def test_a_whole_identifier_leads_straight_to_its_location(street: Source) -> None:
    answer = viewer().get(LIST, {"q": " s2 "})
    shelf = Location.objects.get(external_id="s2")
    assert (answer.status_code, answer["Location"]) == (302, f"/locations/{shelf.pk}/")


def test_fifty_locations_are_on_a_page() -> None:
    source = make_source()
    for number in range(60):
        place(source, f"p{number}", f"Place {number:02}")
    client = viewer()
    first = page(client, LIST)
    second = page(client, LIST + first.links["Next page"])
    names = [row[0] for shown in (first, second) for row in shown.tables[0].rows]
    assert (len(first.tables[0].rows), names) == (50, [f"Place {number:02}" for number in range(60)])


def test_an_empty_list_says_how_locations_come_about() -> None:
    assert "Locations appear when a source names them." in page(viewer(), LIST).text


def test_a_location_shows_its_way_its_facts_and_what_stands_in_it(street: Source) -> None:
    write(
        street,
        PlaceDescribed(
            key="d", occurred=1, order_key=b"d", location="h", fields={"name": "hall", "kind": "room", "cold": True}
        ),
    )
    hall = Location.objects.get(external_id="h")
    Location.objects.filter(pk=hall.pk).update(
        site=Site.objects.create(name="Corner"), parent=Location.objects.get(external_id="n5")
    )
    shown = page(viewer(), f"{LIST}{hall.pk}/")
    assert shown.headings[:2] == ["hall", "Places inside"]
    assert shown.facts == {
        "Source": "Main Street",
        "The source calls it": "h (room)",
        "Site": "Corner",
        "Sold from": "no, as everywhere at this source",
        "In use": "yes",
        "Name": "hall",
        "Kind": "room",
        "Cold": "yes",
    }
    for external_id, name in (("n5", "Main Street 5"), ("s1", "Shelf 1"), ("s2", "Shelf 2")):
        assert shown.links[name] == f"/locations/{Location.objects.get(external_id=external_id).pk}/"
    assert "Edit this location" not in shown.links


def test_those_who_may_edit_a_location_are_led_there(street: Source, admin_client: Client) -> None:
    hall = Location.objects.get(external_id="h")
    shown = page(admin_client, f"{LIST}{hall.pk}/")
    assert shown.links["Edit this location"] == f"/admin/inventory/location/{hall.pk}/change/"


def test_a_circle_that_a_source_named_is_told(street: Source) -> None:
    hall = Location.objects.get(external_id="h")
    Location.objects.filter(pk=hall.pk).update(parent_refused=True)
    assert "That cannot be, so the last place that could be is shown." in page(viewer(), f"{LIST}{hall.pk}/").text


def test_what_is_counted_there_is_told_by_what_it_is_kept_as() -> None:
    """At the shop 90 coffee available and 3 teas held; the number of the rum is not known; elsewhere is elsewhere."""
    source = make_source()
    with time_machine.travel(NOON, tick=False):
        write(
            source,
            read("a", NOON_NS, "90"),
            replace(read("b", NOON_NS, "3"), listing="tea", bucket=Bucket.HELD, batch="T1"),
            replace(unknown("c", NOON_NS), listing="rum"),
            replace(read("d", NOON_NS, "7"), location="cellar"),
        )
    shop = Location.objects.get(external_id="shop")
    with time_machine.travel(NOON + timedelta(hours=2), tick=False):
        shown = page(viewer(), f"{LIST}{shop.pk}/")
    stock, batches, moves = shown.tables
    assert stock.head == ["Product", "Batch", "Kept as", "Quantity", "Source", "Said"]
    assert sorted([cell.replace("\xa0", " ") for cell in row] for row in stock.rows) == [
        ["coffee", "—", "available", "90", "Main Street", "2 hours ago"],
        ["rum", "—", "available", "not known", "Main Street", "2 hours ago"],
        ["tea", "T1", "held", "3", "Main Street", "2 hours ago"],
    ]
    assert [row[2] for row in stock.rows] == ["available", "available", "held"]
    assert shown.links["90"] == f"/counts/{Count.objects.get(listing__external_id='coffee', location=shop).pk}/"
    assert batches.rows == [["T1", "tea", "—"]]
    assert sorted((row[1], row[3]) for row in moves.rows) == [("+3", "tea"), ("+90", "coffee"), ("±0 not known", "rum")]


def test_a_batch_that_has_moved_on_leaves_its_movements_and_a_0() -> None:
    source = make_source()
    write(source, born("a", 10, "bay", "100"), moved("b", 20, "bay", "cold"))
    client = viewer()
    bay, cold = (page(client, f"{LIST}{Location.objects.get(external_id=name).pk}/") for name in ("bay", "cold"))
    assert [row[3] for row in bay.tables[0].rows] == ["0"]
    assert [row[1] for row in bay.tables[-1].rows] == [f"{MINUS}100", "+100"]
    assert [row[0] for row in cold.tables[1].rows] == ["lot"]
    assert cold.links["lot"] == f"/batches/{Batch.objects.get().pk}/"


def test_a_location_with_many_counts_is_told_by_pages() -> None:
    source = make_source()
    write(source, *(replace(read(f"k{number}", 1, "1"), listing=f"L{number:02}") for number in range(70)))
    client = viewer()
    address = f"{LIST}{Location.objects.get().pk}/"
    first = page(client, address)
    second = page(client, address + first.links["Next page"].partition("#")[0])
    rows = [row[0] for shown in (first, second) for row in shown.tables[0].rows]
    assert (len(first.tables[0].rows), sorted(rows)) == (50, [f"L{number:02}" for number in range(70)])


def test_of_a_place_with_too_many_counts_the_ledgers_newest_movements_are_looked_through(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of 12 counts at the shop 5 may be looked into, and 4 movements back: 2 at the shop, 2 elsewhere."""
    monkeypatch.setattr(newest, "LOOKED_INTO", 5)
    monkeypatch.setattr(newest, "LOOKED_BACK", 4)
    source = make_source()
    for number in range(12):
        write(source, replace(read(f"k{number}", 1, "1"), listing=f"L{number}"))
    for number, where in enumerate(("cellar", "shop", "cellar", "shop")):
        write(source, replace(read(f"m{number}", 2, "2"), listing=f"L{number}", location=where))
    shown = page(viewer(), f"{LIST}{Location.objects.get(external_id='shop').pk}/")
    assert [(row[1], row[3]) for row in shown.tables[-1].rows] == [("+1", "L3"), ("+1", "L1")]
    assert "only the newest 4 movements of all were looked through." in shown.text


def test_an_empty_place_says_so(street: Source) -> None:
    told = page(viewer(), f"{LIST}{Location.objects.get(external_id='s1').pk}/").text
    assert "Nothing is counted right here." in told
    assert "Nothing has moved yet." in told


def test_hostile_names_are_shown_as_text() -> None:
    source = make_source()
    nasty = "<script>alert(1)</script>"
    hall = place(source, nasty, nasty, place(source, "o", nasty))
    client = viewer()
    for address in (LIST, f"{LIST}{hall.pk}/"):
        assert "<script>alert" not in page(client, address).source


def test_the_pages_ask_for_their_permissions(street: Source) -> None:
    assert_asks_for(LIST, "location")
    assert_asks_for(f"{LIST}{Location.objects.earliest('pk').pk}/", "location", "count")


def test_hostile_addresses_are_refused(street: Source) -> None:
    client = viewer()
    assert_refuses_forged_marks(client, LIST)
    assert_refuses_forged_marks(client, f"{LIST}{Location.objects.earliest('pk').pk}/")
    assert_refuses_hostile_searches(client, LIST)
    assert_has_no_such_row(client, LIST + "{}/")


def test_the_number_of_queries_does_not_grow_with_the_rows() -> None:
    source = make_source()
    client = viewer()
    outer = place(source, "outer")
    costs = []
    for first, last in ((0, 10), (10, 200)):
        for number in range(first, last):
            place(source, f"p{number}", parent=outer)
        said = [
            replace(read(f"k{n}", 1, "1"), listing=f"L{n}", batch=f"b{n}", location="p0") for n in range(first, last)
        ]
        write(source, *said)
        inner = Location.objects.get(external_id="p0")
        costs.append([queries_of(client, address) for address in (LIST, f"{LIST}{outer.pk}/", f"{LIST}{inner.pk}/")])
    assert costs[0] == costs[1]
