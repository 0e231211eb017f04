"""The one text that names a count or a stream: a unique key over nullable columns would admit duplicates."""

from hashlib import sha256
from typing import NamedTuple, Self

from inventory.events import Bucket, StreamKind


class CountSlot(NamedTuple):
    """What one count counts, by our ids."""

    listing_id: int
    batch_id: int | None
    location_id: int | None
    bucket: Bucket
    state: str

    @property
    def text(self) -> str:
        return f"{self.listing_id}:{self.batch_id or ''}:{self.location_id or ''}:{self.bucket}:{self.state}"

    @property
    def order(self) -> tuple[int, int, int, str, str]:
        """What slots are sorted by: older rows first."""
        return self.listing_id, self.batch_id or 0, self.location_id or 0, self.bucket, self.state

    @classmethod
    def parse(cls, text: str) -> Self:
        """The twin of `text`; the sender's state word is last, because it may hold any character."""
        listing, batch, location, bucket, state = text.split(":", 4)
        return cls(
            int(listing),
            int(batch) if batch else None,
            int(location) if location else None,
            Bucket(bucket),
            state,
        )


SLOT_LENGTH = 400
"""How long the text that names a stream may be."""


class PackageName(NamedTuple):
    """A source's own label of a package; packages have no rows of their own."""

    source_id: int
    tenant: str
    package: str

    @property
    def text(self) -> str:
        """Its length before the tenant: no two names run together into one text."""
        text = f"{self.source_id}:{len(self.tenant)}:{self.tenant}:{self.package}"
        if len(text) <= SLOT_LENGTH - len(f"{StreamKind.PACKAGE}:"):
            return text
        return f"{self.source_id}:sha256:{sha256(text.encode()).hexdigest()}"


class AccountName(NamedTuple):
    """One account of a source, whose places are named together."""

    source_id: int
    tenant: str

    @property
    def text(self) -> str:
        return f"{self.source_id}:{self.tenant}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """The twin of `text`."""
        source_id, tenant = text.split(":", 1)
        return cls(int(source_id), tenant)


def stream_slot(kind: StreamKind, of: CountSlot | PackageName | AccountName | int) -> str:
    """The text that names a stream: a count's slot, a package's or an account's name, or the id of its one subject."""
    return f"{kind}:{of if isinstance(of, int) else of.text}"


def account_of(stream_slot_text: str) -> AccountName:
    """The account whose places a naming stream is about."""
    return AccountName.parse(stream_slot_text.partition(":")[2])


def count_slot_of(stream_slot_text: str) -> CountSlot:
    """The count that a count stream is about."""
    return CountSlot.parse(stream_slot_text.partition(":")[2])
