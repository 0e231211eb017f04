"""One soak from beginning to end: load, trouble, rest, judgement."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.e2e.stand import ROOT
from tests.soak.accounts import HAS_IDS, Account, end_of, open_accounts
from tests.soak.ground import Ground, make_ground
from tests.soak.hand import Hand
from tests.soak.report import Report
from tests.soak.senders import Senders
from tests.soak.tier import wait_until_whole

LINES = 4
"""Connections of each sender."""
STANDSTILL = 150.0
"""Seconds in which the inbox, while it is drained, must become shorter: the third backoff is two minutes."""
JUDGEMENT = 3_600.0
"""Seconds that a judge may take."""


class Act(Protocol):
    """A kind of trouble."""

    @property
    def name(self) -> str: ...

    def trouble(self, ground: Ground, senders: Senders) -> list[str]:
        """Make it while the senders post; return what did not go as it should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is posted meanwhile."""

    deliveries: int
    seed: int
    rate: float
    """Posts a second in all, while there is trouble; 0: as fast as may be."""


def soak(act: Act, load: Load, *, database: str, directory: Path, say: Callable[[str], None]) -> Report:
    """Soak Stockroom on `postgres` or `sqlite`; its files, logs included, are left in `directory`.

    Raises NoPostgres when there is none to be had.
    """
    with make_ground(database, directory) as ground:
        accounts = open_accounts(ground.stand, deliveries=load.deliveries, lines=LINES, seed=load.seed)
        senders = Senders(accounts, ground.stand.port, rate=load.rate)
        clock = _Clock()
        ground.tier.start()
        clock.tell("start")
        senders.start()
        try:
            problems = act.trouble(ground, senders)
            senders.hurry()
            senders.join()
        finally:
            senders.close()
        clock.tell("posting")
        problems += _drain(ground)
        wait_until_whole(ground.tier)
        clock.tell("draining")
        problems += ground.tier.ended_by_themselves()
        if any(statuses := ground.tier.stop()):
            problems.append(f"asked to stop, processes ended with {statuses}")
        problems += [f"never taken: {what}" for what in senders.given_up()]
        findings = _judge(ground, senders, accounts, directory)
        clock.tell("judging")
        problems += prove(ground)
        clock.tell("proving")
        return Report(
            act=act.name,
            database=ground.name,
            seed=load.seed,
            deliveries=load.deliveries,
            posts=senders.posts,
            statuses=senders.statuses(),
            kills=[kind.value for kind in act.struck] if isinstance(act, Hand) else [],
            seconds=clock.seconds,
            findings=findings,
            problems=problems,
        )


class _Clock:
    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.monotonic()

    def tell(self, part: str) -> None:
        """A part of the whole is over."""
        now = time.monotonic()
        self.seconds[part], self._last = now - self._last, now


def _drain(ground: Ground) -> list[str]:
    """Wait until nothing is pending, as long as there is progress; return what is left."""
    least, since = ground.pending(), time.monotonic()
    while least:
        time.sleep(0.2)
        now = ground.pending()
        if now < least:
            least, since = now, time.monotonic()
        elif time.monotonic() - since > STANDSTILL:
            return [f"{now} deliveries are pending, and none was settled for {STANDSTILL:.0f} s"]
    return []


def _judge(ground: Ground, senders: Senders, accounts: Sequence[Account], directory: Path) -> dict[str, list[str]]:
    evidence = [
        {
            "provider": account.provider,
            "endpoint": account.endpoint,
            "has_ids": account.provider in HAS_IDS,
            "bodies": senders.bodies(account),
            **end_of(account.twin),
        }
        for account in accounts
    ]
    path = directory / "evidence.json"
    path.write_text(json.dumps(evidence))
    judged = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "tests.soak.judge", str(path)],
        cwd=ROOT,
        env=ground.stand.environment,
        stdout=subprocess.PIPE,
        timeout=JUDGEMENT,
        check=True,
    )
    findings: dict[str, list[str]] = json.loads(judged.stdout)
    return findings


def prove(ground: Ground) -> list[str]:
    """What the product's own proofs say against it."""
    proofs = [ground.stand.run(*command, within=JUDGEMENT) for command in (["prove_ledger"], ["rebuild", "--check"])]
    return [f"{' '.join(ran.args[2:])}: {ran.stdout}{ran.stderr}" for ran in proofs if ran.returncode]
