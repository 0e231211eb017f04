"""From a URL token to its endpoint, through a cache that is at most a second old.

The lookup by the ORM is a third of a receiver's time (measured), and a sender's burst asks for the same endpoint again
and again. A token that nobody issued is remembered as well, so that guessing costs the database no more than a second's
worth of tokens; the cache is bounded.
"""

import logging
import math
import threading
import time
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils import timezone

from webhooks.door import Doorway
from webhooks.encryption import UnreadableSecret, decrypt, keyed_hashes
from webhooks.endpoints import scheme_of
from webhooks.models import Endpoint, Secret, Token
from webhooks.models.endpoint import not_ended
from webhooks.providers import PROVIDERS
from webhooks.sealed import SealedColumn
from webhooks.verification import SecretValue

logger = logging.getLogger(__name__)

CACHED_SECONDS = 1.0
LOST_URLS_SECONDS = 60.0
"""How long it is remembered whether a live URL cannot be read: whoever guesses tokens may not have all of them read."""
MOST_ENTRIES = 10_000
LONGEST_TOKEN = 64
"""Characters. Nobody was given a longer one, and the cache holds what it is asked for."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a token opened when it was last looked up."""

    doorway: Doorway | None
    good_until: float


@dataclass(frozen=True, slots=True)
class _LostUrls:
    found: bool
    good_until: float


_TOO_LONG = Remembered(None, math.inf)
_entries: dict[str, Remembered] = {}
_lost_urls = _LostUrls(False, 0.0)
_lock = threading.Lock()


def find_doorway(token: str) -> Doorway | None:
    """The doorway that a URL token opens; None when the token is unknown or ended, or its endpoint disabled.

    Raises django.db.Error when the database cannot be asked, and UnreadableSecret when nobody can tell, because
    FIELD_KEYS does not open a live URL.
    """
    if (entry := remembered(token)) is not None:
        return entry.doorway
    now = time.monotonic()
    doorway = _load(token)
    with _lock:
        if len(_entries) >= MOST_ENTRIES:
            _entries.clear()
        _entries[token] = Remembered(doorway, now + CACHED_SECONDS)
    return doorway


def remembered(token: str) -> Remembered | None:
    """What is known of a URL token without asking the database; None when that has to be asked."""
    if len(token) > LONGEST_TOKEN:
        return _TOO_LONG
    entry = _entries.get(token)
    return entry if entry is not None and entry.good_until > time.monotonic() else None


def forget_doorways() -> None:
    """Empty this process's cache; other processes follow within a second."""
    global _lost_urls  # noqa: PLW0603  # this process's memory
    with _lock:
        _entries.clear()
        _lost_urls = _LostUrls(False, 0.0)


def _load(token: str) -> Doorway | None:
    now = timezone.now()
    row = (
        Token.objects.live(now)
        .filter(digest__in=keyed_hashes(token))
        .exclude(endpoint__state=Endpoint.State.DISABLED)
        .select_related("endpoint__source")
        .first()
    )
    if row is None:
        if _some_url_is_lost():
            # It cannot be found under the hashes of other keys, so “not found” might be a lie.
            raise UnreadableSecret("a live URL cannot be read with the present FIELD_KEYS, and this may be it")
        return None
    endpoint = row.endpoint
    provider = PROVIDERS[endpoint.source.provider]
    secrets, unreadable = _live_secrets(endpoint, now)
    return Doorway(
        endpoint_id=endpoint.pk,
        token_id=row.pk,
        provider=provider,
        scheme=scheme_of(endpoint, row),
        secrets=secrets,
        body_limit=endpoint.body_limit,
        unreadable_secrets=unreadable,
    )


def _live_secrets(endpoint: Endpoint, now: datetime) -> tuple[tuple[SecretValue, ...], int]:
    """The live secrets of an endpoint that can be read, and how many cannot; each is decrypted by itself."""
    readable = []
    unreadable = 0
    for row in SealedColumn(model=Secret, field="value").rows(Q(endpoint=endpoint) & not_ended(now)):
        try:
            readable.append(SecretValue(id=row.pk, value=decrypt(row.sealed)))
        except UnreadableSecret:
            unreadable += 1
    if unreadable:
        logger.error(
            "endpoint %s: %d of its live secrets cannot be read with the present FIELD_KEYS; "
            "what they would prove is answered 503",
            endpoint.pk,
            unreadable,
        )
    return tuple(readable), unreadable


def _some_url_is_lost() -> bool:
    """Whether a live URL cannot be read, as it was found at most LOST_URLS_SECONDS ago."""
    global _lost_urls  # noqa: PLW0603  # this process's memory
    now = time.monotonic()
    if _lost_urls.good_until <= now:
        column = SealedColumn(model=Token, field="value")
        found = any(not row.is_readable() for row in column.rows(column.in_use))
        _lost_urls = _LostUrls(found, now + LOST_URLS_SECONDS)
    return _lost_urls.found
