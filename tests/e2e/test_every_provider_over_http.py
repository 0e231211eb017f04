"""Every provider's published payload over real HTTP, proven as its sender proves itself: what stock it makes."""

import json
from collections.abc import Callable, Mapping
from functools import partial

import pytest

from tests.e2e.stand import Stand
from tests.webhooks import budsense, generic, jetti, tracktile, treez

SECRET = "a-secret-that-was-agreed-on-0123456789"

Prove = Callable[[str, bytes], Mapping[str, str]]
Numbers = dict[tuple[str | None, ...], str | None]


def sign_as_tracktile(secret: str, body: bytes) -> Mapping[str, str]:
    return {"x-tracktile-signature": tracktile.signature(body, secret)}


COUNTED = generic.event(
    {
        "type": "reading",
        "listing": "TEA",
        "location": "shelf",
        "bucket": "available",
        "quantity": "12.5",
        "occurred_at": "2026-05-01T12:00:00Z",
    }
)
PACKAGE = (treez.LISTING, treez.BATCH, "DISPLAY CASE 1")

# By provider: further arguments, proof, body, and (listing, batch, location, bucket) -> quantity by its documents.
PUBLISHED: dict[str, tuple[list[str], Prove, bytes, Numbers]] = {
    "treez": (
        [],
        treez.prove,
        treez.CAPTURED,
        {
            (*PACKAGE, "available"): "795",
            (*PACKAGE, "held"): "0",
            (*PACKAGE, "reserved"): "198",
            (*PACKAGE, "packed"): "0",
            (*PACKAGE, "returned"): "0",
        },
    ),
    "tracktile": (
        [],
        sign_as_tracktile,
        tracktile.captured("inventory.received"),
        {("prod_789", "ent_456", "node_abc", "available"): "100"},
    ),
    "budsense": ([], budsense.prove, budsense.CAPTURED, {}),
    "jetti": ([], jetti.prove, jetti.CAPTURED, {("10", None, "21", "channel"): "5"}),
    "generic": (
        ["--setting", "scheme=bearer_token"],
        generic.bearer_token,
        COUNTED,
        {("TEA", None, "shelf", "available"): "12.5"},
    ),
}


def post(stand: Stand, path: str, body: bytes, headers: Mapping[str, str]) -> int:
    return stand.request("POST", path, body, {"content-type": "application/json", **headers}).status


@pytest.mark.parametrize("provider", PUBLISHED)
def test_what_a_provider_has_published_becomes_the_stock_that_it_says(stand: Stand, provider: str) -> None:
    arguments, prove, body, numbers = PUBLISHED[provider]
    # BudSense proves nothing: whoever knows the URL may post.
    secret = [] if provider == "budsense" else ["--secret", SECRET]
    printed = stand.command("add_endpoint", provider, "--name", "The shop", *secret, *arguments, "--json")
    path = json.loads(printed)["path"]

    if secret:
        assert post(stand, path, body, prove("some-other-secret-0123456789", body)) == 401
    assert post(stand, path, body, prove(SECRET, body)) == 200
    assert stand.work_once() == "processed: 1\nignored: 0\nquarantined: 0\nfailed: 0\n"
    rows = stand.stock()
    assert {(row["listing"], row["batch"], row["location"], row["bucket"]): row["quantity"] for row in rows} == numbers
    assert stand.prove().endswith(": 0 breaches")


def test_the_ten_samples_of_tracktile_are_all_taken_in(stand: Stand) -> None:
    """They share one id and one time: shapes, not a story."""
    printed = stand.command("add_endpoint", "tracktile", "--name", "The bakery", "--secret", SECRET, "--json")
    path = json.loads(printed)["path"]
    samples = sorted(tracktile.CAPTURED.glob("*.json"))
    assert len(samples) == 10
    send = partial(post, stand, path)
    bodies = [sample.read_bytes() for sample in samples]
    assert [send(body, sign_as_tracktile(SECRET, body)) for body in bodies] == [200] * 10
    assert stand.work_once() == "processed: 10\nignored: 0\nquarantined: 0\nfailed: 0\n"
    assert stand.prove().endswith(": 0 breaches")
