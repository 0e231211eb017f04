"""What a twin says: one request as its provider would send it, and one count as the twin knows it to be."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Proof(StrEnum):
    """How a request proves itself, or fails to."""

    GENUINE = "genuine"
    WRONG_SECRET = "wrong_secret"  # noqa: S105  (a name, not a secret)
    WRONG_URL = "wrong_url"
    """Signed for another text of the URL than the one that is registered; only for senders that sign the URL."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One request that a sender makes."""

    sender: str
    """The provider's word."""
    kind: str
    """What happened in the sender's world, for people; no part of the request."""
    body: bytes
    occurred: int
    """When it happened: nanoseconds since 1970-01-01 UTC."""
    sent_at: int
    """When it is sent, never before it occurred: nanoseconds since 1970-01-01 UTC."""
    lane: str = ""
    """Messages of one lane have to arrive in their order, one in flight; '' where the sender's clock settles it."""
    headers: tuple[tuple[str, str], ...] = ()
    """The sender's own headers beside those that prove it."""
    proof: Proof = Proof.GENUINE
    attempt: int = 0
    """How often this was sent before."""


class Cell(NamedTuple):
    """One count, in the sender's own identifiers; '' where the sender names none."""

    listing: str
    batch: str
    location: str
    bucket: str
    state: str = ""
