"""The nouns of stock."""

from inventory.models.batches import Batch, BatchLink
from inventory.models.catalogue import Barcode, Listing, Product
from inventory.models.ledger import (
    Cause,
    Count,
    LedgerHead,
    Movement,
    Restatement,
    Retraction,
    StockEvent,
    Stream,
)
from inventory.models.lookups import Among
from inventory.models.places import Location, Site
from inventory.models.proofs import ProofRun
from inventory.models.source import Source

__all__ = [
    "Among",
    "Barcode",
    "Batch",
    "BatchLink",
    "Cause",
    "Count",
    "LedgerHead",
    "Listing",
    "Location",
    "Movement",
    "Product",
    "ProofRun",
    "Restatement",
    "Retraction",
    "Site",
    "Source",
    "StockEvent",
    "Stream",
]
