"""`make bench-proof`: how long the proof of a large ledger takes, in how much memory, and what the door says meanwhile.

On a database of its own, which is dropped at the end: on the PostgreSQL server that DATABASE_URL names, or a file of
SQLite's. Everything is sent over loopback, and nothing takes longer than it is given.
"""

import argparse
import os
import platform
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cryptography.fernet import Fernet

from tests.e2e.databases import new_database
from tests.e2e.stand import ROOT, SquareEndpoint, Stand, eventually
from tests.webhooks import square
from webhooks.twins.message import Message
from webhooks.twins.posting import Pace, Tally, Target, post_all
from webhooks.twins.signing import Signer
from webhooks.twins.wire import SECOND, moment
from webhooks.verification import UrlBodyHmac

SOURCE = "square of the bench"
TENANT = "MBENCH"
CONNECTIONS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One command, from its start to its end."""

    seconds: float
    processor_seconds: float
    """Its own, without the database server's."""
    peak_megabytes: float
    said: str
    """Its last line."""


def main() -> None:
    """Make the ledger, prove it, and post to the door without and with a proof beside it."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.proof", description="Time the proof of a large ledger."
    )
    parser.add_argument("--counts", type=int, default=1_000_000)
    parser.add_argument("--movements", type=int, default=0, help="five for each count, unless said otherwise")
    parser.add_argument("--rate", type=float, default=50.0, help="posts a second (default: %(default)s)")
    parser.add_argument("--seconds", type=float, default=30.0, help="of posting at a time (default: %(default)s)")
    parser.add_argument("--minutes", type=float, default=60.0, help="that a step may take (default: %(default)s)")
    arguments = parser.parse_args()
    # So that the database is dropped even then.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended by a signal"))
    os.environ |= {"SECRET_KEY": secrets.token_urlsafe(50), "FIELD_KEYS": Fernet.generate_key().decode()}
    with ExitStack() as ends:
        directory = Path(ends.enter_context(tempfile.TemporaryDirectory()))
        database = new_database(directory)
        ends.callback(database.drop)
        stand = Stand(database, directory)
        ends.callback(stand.close)
        bench = Bench(stand, arguments.minutes * 60)
        bench.say_where()
        stand.command("migrate", "--verbosity", "0")
        bench.fill(arguments.counts, arguments.movements)
        bench.prove()
        bench.measure_door(arguments.rate, arguments.seconds)


class Bench:
    """The steps, each of which prints what it found."""

    def __init__(self, stand: Stand, longest: float) -> None:
        self._stand = stand
        self._longest = longest
        """Seconds that one step may take."""

    def say_where(self) -> None:
        """What it runs on."""
        is_sqlite = self._stand.database.url.startswith("sqlite")
        [(version,)] = self._stand.rows("SELECT sqlite_version()" if is_sqlite else "SHOW server_version")
        load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
        say(f"{'SQLite' if is_sqlite else 'PostgreSQL'} {version}, Python {platform.python_version()}")
        say(f"{os.cpu_count()} processors, load {load} before anything was started")

    def fill(self, counts: int, movements: int) -> None:
        """Make the ledger."""
        script = f"from tests.bench.million import fill_and_tell; fill_and_tell({counts}, {movements})"
        say(f"filled: {_words(self._run('shell', '-c', script))}")

    def prove(self) -> None:
        """Prove it by hand, with nothing else going on."""
        say(f"proven: {_words(self._run('prove_ledger'))}")

    def measure_door(self, rate: float, seconds: float) -> None:
        """Post to the door, with a worker behind it: alone, beside a proof, and alone again."""
        stand = self._stand
        endpoint = stand.add_square(SOURCE)
        stand.serve()
        post = Posts(endpoint, stand.port, rate, seconds)
        post.send(for_seconds=3)  # what is only loaded at the first request
        say(f"door alone: {_tally(post.send())}")
        stand.command("shell", "-c", "from inventory import proofs; proofs.ask('the bench')")
        self._wait(lambda: self._proofs("started_at IS NOT NULL") == 1)
        tally = post.send()
        still = "" if self._proofs("finished_at IS NOT NULL") == 0 else " (the proof ended before)"
        say(f"door beside a proof{still}: {_tally(tally)}")
        self._wait(lambda: self._proofs("finished_at IS NOT NULL") == 1)
        [(began, ended, counts, breaches, error)] = stand.rows(
            "SELECT started_at, finished_at, counts, breach_count, error FROM inventory_proofrun"
        )
        say(f"that proof: {counts} counts, {breaches} breaches{error}, from {began} to {ended}")
        say(f"door alone again: {_tally(post.send())}")

    def _proofs(self, which: str) -> int:
        return self._stand.number(f"SELECT COUNT(*) FROM inventory_proofrun WHERE {which}")  # noqa: S608  # our own words

    def _wait(self, happens: Callable[[], bool]) -> None:
        eventually(happens, within=self._longest, every=0.5)

    def _run(self, *arguments: str) -> Run:
        """Run a command of `manage.py`, and measure its process."""
        began = time.monotonic()
        said = Path(self._stand.log.parent / "said")
        with said.open("w+") as out:
            process = subprocess.Popen(  # noqa: S603
                [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self._stand.environment, stdout=out, stderr=out
            )
            try:
                status, usage = self._usage(process.pid, began)
            except BaseException:
                process.kill()
                raise
        lines = said.read_text().splitlines()
        if status:
            sys.exit("\n".join(lines))
        return Run(
            seconds=time.monotonic() - began,
            processor_seconds=usage[0],
            peak_megabytes=usage[1],
            said=lines[-1],
        )

    def _usage(self, pid: int, began: float) -> tuple[int, tuple[float, float]]:
        """How a process ended, and its processor seconds and peak of megabytes."""
        while True:
            ended, status, usage = os.wait4(pid, os.WNOHANG)
            if ended:
                return status, (usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
            if time.monotonic() - began > self._longest:
                raise TimeoutError(f"it took longer than {self._longest:g} s")
            time.sleep(0.05)


class Posts:
    """Square's notifications about counts that are in the ledger, some a second, over a few connections."""

    def __init__(self, endpoint: SquareEndpoint, port: int, rate: float, seconds: float) -> None:
        self._signer = Signer(
            scheme=UrlBodyHmac(header="x-square-hmacsha256-signature", url=endpoint.public_url, encoding="base64"),
            secret=square.KEY,
        )
        self._target = Target.of(f"http://127.0.0.1:{port}{endpoint.path}")
        self._rate = rate
        self._seconds = seconds
        self._sent = 0

    def send(self, *, for_seconds: float = 0) -> Tally:
        """Post for so long; each must be stored."""
        number = int(self._rate * (for_seconds or self._seconds))
        messages = [self._message(index) for index in range(number)]
        pace = Pace(speed=1, retry_scale=0, within=(for_seconds or self._seconds) * 4, connections=CONNECTIONS)
        tally = post_all(messages, self._signer, self._target, pace, lambda _: None)
        assert dict(tally.statuses) == {200: number}, tally.statuses
        return tally

    def _message(self, index: int) -> Message:
        self._sent += 1
        now = time.time_ns()
        row = square.count(
            str(self._sent % 300),
            at=moment(now, decimals=3),
            variation=f"{TENANT}-item-{self._sent % 16:05d}",
            place=f"{TENANT}-place-{self._sent // 16 % 80:03d}",
        )
        body = square.counts_updated(
            [row], event_id=f"posted-{self._sent}", created_at=moment(now, decimals=9), merchant=TENANT
        )
        sent_at = now + int(index * SECOND / self._rate)
        return Message(sender="square", kind="sale", body=body, occurred=now, sent_at=sent_at)


def say(line: str) -> None:
    """Print a line at once, with the time of day."""
    print(f"{datetime.now(UTC):%H:%M:%S} {line}", flush=True)


def _words(run: Run) -> str:
    return (
        f"{run.said}; {run.seconds:.0f} s, of which its own processor time {run.processor_seconds:.0f} s, "
        f"peak {run.peak_megabytes:.1f} MB"
    )


def _tally(tally: Tally) -> str:
    shares = {"median": 0.5, "95 %": 0.95, "99 %": 0.99, "longest": 1.0}
    times = ", ".join(f"{name} {tally.percentile(share) * 1000:.1f} ms" for name, share in shares.items())
    return f"{len(tally.seconds)} posts: {times}"


if __name__ == "__main__":
    main()
