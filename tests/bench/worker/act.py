"""The act `worker`: Stockroom's worker on a large ledger, beside the naive way and beside itself."""

from collections.abc import Callable
from contextlib import ExitStack, closing
from dataclasses import dataclass, field

from tests.bench.ground import Ground
from tests.bench.page import Spread, ratio, table
from tests.bench.size import Size
from tests.bench.watch import steps_table
from tests.bench.worker.crew import Hand, Took
from tests.bench.worker.waiting import measure_waiting
from tests.e2e.databases import Database
from tests.e2e.stand import Stand

BACKLOG = 6_000
"""Deliveries that a worker drains at a time, or two workers together."""
LATE = 0.05
HOUR = 3600.0
Say = Callable[[str], None]


@dataclass(slots=True, kw_only=True)
class Reached:
    """What one way of working reached in each round."""

    name: str
    per_second: list[float] = field(default_factory=list)
    """Events."""
    worker_ms: list[float] = field(default_factory=list)
    """Processor time of the worker, or workers, for an event."""
    database_ms: list[float] = field(default_factory=list)
    """Processor time of the database server for an event."""

    def add(self, events: int, seconds: float, processor_seconds: float, database_seconds: float) -> None:
        self.per_second.append(events / seconds)
        self.worker_ms.append(processor_seconds / events * 1000)
        self.database_ms.append(database_seconds / events * 1000)

    def cells(self) -> list[str]:
        return [
            self.name,
            Spread(self.per_second).text(),
            Spread(self.worker_ms).text(2),
            Spread(self.database_ms).text(2),
        ]


def measure(ground: Ground, say: Say) -> str:
    """Drain backlogs into a copy of the large ledger in turns, prove it, and let single deliveries come."""
    database = ground.large(say).copy(ground.directory)
    say("working")
    ways = Ways(ground, database)
    with ExitStack() as ends:
        ends.callback(database.drop)
        ways.run(ends, say)
        stand = Stand(database, ground.directory)
        proven = stand.run("prove_ledger", within=3 * HOUR)
        assert proven.returncode == 0, proven.stdout + proven.stderr
        say(proven.stdout.splitlines()[-1])
    laws = f"`prove_ledger` afterwards: {proven.stdout.splitlines()[-1]}."
    return "\n\n".join([ways.page(), laws, _waits(ground, say)])


def _waits(ground: Ground, say: Say) -> str:
    waits = [measure_waiting(ground, kind, say) for kind in ("PostgreSQL", "SQLite")]
    limits = {"PostgreSQL": 100, "SQLite": 300}
    rows = [[kind, wait.text(1), f"{limits[kind]} ms"] for kind, wait in zip(limits, waits, strict=True)]
    head = ["An idle worker, ms from the answer to the changed count", "median of each round", "wanted: less than"]
    return table(head, rows)


class Ways:
    """The ways of working that take turns."""

    def __init__(self, ground: Ground, database: Database) -> None:
        self._ground = ground
        self._database = database
        self._size = Size.of(ground.counts)
        self._seed = 0
        self._megabytes: list[float] = []
        self._steps = ""
        self._one = Reached(name="one worker")
        self._late = Reached(name=f"one worker, {LATE:.0%} of the messages late")
        self._two = Reached(name="two workers")
        self._naive = Reached(name="`update_or_create` for each event")

    def run(self, ends: ExitStack, say: Say) -> None:
        """All of them, round after round."""
        first, second = (
            ends.enter_context(closing(Hand(self._database, self._ground.directory, self._size))) for _ in range(2)
        )
        first.do("prepare_naive", seed=1, number=BACKLOG)
        for number in range(1, self._ground.rounds + 1):
            self._work(self._one, [first])
            self._be_naive(first)
            self._work(self._late, [first], late=LATE)
            self._work(self._two, [first, second])
            ways = (self._one, self._naive, self._late, self._two)
            say(f"round {number}: " + ", ".join(f"{way.name} {way.per_second[-1]:,.0f}/s" for way in ways))

        self._steps = self._watch(first, second)

    def _watch(self, sender: Hand, worker: Hand) -> str:
        """Where the time of a delivery goes, in a worker that is watched from then on."""
        self._put(sender, late=0)
        watched = worker.do("watch")
        assert watched.done["deliveries"] == BACKLOG, watched
        return steps_table(watched.done["spent"])

    def _put(self, hand: Hand, *, late: float) -> int:
        """Let a backlog come in; return of how many events it tells."""
        self._seed += 1
        events: int = hand.do("put", seed=self._seed, number=BACKLOG, late=late).done["events"]
        self._ground.checkpoint()
        return events

    def _work(self, way: Reached, hands: list[Hand], *, late: float = 0) -> None:
        events = self._put(hands[0], late=late)
        before = self._ground.database_seconds()
        for hand in hands:
            hand.begin("drain")
        took = [hand.end() for hand in hands]
        drained = sum(one.done["deliveries"] for one in took)
        assert drained == BACKLOG, f"{drained} of {BACKLOG} deliveries were worked on"
        self._add(way, events, took, before)
        self._megabytes += [took[0].megabytes]

    def _be_naive(self, hand: Hand) -> None:
        self._ground.checkpoint()
        before = self._ground.database_seconds()
        took = hand.do("be_naive", seconds=self._ground.seconds)
        self._add(self._naive, took.done["events"], [took], before)

    def _add(self, way: Reached, events: int, took: list[Took], before: float) -> None:
        way.add(
            events,
            max(one.seconds for one in took),
            sum(one.processor_seconds for one in took),
            self._ground.database_seconds() - before,
        )

    def page(self) -> str:
        """What was reached."""
        ways = (self._one, self._late, self._two, self._naive)
        one, naive = Spread(self._one.per_second), Spread(self._naive.per_second)
        ratios = [
            ["one worker by the naive way", ratio(one, naive), "30 x"],
            ["with late messages by in order", ratio(Spread(self._late.per_second), one), "0.5 x"],
            ["two workers by one", ratio(Spread(self._two.per_second), one), "1.2 x"],
        ]
        told = (
            f"Into a ledger of {self._size.counts:,} counts and {self._size.movements:,} movements, "
            f"{self._ground.rounds} rounds in turns of {BACKLOG:,} deliveries each: four in five are Square's, of one "
            "count or two, the others Tracktile's, of a lot that moves. An event is a count that is told, or such a "
            "lot. The naive way writes nothing but the number, into a table of as many rows."
        )
        return "\n\n".join(
            [
                told,
                table(
                    ["", "events/s", "worker, ms of processor for an event", "database, the same"],
                    [way.cells() for way in ways],
                ),
                table(["", "ratio", "wanted: at least"], ratios),
                (
                    f"Memory of the first worker: {self._megabytes[0]:.0f} MB after its first backlog, "
                    f"{self._megabytes[-1]:.0f} MB after its last of {len(self._megabytes)}."
                ),
                (
                    f"Where the time of a delivery goes, of {BACKLOG:,} worked off by one worker in order, each step "
                    "without those inside it. The clock counts what the database takes, which is all of the statements "
                    "and of the commits but for our own share."
                ),
                self._steps,
            ]
        )
