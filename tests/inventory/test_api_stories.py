"""What the API answers, word for word, and how a number leads to what caused it."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
import time_machine

from inventory import ledger
from inventory.models import Barcode, Batch, Cause, Count, Listing, Location, Product, Site, Source, StockEvent
from tests.inventory.api_support import ask, place, results, staff_client
from tests.inventory.fold.support import adjust, born, read, unknown, untracked
from tests.inventory.ledger_support import GTIN, describe, make_source, write

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
# 2020-12-29T18:38:45.102960001Z: finer than a datetime can hold.
READ_AT = 1_609_267_125_102_960_001
HERE = "http://testserver"


@pytest.fixture
def source() -> Source:
    """90 were read by delivery 17; two and a half were sold a nanosecond later, by delivery 18."""
    source = make_source()
    with time_machine.travel(NOON, tick=False):
        write(source, read("r-1", READ_AT, "90"), by="delivery:17")
    with time_machine.travel(NOON.replace(hour=13, microsecond=250_000), tick=False):
        write(source, adjust("s-1", READ_AT + 1, "-2.5"), by="delivery:18")
    return source


def counted(count: Count) -> dict[str, object]:
    return {
        "id": count.pk,
        "source": {"id": count.source_id, "name": "Main Street"},
        "listing": {"id": count.listing_id, "external_id": "coffee", "name": None},
        "batch": None,
        "location": {"id": count.location_id, "external_id": "shop", "name": None},
        "bucket": "available",
        "state": "",
    }


def test_a_count_says_what_there_is_where_and_since_when(source: Source) -> None:
    count = Count.objects.select_related("listing").get()
    assert results(staff_client(), "counts") == [
        counted(count)
        | {
            "product": {"id": count.listing.product_id, "name": "coffee"},
            "quantity": "87.5",
            "quality": "exact",
            "as_of": "2020-12-29T18:38:45.102960002Z",
            "movements": f"{HERE}/api/v1/movements/?count={count.pk}",
        }
    ]


def test_a_count_leads_to_its_movements_and_they_to_the_deliveries_that_caused_them(source: Source) -> None:
    client = staff_client()
    (count,) = results(client, "counts")
    same = counted(Count.objects.get())
    events = {event.key: event.pk for event in StockEvent.objects.all()}
    causes = {cause.reference: cause.pk for cause in Cause.objects.all()}
    answer = client.get(count["movements"]).json()
    first_seq = answer["results"][1]["seq"]
    assert answer == {
        "next": None,
        "results": [
            {
                "seq": first_seq + 1,
                "count": same,
                "delta": "-2.5",
                "quality": "exact",
                "as_of": "2020-12-29T18:38:45.102960002Z",
                "event": {
                    "id": events["s-1"],
                    "kind": "adjustment",
                    "key": "s-1",
                    "occurred": "2020-12-29T18:38:45.102960002Z",
                },
                "is_retraction": False,
                "cause": {
                    "id": causes["delivery:18"],
                    "kind": "delivery",
                    "reference": "delivery:18",
                    "actor": "",
                    "evidence": f"{HERE}/admin/webhooks/delivery/18/change/",
                },
                "recorded_at": "2026-05-01T13:00:00.25Z",
                "movements": count["movements"],
            },
            {
                "seq": first_seq,
                "count": same,
                "delta": "90",
                "quality": "exact",
                "as_of": "2020-12-29T18:38:45.102960001Z",
                "event": {
                    "id": events["r-1"],
                    "kind": "reading",
                    "key": "r-1",
                    "occurred": "2020-12-29T18:38:45.102960001Z",
                },
                "is_retraction": False,
                "cause": {
                    "id": causes["delivery:17"],
                    "kind": "delivery",
                    "reference": "delivery:17",
                    "actor": "",
                    "evidence": f"{HERE}/admin/webhooks/delivery/17/change/",
                },
                "recorded_at": "2026-05-01T12:00:00Z",
                "movements": count["movements"],
            },
        ],
    }


def test_what_was_taken_back_says_who_took_it_back_and_what_it_had_been(source: Source) -> None:
    ledger.retract("delivery:18", source.pk, actor="kim")
    newest = results(staff_client(), "movements")[0]
    assert (newest["delta"], newest["event"]["key"], newest["is_retraction"]) == ("2.5", "s-1", True)
    assert (newest["cause"]["kind"], newest["cause"]["actor"]) == ("manual", "kim")
    assert newest["cause"]["evidence"] is None


def test_one_movement_is_found_by_its_place_in_the_ledger(source: Source) -> None:
    client = staff_client()
    newest = results(client, "movements")[0]
    assert ask(client, f"movements/{newest['seq']}") == newest


def test_what_is_not_known_is_null_and_never_zero() -> None:
    source = make_source()
    write(
        source,
        replace(unknown("a", 10), listing="tea"),
        replace(read("b", 10, "5"), listing="milk"),
        replace(untracked("c", 20), listing="milk"),
        replace(read("d", 10, "0"), listing="salt"),
    )
    rows = results(staff_client(), "counts")
    assert {row["listing"]["external_id"]: (row["quantity"], row["quality"]) for row in rows} == {
        "tea": (None, "unknown"),
        "milk": (None, "untracked"),
        "salt": ("0", "exact"),
    }


def test_a_quantity_keeps_every_digit_and_its_sign() -> None:
    source = make_source()
    quantities = ["-0.000001", "8999999999999.999999", "2.500000", "1000"]
    write(source, *(replace(read(text, 1, text), listing=text) for text in quantities))
    rows = results(staff_client(), "counts")
    assert [row["quantity"] for row in rows] == ["-0.000001", "8999999999999.999999", "2.5", "1000"]


def test_a_count_of_a_batch_names_it() -> None:
    source = make_source()
    write(source, born("a", 10, "bay", "100"))
    Batch.objects.update(label="LOT 7")
    (row,) = results(staff_client(), "counts")
    assert row["batch"] == {"id": Batch.objects.get().pk, "external_id": "lot", "label": "LOT 7"}
    assert row["listing"]["external_id"] == "flour"


def test_a_source_tells_what_it_is_and_nothing_of_its_settings() -> None:
    with time_machine.travel(NOON, tick=False):
        source = Source.objects.create(name="Dry", provider="treez", settings={"absent_rows": "unsure"})
    assert results(staff_client(), "sources") == [
        {
            "id": source.pk,
            "name": "Dry",
            "provider": "treez",
            "environment": "production",
            "sellable_by_default": False,
            "revoked_at": None,
            "reconnected_at": None,
            "created_at": "2026-05-01T12:00:00Z",
            "counts": f"{HERE}/api/v1/counts/?source={source.pk}",
        }
    ]


def test_a_product_tells_its_unit_and_threshold_where_staff_have_said_them() -> None:
    with time_machine.travel(NOON, tick=False):
        known = Product.objects.create(name="Dark Roast", unit="bag", threshold=Decimal("2.50"))
        bare = Product.objects.create(name="Tea")
    links = {
        "listings": f"{HERE}/api/v1/listings/?product={known.pk}",
        "counts": f"{HERE}/api/v1/counts/?product={known.pk}",
    }
    client = staff_client()
    created = {"created_at": "2026-05-01T12:00:00Z"}
    told = {"id": known.pk, "name": "Dark Roast", "unit": "bag", "threshold": "2.5", **created, **links}
    first, second = results(client, "products")
    assert first == ask(client, f"products/{known.pk}") == told
    assert (second["id"], second["name"], second["unit"], second["threshold"]) == (bare.pk, "Tea", None, None)


def test_a_listing_shows_its_barcodes_and_alone_everything_that_its_source_says() -> None:
    source = make_source()
    with time_machine.travel(NOON, tick=False):
        describe(source, "A-1", name="Peach Ringz", barcodes=[GTIN, "NYW"], brand="Sweets")
    listing = Listing.objects.get()
    listed = {
        "id": listing.pk,
        "source": {"id": source.pk, "name": "Main Street"},
        "tenant": "",
        "external_id": "A-1",
        "name": "Peach Ringz",
        "product": {"id": listing.product_id, "name": "Peach Ringz"},
        "match": "unmatched",
        "unit": None,
        "unit_factor": "1",
        "active": True,
        "barcodes": [{"code": GTIN, "gtin": f"0{GTIN}"}, {"code": "NYW", "gtin": None}],
        "created_at": "2026-05-01T12:00:00Z",
        "counts": f"{HERE}/api/v1/counts/?listing={listing.pk}",
    }
    client = staff_client()
    assert results(client, "listings") == [listed]
    assert ask(client, f"listings/{listing.pk}") == listed | {"description": listing.description}
    assert listing.description["brand"] == "Sweets"
    assert Barcode.objects.count() == 2


def test_a_location_says_in_what_it_stands_and_what_staff_made_of_it() -> None:
    source = make_source()
    with time_machine.travel(NOON, tick=False):
        place(source, "house")
        place(source, "shelf", parent="house")
    shelf, house = Location.objects.get(external_id="shelf"), Location.objects.get(external_id="house")
    shelf.site = Site.objects.create(name="Harbour")
    shelf.sellable = True
    shelf.save()
    listed = {
        "id": shelf.pk,
        "source": {"id": source.pk, "name": "Main Street"},
        "tenant": "",
        "external_id": "shelf",
        "name": "Shelf",
        "own_name": None,
        "kind": None,
        "parent": {"id": house.pk, "external_id": "house", "name": "House"},
        "parent_refused": False,
        "site": {"id": shelf.site.pk, "name": "Harbour"},
        "sellable": True,
        "active": True,
        "created_at": "2026-05-01T12:00:00Z",
        "counts": f"{HERE}/api/v1/counts/?location={shelf.pk}",
        "counts_inside": f"{HERE}/api/v1/counts/?location_tree={shelf.pk}",
    }
    client = staff_client()
    assert results(client, "locations", parent=house.pk) == [listed]
    assert ask(client, f"locations/{shelf.pk}") == listed | {"description": shelf.description}
    other = ask(client, f"locations/{house.pk}")
    assert (other["parent"], other["site"], other["sellable"]) == (None, None, None)


def test_a_batch_says_what_it_is_of_where_it_is_and_when_it_expires() -> None:
    source = make_source()
    with time_machine.travel(NOON, tick=False):
        write(source, born("a", 10, "bay", "100"))
    Batch.objects.update(label="LOT 7", expires_on=date(2026, 12, 31))
    batch = Batch.objects.get()
    listed = {
        "id": batch.pk,
        "source": {"id": source.pk, "name": "Main Street"},
        "tenant": "",
        "external_id": "lot",
        "label": "LOT 7",
        "listing": {"id": batch.listing_id, "external_id": "flour", "name": None},
        "status": "live",
        "location": {"id": batch.location_id, "external_id": "bay", "name": None},
        "expires_on": "2026-12-31",
        "created_at": "2026-05-01T12:00:00Z",
        "counts": f"{HERE}/api/v1/counts/?batch={batch.pk}",
    }
    client = staff_client()
    assert results(client, "batches") == [listed]
    assert ask(client, f"batches/{batch.pk}") == listed | {"description": {}}
