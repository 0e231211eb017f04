"""One upstream account with one endpoint: posts at the door what its sender would, and reads the stock it makes."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.test import Client

from inventory.models import Listing, Location, Movement, Source
from inventory.quantity import quantity_text
from inventory.reports import StockRow, stock
from tests.webhooks.shop import Answer
from webhooks import worker
from webhooks.endpoints import NewEndpoint, add_endpoint
from webhooks.models import Delivery

Prove = Callable[[str, bytes], Mapping[str, str]]
"""The headers by which a sender proves these bytes, with this secret."""


class Account:
    """An account at any provider; `prove` is the sender's side of the proof, for the secret given or generated."""

    def __init__(self, provider: str, prove: Prove, *, name: str = "The account", secret: str = "", **options: Any):
        self.made: NewEndpoint = add_endpoint(provider, name=name, secrets=[secret] if secret else [], **options)
        self.secret = secret or self.made.generated_secret or ""
        self.prove = prove
        self.client = Client()

    @property
    def source(self) -> Source:
        return Source.objects.get(pk=self.made.endpoint.source_id)

    def post(self, body: bytes, *, secret: str | None = None, headers: Mapping[str, str] | None = None) -> Answer:
        """Post `body`, proved by the account's secret or another; `headers` replace the proof as a whole."""
        proof = self.prove(self.secret if secret is None else secret, body) if headers is None else headers
        answer: Answer = self.client.generic(
            "POST", self.made.token.path, body, content_type="application/json", headers=dict(proof)
        )
        return answer

    def store(self, *bodies: bytes) -> list[Delivery]:
        """Post these bodies one after another, and process nothing; return the deliveries that they made."""
        before = Delivery.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        for body in bodies:
            answer = self.post(body)
            assert (answer.status_code, answer.content) == (200, b"stored\n")
        return list(Delivery.objects.filter(pk__gt=before).order_by("pk"))

    def receive(self, *bodies: bytes) -> list[Delivery]:
        """As `store`, and the inbox is drained; return the deliveries as they ended."""
        stored = self.store(*bodies)
        worker.drain()
        return list(Delivery.objects.filter(pk__in=[delivery.pk for delivery in stored]).order_by("pk"))

    def rows(self, **options: Any) -> Iterator[StockRow]:
        return stock(source=self.source.name, **options)

    def shown(self) -> list[tuple[str, str | None, str, str | None, str]]:
        """(listing, location, bucket, quantity, quality) of every count."""
        return [
            (
                row.listing,
                row.location,
                row.bucket,
                None if row.quantity is None else quantity_text(row.quantity),
                row.quality.value,
            )
            for row in self.rows()
        ]

    def deltas(self) -> list[str]:
        """The signed effect of every movement, in the ledger's order."""
        return [quantity_text(row.delta) for row in Movement.objects.order_by("seq")]

    def listing(self, external_id: str) -> Listing:
        return Listing.objects.get(source=self.source, external_id=external_id)

    def location(self, external_id: str) -> Location:
        return Location.objects.get(source=self.source, external_id=external_id)
