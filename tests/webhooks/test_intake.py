"""Many rows in one statement: each is what it would be alone."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection

from tests.webhooks import jetti, square
from tests.webhooks.account import Account
from tests.webhooks.shop import SquareShop
from webhooks import intake
from webhooks.intake import Row
from webhooks.models import Delivery

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
# printf '{}' | sha256sum, and the same of the bytes 0 to 255.
DIGEST = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
DIGEST_OF_ALL_BYTES = "40aff2e9d2d8922e47afd4648e6967497158785fbd1da870e7110266bf944880"
MICROSECOND = timedelta(microseconds=1)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def shop(db: None) -> SquareShop:
    return SquareShop()


def row(shop: SquareShop | Account, key: str, *, body: bytes = b"{}", now: datetime = NOON) -> Row:
    return Row(
        endpoint=shop.made.endpoint.pk,
        token=shop.made.token.pk,
        secret=None,
        now=now,
        dedup_key=key,
        digest=hashlib.sha256(body).hexdigest(),
        body=body,
        headers='[["content-type", "text/plain"]]',
    )


def arrivals(shop: SquareShop | Account) -> list[tuple[str, timedelta]]:
    """The dedup keys of an endpoint in the order of their numbers, and how long after noon each arrived."""
    rows = Delivery.objects.filter(endpoint=shop.made.endpoint).order_by("pk").values_list("dedup_key", "received_at")
    return [(key, received_at - NOON) for key, received_at in rows]


def test_what_is_stored_is_what_came(shop: SquareShop) -> None:
    body = bytes(range(256))
    intake.store([row(shop, "one"), row(shop, "two, café ✓ \\ {\"}' %s %", body=body)])
    stored = Delivery.objects.order_by("pk").values_list(
        "dedup_key", "body", "body_digest", "headers", "state", "attempts", "due_at", "waived", "reason", "event_kind"
    )
    told = [(key, bytes(body), *more) for key, body, *more in stored]
    headers = [["content-type", "text/plain"]]
    assert told == [
        ("one", b"{}", DIGEST, headers, "pending", 0, NOON, [], "", ""),
        ("two, café ✓ \\ {\"}' %s %", body, DIGEST_OF_ALL_BYTES, headers, "pending", 0, NOON, [], "", ""),
    ]


def test_rows_of_one_batch_arrive_one_after_another_in_their_order(shop: SquareShop) -> None:
    """Also where one came in later by our clock, and another one earlier, because it was set back."""
    other = Account("jetti", jetti.prove, name="Jetti, web shop")
    intake.store([row(shop, "before", now=NOON + 5 * MICROSECOND)])
    intake.store(
        [
            row(shop, "a"),
            row(other, "x"),
            row(shop, "b", now=NOON + 100 * MICROSECOND),
            row(shop, "c", now=NOON - timedelta(hours=1)),
            row(other, "y"),
            row(shop, "d", now=NOON + timedelta(seconds=1)),
        ]
    )
    assert arrivals(shop) == [
        ("before", 5 * MICROSECOND),
        ("a", 6 * MICROSECOND),
        ("b", 100 * MICROSECOND),
        ("c", 101 * MICROSECOND),
        ("d", timedelta(seconds=1)),
    ]
    assert arrivals(other) == [("x", timedelta(0)), ("y", MICROSECOND)]


def test_a_duplicate_changes_nothing_within_its_batch_or_after_it(shop: SquareShop) -> None:
    intake.store([row(shop, "a"), row(shop, "a"), row(shop, "b"), row(shop, "a", body=b"[]")])
    first = list(Delivery.objects.order_by("pk").values())
    assert [(told["dedup_key"], bytes(told["body"])) for told in first] == [("a", b"{}"), ("b", b"{}"), ("a", b"[]")]
    intake.store([row(shop, "b"), row(shop, "a", body=b"[]"), row(shop, "a")])
    assert list(Delivery.objects.order_by("pk").values()) == first


@pytest.mark.django_db(transaction=True)
def test_all_are_stored_or_none() -> None:
    shop = SquareShop()
    with pytest.raises(IntegrityError):
        intake.store([row(shop, "a"), row(shop, "b")._replace(endpoint=0)])
    assert arrivals(shop) == []
    assert connection.get_autocommit()


def test_one_row_by_the_door_is_one_row_here(shop: SquareShop) -> None:
    assert shop.post(square.CAPTURED).status_code == 200
    intake.store([row(shop, "next")])
    assert arrivals(shop) == [("df5f3813-a913-45a1-94e9-fdc3f7d5e3b6", timedelta(0)), ("next", MICROSECOND)]
