"""The statements that a source can make about stock, in our words and with the source's own identifiers.

A statement is a frozen value, valid at birth: it is what a provider's parser returns, what the ledger writes
down as a stock event, and what the fold reads. Nothing here knows a database, a clock or a provider.

Times are integer nanoseconds since 1970-01-01 UTC, because senders tick finer than a datetime can hold.
Quantities are Decimals with at most six decimals. Identifiers are opaque, case-sensitive text.
"""

from typing import TypeAlias

from inventory.events.base import (
    HIDDEN,
    IDENTIFIER_LENGTH,
    KEY_LENGTH,
    Bucket,
    CountRank,
    FieldValue,
    InvalidStatement,
    LotRank,
    Position,
    Quality,
    Statement,
    StreamKind,
)
from inventory.events.counts import Adjustment, CountStatement, Reading
from inventory.events.descriptions import BatchDescribed, Description, ListingDescribed, PlaceDescribed
from inventory.events.lots import (
    LotAdjusted,
    LotBorn,
    LotCounted,
    LotEnded,
    LotModified,
    LotMoved,
    LotRevived,
    LotSpawned,
    LotStatement,
)
from inventory.events.naming import PlacesNamed
from inventory.events.packages import (
    Absence,
    PackageAdjusted,
    PackageCorrection,
    PackageCounted,
    PackageRead,
    PackageRow,
    PackageStatement,
)

StockStatement: TypeAlias = (
    Reading
    | Adjustment
    | LotBorn
    | LotSpawned
    | LotModified
    | LotAdjusted
    | LotCounted
    | LotMoved
    | LotEnded
    | LotRevived
    | ListingDescribed
    | BatchDescribed
    | PlaceDescribed
    | PlacesNamed
    | PackageRead
    | PackageAdjusted
    | PackageCounted
)

__all__ = [
    "HIDDEN",
    "IDENTIFIER_LENGTH",
    "KEY_LENGTH",
    "Absence",
    "Adjustment",
    "BatchDescribed",
    "Bucket",
    "CountRank",
    "CountStatement",
    "Description",
    "FieldValue",
    "InvalidStatement",
    "ListingDescribed",
    "LotAdjusted",
    "LotBorn",
    "LotCounted",
    "LotEnded",
    "LotModified",
    "LotMoved",
    "LotRank",
    "LotRevived",
    "LotSpawned",
    "LotStatement",
    "PackageAdjusted",
    "PackageCorrection",
    "PackageCounted",
    "PackageRead",
    "PackageRow",
    "PackageStatement",
    "PlaceDescribed",
    "PlacesNamed",
    "Position",
    "Quality",
    "Reading",
    "Statement",
    "StockStatement",
    "StreamKind",
]
