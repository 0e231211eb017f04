"""`make mutants`: break the pure rooms line by line, run their tests on each break, and count what nobody noticed.

mutmut makes the breaks (the mutants) and runs the tests, as pyproject.toml tells it. This judges what it found: each
room has to reach SCORE, and each survivor has to be named in survivors.toml with the reason why it may live. The
outcome is written to docs/mutants.md.

    python -m tests.strength            everything, from the start
    python -m tests.strength --again    only what has changed since the last run
    python -m tests.strength --judge    nothing is run: judge what the last run found
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path

from tests.strength.report import report
from tests.strength.survivors import Mutant, Verdict, read_justified

ROOT = Path(__file__).resolve().parent.parent.parent
MUTANTS = ROOT / "mutants"
MUTMUT = [sys.executable, "-m", "mutmut"]
SCORE = 0.95

ROOMS = {
    "verification": ["webhooks.verification.*"],
    "payload": ["webhooks.payload.*", "webhooks.strict_json.*"],
    "fold": ["inventory.fold.*"],
    "quantity": ["inventory.quantity.*"],
    "dedup_key": ["*dedup_key*", "*event_id_or_digest*"],
}

VERDICTS = {0: Verdict.SURVIVED, 1: Verdict.KILLED, 3: Verdict.KILLED, 33: Verdict.UNTESTED}
"""By mutmut's exit codes: 1 and 3 are pytest's for failed tests, 33 says that no test comes near."""
TIMED_OUT = frozenset({24, -24, 36, 152, 255})


def run(*, afresh: bool) -> None:
    """Let mutmut try every mutant; raises CalledProcessError where it could not."""
    if afresh and MUTANTS.exists():
        shutil.rmtree(MUTANTS)
    patterns = [pattern for room in ROOMS.values() for pattern in room]
    environment = {**os.environ, "MUTANTS": "1", "DATABASE_URL": ""}
    subprocess.run([*MUTMUT, "run", *patterns], cwd=ROOT, env=environment, check=True)  # noqa: S603


def found() -> Iterable[tuple[str, Mutant]]:
    """(room, mutant) of everything that was tried; raises SystemExit where something was left out."""
    codes: dict[str, int | None] = {}
    for meta in sorted(MUTANTS.rglob("*.py.meta")):
        codes |= json.loads(meta.read_text())["exit_code_by_key"]
    for room, patterns in ROOMS.items():
        for name, code in codes.items():
            if any(fnmatch(name, pattern) for pattern in patterns):
                if code is None:
                    sys.exit(f"{name} was not tried: run `make mutants` to its end")
                yield room, Mutant(name=name, verdict=_verdict(code))


def _verdict(code: int) -> Verdict:
    return Verdict.TIMED_OUT if code in TIMED_OUT else VERDICTS.get(code, Verdict.CRASHED)


def main() -> None:
    """Run, judge, write the report; end with 1 where a score is too low or a survivor has no justification."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--again", action="store_true", help="only what has changed since the last run")
    parser.add_argument("--judge", action="store_true", help="judge what the last run found")
    options = parser.parse_args()
    if not options.judge:
        run(afresh=not options.again)
    told, faults = report(list(found()), read_justified(), least=SCORE)
    (ROOT / "docs" / "mutants.md").write_text(told)
    print(told)
    for fault in faults:
        print(fault, file=sys.stderr)
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
