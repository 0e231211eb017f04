"""What the tests of the inbox share: a moment, readings that can be told apart, fates and threads."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import time_machine

from tests.webhooks import square
from tests.webhooks.shop import SquareShop
from webhooks.models import Delivery
from webhooks.providers import Ignored, Intake, Parsed
from webhooks.providers.square import Square

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)
Clock = time_machine.Traveller


def reading(number: int, *, quantity: str | None = None, variation: str | None = None) -> bytes:
    """The event `event-<number>`: one count of its own, of the number itself where nothing else is said."""
    row = square.count(quantity or str(number), variation=variation or f"V{number}")
    return square.counts_updated([row], event_id=f"event-{number}")


def store(shop: SquareShop, *numbers: int) -> list[int]:
    """Post these readings; return the deliveries' ids in that order."""
    for number in numbers:
        assert shop.post(reading(number)).status_code == 200
    keys = dict(Delivery.objects.values_list("dedup_key", "pk"))
    return [keys[f"event-{number}"] for number in numbers]


def fate(pk: int) -> tuple[str, int, datetime, str]:
    delivery = Delivery.objects.get(pk=pk)
    return delivery.state, delivery.attempts, delivery.due_at, delivery.reason


def at(**after_noon: float) -> datetime:
    return NOON + timedelta(**after_noon)


def fails_on(event: str) -> Callable[[Square, Intake], Parsed | Ignored]:
    """Square's parser with a fault that one event brings out."""
    parse = Square.parse

    def faulty(self: Square, intake: Intake) -> Parsed | Ignored:
        if event.encode() in intake.body:
            raise RuntimeError(f"{event} is too much")
        return parse(self, intake)

    return faulty
