"""Two workers meet the same new product, batch, place and barcode at once: there is one row of each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import pytest
from django.db import models

from inventory import ledger
from inventory.models import Barcode, Batch, Listing, Location, Product
from tests.threads import at_once
from tests.webhooks import budsense, generic, jetti, square, tracktile, treez
from tests.webhooks.account import Account, Prove
from webhooks.models import Delivery
from webhooks.processing import process

ROUNDS = 6

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """What one provider says twice of the same new things, and how many rows one round of it makes."""

    prove: Prove
    bodies: Callable[[int], tuple[bytes, bytes]]
    """Two different deliveries of a round about the same new things."""
    rows: Mapping[type[models.Model], int]
    secret: str = ""


def sign_as_tracktile(secret: str, body: bytes) -> Mapping[str, str]:
    return {"x-tracktile-signature": tracktile.signature(body, secret)}


def of_treez(number: int) -> tuple[bytes, bytes]:
    def told(available: int) -> bytes:
        row = treez.row(available, batch=f"batch-{number}", location=f"SHELF {number}")
        codes = [f"package-{number}", f"CODE-{number}"]
        return treez.inventory(row, package=f"package-{number}", productId=f"product-{number}", barcodes=codes)

    return told(5), told(4)


def of_square(number: int) -> tuple[bytes, bytes]:
    def told(quantity: str, event: str) -> bytes:
        row = square.count(quantity, variation=f"V{number}", place=f"P{number}")
        return square.counts_updated([row], event_id=f"{event}-{number}")

    return told("5", "a"), told("4", "b")


def of_tracktile(number: int) -> tuple[bytes, bytes]:
    lot, bay, cold = f"lot-{number}", f"bay-{number}", f"cold-{number}"
    entity = {"id": lot, "name": "Lot", "productId": f"flour-{number}"}
    arrives = tracktile.event(
        "inventory.received", f"a{number}", "08:00:00", entity=entity | {"quantity": 5}, node=tracktile.node(bay)
    )
    leaves = tracktile.event(
        "inventory.moved",
        f"b{number}",
        "09:00:00",
        entity=entity,
        **{"from": tracktile.node(bay), "to": tracktile.node(cold)},
    )
    return arrives, leaves


def of_budsense(number: int) -> tuple[bytes, bytes]:
    barcode = f"{number:014}"
    return (
        budsense.changes(budsense.change(barcode, name="First")),
        budsense.changes(budsense.change(barcode, at=budsense.NOON + 1, name="Second")),
    )


def of_jetti(number: int) -> tuple[bytes, bytes]:
    told = partial(jetti.inventory, variant=number, channel=100 + number, externalId="e")
    return told(5), told(4)


def of_generic(number: int) -> tuple[bytes, bytes]:
    thing = {"listing": f"SKU-{number}", "batch": f"LOT-{number}", "location": f"shop-{number}"}

    def told(quantity: int, event: str) -> bytes:
        named = generic.description({"name": "Tea", "barcodes": [f"CODE-{number}"]}, listing=thing["listing"])
        return generic.event(generic.reading(quantity, **thing), named, event_id=f"{event}-{number}")

    return told(5, "a"), told(4, "b")


MEETINGS = {
    "treez": Meeting(
        prove=treez.prove,
        bodies=of_treez,
        rows={Listing: 1, Product: 1, Batch: 1, Location: 1, Barcode: 1},
        secret=treez.TOKEN,
    ),
    "square": Meeting(
        prove=budsense.prove,
        bodies=of_square,
        rows={Listing: 1, Product: 1, Batch: 0, Location: 1, Barcode: 0},
        secret=square.KEY,
    ),
    "tracktile": Meeting(
        prove=sign_as_tracktile,
        bodies=of_tracktile,
        # The lot is in the bay and then in the cold.
        rows={Listing: 1, Product: 1, Batch: 1, Location: 2, Barcode: 0},
        secret=tracktile.SECRET,
    ),
    "budsense": Meeting(
        prove=budsense.prove,
        bodies=of_budsense,
        rows={Listing: 1, Product: 1, Batch: 0, Location: 0, Barcode: 1},
    ),
    "jetti": Meeting(
        prove=jetti.prove,
        bodies=of_jetti,
        rows={Listing: 1, Product: 1, Batch: 0, Location: 1, Barcode: 0},
    ),
    "generic": Meeting(
        prove=generic.standard_webhooks,
        bodies=of_generic,
        rows={Listing: 1, Product: 1, Batch: 1, Location: 1, Barcode: 1},
    ),
}


def work_at_once(*shares: list[int]) -> int:
    """A worker for each share, all starting together; return how many deliveries they processed."""
    done: list[int] = []

    def work(share: list[int]) -> None:
        done.append(process(share)["processed"])

    at_once(*(partial(work, share) for share in shares))
    return sum(done)


def account_of(name: str) -> Account:
    meeting = MEETINGS[name]
    account = Account(name, meeting.prove, name=f"The {name} account", secret=meeting.secret)
    if name == "square":
        # Square signs its URL too, which is known only now.
        url = account.made.token.public_url
        account.prove = lambda secret, body: {"x-square-hmacsha256-signature": square.signature(url, body, secret)}
    return account


@pytest.mark.parametrize("name", sorted(MEETINGS))
def test_two_workers_that_meet_a_providers_new_things_make_one_row_of_each(name: str) -> None:
    account, meeting = account_of(name), MEETINGS[name]
    for number in range(1, ROUNDS + 1):
        first, second = account.store(*meeting.bodies(number))
        assert work_at_once([first.pk], [second.pk]) == 2
    assert dict(Delivery.objects.values_list("state").annotate(models.Count("pk"))) == {"processed": 2 * ROUNDS}
    made = {model: model._default_manager.count() for model in meeting.rows}
    assert made == {model: rows * ROUNDS for model, rows in meeting.rows.items()}
    assert ledger.prove().breaches == []
    assert list(ledger.differences()) == []


def test_two_workers_that_meet_a_new_barcode_of_two_sources_make_one_product() -> None:
    """Each source's listing is new, and both have the one barcode: whoever comes second finds the first."""
    catalogue, shop = account_of("budsense"), account_of("generic")
    for number in range(ROUNDS):
        code = _gtin(number)
        (one,) = catalogue.store(budsense.changes(budsense.change(code, name="Tea")))
        said = generic.description({"name": "Tea", "barcodes": [code]}, listing=f"SKU-{number}")
        (other,) = shop.store(generic.event(said, event_id=f"event-{number}"))
        assert work_at_once([one.pk], [other.pk]) == 2
    assert not Delivery.objects.exclude(state="processed").exists()
    assert (Listing.objects.count(), Product.objects.count(), Barcode.objects.count()) == (12, 6, 12)
    assert set(Listing.objects.values_list("match", flat=True)) == {"barcode"}
    assert ledger.prove().breaches == []


@pytest.mark.parametrize("repeats_the_barcode", [True, False])
def test_workers_that_want_each_others_listings_do_not_deadlock(repeats_the_barcode: bool) -> None:
    """One brings news of twenty known listings, the other new listings of the same barcodes in the opposite order."""
    catalogue, shop = account_of("budsense"), account_of("generic")

    def told(number: int, event: str, at: str) -> bytes:
        barcodes = {"barcodes": [_gtin(number)]} if event == "known" or repeats_the_barcode else {}
        fields = {"name": event, **barcodes}
        said = generic.description(fields, at=at, listing=f"SKU-{number}")
        return generic.event(said, event_id=f"{event}-{number}")

    numbers = range(20)
    shop.receive(*(told(number, "known", "2026-03-01T12:00:00Z") for number in numbers))
    news = shop.store(*(told(number, "news", "2026-03-01T13:00:00Z") for number in numbers))
    new = catalogue.store(
        *(budsense.changes(budsense.change(_gtin(number), name="Tea")) for number in reversed(numbers))
    )
    assert work_at_once([delivery.pk for delivery in news], [delivery.pk for delivery in new]) == 40
    assert (Listing.objects.count(), Product.objects.count()) == (40, 20)
    assert set(Listing.objects.values_list("match", flat=True)) == {"barcode"}
    assert ledger.prove().breaches == []


def test_workers_that_bring_the_same_new_barcodes_in_opposite_orders_do_not_deadlock() -> None:
    """Twenty barcodes that nobody knew, from two sources at once: each pair of listings ends with one product."""
    catalogue, shop = account_of("budsense"), account_of("generic")
    numbers = range(20)
    theirs = catalogue.store(*(budsense.changes(budsense.change(_gtin(n), name="Tea")) for n in numbers))
    ours = shop.store(
        *(
            generic.event(
                generic.description({"name": "Tea", "barcodes": [_gtin(n)]}, listing=f"SKU-{n}"), event_id=f"event-{n}"
            )
            for n in reversed(numbers)
        )
    )
    assert work_at_once([delivery.pk for delivery in theirs], [delivery.pk for delivery in ours]) == 40
    assert (Listing.objects.count(), Product.objects.count()) == (40, 20)
    assert set(Listing.objects.values_list("match", flat=True)) == {"barcode"}
    assert ledger.prove().breaches == []


def _gtin(number: int) -> str:
    """The 14 digits of a made-up GTIN, its check digit worked out by GS1's rule: weights 3 and 1 from the right."""
    body = f"040000{number:07}"
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return f"{body}{-total % 10}"
