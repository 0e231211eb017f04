"""Refusals: what is kept of a request that proved nothing, and that nobody can fill the disk with them."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection
from django.utils import timezone

from tests.webhooks import square
from tests.webhooks.shop import SquareShop
from webhooks.encryption import decrypt
from webhooks.models import Delivery, Refusal
from webhooks.refusals import Sampler

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
HEADER = "x-square-hmacsha256-signature"


def forged(shop: SquareShop) -> str:
    """A signature of the right form, made with the wrong key."""
    return square.signature(shop.made.token.public_url, square.CAPTURED, key="not the key")


def columns() -> list[list[Any]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM webhooks_refusal ORDER BY id")
        return [[bytes(value) if isinstance(value, memoryview) else value for value in row] for row in cursor]


def refuse(shop: SquareShop, times: int) -> None:
    for _ in range(times):
        assert shop.post(b"{}", signature="no").status_code == 401


# --- What is kept ----------------------------------------------------------------------------------------


def test_a_refusal_keeps_the_cause_and_the_request_with_its_credentials_apart(shop: SquareShop) -> None:
    signature = forged(shop)
    with time_machine.travel(NOON, tick=False):
        shop.post(
            square.CAPTURED,
            signature=signature,
            **{"square-environment": "Production", "user-agent": "Square Connect v2", "cookie": "session=5"},
        )
    refusal = Refusal.objects.get()
    assert (refusal.endpoint, refusal.refused_at, refusal.cause) == (shop.made.endpoint, NOON, "wrong")
    assert (bytes(refusal.body), refusal.body_size) == (square.CAPTURED, len(square.CAPTURED))
    assert sorted(map(tuple, refusal.headers)) == [
        ("content-length", str(len(square.CAPTURED))),
        ("content-type", "application/json"),
        ("square-environment", "Production"),
        ("user-agent", "Square Connect v2"),
    ]
    assert sorted(map(tuple, json.loads(refusal.credentials))) == [("cookie", "session=5"), (HEADER, signature)]
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("signature", "cause", "detail"),
    [
        ("", "malformed", f"The {HEADER} header holds 0 bytes; expected 44 characters of base64."),
        ("no", "malformed", f"The {HEADER} header holds 2 bytes; expected 44 characters of base64."),
        ("é" * 44, "malformed", f"The {HEADER} header holds 44 bytes; expected 44 characters of base64."),
    ],
)
def test_the_detail_tells_staff_what_was_expected_and_what_came(
    shop: SquareShop, signature: str, cause: str, detail: str
) -> None:
    shop.post(square.CAPTURED, signature=signature)
    assert list(Refusal.objects.values_list("cause", "detail")) == [(cause, detail)]


def test_a_request_without_a_signature_says_so(shop: SquareShop) -> None:
    shop.client.post(shop.made.token.path, b"{}", content_type="application/json")
    assert list(Refusal.objects.values_list("cause", "detail")) == [
        ("missing", f"There is no {HEADER} header; expected 44 characters of base64.")
    ]


def test_a_wrong_signature_is_told_with_six_characters_at_most_and_no_url(shop: SquareShop) -> None:
    signature = forged(shop)
    shop.post(square.CAPTURED, signature=signature)
    detail = Refusal.objects.get().detail
    assert signature[:7] not in detail
    assert shop.made.token.value not in detail
    assert f"notification URL ({len(shop.made.token.public_url)} characters)" in detail
    assert detail.endswith("Live secrets tried: 1.")


def test_a_forged_signature_is_nowhere_in_clear(shop: SquareShop, caplog: pytest.LogCaptureFixture) -> None:
    signature = forged(shop)
    shop.post(square.CAPTURED, signature=signature, authorization="Bearer of-another-house")
    (row,) = columns()
    for text in (signature, "of-another-house", shop.made.token.value, square.KEY):
        assert text not in repr(row)
        assert text not in caplog.text.replace(shop.made.token.path, "/hooks/[token]/")
    ciphertexts = [value for value in row if isinstance(value, str) and value.startswith("gAAAA")]
    assert [dict(json.loads(decrypt(value)))[HEADER] for value in ciphertexts] == [signature]


def test_of_a_long_body_the_first_64_kib_are_kept_and_its_length(shop: SquareShop) -> None:
    body = b"start" + b"x" * 70_000
    shop.post(body, signature="no")
    refusal = Refusal.objects.get()
    assert refusal.body_size == 70_005
    assert bytes(refusal.body) == b"start" + b"x" * 65_531


def test_credentials_of_any_length_are_kept_up_to_16_kib(shop: SquareShop) -> None:
    shop.post(b"{}", signature="no", authorization="x" * 100_000)
    assert len(Refusal.objects.get().credentials) == 16_384


@pytest.mark.parametrize("value", ["\x01\x7f", "ünïcödé", "\0", "'; DROP TABLE webhooks_refusal; --"])
def test_a_header_of_any_bytes_can_be_kept(shop: SquareShop, value: str) -> None:
    shop.post(b"\0\xff", signature=value, **{"user-agent": value, "square-version": value})
    assert Refusal.objects.count() == 1


# --- Within bounds ---------------------------------------------------------------------------------------


def test_of_a_flood_the_first_20_are_kept_and_then_one_in_5_seconds(
    shop: SquareShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = 1000.0
    monkeypatch.setattr("webhooks.refusals.time.monotonic", lambda: clock)
    refuse(shop, 25)
    assert Refusal.objects.count() == 20
    clock = 1004.9
    refuse(shop, 5)
    assert Refusal.objects.count() == 20
    clock = 1005.0
    refuse(shop, 5)
    assert Refusal.objects.count() == 21
    clock = 1205.0  # 200 s later the measure is full again
    refuse(shop, 25)
    assert Refusal.objects.count() == 41


def test_a_flood_at_one_endpoint_takes_nothing_from_another() -> None:
    sampler = Sampler(burst=2, seconds_each=5.0)
    assert [sampler.admits(1, 0.0) for _ in range(3)] == [True, True, False]
    assert [sampler.admits(2, 0.0) for _ in range(3)] == [True, True, False]
    sampler.forget()
    assert sampler.admits(1, 0.0)


def test_what_is_not_kept_is_refused_all_the_same(shop: SquareShop) -> None:
    answers = {(answer.status_code, answer.content) for answer in (shop.post(b"{}", signature="no") for _ in range(30))}
    assert answers == {(401, b"not authenticated\n")}


def test_of_each_endpoint_the_newest_200_are_kept(shop: SquareShop) -> None:
    other = SquareShop("Square, Dock Road")
    kept = {
        "refused_at": timezone.now(),
        "cause": "wrong",
        "detail": "",
        "headers": [],
        "credentials": "[]",
        "body": b"",
        "body_size": 0,
    }
    for made in (shop.made, other.made):
        Refusal.objects.bulk_create(Refusal(endpoint=made.endpoint, **kept) for _ in range(205))
    refuse(shop, 1)
    mine = Refusal.objects.filter(endpoint=shop.made.endpoint).order_by("pk")
    assert mine.count() == 200
    assert [refusal.cause for refusal in mine] == ["wrong"] * 199 + ["malformed"]
    assert Refusal.objects.filter(endpoint=other.made.endpoint).count() == 205


def test_a_refusal_that_cannot_be_kept_is_refused_all_the_same(
    shop: SquareShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: object, **__: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(Refusal.objects, "create", away)
    answer = shop.post(b"{}", signature="no")
    assert (answer.status_code, answer.content) == (401, b"not authenticated\n")
