"""The act of signed bodies: genuine requests whose content is hostile, stored, worked off, judged and looked at."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import chain
from pathlib import Path
from typing import Any

from tests.e2e.stand import ROOT, STORED, Stand, ask
from tests.fuzz.accounts import Account, genuine, open_accounts
from tests.fuzz.letters import AGAIN, Letter, Writer, stored_bodies
from tests.fuzz.report import Report
from tests.fuzz.strangers import in_the_log
from tests.fuzz.walk import walk
from tests.soak.ground import Ground, make_ground
from tests.soak.soak import prove

LINES = 6
STANDSTILL = 60.0
"""Seconds in which the inbox, while it is drained, must become shorter."""
JUDGEMENT = 3_600.0
"""Seconds that a judge may take."""


def signed(*, bodies: int, seed: int, database: str, directory: Path, say: Callable[[str], None]) -> Report:
    """Post so many, to a Stockroom on `postgres` or `sqlite` whose files are left in `directory`."""
    with make_ground(database, directory) as ground:
        stand, began = ground.stand, time.monotonic()
        accounts = open_accounts(stand)
        letters = Writer(accounts, seed=seed).write(bodies)
        stand.start_server()
        problems = post_all(stand, letters)
        say(f"posted {len(letters)} after {time.monotonic() - began:.0f} s")
        problems += _drain(ground)
        say(f"worked off after {time.monotonic() - began:.0f} s")
        judgement = _judge(stand, accounts, letters, directory)
        say(f"judged after {time.monotonic() - began:.0f} s")
        findings: dict[str, list[str]] = judgement["findings"] | {"half applied": judgement["half_applied"]}
        problems += [f"{name}: {line}" for name, lines in findings.items() for line in lines]
        problems += prove(ground)
        say(f"proven after {time.monotonic() - began:.0f} s")
        seen = walk(stand, seed=seed)
        problems += seen.problems + in_the_log(stand.log) + in_the_log(stand.worker_log)
        return Report(
            act="signed",
            database=ground.name,
            seed=seed,
            counts={(kind, state): number for kind, state, number in judgement["endings"]} | seen.statuses,
            facts={
                "bodies posted": str(len(letters)),
                "deliveries": str(stand.number("SELECT COUNT(*) FROM webhooks_delivery")),
                "events": str(stand.number("SELECT COUNT(*) FROM inventory_stockevent")),
                **{name: str(len(lines)) for name, lines in findings.items()},
                "seconds": f"{time.monotonic() - began:.0f}",
            },
            problems=problems,
        )


def post_all(stand: Stand, letters: Sequence[Letter]) -> list[str]:
    """Post them over several lines; return what was not stored at once."""

    def post_each(mine: Sequence[Letter]) -> list[str]:
        problems = []
        with closing(stand.connect()) as connection:
            for letter in mine:
                request = genuine(letter.account, letter.body, int(time.time()), letter.message)
                headers = {name.decode(): value.decode("latin-1") for name, value in request.headers}
                answer = ask(connection, "POST", letter.account.path, letter.body, headers | dict(letter.headers))
                if (answer.status, answer.body) != STORED:
                    problems.append(f"{letter.account.source}, {letter.kind}: answered {answer.status}")
        return problems

    with ThreadPoolExecutor(LINES) as pool:
        return list(chain(*pool.map(post_each, [letters[line::LINES] for line in range(LINES)])))


def _drain(ground: Ground) -> list[str]:
    """Let the workers run until nothing is pending, as long as there is progress; return what is left."""
    for _ in range(2 if ground.cluster else 1):
        ground.stand.start_worker()
    least, since = ground.pending(), time.monotonic()
    while least and time.monotonic() - since < STANDSTILL:
        time.sleep(0.2)
        if (now := ground.pending()) < least:
            least, since = now, time.monotonic()
    for worker in ground.stand.workers:
        worker.terminate()
        worker.wait(timeout=STANDSTILL)
    return [f"{least} deliveries are pending, and none was settled for {STANDSTILL:.0f} s"] if least else []


def _judge(stand: Stand, accounts: Sequence[Account], letters: Sequence[Letter], directory: Path) -> dict[str, Any]:
    stored = stored_bodies(letters)
    evidence = [
        {
            "provider": account.source,
            "endpoint": account.endpoint,
            "has_ids": False,
            "bodies": {digest: (number, number) for digest, number in stored.get(account.endpoint, {}).items()},
            "kinds": {
                letter.digest: letter.kind for letter in letters if letter.account is account and letter.kind != AGAIN
            },
        }
        for account in accounts
    ]
    path = directory / "evidence.json"
    path.write_text(json.dumps(evidence))
    judged = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "tests.fuzz.judge", str(path)],
        cwd=ROOT,
        env=stand.environment,
        stdout=subprocess.PIPE,
        timeout=JUDGEMENT,
        check=True,
    )
    judgement: dict[str, Any] = json.loads(judged.stdout)
    return judgement
