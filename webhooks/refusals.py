"""Keeps refused requests for staff, within bounds: nobody can fill the disk by being refused."""

import json
import logging
import threading
import time

from django.db import Error

from inventory.instants import to_datetime
from webhooks.door import Doorway
from webhooks.intake import COMMON_HEADERS, kept_headers
from webhooks.models import Refusal
from webhooks.verification import Refused, SignedRequest

logger = logging.getLogger(__name__)

BURST = 20
SECONDS_EACH = 5.0
CREDENTIALS_KEPT = 16_384


class Sampler:
    """Lets a burst through, then one in a while; each endpoint has its own measure."""

    def __init__(self, burst: int, seconds_each: float) -> None:
        self._burst = burst
        self._seconds_each = seconds_each
        self._lock = threading.Lock()
        self._full_at: dict[int, float] = {}

    def admits(self, endpoint_id: int, now: float) -> bool:
        """Whether one more may be kept at `now` (seconds of a monotonic clock)."""
        with self._lock:
            # The moment at which the measure is full again: each one kept moves it on.
            full_at = max(self._full_at.get(endpoint_id, now), now)
            if full_at - now > (self._burst - 1) * self._seconds_each:
                return False
            self._full_at[endpoint_id] = full_at + self._seconds_each
            return True

    def forget(self) -> None:
        """Start afresh."""
        with self._lock:
            self._full_at.clear()


sampler = Sampler(BURST, SECONDS_EACH)


def refuse(doorway: Doorway, request: SignedRequest, refused: Refused) -> None:
    """Keep a refused request, if its endpoint's measure admits it. The answer does not depend on it."""
    if is_worth_keeping(doorway):
        keep(doorway, request, refused)


def is_worth_keeping(doorway: Doorway) -> bool:
    """Whether its endpoint's measure admits one more, which counts as kept from then on."""
    return sampler.admits(doorway.endpoint_id, time.monotonic())


def keep(doorway: Doorway, request: SignedRequest, refused: Refused) -> None:
    """Keep a refused request, where the database lets us."""
    logger.warning("endpoint %s refused a request: %s", doorway.endpoint_id, refused.cause)
    clear = COMMON_HEADERS | doorway.provider.kept_headers
    credentials = [[name, value.decode("latin-1")] for name, value in request.headers if name not in clear]
    try:
        Refusal.objects.create(
            endpoint_id=doorway.endpoint_id,
            refused_at=to_datetime(request.received_at),
            cause=refused.cause.value,
            detail=refused.detail,
            headers=kept_headers(request, doorway.provider.kept_headers),
            credentials=json.dumps(credentials)[:CREDENTIALS_KEPT],
            body=request.body[: Refusal.BODY_KEPT],
            body_size=len(request.body),
        )
        _trim(doorway.endpoint_id)
    except Error:
        logger.exception("a refusal at endpoint %s could not be kept", doorway.endpoint_id)


def _trim(endpoint_id: int) -> None:
    kept = Refusal.objects.filter(endpoint_id=endpoint_id).order_by("-id")
    oldest_kept = kept.values_list("id", flat=True)[Refusal.KEPT_PER_ENDPOINT - 1 : Refusal.KEPT_PER_ENDPOINT].first()
    if oldest_kept is not None:
        kept.filter(id__lt=oldest_kept).delete()
