"""Somebody who asks the API, and ways to tell a short story into its ledger."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import Permission, User
from django.test import Client

from inventory.events import FieldValue, PlaceDescribed
from inventory.models import Source
from tests.inventory.ledger_support import write

LISTS = ("sources", "products", "listings", "locations", "batches", "counts", "movements")
NOUNS = dict(
    zip(LISTS, ("source", "product", "listing", "location", "batch", "count", "movement"), strict=True),
)


def staff_client(*nouns: str) -> Client:
    """Somebody of staff who may view these nouns; every one of them where none is named."""
    user = User.objects.create_user("kim", is_staff=True)
    codenames = [f"view_{noun}" for noun in nouns or NOUNS.values()]
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames, content_type__app_label="inventory"))
    client = Client()
    client.force_login(user)
    return client


def ask(client: Client, path: str, **query: Any) -> Any:
    """What is answered with 200."""
    response = client.get(f"/api/v1/{path}/", query)
    assert response.status_code == 200, response.content
    return response.json()


def results(client: Client, path: str, **query: Any) -> list[Any]:
    """The rows of the only page."""
    page = ask(client, path, **query)
    assert list(page) == ["results", "next"]
    assert page["next"] is None
    rows: list[Any] = page["results"]
    return rows


def refused(client: Client, path: str, **query: Any) -> tuple[int, Any]:
    """The status and the words of an answer that is none."""
    response = client.get(f"/api/v1/{path}/", query)
    return response.status_code, response.json()


def pages(client: Client, path: str, **query: Any) -> Iterator[list[Any]]:
    """Every page, by following next."""
    page = ask(client, path, **query)
    yield page["results"]
    while page["next"]:
        page = client.get(page["next"]).json()
        yield page["results"]


def place(source: Source, name: str, parent: str = "", at: int = 1) -> None:
    """The source says that there is a place, and in what it stands."""
    fields: dict[str, FieldValue] = {"name": name.title()}
    if parent:
        fields["parent"] = parent
    key = f"{name}@{at}"
    write(
        source,
        PlaceDescribed(key=key, occurred=at, order_key=key.encode(), location=name, fields=fields),
        by=f"delivery:{key}",
    )
