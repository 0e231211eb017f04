"""What the door is to reach, and whether it does."""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.bench.page import Spread, table


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A bound for a ratio within each round; its median decides."""

    what: str
    bound: float
    reached: Sequence[float]
    at_most: bool = False

    def row(self) -> list[str]:
        """Its line in the table."""
        spread = Spread(self.reached)
        holds = spread.median <= self.bound if self.at_most else spread.median >= self.bound
        side = "at most" if self.at_most else "at least"
        return [self.what, f"{side} {self.bound:g} x", f"{spread.text(2)} x", "yes" if holds else "**no**"]


def targets_table(targets: Sequence[Target]) -> str:
    """All of them."""
    return table(["Wanted", "bound", "measured", "reached"], [target.row() for target in targets])
