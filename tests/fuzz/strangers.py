"""The act of strangers: mutated requests of people who have no secret, and what they may leave behind, which is nothing
but refusals within bounds.
"""

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from tests.e2e.stand import STORED, Stand, ask
from tests.fuzz.accounts import Account, genuine, open_accounts
from tests.fuzz.aim import Aim
from tests.fuzz.memory import Watch, resident, web_workers
from tests.fuzz.people import declared_parameters, sign_in
from tests.fuzz.report import Report
from tests.fuzz.sending import SERVER_ERRORS, Outcome, Sending
from tests.soak.ground import make_ground

FACTS = (
    "webhooks_delivery",
    *(f"inventory_{noun}" for noun in ("stockevent", "movement", "count", "cause", "stream", "restatement")),
    *(f"inventory_{noun}" for noun in ("retraction", "listing", "batch", "batchlink", "location", "barcode")),
    *(f"inventory_{noun}" for noun in ("product", "site", "proofrun")),
)
"""The tables that must be empty in the end."""
PEOPLE = ("auth_user", "django_session", "django_admin_log", "webhooks_endpoint", "webhooks_token", "webhooks_secret")
"""The tables that must hold in the end what they held before."""
BURST, SECONDS_EACH, KEPT = 20, 5.0, 200
"""Refusals of one endpoint that are kept: a burst, then one in so many seconds; never more than the newest (docs)."""

PARTS = 10
"""After each of so many parts memory is looked at. After the first, every room of the server was entered once."""
HELD, COPIES = 64, 2
"""MiB of bodies may be held at once, each in its pieces and, for a moment, as a whole."""
MARGIN = 64.0
"""MiB for what threads, their arenas and the web server's buffers take beside it."""
CREEP = 32.0
"""MiB that may come from half-time to the end, where nothing may be left of what was sent."""


def strangers(*, requests: int, seed: int, database: str, directory: Path, say: Callable[[str], None]) -> Report:
    """Send so many, to a Stockroom on `postgres` or `sqlite` whose files are left in `directory`."""
    with make_ground(database, directory) as ground:
        stand = ground.stand
        accounts = open_accounts(stand)
        session = sign_in(stand, "viewer")
        before = {table: stand.number(f"SELECT COUNT(*) FROM {table}") for table in PEOPLE}  # noqa: S608  # our own
        stand.start_server()
        began = time.monotonic()
        pids = web_workers(stand)
        aim = Aim(accounts, session=session, declared=declared_parameters(stand, session), seed=seed)
        sending = Sending(aim.shot, stand.port, requests)
        with Watch(pids) as watch:
            held = []
            for part in range(1, PARTS + 1):
                sending.wait_for(part * requests // PARTS)
                held.append(watch.now())
                say(f"{sending.sent} sent after {time.monotonic() - began:.0f} s: {held[-1]:.0f} MiB")
            outcome = sending.end()
        seconds = time.monotonic() - began
        highest = resident(pids, "VmHWM")
        warm, half, end = held[0], held[PARTS // 2 - 1], held[-1]
        kept = [
            number
            for _, number in stand.rows("SELECT endpoint_id, COUNT(*) FROM webhooks_refusal GROUP BY endpoint_id")
        ]
        problems = [
            *outcome.problems,
            *_answered_nothing(outcome),
            *_left_behind(stand, before),
            *_beyond_bounds(kept, seconds),
            *_in_memory(warm, half, end, highest),
            *in_the_log(stand.log),
            *_shut_out(stand, accounts),
        ]
        if web_workers(stand) != pids:
            problems.append(f"the processes {pids} became {web_workers(stand)}")
        return Report(
            act="strangers",
            database=ground.name,
            seed=seed,
            counts=dict(outcome.statuses),
            facts={
                "requests": str(outcome.sent),
                "answers of 503": str(sum(n for (_, status), n in outcome.statuses.items() if status in SERVER_ERRORS)),
                "refusals kept": f"{sum(kept)}, of one endpoint at most {max(kept, default=0)}",
                "memory, MiB": f"warm {warm:.0f}, half-time {half:.0f}, end {end:.0f}, at most {highest:.0f}",
                "longest answer, s": f"{outcome.longest:.2f}",
                "seconds": f"{seconds:.0f} ({outcome.sent / seconds:.0f} a second)",
            },
            problems=problems,
        )


def _answered_nothing(outcome: Outcome) -> list[str]:
    return [] if outcome.statuses else ["nothing was answered"]


def _left_behind(stand: Stand, before: dict[str, int]) -> list[str]:
    """Rows where there may be none, or more or fewer than before."""
    expected = dict.fromkeys(FACTS, 0) | before
    found = {table: stand.number(f"SELECT COUNT(*) FROM {table}") for table in expected}  # noqa: S608  # our own
    return [
        f"{table}: {found[table]} rows instead of {number}"
        for table, number in expected.items()
        if found[table] != number
    ]


def _beyond_bounds(kept: list[int], seconds: float) -> list[str]:
    most = min(KEPT, BURST + 1 + seconds / SECONDS_EACH)
    return [f"{number} refusals of one endpoint are kept, more than {most:.0f}" for number in kept if number > most]


def _in_memory(warm: float, half: float, end: float, highest: float) -> list[str]:
    bound = warm + HELD * COPIES + MARGIN
    problems = [] if highest <= bound else [f"the server held {highest:.0f} MiB, more than {bound:.0f}"]
    if end - half > CREEP:
        problems.append(f"the server grew from {half:.0f} MiB at half-time to {end:.0f}")
    return problems


def in_the_log(path: Path) -> list[str]:
    """Lines that tell of a fault of ours."""
    log = path.read_text(errors="replace")
    counted = {mark: log.count(mark) for mark in ("Traceback", "Internal Server Error", "panicked")}
    first = log.find("Traceback")
    told = [f"the log says {number} times: {mark}" for mark, number in counted.items() if number]
    return told + ([log[first : first + 6_000][-450:]] if first >= 0 else [])


def _shut_out(stand: Stand, accounts: list[Account]) -> list[str]:
    """Genuine senders who are not let in, after all that."""
    problems = []
    with closing(stand.connect()) as connection:
        for account in accounts:
            request = genuine(account, account.genuine[0], int(time.time()))
            headers = {name.decode(): value.decode() for name, value in request.headers}
            answer = ask(connection, "POST", account.path, request.body, headers)
            if (answer.status, answer.body) != STORED:
                problems.append(f"a genuine request to {account.source} was answered {answer.status}")
    return problems
