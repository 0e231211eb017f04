"""Steps that several schemes share: reading one header, and the window around the time of signing."""

import re

from webhooks.verification.outcome import Cause, Refused
from webhooks.verification.request import SignedRequest

# By ASCII pattern, not int(): int() also takes "1_000", other scripts' digits, signs and spaces.
_SECONDS = re.compile(rb"[0-9]{1,12}")
_NANOSECONDS = 1_000_000_000


def read_header(request: SignedRequest, name: str, form: str) -> bytes | Refused:
    """The one value of header `name`; refused if not sent, or sent twice. `form` says what belongs there."""
    values = request.header_values(name)
    if not values:
        return Refused(cause=Cause.MISSING, detail=f"There is no {name} header; expected {form}.")
    if len(values) > 1:
        return malformed(f"The {name} header was sent {len(values)} times; expected it once.")
    return values[0]


def malformed(detail: str) -> Refused:
    """Refused, because what was sent does not have the scheme's form."""
    return Refused(cause=Cause.MALFORMED, detail=detail)


def wrong(detail: str, secrets_tried: int) -> Refused:
    """Refused, because no live secret matches what was sent."""
    return Refused(cause=Cause.WRONG, detail=f"{detail} Live secrets tried: {secrets_tried}.")


def read_seconds(text: bytes) -> int | None:
    """`text` as whole seconds since 1970-01-01 UTC, or None if it is not 1 to 12 ASCII digits."""
    return int(text) if _SECONDS.fullmatch(text) else None


def write_seconds(at: int) -> bytes:
    """`at` as a sender writes it. Raises ValueError if `read_seconds` would not read it."""
    text = str(at).encode()
    if read_seconds(text) is None:
        raise ValueError(f"at must be 0 to 999999999999 seconds since 1970, not {at}")
    return text


def check_tolerance(tolerance: int) -> None:
    """Raise ValueError if a window cannot have this half width, in seconds."""
    if tolerance < 0:
        raise ValueError(f"tolerance must be 0 or more seconds, not {tolerance}")


def window_refusal(signed_at: int, received_at: int, tolerance: int) -> Refused | None:
    """Refused if `signed_at` (s) is more than `tolerance` whole seconds to either side of `received_at` (ns).

    To be asked only about a time whose signature holds: an unsigned time proves nothing and decides nothing.
    """
    skew = signed_at - received_at // _NANOSECONDS
    if skew < -tolerance:
        return Refused(
            cause=Cause.STALE,
            detail=f"Signed {-skew} s before it arrived; at most {tolerance} s is accepted.",
        )
    if skew > tolerance:
        return Refused(
            cause=Cause.FUTURE,
            detail=f"Signed {skew} s ahead of our clock; at most {tolerance} s is accepted.",
        )
    return None
