"""What came of an act, as a table."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from tests.fuzz.sending import CLOSED

MOST_TOLD = 20
"""Problems that are printed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was done, and everything that is not as it has to be."""

    act: str
    database: str
    seed: int
    counts: Mapping[tuple[str, int], int] | Mapping[tuple[str, int | str], int]
    """How often each kind of mutation was answered how, or ended how."""
    facts: Mapping[str, str]
    """What was measured, in words."""
    problems: Sequence[str] = field(default=())

    @property
    def is_clean(self) -> bool:
        return not self.problems

    def lines(self) -> Iterator[str]:
        """The tables, and below them what was found."""
        yield f"{self.act} on {self.database}, seed {self.seed}"
        kinds: dict[str, Counter[str]] = {}
        total: Counter[str] = Counter()
        for (kind, ending), number in self.counts.items():
            told = "closed" if ending == CLOSED else str(ending)
            kinds.setdefault(kind, Counter())[told] += number
            total[told] += number
        for kind in sorted(kinds):
            yield f"  {kind:<38}{kinds[kind].total():>8}   {_counted(kinds[kind])}"
        yield f"  {'in all':<38}{total.total():>8}   {_counted(total)}"
        yield from (f"  {name:<38}{value}" for name, value in self.facts.items())
        yield f"  {'problems':<38}{len(self.problems)}"
        yield from (f"problem: {problem[:500]}" for problem in self.problems[:MOST_TOLD])
        if len(self.problems) > MOST_TOLD:
            yield f"problem: and {len(self.problems) - MOST_TOLD} more"


def _counted(numbers: Counter[str]) -> str:
    return ", ".join(f"{name}: {number}" for name, number in sorted(numbers.items()))
