"""How large a ledger is, and of what it consists."""

from dataclasses import dataclass

LOTS_AT_ONCE = 10
"""Of so many lots one is split, one split off it, one used up for another, and the rest are moved."""
COUNTS_OF_A_LOT = 2
COUNTS_OF_A_PACKAGE = 4
MOVEMENTS_OF_A_LOT = 4
"""Of most lots."""
MOVEMENTS_OF_A_PACKAGE = 6
SHARES = (0, 0, 0, 1, 1, 2, 4, 8)
"""How the changes beyond the first are spread over each eight counts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large a ledger is. One million counts, unless said otherwise, that have changed five times each."""

    counts: int = 1_000_000
    movements: int = 5_000_000
    """About as many as there will be; at least two for each count."""
    products: int = 20_000
    locations: int = 200

    @classmethod
    def of(cls, counts: int, *, movements: int = 0) -> "Size":
        """The usual shape at another size: five movements for each count, fifty counts for each product."""
        return cls(
            counts=counts,
            movements=movements or 5 * counts,
            products=min(20_000, max(20, counts // 50)),
            locations=min(200, max(100, counts // 50)),
        )

    @property
    def lots(self) -> int:
        """How many of Tracktile's lots there are, in whole tens."""
        at_once = LOTS_AT_ONCE
        return self.counts // 20 // COUNTS_OF_A_LOT // at_once * at_once

    @property
    def packages(self) -> int:
        """How many of Treez's packages there are."""
        return self.counts // 20 // COUNTS_OF_A_PACKAGE

    @property
    def square(self) -> int:
        """How many counts are Square's."""
        return self.counts - self.lots * COUNTS_OF_A_LOT - self.packages * COUNTS_OF_A_PACKAGE

    def changes_of(self, index: int) -> int:
        """How often one of Square's counts changes: some of each eight much more often than others."""
        others = self.lots * MOVEMENTS_OF_A_LOT + self.packages * MOVEMENTS_OF_A_PACKAGE
        beyond_first = max(0, self.movements - others - self.square)
        share = SHARES[index % len(SHARES)] * len(SHARES) / sum(SHARES)
        return 1 + int(beyond_first / max(1, self.square) * share + 0.5)
