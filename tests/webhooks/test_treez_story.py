"""Treez, from proved request to stock: each test tells a story with its numbers."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from itertools import permutations
from typing import Any

import pytest
import time_machine

from inventory import ledger
from inventory.models import Barcode, Batch, Count, Listing, Location, Movement, StockEvent
from inventory.quantity import quantity_text
from tests.webhooks import treez
from tests.webhooks.account import Account
from tests.webhooks.treez import ABSENT, BATCH, CASE, OTHER_BATCH, VAULT, inventory, row
from webhooks import inbox, worker
from webhooks.models import Delivery, Refusal

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def store(db: None) -> Account:
    return Account("treez", treez.prove, name="Treez, Main Street", secret=treez.TOKEN)


@pytest.fixture(autouse=True)
def _every_story_ends_in_a_ledger_that_holds(db: None) -> Iterator[None]:
    yield
    assert ledger.prove().breaches == []
    assert list(ledger.differences()) == []


def says(store: Account, absent_rows: str) -> None:
    """Staff say what the absence of a row means."""
    source = store.source
    source.settings = {"absent_rows": absent_rows}
    source.save()


def counts(store: Account) -> dict[tuple[str, str], dict[str, str]]:
    """(batch, place) -> what its buckets show, those at 0 left out; with the quality where it is not exact."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for count in store.rows():
        shown = found.setdefault((count.batch or "", count.location or ""), {})
        number = "unknown" if count.quantity is None else quantity_text(count.quantity)
        if (number, count.quality.value) != ("0", "exact"):
            shown[count.bucket] = number if count.quality == "exact" else f"{number} {count.quality.value}"
    return found


def test_the_captured_payload_ends_in_795_available_and_198_reserved(store: Account) -> None:
    with time_machine.travel(NOON, tick=False):
        (delivery,) = store.receive(treez.CAPTURED)
    assert (delivery.state, delivery.reason, delivery.event_kind) == ("processed", "", "INVENTORY")
    assert bytes(delivery.body) == treez.CAPTURED
    # 2026-03-01T12:00:00Z is 1772366400 s after 1970: when it came, since Treez does not say when it was so.
    assert [
        (row.listing, row.batch, row.location, row.bucket, row.state, row.quantity, row.quality, row.as_of)
        for row in store.rows()
    ] == [
        (treez.LISTING, BATCH, CASE, bucket, "", quantity, "exact", 1_772_366_400_000_000_000)
        for bucket, quantity in [("available", 795), ("held", 0), ("packed", 0), ("reserved", 198), ("returned", 0)]
    ]
    assert sum(movement.delta for movement in Movement.objects.all()) == 993


def test_the_captured_payload_describes_its_listing_batch_and_place(store: Account) -> None:
    store.receive(treez.CAPTURED)
    listing, batch, place = Listing.objects.get(), Batch.objects.get(), Location.objects.get()
    assert (listing.tenant, listing.external_id, listing.name) == (
        "partnersandbox3",
        "9f3fadfb-2f24-4a08-bd3b-a430e267b72f",
        "1:1 CINNAMON MINTS - 100 MILLIGRAMS",
    )
    assert listing.description == {
        "name": "1:1 CINNAMON MINTS - 100 MILLIGRAMS",
        "category": "EDIBLE",
        "brand": "PETRA",
        "barcodes": ["NYW"],
    }
    assert list(Barcode.objects.values_list("code", "gtin")) == [("NYW", "")]
    assert (batch.tenant, batch.external_id, batch.label, batch.expires_on) == ("partnersandbox3", BATCH, "G1H7C", None)
    assert batch.description == {
        "label": "G1H7C",
        "package_label": "123634587522",
        "inventory_type": "ADULT",
        "license": "C10-0000000-LIC",
        "distributor": "TREEZ",
        "invoice": "1",
        "invoice_accepted_on": "2025-06-11",
        "received_on": "2025-06-11",
        "created_on": "2025-06-11",
        "documents": [],
        "lab_results": [],
    }
    assert (place.tenant, place.external_id, place.name) == ("partnersandbox3", "DISPLAY CASE 1", "DISPLAY CASE 1")


def test_995_then_994_then_995_with_equal_bodies_are_three_facts(store: Account) -> None:
    """One is reserved and released: the first and the last body are the same bytes, and both are real."""
    full, reserved = inventory(row(995)), inventory(row(994, 1))
    delivered = store.receive(full, reserved, full)
    assert [delivery.state for delivery in delivered] == ["processed", "processed", "processed"]
    assert counts(store) == {(BATCH, CASE): {"available": "995"}}
    moved = Movement.objects.order_by("seq").values_list("count__bucket", "delta")
    assert [(bucket, quantity_text(delta)) for bucket, delta in moved if delta] == [
        ("available", "995"),
        ("available", "-1"),
        ("reserved", "1"),
        ("available", "1"),
        ("reserved", "-1"),
    ]


def test_a_batch_that_is_told_at_another_place_has_moved(store: Account) -> None:
    store.receive(inventory(row(10, 2)), inventory(row(9, 2, location=VAULT)))
    assert counts(store) == {(BATCH, CASE): {}, (BATCH, VAULT): {"available": "9", "reserved": "2"}}


def test_a_batch_that_is_told_at_two_places_is_at_both(store: Account) -> None:
    store.receive(inventory(row(10)), inventory(row(6), row(4, location=VAULT)))
    assert counts(store) == {(BATCH, CASE): {"available": "6"}, (BATCH, VAULT): {"available": "4"}}


def test_units_that_may_not_be_sold_are_held_and_released(store: Account) -> None:
    store.receive(inventory(row(10, 2)))
    store.receive(inventory(row(10, 2, sellable=False)))
    assert counts(store) == {(BATCH, CASE): {"held": "10", "reserved": "2"}}
    store.receive(inventory(row(8, 2, sellable=True)))
    assert counts(store) == {(BATCH, CASE): {"available": "8", "reserved": "2"}}


@pytest.mark.parametrize("sellable", [ABSENT, None])
def test_units_of_which_nothing_is_said_may_be_sold(store: Account, sellable: object) -> None:
    store.receive(inventory(row(10, sellable=sellable)))
    assert counts(store) == {(BATCH, CASE): {"available": "10"}}


IN_DOUBT = {
    "available": "3 doubtful",
    "held": "0 doubtful",
    "packed": "0 doubtful",
    "reserved": "0 doubtful",
    "returned": "0 doubtful",
}


@pytest.mark.parametrize(
    ("setting", "other"),
    [("", IN_DOUBT), ("unsure", IN_DOUBT), ("changed", {"available": "3"}), ("whole", {})],
)
def test_a_row_that_is_not_listed_means_what_staff_say(store: Account, setting: str, other: dict[str, str]) -> None:
    says(store, setting)
    store.receive(inventory(row(5), row(3, batch=OTHER_BATCH)), inventory(row(4)))
    assert counts(store) == {(BATCH, CASE): {"available": "4"}, (OTHER_BATCH, CASE): other}


def test_a_doubtful_row_is_exact_again_when_it_is_listed_again(store: Account) -> None:
    store.receive(
        inventory(row(5), row(3, batch=OTHER_BATCH)),
        inventory(row(4)),
        inventory(row(4), row(2, batch=OTHER_BATCH)),
    )
    assert counts(store) == {(BATCH, CASE): {"available": "4"}, (OTHER_BATCH, CASE): {"available": "2"}}


@pytest.mark.parametrize("missing", [ABSENT, None])
def test_a_part_that_is_missing_or_null_leaves_its_count(store: Account, missing: object) -> None:
    store.receive(inventory(row(10, 2, 3, 4)), inventory(row(9, missing, 1, missing)))
    assert counts(store) == {(BATCH, CASE): {"available": "9", "reserved": "2", "packed": "1", "returned": "4"}}
    store.receive(inventory(row(missing, 5, 1, 4, sellable=False)))
    assert counts(store) == {(BATCH, CASE): {"available": "9", "reserved": "5", "packed": "1", "returned": "4"}}


def test_a_part_that_was_never_told_is_no_count(store: Account) -> None:
    store.receive(inventory(row(10, None, None, ABSENT)))
    assert sorted(Count.objects.values_list("bucket", flat=True)) == ["available", "held"]


def test_rows_of_one_batch_at_one_place_are_summed(store: Account) -> None:
    """5 + 7 on sale, 2 on hold; 1 + 0 + 2 reserved; of the packed ones one row does not tell, so nobody knows."""
    store.receive(inventory(row(0, 0, 9)))
    store.receive(inventory(row(5, 1, 1), row(7, 0, None), row(2, 2, 1, sellable=False), row(1, location=VAULT)))
    assert counts(store) == {
        (BATCH, CASE): {"available": "12", "held": "2", "reserved": "3", "packed": "9"},
        (BATCH, VAULT): {"available": "1"},
    }


def test_numbers_are_read_as_numbers_and_as_text(store: Account) -> None:
    store.receive(inventory(row("795.0", "198", 0.5, "-1")))
    assert counts(store) == {(BATCH, CASE): {"available": "795", "reserved": "198", "packed": "0.5", "returned": "-1"}}


def test_a_total_that_is_not_the_sum_of_its_parts_is_noted(store: Account) -> None:
    right, wrong, partial = store.receive(
        inventory(row(795, 198, total=993)),
        inventory(row(795, 198, total="990.0"), row(1, location=VAULT, total=1)),
        inventory(row(795, None, total=993)),
    )
    assert (right.state, right.reason) == ("processed", "")
    assert (wrong.state, wrong.reason) == (
        "processed",
        "data.inventory[0].quantity.total: it is 990, but the parts add up to 993",
    )
    # What one part is, nobody said: there is no sum to compare.
    assert (partial.state, partial.reason) == ("processed", "")


def test_null_leaves_what_was_known(store: Account) -> None:
    known: dict[str, Any] = {
        "manifestNumber": "M-1",
        "expirationDate": "2026-01-31",
        "harvestDate": "2025-05-01",
        "productBrand": "PETRA",
    }
    nothing: dict[str, Any] = dict.fromkeys([*known, "productName", "barcodes"])
    store.receive(inventory(row(5), **known), inventory(row(4), **nothing))
    batch, listing = Batch.objects.get(), Listing.objects.get()
    assert batch.expires_on == date(2026, 1, 31)
    assert (batch.description["manifest"], batch.description["harvested_on"]) == ("M-1", "2025-05-01")
    assert listing.description == {
        "name": "1:1 CINNAMON MINTS - 100 MILLIGRAMS",
        "brand": "PETRA",
        "barcodes": ["NYW"],
    }


def test_a_package_whose_only_barcode_is_its_own_tag_leaves_the_products_barcodes(store: Account) -> None:
    """The tag has twelve digits and a valid check digit: it would be a product's code to whoever did not know."""
    store.receive(inventory(row(5)), inventory(row(4), package="036000291452", barcodes=["036000291452"]))
    assert list(Barcode.objects.values_list("code", flat=True)) == ["NYW"]


def test_two_stores_behind_one_endpoint_keep_two_display_cases(store: Account) -> None:
    store.receive(inventory(row(5)), inventory(row(7), store="uptown"))
    assert sorted(Location.objects.values_list("tenant", "external_id")) == [
        ("partnersandbox3", "DISPLAY CASE 1"),
        ("uptown", "DISPLAY CASE 1"),
    ]
    available = Count.objects.filter(bucket="available").order_by("quantity")
    assert list(available.values_list("location__tenant", "quantity")) == [("partnersandbox3", 5), ("uptown", 7)]


@pytest.mark.parametrize("name", [ABSENT, None, ""])
def test_a_store_that_is_not_named_is_a_store_too(store: Account, name: object) -> None:
    (delivery,) = store.receive(inventory(row(5), store=name))
    assert delivery.state == "processed"
    assert Listing.objects.get().tenant == ""


BODIES = [
    inventory(row(10), row(4, batch=OTHER_BATCH)),
    inventory(row(9, location=VAULT)),
    inventory(row(8, location=VAULT), row(3, batch=OTHER_BATCH)),
]


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_deliveries_that_are_processed_in_another_order_end_in_the_same_stock(
    store: Account, order: tuple[int, ...]
) -> None:
    """All three are kept while nobody works; whichever is worked on first, it is their arrival that counts."""
    stored = store.store(*BODIES)
    for index in order:
        Delivery.objects.exclude(pk=stored[index].pk).update(due_at=datetime(2100, 1, 1, tzinfo=UTC))
        Delivery.objects.filter(pk=stored[index].pk).update(due_at=stored[index].received_at)
        worker.drain()
    assert Delivery.objects.filter(state="processed").count() == 3
    assert counts(store) == {
        (BATCH, CASE): {},
        (BATCH, VAULT): {"available": "8"},
        (OTHER_BATCH, CASE): {"available": "3"},
    }


def test_a_replay_after_staff_changed_their_mind_reads_the_old_deliveries_anew(store: Account) -> None:
    _, second = store.receive(inventory(row(5), row(3, batch=OTHER_BATCH)), inventory(row(4)))
    says(store, "whole")
    inbox.replay([second.pk])
    worker.drain()
    assert counts(store) == {(BATCH, CASE): {"available": "4"}, (OTHER_BATCH, CASE): {}}
    assert StockEvent.objects.filter(kind="package_read").count() == 3
    inbox.replay([second.pk])
    worker.drain()
    assert counts(store) == {(BATCH, CASE): {"available": "4"}, (OTHER_BATCH, CASE): {}}
    # Replayed with nothing changed, an event stays.
    assert StockEvent.objects.filter(kind="package_read").count() == 3


def test_a_batch_that_appears_in_another_package_is_for_a_person_to_look_at(store: Account) -> None:
    first, second = store.receive(inventory(row(5)), inventory(row(7), package="999"))
    assert (first.state, second.state, second.reason) == (
        "processed",
        "quarantined",
        "batch G1H7C: its counts belong to another package already",
    )
    assert counts(store) == {(BATCH, CASE): {"available": "5"}}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (inventory(row(5), productId=ABSENT), "data.productId: is missing"),
        (
            inventory(row("a lot")),
            "data.inventory[0].quantity.available: must be a JSON number or text of plain decimal",
        ),
        (inventory(row(0.0000001)), "data.inventory[0].quantity.available: 1E-7 has more than 6 decimals"),
        (inventory(row(5, location=None)), "data.inventory[0].location: must be text (null)"),
        (inventory(row(5, sellable="yes")), "data.inventory[0].sellable: must be true or false"),
        (inventory(inventory=None), "data.inventory: must be an array (null)"),
        (inventory(*[row(1)] * 501), "data.inventory: has more than 500 items"),
        (inventory(*[row(9_000_000_000_000)] * 2), "parts: available of batch"),
        (inventory(row(5), expirationDate="soon"), "expires_on: 'soon' is no date"),
    ],
)
def test_what_treez_does_not_document_is_for_a_person_to_look_at(store: Account, body: bytes, reason: str) -> None:
    (delivery,) = store.receive(body)
    assert (delivery.state, delivery.reason[: len(reason)]) == ("quarantined", reason)
    assert not StockEvent.objects.exists()


def test_a_request_with_another_token_or_none_is_refused(store: Account) -> None:
    body = treez.CAPTURED
    answers: list[Any] = [
        store.post(body, secret="CHQUBXBIFOJG26KFRLL0J3HD"),
        store.post(body, headers={}),
        store.post(body, headers={"authorization": treez.TOKEN}),
    ]
    assert [answer.status_code for answer in answers] == [401, 401, 401]
    assert (Refusal.objects.count(), Delivery.objects.count()) == (3, 0)


def test_a_token_of_ours_is_made_where_none_is_given(db: None) -> None:
    made = Account("treez", treez.prove)
    assert made.made.generated_secret
    assert [delivery.state for delivery in made.receive(treez.CAPTURED)] == ["processed"]
