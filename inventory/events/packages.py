"""One package: a tracked lot of one listing, whose batches at all their places are told together."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from inventory.events.base import Bucket, CountRank, InvalidStatement, Statement, StreamKind, check_text
from inventory.quantity import QuantityOutOfRange, check_quantity


class Absence(StrEnum):
    """What it means that a reading of a package does not have a row that an earlier one had."""

    WHOLE = "whole"
    """Every reading tells the whole package: there is nothing left of that row."""
    CHANGED = "changed"
    """A reading tells only what changed: that row is as it was."""
    UNSURE = "unsure"
    """The source does not say which of the two: that row is as it was, and doubtful."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageRow:
    """One batch of a package at one place, by bucket. A bucket that is not among the parts keeps its count."""

    batch: str
    location: str
    parts: tuple[tuple[Bucket, Decimal], ...]

    def __post_init__(self) -> None:
        check_text("batch", self.batch, required=True)
        check_text("location", self.location, required=True)
        if len(dict(self.parts)) < len(self.parts):
            raise InvalidStatement(f"parts: batch {self.batch} at {self.location} has one bucket twice")
        for bucket, quantity in self.parts:
            try:
                check_quantity(quantity)
            except QuantityOutOfRange as error:
                raise InvalidStatement(f"parts: {bucket} of batch {self.batch} at {self.location}: {error}") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageStatement(Statement):
    """A statement about one package of a listing; `package` is the source's own label of it."""

    stream = StreamKind.PACKAGE

    package: str
    listing: str

    def __post_init__(self) -> None:
        Statement.__post_init__(self)
        check_text("package", self.package, required=True)
        check_text("listing", self.listing, required=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageRead(PackageStatement):
    """The absolute quantities of a package's batches, each at its places."""

    kind = "package_read"
    rank = CountRank.READING

    rows: tuple[PackageRow, ...]
    """Each (batch, place) once."""
    absent: Absence

    def __post_init__(self) -> None:
        PackageStatement.__post_init__(self)
        if len({(row.batch, row.location) for row in self.rows}) < len(self.rows):
            raise InvalidStatement(f"rows: package {self.package} has one batch twice at one place")


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageCorrection(PackageStatement):
    """What somebody here said of one count of a package."""

    rank = CountRank.ADJUSTMENT

    batch: str
    location: str
    bucket: Bucket
    quantity: Decimal

    def __post_init__(self) -> None:
        PackageStatement.__post_init__(self)
        check_text("batch", self.batch, required=True)
        check_text("location", self.location, required=True)
        check_quantity(self.quantity)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageAdjusted(PackageCorrection):
    """A signed change of one count of a package, by hand."""

    kind = "package_adjusted"


@dataclass(frozen=True, slots=True, kw_only=True)
class PackageCounted(PackageCorrection):
    """One count of a package, counted by hand."""

    kind = "package_counted"
