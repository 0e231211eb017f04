"""How a verification ends: verified, or refused with a typed cause."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


class Cause(StrEnum):
    """Why a request was refused. The value is stored."""

    NO_SECRET = "no_secret"  # noqa: S105 (a name, not a secret)
    UNUSABLE_SECRET = "unusable_secret"  # noqa: S105 (a name, not a secret)
    MISSING = "missing"
    MALFORMED = "malformed"
    WRONG = "wrong"
    STALE = "stale"
    FUTURE = "future"

    @property
    def meaning(self) -> str:
        """One line for staff."""
        return _MEANINGS[self]


_MEANINGS = {
    Cause.NO_SECRET: "The endpoint has no live secret, so no request can prove itself.",
    Cause.UNUSABLE_SECRET: "No live secret has the form that this scheme needs.",
    Cause.MISSING: "The request carries no credential where this scheme expects one.",
    Cause.MALFORMED: "The credential, or what it must cover, does not have the form of this scheme.",
    Cause.WRONG: "The credential has the right form, but no live secret matches it.",
    Cause.STALE: "Correctly signed, but too long before it arrived: a replay, or a clock that differs.",
    Cause.FUTURE: "Correctly signed, but for a time too far ahead of our clock.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The request is genuine."""

    secret_id: int | None
    """The secret that matched, the first if several do; None if the scheme uses no secret."""
    signed_at: int | None = None
    """When this attempt was signed, in seconds since 1970-01-01 UTC; None if the scheme signs no time."""
    message_id: str | None = None
    """The message's id, the same on each retry; None if the scheme signs no id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The request is not known to be genuine."""

    cause: Cause
    detail: str
    """Printable text for staff: header names, lengths, the form expected, seconds of skew.

    Holds no secret, nothing of a token, no URL (ours contain a token), at most six characters of a signature.
    """


Outcome: TypeAlias = Verified | Refused
