"""Puts messages into the inbox as the door does, but many at once: what is measured begins behind the door."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from tests.bench.worker.messages import Sent
from webhooks.endpoints import NewEndpoint, add_endpoint
from webhooks.models import Delivery

AT_ONCE = 5_000
HEADERS = [["content-type", "application/json"], ["content-length", "300"], ["user-agent", "the bench"]]


class Arrivals:
    """An endpoint of each provider, at the sources of the large ledger."""

    def __init__(self) -> None:
        self._endpoints = {
            provider: add_endpoint(provider, name=f"{provider} of the bench", secrets=["a secret of the bench's"])
            for provider in ("square", "tracktile")
        }

    def put(self, messages: Sequence[Sent]) -> None:
        """Have these come in, in this order."""
        now = timezone.now()
        for first in range(0, len(messages), AT_ONCE):
            Delivery.objects.bulk_create(
                _delivery(sent, self._endpoints[sent.provider], now) for sent in messages[first : first + AT_ONCE]
            )


def _delivery(sent: Sent, at: NewEndpoint, now: datetime) -> Delivery:
    return Delivery(
        endpoint=at.endpoint,
        token=at.token,
        received_at=now,
        dedup_key=sent.event_id,
        body_digest=hashlib.sha256(sent.body).hexdigest(),
        body=sent.body,
        headers=HEADERS,
        due_at=now,
    )
