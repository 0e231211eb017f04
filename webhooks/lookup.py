"""From a URL token to its endpoint, through a cache that is at most a second old.

The lookup by the ORM is a third of a receiver's time (measured), and a sender's burst asks for the same endpoint again
and again. A token that nobody issued is remembered as well, so that guessing costs the database no more than a second's
worth of tokens; the cache is bounded.
"""

import threading
import time
from dataclasses import dataclass

from django.utils import timezone

from webhooks.door import Doorway
from webhooks.encryption import keyed_hashes
from webhooks.endpoints import scheme_of
from webhooks.models import Endpoint, Secret, Token
from webhooks.providers import PROVIDERS
from webhooks.verification import SecretValue

CACHED_SECONDS = 1.0
MOST_ENTRIES = 10_000
LONGEST_TOKEN = 64
"""Characters. Nobody was given a longer one, and the cache holds what it is asked for."""


@dataclass(frozen=True, slots=True)
class _Entry:
    doorway: Doorway | None
    good_until: float


_entries: dict[str, _Entry] = {}
_lock = threading.Lock()


def find_doorway(token: str) -> Doorway | None:
    """The doorway that a URL token opens; None when the token is unknown or ended, or its endpoint disabled.

    Raises django.db.Error when the database cannot be asked, and UnreadableSecret when FIELD_KEYS does not open what it
    holds.
    """
    if len(token) > LONGEST_TOKEN:
        return None
    now = time.monotonic()
    entry = _entries.get(token)
    if entry is not None and entry.good_until > now:
        return entry.doorway
    doorway = _load(token)
    with _lock:
        if len(_entries) >= MOST_ENTRIES:
            _entries.clear()
        _entries[token] = _Entry(doorway, now + CACHED_SECONDS)
    return doorway


def forget_doorways() -> None:
    """Empty this process's cache; other processes follow within a second."""
    with _lock:
        _entries.clear()


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
        # Under lost FIELD_KEYS no token can be found, and “not found” would be a lie: then this cannot be read either.
        Token.objects.last()
        return None
    endpoint = row.endpoint
    provider = PROVIDERS[endpoint.source.provider]
    return Doorway(
        endpoint_id=endpoint.pk,
        token_id=row.pk,
        provider=provider,
        scheme=scheme_of(endpoint, row),
        secrets=tuple(
            SecretValue(id=secret.pk, value=secret.value)
            for secret in Secret.objects.live(now).filter(endpoint=endpoint)
        ),
        body_limit=endpoint.body_limit,
    )
