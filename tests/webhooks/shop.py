"""A shop with one Square endpoint: posts signed requests at the door and reads the stock that they make."""

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from django.test import Client

from inventory.models import Source
from inventory.quantity import quantity_text
from inventory.reports import StockRow, stock
from tests.webhooks import square
from webhooks import worker
from webhooks.endpoints import NewEndpoint, add_endpoint
from webhooks.models import Delivery


class Answer(Protocol):
    status_code: int
    content: bytes

    @property
    def headers(self) -> Mapping[str, str]: ...


class SquareShop:
    """One Square account, its endpoint, and what staff see of it."""

    def __init__(self, name: str = "Square, Main Street", **options: Any) -> None:
        self.made: NewEndpoint = add_endpoint("square", name=name, secrets=[square.KEY], **options)
        self.client = Client()

    @property
    def source(self) -> Source:
        return Source.objects.get(pk=self.made.endpoint.source_id)

    def post(self, body: bytes, *, signature: str | None = None, **headers: str) -> Answer:
        """Post `body` as Square would; `signature` replaces the right one."""
        signed = square.signature(self.made.token.public_url, body) if signature is None else signature
        answer: Answer = self.client.generic(
            "POST",
            self.made.token.path,
            body,
            content_type="application/json",
            headers={"x-square-hmacsha256-signature": signed, **headers},
        )
        return answer

    def receive(self, *bodies: bytes, **headers: str) -> list[Delivery]:
        """Post these bodies one after another, drain the inbox, and return the deliveries as they ended."""
        before = Delivery.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        for body in bodies:
            answer = self.post(body, **headers)
            assert (answer.status_code, answer.content) == (200, b"stored\n")
        worker.drain()
        return list(Delivery.objects.filter(pk__gt=before).order_by("pk"))

    def stock(self, **options: Any) -> dict[tuple[str, str, str], str | None]:
        """(listing, location, state) -> quantity, as `manage.py stock` shows it."""
        return {
            (row.listing, row.location or "", row.state): None if row.quantity is None else quantity_text(row.quantity)
            for row in self.rows(**options)
        }

    def rows(self, **options: Any) -> Iterator[StockRow]:
        return stock(source=self.source.name, **options)
