"""What came of a soak, as a table."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tests.soak.senders import NO_ANSWER

MOST_TOLD = 20
"""Lines of one kind of finding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was done, and everything that is not as it has to be."""

    act: str
    database: str
    seed: int
    deliveries: int
    """Messages that the twins made."""
    posts: int
    """Repeats counted, tries again not."""
    statuses: Mapping[int, int]
    """How often each was answered, tries again counted; NO_ANSWER where there was none."""
    kills: Sequence[str]
    seconds: Mapping[str, float]
    """How long each part took."""
    findings: Mapping[str, Sequence[str]]
    """lost, twice, wrong and undecided; a line for each."""
    problems: Sequence[str]
    """Whatever else did not go as it should."""

    @property
    def is_clean(self) -> bool:
        return not self.problems and not any(self.findings.values())

    def lines(self) -> Iterator[str]:
        """The table, and below it what was found."""
        yield f"{self.act} on {self.database}, seed {self.seed}"
        told = {"no answer" if status == NO_ANSWER else str(status): times for status, times in self.statuses.items()}
        rows = {
            "deliveries": str(self.deliveries),
            "posts with repeats": str(self.posts),
            "attempts": str(sum(self.statuses.values())),
            "answers": _counted(told),
            "kills": f"{len(self.kills)} ({_counted(Counter(self.kills))})" if self.kills else "0",
            "seconds": ", ".join(f"{name} {seconds:.0f}" for name, seconds in self.seconds.items()),
            **{name: str(len(found)) for name, found in self.findings.items()},
            "other problems": str(len(self.problems)),
        }
        yield from (f"  {name:<20}{value}" for name, value in rows.items())
        for name, found in [*self.findings.items(), ("problem", self.problems)]:
            yield from (f"{name}: {line[:500]}" for line in found[:MOST_TOLD])
            if len(found) > MOST_TOLD:
                yield f"{name}: and {len(found) - MOST_TOLD} more"


def _counted(numbers: Mapping[str, int]) -> str:
    return ", ".join(f"{name}: {number}" for name, number in sorted(numbers.items())) or "none"
