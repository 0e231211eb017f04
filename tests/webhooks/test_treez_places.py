"""Treez's places: INVENTORY knows them by names that staff at the shop change, PRODUCT tells which are the same."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
import time_machine
from django.test import Client

from inventory import ledger
from inventory.admin.display import admin_url
from inventory.models import Batch, Location, Site, StockEvent
from inventory.quantity import quantity_text
from tests.webhooks import treez
from tests.webhooks.account import Account
from tests.webhooks.treez import BATCH, CASE, LISTING, OTHER_BATCH, VAULT, inventory, product, row
from webhooks import inbox, worker
from webhooks.models import Delivery

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
VAULT_2 = "VAULT 2"
CASE_ID, VAULT_ID = "5f3c1d8e-6f0b-4f7e-9a51-0d3b1f9f0001", "5f3c1d8e-6f0b-4f7e-9a51-0d3b1f9f0002"


@pytest.fixture
def store(db: None) -> Account:
    return Account("treez", treez.prove, name="Treez, Main Street", secret=treez.TOKEN)


@pytest.fixture(autouse=True)
def _every_story_ends_in_a_ledger_that_holds(db: None) -> Iterator[None]:
    yield
    assert ledger.prove().breaches == []
    assert list(ledger.differences()) == []


def teaches(minutes: int, **places: str) -> bytes:
    """A PRODUCT that was updated that long after noon, at these places."""
    rows = [
        {"inventory_type": "ADULT", "location": name, "location_id": identity, "sellable_quantity": 1}
        for name, identity in places.items()
    ]
    updated_at = (NOON + timedelta(minutes=minutes)).isoformat()
    return product(sellable_quantity_detail=rows, last_updated_at=updated_at)


def arrive(store: Account, *bodies: bytes) -> list[Delivery]:
    """Each of these reaches the door a minute after the one before, the first a minute after noon; nobody works."""
    stored: list[Delivery] = []
    for minutes, body in enumerate(bodies, start=1):
        with time_machine.travel(NOON + timedelta(minutes=minutes), tick=False):
            stored += store.store(body)
    return stored


def available(store: Account) -> dict[tuple[str | None, str | None], str]:
    """(batch, path of its place) -> what is available, with its quality."""
    lines = [line for line in store.rows() if line.bucket == "available"]
    numbers = ["" if line.quantity is None else quantity_text(line.quantity) for line in lines]
    found = {
        (line.batch, line.location_path): f"{number} {line.quality}"
        for line, number in zip(lines, numbers, strict=True)
    }
    assert len(found) == len(lines)
    return found


STORY = [
    inventory(row(10, location=VAULT), row(4, batch=OTHER_BATCH)),
    teaches(2, **{CASE: CASE_ID, VAULT: VAULT_ID}),
    inventory(row(9, location=VAULT_2), row(4, batch=OTHER_BATCH)),
    teaches(4, **{CASE: CASE_ID, VAULT_2: VAULT_ID}),
    inventory(row(8, 1, location=VAULT_2), row(3, batch=OTHER_BATCH)),
]


def test_a_vault_that_is_renamed_is_the_same_vault(store: Account) -> None:
    site = Site.objects.create(name="Main Street")
    stored = arrive(store, *STORY[:2])
    worker.drain()
    Location.objects.filter(external_id=VAULT).update(site=site, sellable=True)
    stored += arrive(store, *STORY[2:])
    worker.drain()
    assert {delivery.state for delivery in Delivery.objects.all()} == {"processed"}
    assert len(stored) == 5
    assert available(store) == {(BATCH, VAULT_2): "8 exact", (OTHER_BATCH, CASE): "3 exact"}
    rows = Location.objects.order_by("external_id")
    assert list(rows.values_list("external_id", "name", "identity", "same_as__external_id")) == [
        (CASE, CASE, CASE_ID, None),
        (VAULT, VAULT_2, VAULT_ID, None),
        (VAULT_2, VAULT_2, "", VAULT),
    ]
    vault = Location.objects.get(identity=VAULT_ID)
    assert (vault.site, vault.sellable) == (site, True)
    batch = Batch.objects.get(external_id=BATCH)
    assert (batch.listing.external_id if batch.listing else None, batch.location) == (LISTING, vault)


@pytest.mark.parametrize("order", list(permutations(range(5)))[::7])
def test_whichever_delivery_is_worked_on_first_it_is_the_same_vault(store: Account, order: tuple[int, ...]) -> None:
    stored = arrive(store, *STORY)
    for index in order:
        Delivery.objects.exclude(pk=stored[index].pk).update(due_at=datetime(2100, 1, 1, tzinfo=UTC))
        Delivery.objects.filter(pk=stored[index].pk).update(due_at=stored[index].received_at)
        worker.drain()
    assert available(store) == {(BATCH, VAULT_2): "8 exact", (OTHER_BATCH, CASE): "3 exact"}


def test_a_batchs_page_does_not_say_that_it_moved_where_its_place_was_renamed(
    store: Account, admin_client: Client
) -> None:
    arrive(store, *STORY)
    worker.drain()
    batch = Batch.objects.get(external_id=BATCH)
    page = admin_client.get(f"/batches/{batch.pk}/").content.decode()
    assert page.count("The counts of its rows are what they say.") == 3


def test_a_package_that_is_at_two_places_is_neither_in_doubt_nor_told_twice(store: Account) -> None:
    """4 in the case; 6 in the vault, and 5 in what turns out to be the vault."""
    arrive(
        store,
        inventory(row(4), row(6, location=VAULT)),
        teaches(2, **{CASE: CASE_ID, VAULT: VAULT_ID}),
        inventory(row(4), row(5, location=VAULT_2)),
    )
    worker.drain()
    assert available(store) == {
        (BATCH, CASE): "4 exact",
        (BATCH, VAULT): "6 doubtful",
        (BATCH, VAULT_2): "5 exact",
    }
    store.receive(teaches(4, **{CASE: CASE_ID, VAULT_2: VAULT_ID}))
    assert available(store) == {(BATCH, CASE): "4 exact", (BATCH, VAULT_2): "5 exact"}


def test_a_name_that_another_place_is_given_later_means_that_one_from_then_on(store: Account) -> None:
    """The vault becomes VAULT 2, and a new room is called VAULT."""
    room = "5f3c1d8e-6f0b-4f7e-9a51-0d3b1f9f0003"
    arrive(
        store,
        inventory(row(10, location=VAULT)),
        teaches(2, **{VAULT: VAULT_ID}),
        teaches(3, **{VAULT_2: VAULT_ID, VAULT: room}),
        inventory(row(7, location=VAULT_2), row(2, location=VAULT)),
    )
    worker.drain()
    assert available(store) == {(BATCH, VAULT_2): "7 exact", (BATCH, VAULT): "2 exact"}
    assert sorted(Location.objects.filter(same_as=None).values_list("external_id", "name", "identity")) == [
        (room, VAULT, room),
        (VAULT, VAULT_2, VAULT_ID),
    ]


def test_the_same_places_taught_over_and_over_move_nothing(store: Account) -> None:
    arrive(store, *STORY)
    worker.drain()
    before = store.deltas()
    store.receive(*(teaches(5 + number, **{CASE: CASE_ID, VAULT_2: VAULT_ID}) for number in range(10)))
    assert store.deltas() == before
    assert StockEvent.objects.filter(kind="places_named").count() == 12


def test_a_replay_of_every_delivery_changes_nothing(store: Account) -> None:
    arrive(store, *STORY)
    worker.drain()
    before = store.deltas()
    inbox.replay(list(Delivery.objects.values_list("pk", flat=True)))
    worker.drain()
    assert store.deltas() == before
    assert available(store) == {(BATCH, VAULT_2): "8 exact", (OTHER_BATCH, CASE): "3 exact"}


def test_staff_see_one_vault_with_its_earlier_name(store: Account, admin_client: Client) -> None:
    arrive(store, *STORY)
    worker.drain()
    listed = admin_client.get(admin_url(Location, "changelist"))
    assert [str(place) for place in listed.context["cl"].result_list] == [CASE, VAULT_2]
    vault = Location.objects.get(identity=VAULT_ID)
    page = admin_client.get(admin_url(Location, "change", vault.pk)).content.decode()
    assert "Other names" in page
    assert VAULT_ID in page
    name = Location.objects.get(same_as=vault)
    assert f'<a href="{admin_url(Location, "change", name.pk)}">{VAULT_2}</a>' in page
    narrowed = admin_client.get(admin_url(Location, "changelist"), {"names": "other"})
    assert [place.external_id for place in narrowed.context["cl"].result_list] == [VAULT_2]
    page = admin_client.get(admin_url(Location, "change", name.pk)).content.decode()
    assert "Another name of" in page
    assert admin_url(Location, "change", vault.pk) in page


@pytest.mark.parametrize("name", [VAULT, VAULT_2, "VAULT 3"])
def test_a_place_is_found_by_every_name_that_it_ever_had(store: Account, admin_client: Client, name: str) -> None:
    arrive(store, *STORY, teaches(6, **{"VAULT 3": VAULT_ID}))
    worker.drain()
    found = admin_client.get(admin_url(Location, "changelist"), {"q": name}).context["cl"].result_list
    assert [place.identity for place in found] == [VAULT_ID]
