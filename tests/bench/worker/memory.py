"""The act `memory`: how much memory one worker holds while it works off a million events."""

from collections.abc import Callable
from contextlib import closing

from tests.bench.ground import Ground
from tests.bench.page import table
from tests.bench.size import Size
from tests.bench.worker.crew import Hand
from tests.e2e.stand import Stand

EVENTS = 1_000_000
COUNTS = 20_000
"""Of the ledger: what is claimed and written at once hangs on the batch and not on the ledger."""
BACKLOG = 10_000
TOLD = 10
"""How many lines the table has."""


def measure_memory(ground: Ground, say: Callable[[str], None]) -> str:
    """Put in and drain, backlog after backlog, in two processes; return the page's part."""
    database = ground.postgres()
    stand = Stand(database, ground.directory)
    size = Size.of(COUNTS)
    stand.command("migrate", "--verbosity", "0")
    stand.command("shell", "-c", f"from tests.bench.million import fill_and_tell; fill_and_tell({COUNTS})")
    held: list[tuple[int, float]] = []
    with (
        closing(Hand(database, ground.directory, size)) as sender,
        closing(Hand(database, ground.directory, size)) as worker,
    ):
        events, seed = 0, 0
        while events < EVENTS:
            seed += 1
            events += sender.do("put", seed=seed, number=BACKLOG, late=0.05).done["events"]
            took = worker.do("drain")
            assert took.done["deliveries"] == BACKLOG, took
            held.append((events, took.megabytes))
            say(f"{events:,} events: {took.megabytes:.1f} MB")
    database.drop()
    rows = [[f"{events:,}", f"{megabytes:.1f}"] for events, megabytes in held[:: max(1, len(held) // TOLD)]]
    return (
        f"{table(['events worked off by one worker', 'its memory, MB'], rows)}\n\n"
        f"At the end, after {held[-1][0]:,} events: {held[-1][1]:.1f} MB. A ledger of {COUNTS:,} counts, backlogs of "
        f"{BACKLOG:,} deliveries, one message in twenty late."
    )
