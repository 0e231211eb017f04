"""BudSense, from request to listing: each test tells a story with its numbers."""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from inventory import ledger
from inventory.models import Count, Listing, Movement, StockEvent
from tests.webhooks import budsense
from tests.webhooks.account import Account
from tests.webhooks.budsense import BARCODE, NOON, change, changes
from webhooks.models import Delivery


@pytest.fixture
def menu(db: None) -> Account:
    return Account("budsense", budsense.prove, name="BudSense menu")


@pytest.fixture(autouse=True)
def _every_story_ends_in_a_ledger_that_holds(db: None) -> Iterator[None]:
    yield
    assert ledger.prove().breaches == []
    assert list(ledger.differences()) == []
    assert (Count.objects.count(), Movement.objects.count()) == (0, 0), "BudSense says nothing about stock"


def outcome(delivery: Delivery) -> tuple[str, str]:
    return delivery.state, delivery.reason


def test_the_captured_payload_describes_one_listing_and_counts_nothing(menu: Account) -> None:
    (delivery,) = menu.receive(budsense.CAPTURED)
    assert (delivery.state, delivery.reason, delivery.event_kind) == ("processed", "", "variant.modify")
    listing = Listing.objects.get()
    assert (listing.tenant, listing.external_id, listing.name, listing.active) == (
        "COMPANY_ID",
        "00840773001480",
        "Peach Ringz",
        True,
    )
    said = listing.description
    # The variant's 27 members, and `active` and `barcodes`.
    assert len(said) == 29
    assert {name: said[name] for name in ("barcode", "barcodes", "active", "delisted")} == {
        "barcode": "00840773001480",
        "barcodes": ["00840773001480"],
        "active": True,
        "delisted": False,
    }
    assert (said["unitSize"], said["unitOfMeasure"], said["packagedQuantity"]) == ("0.5", "g", "3")
    assert said["thc"] == {"min": "36", "max": "42", "avg": "39"}
    assert said["cbd"] == {"min": "0", "max": "2", "avg": "1"}
    assert said["presentTerpenes"] == ["Alpha Pinene", "Beta Caryophyllene"]
    assert said["assets"]["Product"][0]["id"] == "00840773001473"
    assert said["assets"]["Product"][0]["hash"] == "5045fb46375d9a7d47cbc5262d843dc6"
    assert (said["tac"], said["lineages"]) == (None, None)
    assert said["catalogSource"]["barcode"] == "BPD"
    event = StockEvent.objects.get()
    assert event.occurred == 1_770_852_047_000_000_000
    assert event.key.startswith("COMPANY_ID:00840773001480:Variant:1770852047:")
    # The hash of the change is 64 hexadecimal digits.
    assert len(event.key.rpartition(":")[2]) == 64


def test_of_two_changes_the_later_by_its_own_time_counts_whatever_comes_last(menu: Account) -> None:
    """Renamed at 12:00:00, :10 and :20; they come as :20, :00, :10."""
    menu.receive(
        changes(change(at=NOON + 20, name="Third")),
        changes(change(at=NOON, name="First", brand="House")),
        changes(change(at=NOON + 10, name="Second", strain="Peach")),
    )
    listing = menu.listing(BARCODE)
    assert listing.name == "Third"
    # What only the earlier ones spoke of stays.
    assert {name: listing.description[name] for name in ("name", "brand", "strain")} == {
        "name": "Third",
        "brand": "House",
        "strain": "Peach",
    }


def test_a_delisted_listing_is_inactive_until_it_is_listed_again(menu: Account) -> None:
    menu.receive(changes(change(at=NOON, delisted=False, name="Peach Ringz")))
    assert menu.listing(BARCODE).active is True
    menu.receive(changes(change(at=NOON + 300, delisted=True)))
    assert (menu.listing(BARCODE).active, menu.listing(BARCODE).name) == (False, "Peach Ringz")
    menu.receive(changes(change(at=NOON + 600, delisted=False)))
    assert menu.listing(BARCODE).active is True
    # A delisting of 12:05 that comes late undoes nothing.
    menu.receive(changes(change(at=NOON + 301, delisted=True)))
    assert menu.listing(BARCODE).active is True
    assert Listing.objects.count() == 1


def test_a_listing_of_which_nobody_says_whether_it_is_delisted_is_active(menu: Account) -> None:
    menu.receive(changes(change(at=NOON, delisted=True)), changes(change(at=NOON + 1, delisted=None)))
    listing = menu.listing(BARCODE)
    assert (listing.active, listing.description["active"], listing.description["delisted"]) == (True, None, None)


def test_what_is_absent_stays_and_what_is_null_is_not_provided(menu: Account) -> None:
    menu.receive(changes(change(at=NOON, brand="General Admission", strain="Peach", tac="41")))
    menu.receive(changes(change(at=NOON + 1, brand=None, tac=None)))
    said = menu.listing(BARCODE).description
    assert {name: said[name] for name in ("brand", "strain", "tac")} == {"brand": None, "strain": "Peach", "tac": None}
    menu.receive(changes(change(at=NOON + 2, brand="GA")))
    assert menu.listing(BARCODE).description["brand"] == "GA"


def test_a_nested_object_is_replaced_as_a_whole(menu: Account) -> None:
    menu.receive(changes(change(at=NOON, thc={"min": "36", "max": "42", "avg": "39"})))
    menu.receive(changes(change(at=NOON + 1, thc={"avg": "40"})))
    assert menu.listing(BARCODE).description["thc"] == {"avg": "40"}


def test_a_barcode_is_text_and_its_zeros_tell_listings_apart(menu: Account) -> None:
    menu.receive(changes(change("00840773001480", name="Fourteen"), change("840773001480", name="Twelve")))
    named = {row.external_id: (row.name, row.description["barcodes"]) for row in Listing.objects.all()}
    assert named == {
        "00840773001480": ("Fourteen", ["00840773001480"]),
        "840773001480": ("Twelve", ["840773001480"]),
    }


def test_one_barcode_at_two_companies_is_two_listings(menu: Account) -> None:
    menu.receive(changes(change(name="Here"), company="C1"), changes(change(name="There"), company="C2"))
    assert {row.tenant: row.name for row in Listing.objects.all()} == {"C1": "Here", "C2": "There"}


@pytest.mark.parametrize("number", [25, 60])
def test_a_full_request_and_more_than_is_documented_are_taken(menu: Account, number: int) -> None:
    menu.receive(changes(*(change(f"{index:014}", name=f"Item {index}") for index in range(number))))
    assert StockEvent.objects.count() == number
    assert menu.listing("00000000000024").name == "Item 24"


def test_an_identical_change_is_one_statement_within_a_body_and_across_bodies(menu: Account) -> None:
    """Written with other spacing and in another order, it is the same change."""
    one = change(name="Peach Ringz", thc={"min": "36", "max": "42"})
    turned = dict(reversed(change(thc={"max": "42", "min": "36"}, name="Peach Ringz").items()))
    delivered = menu.receive(
        changes(one, turned),
        json.dumps({"changes": [turned], "companyId": "COMPANY_ID"}, indent=2).encode(),
    )
    assert [delivery.state for delivery in delivered] == ["processed", "processed"]
    assert StockEvent.objects.count() == 1


def test_two_changes_of_one_second_are_two_statements_and_end_the_same_in_either_order(db: None) -> None:
    """The later of two in one second is not known; which one counts does not hang on the order of arrival."""
    thick, thin = change(name="Thick"), change(name="Thin")
    names = []
    for number, bodies in enumerate([(thick, thin), (thin, thick)]):
        menu = Account("budsense", budsense.prove, name=f"Menu {number}")
        menu.receive(*map(changes, bodies))
        names.append(menu.listing(BARCODE).name)
    assert StockEvent.objects.count() == 4
    assert names[0] == names[1]


def test_an_equal_body_is_one_delivery(menu: Account) -> None:
    assert len(menu.receive(budsense.CAPTURED, budsense.CAPTURED)) == 1
    digest = hashlib.sha256(budsense.CAPTURED).hexdigest()
    assert Delivery.objects.get().dedup_key == f"sha256:{digest}"


def test_a_request_without_changes_is_ignored(menu: Account) -> None:
    (delivery,) = menu.receive(changes())
    assert outcome(delivery) == ("ignored", "it is of a kind that we map, but says nothing")


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (
            change(kind="DELETE"),
            "changes[1].changeType: must be \"MODIFY\", the only change that is documented ('DELETE')",
        ),
        (
            change(kind="modify"),
            "changes[1].changeType: must be \"MODIFY\", the only change that is documented ('modify')",
        ),
        (change(840773001480), "changes[1].variant.barcode: must be text (840773001480)"),
        (change(None), "changes[1].variant.barcode: must be text (null)"),
        (change(""), "changes[1].variant.barcode: must not be empty ('')"),
        (change(delisted="true"), "changes[1].variant.delisted: must be true or false ('true')"),
        (change(at=1770897600.5), "changes[1].timestamp: must be whole seconds since 1970 (1770897600.5)"),
        ({"variant": {"name": "x"}, "changeType": "MODIFY", "timestamp": 1}, "changes[1].variant.barcode: is missing"),
        ({"variant": {"barcode": "1"}, "timestamp": 1}, "changes[1].changeType: is missing"),
        ({"variant": {"barcode": "1"}, "changeType": "MODIFY"}, "changes[1].timestamp: is missing"),
        ({"changeType": "MODIFY", "timestamp": 1}, "changes[1].variant: is missing"),
        ("MODIFY", "changes[1]: must be an object ('MODIFY')"),
    ],
)
def test_a_change_that_is_not_as_documented_keeps_the_whole_delivery_for_a_person(
    menu: Account, wrong: Any, reason: str
) -> None:
    (delivery,) = menu.receive(changes(change(name="Good"), wrong))
    assert outcome(delivery) == ("quarantined", reason)
    assert not Listing.objects.exists()


def test_the_url_is_the_credential(menu: Account) -> None:
    """No secret is asked for or made, and whatever stands in a header changes nothing."""
    assert (menu.made.generated_secret, menu.made.needs_secret) == (None, False)
    assert menu.post(budsense.CAPTURED, headers={"authorization": "Bearer whatever"}).status_code == 200
    path = menu.made.token.path
    stranger = menu.client.post(path[:-2] + "x/", budsense.CAPTURED, content_type="application/json")
    assert stranger.status_code == 404
