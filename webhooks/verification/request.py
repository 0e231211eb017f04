"""What verification looks at: one request, byte for byte as it came through our door."""

import re
from dataclasses import dataclass

_HEADER_NAME = re.compile(r"[a-z0-9!#$%&'*+.^`|~-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedRequest:
    """A request that claims to be genuine. Raises ValueError if a header's name is not in its normal form."""

    method: str
    headers: tuple[tuple[str, bytes], ...]
    """Names in lower case with dashes, values as raw bytes; in the order of arrival, repeats kept."""
    body: bytes
    """The bytes as sent: never decoded, parsed or written out again before verification."""
    received_at: int
    """When the request reached our door, in nanoseconds since 1970-01-01 UTC."""

    def __post_init__(self) -> None:
        for name, _ in self.headers:
            if name != name.lower() or "_" in name:
                raise ValueError(f"header name {name!r} must be in lower case, with dashes")

    def header_values(self, name: str) -> tuple[bytes, ...]:
        """Every value sent under `name` (lower case), in the order of arrival; empty if it was not sent."""
        return tuple(value for known, value in self.headers if known == name)

    def header(self, name: str) -> bytes | None:
        """The one value sent under `name` (lower case); None if it was not sent, or sent more than once.

        A repeat is never resolved by taking the first or the last: two readers that choose differently
        would read two requests. `header_values` tells the two cases apart.
        """
        values = self.header_values(name)
        return values[0] if len(values) == 1 else None


def check_header_name(name: str) -> None:
    """Raise ValueError unless `name` can be looked up in a SignedRequest: a token of RFC 9110, in lower case.

    The underscore is left out, though the RFC allows it: WSGI cannot tell it from a dash.
    """
    if not _HEADER_NAME.fullmatch(name):
        raise ValueError(f"header name {name!r} must be in lower case, with dashes and no spaces")
