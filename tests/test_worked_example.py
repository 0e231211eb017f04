"""The worked example of docs/providers.md runs as it stands there: a new provider is one file and one line."""

import hashlib
import hmac
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from inventory import ledger
from inventory.reports import stock
from webhooks import worker
from webhooks.endpoints import NewEndpoint, add_endpoint
from webhooks.models import Delivery
from webhooks.providers import PROVIDERS, Provider

DOCUMENT = Path(__file__).parent.parent / "docs" / "providers.md"
COUNTED = (
    b'{"id": 7, "type": "counted", "shop": "Main Street", "at": "2026-05-01T12:00:00+02:00",'
    b' "stock": [{"sku": "TEA", "place": "shelf", "units": 12.5}, {"sku": "MILK", "place": "fridge", "units": -1}]}'
)


def example() -> str:
    """The first block of Python in the document."""
    found = re.search(r"```python\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    assert found
    return found[1]


@pytest.fixture
def corner(db: None, monkeypatch: pytest.MonkeyPatch) -> NewEndpoint:
    namespace: dict[str, Any] = {}
    exec(compile(example(), str(DOCUMENT), "exec"), namespace)  # noqa: S102  # our own document
    provider: Provider = namespace["Corner"]()
    monkeypatch.setitem(PROVIDERS, provider.name, provider)
    return add_endpoint("corner", name="Corner, Main Street")


def post(made: NewEndpoint, body: bytes, secret: str) -> int:
    signature = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"x-corner-signature": signature}
    return Client().generic("POST", made.token.path, body, headers=headers).status_code


def test_it_is_no_longer_than_a_screen() -> None:
    assert len(example().splitlines()) <= 60


def test_its_deliveries_are_proven_and_become_stock(corner: NewEndpoint) -> None:
    secret = corner.generated_secret
    assert secret
    assert post(corner, COUNTED, "another secret") == 401
    assert post(corner, COUNTED, secret) == 200
    assert post(corner, COUNTED, secret) == 200
    assert worker.drain() == {"processed": 1}
    # 12:00 at two hours east of Greenwich is 10:00 UTC: 1777629600 s after 1970.
    assert [(row.listing, row.location, row.quantity, row.as_of) for row in stock()] == [
        ("TEA", "shelf", 12.5, 1_777_629_600_000_000_000),
        ("MILK", "fridge", -1, 1_777_629_600_000_000_000),
    ]
    assert ledger.prove().breaches == []


def test_what_it_does_not_map_is_ignored_and_what_is_wrong_is_named(corner: NewEndpoint) -> None:
    assert post(corner, b'{"id": 8, "type": "opened"}', str(corner.generated_secret)) == 200
    assert post(corner, COUNTED.replace(b"12.5", b"null"), str(corner.generated_secret)) == 200
    worker.drain()
    assert list(Delivery.objects.order_by("pk").values_list("state", "reason")) == [
        ("ignored", "Stockroom does not map the event opened"),
        ("quarantined", "stock[0].units: must be a JSON number or text of plain decimal digits (null)"),
    ]
