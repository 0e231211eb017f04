"""Each filter leaves the rows that it names, and no others."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from inventory.events import Bucket
from inventory.models import Batch, Count, Listing, Location, Product, Site, Source
from tests.inventory.api_support import place, results, staff_client
from tests.inventory.fold.support import adjust, born, read, unknown
from tests.inventory.ledger_support import GTIN, OTHER, describe, make_source, write

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def pk(model: type[Source | Product | Listing | Location | Batch | Site], **named: str) -> int:
    found: int = model.objects.get(**named).pk
    return found


@pytest.fixture
def shop() -> Callable[..., list[str]]:
    """Two sources, and a way to ask for their counts.

    One: 5 coffee and -2 tea in the shop, 3 coffee held in a box on a shelf there, 100 flour of a lot in the bay. Two: 7
    coffee, which is the same product, and milk of which nobody knows how much.
    """
    one, two = make_source("one"), make_source("two")
    place(one, "shop")
    place(one, "shelf", parent="shop")
    place(one, "box", parent="shelf")
    write(
        one,
        read("a", 1, "5"),
        replace(adjust("b", 1, "-2"), listing="tea"),
        replace(read("c", 1, "3"), location="box", bucket=Bucket.HELD),
        by="delivery:1",
    )
    write(one, born("d", 1, "bay", "100"), by="delivery:2")
    write(two, read("e", 1, "7"), replace(unknown("f", 1), listing="milk", location=""), by="delivery:3")
    Listing.objects.filter(source=two, external_id="coffee").update(
        product=Listing.objects.get(source=one, external_id="coffee").product
    )
    client = staff_client()

    def named(**query: Any) -> list[str]:
        """The counts, each as quantity and listing."""
        return [f"{row['quantity']} {row['listing']['external_id']}" for row in results(client, "counts", **query)]

    return named


def test_counts_are_found_by_every_thing_that_they_are_of(shop: Callable[..., list[str]]) -> None:
    here, box, bay = (pk(Location, source__name="one", external_id=name) for name in ("shop", "box", "bay"))
    first = pk(Listing, source__name="one", external_id="coffee")
    product = Listing.objects.get(pk=first).product_id
    everything = ["5 coffee", "-2 tea", "3 coffee", "100 flour", "7 coffee", "None milk"]
    assert shop() == everything
    assert shop(source=pk(Source, name="two")) == ["7 coffee", "None milk"]
    assert shop(product=product) == ["5 coffee", "3 coffee", "7 coffee"]
    assert shop(listing=first) == ["5 coffee", "3 coffee"]
    assert shop(batch=pk(Batch, external_id="lot")) == ["100 flour"]
    assert shop(location=here) == ["5 coffee", "-2 tea"]
    assert shop(location=box) == ["3 coffee"]
    assert shop(location_tree=here) == ["5 coffee", "-2 tea", "3 coffee"]
    assert shop(location_tree=bay) == ["100 flour"]
    assert shop(bucket="held") == ["3 coffee"]
    assert shop(negative="true") == ["-2 tea"]


def test_filters_are_asked_together(shop: Callable[..., list[str]]) -> None:
    here = pk(Location, source__name="one", external_id="shop")
    assert shop(location_tree=here, bucket="available", listing=pk(Listing, external_id="tea")) == ["-2 tea"]
    assert shop(source=pk(Source, name="two"), bucket="held") == []


@pytest.mark.parametrize("name", ["source", "product", "listing", "batch", "location", "location_tree"])
def test_what_is_not_there_has_no_counts(shop: Callable[..., list[str]], name: str) -> None:
    assert [shop(**{name: number}) for number in (0, 999_999, 2**63 - 1)] == [[], [], []]


def test_a_number_that_nobody_knows_is_not_negative(shop: Callable[..., list[str]]) -> None:
    Count.objects.filter(listing__external_id="tea").update(quality="unknown")
    assert shop(negative="true") == []


def test_places_that_stand_in_a_circle_have_an_end(shop: Callable[..., list[str]]) -> None:
    """The ledger lets no circle be; whatever made one, the question is answered."""
    here, box = (Location.objects.get(source__name="one", external_id=name) for name in ("shop", "box"))
    Location.objects.filter(pk=here.pk).update(parent=box)
    assert shop(location_tree=here.pk) == ["5 coffee", "-2 tea", "3 coffee"]


def listed(client: Client, **query: Any) -> list[str]:
    return [row["external_id"] for row in results(client, "listings", **query)]


def test_listings_are_found_by_source_product_identifier_and_barcode() -> None:
    one, two = make_source("one"), make_source("two")
    describe(one, "A", name="Peach Ringz", barcodes=[GTIN, f"0{GTIN}"])
    describe(two, "B", name="PEACH RINGZ", barcodes=[f"0{GTIN}"])
    describe(two, "C", name="Tea", barcodes=[OTHER, "NYW"])
    describe(two, "A", name="Milk")
    client = staff_client()
    assert listed(client) == ["A", "B", "C", "A"]
    assert listed(client, source=one.pk) == ["A"]
    assert listed(client, product=pk(Product, name="Peach Ringz")) == ["A", "B"]
    assert listed(client, external_id="A") == ["A", "A"]
    assert listed(client, external_id="a") == []
    assert listed(client, unmatched="true") == ["C", "A"]
    assert listed(client, barcode=GTIN) == ["A"]
    assert listed(client, barcode="NYW") == ["C"]
    assert [listed(client, gtin=text) for text in (GTIN, f"0{GTIN}")] == [["A", "B"], ["A", "B"]]
    assert listed(client, gtin=OTHER) == listed(client, gtin=f"000000{OTHER}") == ["C"]


@pytest.mark.parametrize(
    ("prefix", "names"),
    [
        ("Da", ["Dark Roast", "Dark Tea"]),
        ("Dark R", ["Dark Roast"]),
        ("da", ["dark matter"]),
        ("100%", ["100% Cotton"]),
        ("10_", []),
        ("É", ["Éclair"]),
        ("\U0001f375", ["\U0001f375 Tea"]),
        ("Z", []),
    ],
)
def test_products_are_found_by_the_beginning_of_their_name(prefix: str, names: list[str]) -> None:
    for name in ("Dark Roast", "dark matter", "Dark Tea", "100% Cotton", "Éclair", "\U0001f375 Tea", "Roast Dark"):
        Product.objects.create(name=name)
    found = results(staff_client(), "products", name_prefix=prefix)
    assert [row["name"] for row in found] == names


def test_products_and_sources_are_found_by_their_whole_name() -> None:
    for name in ("Tea", "Tea Bag"):
        Product.objects.create(name=name)
        make_source(name)
    client = staff_client()
    assert [row["name"] for row in results(client, "products", name="Tea")] == ["Tea"]
    assert [row["name"] for row in results(client, "sources", name="Tea")] == ["Tea"]


def test_locations_are_found_by_source_site_parent_and_identifier() -> None:
    one, two = make_source("one"), make_source("two")
    place(one, "shop")
    place(one, "shelf", parent="shop")
    place(two, "shop")
    Location.objects.filter(source=two).update(site=Site.objects.create(name="Harbour"))
    client = staff_client()

    def found(**query: Any) -> list[tuple[str, str]]:
        rows = results(client, "locations", **query)
        return [(row["source"]["name"], row["external_id"]) for row in rows]

    assert found(source=one.pk) == [("one", "shop"), ("one", "shelf")]
    assert found(site=pk(Site, name="Harbour")) == [("two", "shop")]
    assert found(parent=pk(Location, source__name="one", external_id="shop")) == [("one", "shelf")]
    assert found(external_id="shop") == [("one", "shop"), ("two", "shop")]


def test_batches_are_found_by_what_they_are_where_and_by_when_they_expire() -> None:
    one, two = make_source("one"), make_source("two")
    write(one, replace(born("a", 1, "bay", "1"), batch="new"), replace(born("b", 1, "cold", "2"), batch="old"))
    write(two, replace(born("a", 1, "bay", "3", listing="salt"), batch="new"))
    Batch.objects.filter(source=one, external_id="new").update(expires_on=date(2026, 12, 31), label="LOT 1")
    Batch.objects.filter(source=one, external_id="old").update(expires_on=date(2026, 1, 1), label="LOT 2")
    client = staff_client()

    def found(**query: Any) -> list[str]:
        rows = results(client, "batches", **query)
        return [f"{row['source']['name']} {row['external_id']}" for row in rows]

    assert found() == ["one new", "one old", "two new"]
    assert found(source=two.pk) == ["two new"]
    assert found(listing=pk(Listing, external_id="flour")) == ["one new", "one old"]
    assert found(location=pk(Location, external_id="cold")) == ["one old"]
    assert found(external_id="new") == ["one new", "two new"]
    assert found(label="LOT 2") == ["one old"]
    assert found(expires_before="2026-12-31") == ["one old"]
    assert found(expires_before="2027-01-01") == ["one new", "one old"]
    assert found(expires_after="2026-01-01") == ["one new"]
    assert found(expires_after="2026-01-01", expires_before="2026-12-31") == []


def test_movements_are_found_by_count_and_by_when_they_were_recorded() -> None:
    source = make_source()
    for hour, quantity in ((0, "10"), (1, "8"), (1, "7"), (2, "9")):
        with time_machine.travel(NOON + timedelta(hours=hour), tick=False):
            write(source, read(f"{hour} {quantity}", int(hour * 10), quantity), by=f"delivery:{hour}{quantity}")
    with time_machine.travel(NOON + timedelta(hours=3), tick=False):
        write(source, replace(read("tea", 1, "4"), listing="tea"))
    client = staff_client()

    def found(**query: Any) -> list[str]:
        return [row["delta"] for row in results(client, "movements", **query)]

    # 7 and 8 were read at one instant: by their keys, "1 7" comes before "1 8", and 8 stays.
    everything = found(order="oldest")
    assert everything == ["10", "-2", "1", "4"]
    assert found() == everything[::-1]
    assert found(count=pk_of_count("tea")) == ["4"]
    assert found(count=pk_of_count("coffee"), order="oldest") == ["10", "-2", "1"]
    assert found(recorded_from="2026-05-01T13:00:00Z", order="oldest") == ["-2", "1", "4"]
    assert found(recorded_from="2026-05-01T15:00:00+02:00", order="oldest") == ["-2", "1", "4"]
    assert found(recorded_from="2026-05-01T13:00:00.000001Z", order="oldest") == ["1", "4"]
    assert found(recorded_before="2026-05-01T13:00:00Z") == ["10"]
    assert found(recorded_before="2026-05-01T15:00:00Z", order="oldest") == ["10", "-2", "1"]
    assert found(recorded_from="2026-05-01T13:00Z", recorded_before="2026-05-01T14:00:00Z") == ["-2"]
    assert found(recorded_from="2026-05-02T00:00:00Z") == []
    assert found(recorded_before="2026-05-02T00:00:00Z", order="oldest") == everything
    assert found(recorded_before="2026-05-01T12:00:00Z") == []


def pk_of_count(listing: str) -> int:
    return Count.objects.get(listing__external_id=listing).pk
