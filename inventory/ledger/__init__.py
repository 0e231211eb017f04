"""The ledger: the only writer of events, movements, counts and projections."""

from inventory.ledger.book import Book, Recorded, Why, posting
from inventory.ledger.errors import ConflictingStatement, LedgerError, UnknownCount
from inventory.ledger.manual import adjust, count_by_hand, retract
from inventory.ledger.proving import Proof, prove
from inventory.ledger.rebuilding import differences, rebuild

__all__ = [
    "Book",
    "ConflictingStatement",
    "LedgerError",
    "Proof",
    "Recorded",
    "UnknownCount",
    "Why",
    "adjust",
    "count_by_hand",
    "differences",
    "posting",
    "prove",
    "rebuild",
    "retract",
]
