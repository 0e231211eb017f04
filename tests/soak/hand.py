"""A seeded hand that kills: web workers, workers, all of it at once, and the database."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from tests.e2e.stand import eventually
from tests.soak.ground import Ground
from tests.soak.senders import Senders
from tests.soak.tier import wait_until_whole
from webhooks.twins.chance import seeded

BATCH_PATIENCE = 10.0
"""Seconds in which the hand waits for a batch that is being applied: workers may have to start first."""


class Kind(StrEnum):
    """Whom a blow is for."""

    WEB_WORKER = "web worker"
    WORKER = "worker"
    TIER = "whole tier"
    DATABASE = "database"


@dataclass(frozen=True, slots=True, kw_only=True)
class Blow:
    """One kill, as it is planned."""

    kind: Kind
    at: int
    """How many deliveries have been acknowledged by then."""
    which: int
    """Whom of several, modulo their number."""
    pause: float
    """Seconds before what was killed is started again, where the hand is who does that."""

    def __str__(self) -> str:
        return f"{self.kind} at {self.at}"


def plan_blows(seed: int, number: int, posts: int, kinds: Sequence[Kind]) -> list[Blow]:
    """So many, spread over the first nine tenths of the posts; of each kind as many as of any other, in any order."""
    chance = seeded(seed, "hand")
    chosen = [kinds[index % len(kinds)] for index in range(number)]
    chance.shuffle(chosen)
    step = 0.9 * posts / max(number, 1)
    return [
        Blow(
            kind=kind,
            at=int((index + chance.uniform(0.2, 0.9)) * step),
            which=chance.randrange(8),
            pause=chance.uniform(0.2, 2.0),
        )
        for index, kind in enumerate(chosen)
    ]


@dataclass(slots=True, kw_only=True)
class Hand:
    """Strikes as planned, each time while requests are in flight and a batch is being applied."""

    seed: int
    kills: int
    say: Callable[[str], None]
    struck: list[Kind] = field(default_factory=list)

    name = "murder"

    def trouble(self, ground: Ground, senders: Senders) -> list[str]:
        """Strike until the plan is done; return what did not go as planned."""
        kinds = [kind for kind in Kind if ground.cluster or kind is not Kind.DATABASE]
        blows = plan_blows(self.seed, self.kills, senders.posts, kinds)
        self.say("plan: " + ", ".join(map(str, blows)))
        problems = []
        for number, blow in enumerate(blows, start=1):
            while senders.taken < blow.at and senders.busy:
                time.sleep(0.01)
            deadline = time.monotonic() + BATCH_PATIENCE
            while not ((applying := ground.is_applying()) and senders.in_flight) and time.monotonic() < deadline:
                time.sleep(0.002)
            if not senders.busy:
                problems.append(f"kill {number} came when everything was posted")
            if not applying:
                problems.append(f"kill {number} came while no batch was being applied")
            batch = "a batch" if applying else "no batch"
            scene = f"{senders.taken} taken, {senders.in_flight} in flight, {batch} in hand"
            began = time.monotonic()
            self._strike(ground, blow)
            self.struck.append(blow.kind)
            self.say(f"kill {number}: {blow.kind}; {scene}; back after {time.monotonic() - began:.1f} s")
        wait_until_whole(ground.tier)
        return problems

    def _strike(self, ground: Ground, blow: Blow) -> None:
        tier = ground.tier
        match blow.kind:
            case Kind.WEB_WORKER:
                # Killed before, and not started again yet.
                eventually(lambda: bool(tier.web_workers()), every=0.05)
                tier.kill_web_worker(blow.which)
            case Kind.WORKER:
                eventually(lambda: bool(tier.workers()), every=0.05)
                tier.kill_worker(blow.which)
            case Kind.TIER:
                tier.kill()
                time.sleep(blow.pause)
                tier.start()
            case Kind.DATABASE:
                with ground.database_away():
                    time.sleep(blow.pause)
