"""The act `pages`: the same addresses of a small and of a large ledger, in turns."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass

from tests.bench.ground import Ground
from tests.bench.page import Spread, ratio, ratios, table
from tests.bench.pages.exports import EXPORTS, export
from tests.bench.pages.ledgers import Answer, Ledger, Reader
from tests.bench.pages.questions import LIMITS, Kind, Question
from tests.e2e.databases import Database

SMALL, LIKE = 1_000, 80_000
"""Counts. Where a thousand have too few rows of a kind to fill a page, eighty thousand have a thousand of each kind."""
EACH_ROUND = 3
"""Requests of each page in a round."""
AGAIN = 2
"""How often a page that took longer than it may is asked for as many times more: the median of few may be anything."""
DELIVERIES = {SMALL: 1_200, LIKE: 4_000}
MOST_DELIVERIES = 100_000
SAME_CONTENT = 1.05
"""Pages whose sizes differ by less show the same."""
GROUPS = ("admin", "pages", "API")
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What one question came to."""

    question: Question
    held_against: str
    """What ours is held against."""
    ours: list[Answer]
    """Of the large ledger."""
    theirs: list[Answer]

    @property
    def ratio(self) -> float:
        """The median of what it is within each pair: what the machine was busy with beside one, both had to bear."""
        return Spread(ratios(_work(self.ours), _work(self.theirs))).median

    @property
    def is_over(self) -> bool:
        return self.ratio > LIMITS[self.question.kind]

    @property
    def name(self) -> str:
        return f"{self.question.group}: {self.question.name}"

    def cells(self) -> list[str]:
        """A row of a table."""
        here, there = self.ours[0].rows, self.theirs[0].rows
        return [
            self.name,
            str(here) if here == there else f"{here} ({there})",
            self.held_against,
            *(f"{_work(answers).text(1)}; {_waited(answers).median:.1f}" for answers in (self.theirs, self.ours)),
            ratio(_work(self.ours), _work(self.theirs)),
            f"{LIMITS[self.question.kind]:g} x",
        ]


HEAD = ("Address", "Rows", "Held against", "There, ms", "Large ledger, ms", "Ratio", "Limit")


def _work(answers: Sequence[Answer]) -> Spread:
    return Spread([answer.processor_seconds * 1000 for answer in answers])


def _waited(answers: Sequence[Answer]) -> Spread:
    return Spread([answer.seconds * 1000 for answer in answers])


def pages(ground: Ground, say: Say) -> str:
    """Make the ledgers, and measure."""
    small, like = (_ledger(ground, ground.postgres(), counts, DELIVERIES[counts]) for counts in (SMALL, LIKE))
    filled = ground.large(say).copy(ground.directory)
    large = _ledger(ground, filled, ground.counts, min(MOST_DELIVERIES, ground.counts))
    for ledger in (small, like):
        say(f"filling {ledger.name}")
        ledger.fill()
    for ledger in (small, like, large):
        ledger.furnish()
    told = report(small, like, large, ground.rounds * EACH_ROUND, say)
    for ledger in (small, like, large):
        ledger.database.drop()
    return told


def _ledger(ground: Ground, database: Database, counts: int, deliveries: int) -> Ledger:
    return Ledger(
        name=f"{counts:,} counts",
        counts=counts,
        deliveries=deliveries,
        database=database,
        directory=ground.directory,
    )


def report(
    small: Ledger,
    like: Ledger,
    large: Ledger,
    times: int,
    say: Say,
    *,
    wanted: Callable[[Question], bool] = lambda _: True,
    exports: Sequence[Sequence[str]] = EXPORTS,
) -> str:
    """Read every page that is wanted `times` times on each ledger that it needs, and write what was found."""
    with ExitStack() as ends:
        of_small, of_like, of_large = (ends.enter_context(closing(Reader(ledger))) for ledger in (small, like, large))
        names = [name for name, question in of_large.questions.items() if wanted(question)]
        found = list(_measured(of_small, of_like, of_large, names, times, say))
    told = (
        f"{large.name} with {large.deliveries:,} deliveries, held against {small.name} with {small.deliveries:,} "
        f"(where those do not fill the page: {like.name} with {like.deliveries:,}); each page {times} times on each, "
        f"in turns, and up to {AGAIN} times as often again where its ratio was over its limit by then."
    )
    over = [one.cells() for one in found if one.is_over]
    parts = [
        told,
        table(("Group", "Addresses", "Ratio, median and worst", "Limit", "Over it"), _summary(found)),
        *([table(HEAD, over)] if over else []),
        table(HEAD, [one.cells() for one in _worst(found)]),
        _exports(small, large, exports, say),
    ]
    return "\n\n".join(parts)


def _measured(
    small: Reader, like: Reader, large: Reader, names: Sequence[str], times: int, say: Say
) -> Iterator[Found]:
    for name in names:
        question = large.questions[name]
        other, held, other_name = _held_against(small, like, large, name)
        if other is None:
            say(f"{name}: asked of the large ledger only")
            continue
        found = Found(question=question, held_against=held, ours=[], theirs=[])
        for _ in range(1 + AGAIN):
            for _ in range(times):
                found.theirs.append(other.ask(other_name))
                found.ours.append(large.ask(name))
            if not found.is_over:
                break
        if found.is_over:
            say(f"over: {' | '.join(found.cells())}")
        yield found


def _held_against(small: Reader, like: Reader, large: Reader, name: str) -> tuple[Reader | None, str, str]:
    """The reader and the question that this one of the large ledger is held against, and how to say so."""
    question = large.questions[name]
    ours = large.ask(name)
    assert ours.status in {200, 302}, f"{question.path} is answered {ours.status}"
    if question.kind is Kind.DEEP:
        first = f"{question.group}: {question.first}"
        large.ask(first)
        return large, "its first page", first
    opened = f"{question.group}: {question.first}"
    there = [(reader, asked) for asked in (name, opened) for reader in (small, like) if asked in reader.questions]
    sizes = {(reader, asked): reader.ask(asked).size for reader, asked in there}
    for reader, asked in there:
        if sizes[reader, asked] * SAME_CONTENT >= ours.size:
            return reader, reader.ledger.name if asked == name else f"{reader.ledger.name}, as it opens", asked
    if there:
        reader, asked = max(there, key=lambda one: sizes[one])
        return reader, reader.ledger.name if asked == name else f"{reader.ledger.name}, as it opens", asked
    return None, "", name


def _summary(found: Sequence[Found]) -> Iterator[list[str]]:
    for kind, limit in LIMITS.items():
        for group in GROUPS:
            those = [one for one in found if one.question.kind is kind and one.question.group == group]
            if those:
                spread = Spread([one.ratio for one in those])
                over = sum(one.is_over for one in those)
                worst = f"{spread.median:.2f} x, {max(spread.values):.2f} x"
                yield [f"{group}, {kind}", str(len(those)), worst, f"{limit:g} x", str(over)]


def _worst(found: Sequence[Found]) -> list[Found]:
    return sorted((one for one in found if not one.is_over), key=lambda one: -one.ratio / LIMITS[one.question.kind])[
        :10
    ]


def _exports(small: Ledger, large: Ledger, exports: Sequence[Sequence[str]], say: Say) -> str:
    rows = []
    for arguments in exports:
        there, here = export(small, arguments), export(large, arguments)
        say(f"stock {' '.join(arguments)}: {there} {here}")
        rows.append(
            [
                f"`stock {' '.join(arguments)}`",
                f"{here.lines:,} ({there.lines:,})",
                f"{here.seconds:.1f} s",
                f"{there.peak_megabytes:.1f} MB",
                f"{here.peak_megabytes:.1f} MB",
                f"{here.peak_megabytes / there.peak_megabytes:.2f} x",
            ]
        )
    head = ("Export", "Lines", "Time", f"Peak memory, {small.name}", f"Peak memory, {large.name}", "Ratio")
    return table(head, rows)
