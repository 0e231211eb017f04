"""Descriptions: each field is a register."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from inventory.events.base import FieldValue, InvalidStatement, Statement, StreamKind, check_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Description(Statement):
    """Fields of one listing, batch or place. A field that is absent stays; one that is None is not provided."""

    kind = "description"
    rank = 0

    fields: Mapping[str, FieldValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingDescribed(Description):
    """A description of a listing."""

    stream = StreamKind.LISTING
    kind = "listing_described"

    listing: str

    def __post_init__(self) -> None:
        Statement.__post_init__(self)
        check_text("listing", self.listing, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchDescribed(Description):
    """A description of a batch."""

    stream = StreamKind.BATCH
    kind = "batch_described"

    batch: str

    def __post_init__(self) -> None:
        Statement.__post_init__(self)
        check_text("batch", self.batch, required=True)
        expires_on = self.fields.get("expires_on")
        if isinstance(expires_on, str):
            try:
                date.fromisoformat(expires_on)
            except ValueError as error:
                raise InvalidStatement(f"expires_on: {expires_on!r} is no date") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceDescribed(Description):
    """A description of a place. Its own words for a parent: `parent` (stated), `parent_inferred` (from moves)."""

    stream = StreamKind.PLACE
    kind = "place_described"

    location: str

    def __post_init__(self) -> None:
        Statement.__post_init__(self)
        check_text("location", self.location, required=True)
