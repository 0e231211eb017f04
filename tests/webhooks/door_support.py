"""What the tests of the door share: a request with its environment changed, and what was answered."""

import io
from typing import Any

from tests.webhooks import square
from tests.webhooks.shop import Answer, SquareShop
from webhooks.models import Delivery, Refusal


class NeverRead(io.RawIOBase):
    """A body that nobody may ask for."""

    def read(self, size: int = -1, /) -> bytes:
        raise AssertionError(f"{size} bytes of the body were asked for")


def send(
    shop: SquareShop, body: bytes = square.CAPTURED, *, environ: dict[str, Any] | None = None, method: str = "POST"
) -> Answer:
    """Send `body`, rightly signed, with the server's environment changed by `environ`."""
    signed = square.signature(shop.made.token.public_url, body)
    answer: Answer = shop.client.generic(
        method,
        shop.made.token.path,
        body,
        content_type="application/json",
        headers={"x-square-hmacsha256-signature": signed},
        **(environ or {}),
    )
    return answer


def told(answer: Answer) -> tuple[int, bytes, str | None]:
    return answer.status_code, answer.content, answer.headers.get("Retry-After")


def nothing_is_kept() -> bool:
    return not Delivery.objects.exists() and not Refusal.objects.exists()
