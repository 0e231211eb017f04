"""What a source calls its places: names change, and the identifiers that it gives with them last."""

from collections.abc import Mapping
from dataclasses import dataclass

from inventory.events.base import InvalidStatement, Statement, StreamKind, check_text


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacesNamed(Statement):
    """Which places a source means by some of its names, from this moment on.

    Only a source that speaks of places by names that may change says so: two names of one identity are one place.
    """

    stream = StreamKind.NAMING
    kind = "places_named"
    rank = 0

    places: Mapping[str, str]
    """A name, and the source's own lasting identifier of the place: its identity."""

    def __post_init__(self) -> None:
        Statement.__post_init__(self)
        if not self.places:
            raise InvalidStatement("places: it names none")
        for name, identity in self.places.items():
            check_text("places", name, required=True)
            check_text(f"places: {name[:40]}", identity, required=True)
