"""The act `door`: what it measures, in its order, and its part of the page."""

from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench.door.contenders import THREADS, Contender, Ours, Program
from tests.bench.door.full import ENDPOINTS, fill
from tests.bench.door.installed import NotInstalled, install
from tests.bench.door.letters import like_square, like_stripe
from tests.bench.door.load import Load
from tests.bench.door.profile import profile
from tests.bench.door.sqlite import measure_sqlite
from tests.bench.door.targets import Target, targets_table
from tests.bench.door.turns import Results, Turns
from tests.bench.ground import Ground
from tests.bench.page import ratio, ratios, table

CONNECTIONS = (1, 4, 32)
MANY = max(CONNECTIONS)
PROFILED = 5_000
STRIPE_SECRET = "whsec_of_the_benchmark"

OURS, REFUSING, STANDARD = "ours, Square's endpoint", "ours, refusing", "ours, Standard Webhooks"
BARE, SHARED, ORM = "bare WSGI receiver", "bare ASGI receiver, shared commits", "a typical Django view"
EMPTY, FULL = "ours, empty", "ours, full"


def measure_door(ground: Ground, say: Callable[[str], None], *, stripe: bool = True) -> str:
    """Its part of the page, without dj-stripe unless `stripe`.

    Raises NoWrk, LoadFailed, NotStarted and Miscounted.
    """
    load = Load(ground.directory)
    ours = Ours(ground.postgres(), ground.directory)
    ours.add_others(ENDPOINTS)
    untouched = ours.twin(ours.database.copy(ground.directory), ground.directory)
    contenders = [ours.square(OURS), *_others(ground), ours.refusing(REFUSING), ours.standard_webhooks(STANDARD)]
    left_out = "" if stripe else "dj-stripe was left out."
    stripe_name = ""
    if stripe:
        say("installing dj-stripe")
        try:
            python, stripe_name = install(ground.directory)
        except NotInstalled as error:
            left_out = f"dj-stripe was left out, since it could not be installed: {error}"
            say(left_out)
        else:
            contenders.insert(-2, _stripe(ground, python, stripe_name))
    against = _turns(ground, load, CONNECTIONS, say).take(contenders, ground.checkpoint)
    say(f"filling an inbox with {ground.deliveries} deliveries")
    empty, full = _empty_and_full(ground, untouched)
    beside = _turns(ground, load, (MANY,), say).take([empty, full], ground.checkpoint)
    on_sqlite, of_raw = measure_sqlite(load, ground.directory, seconds=ground.seconds, rounds=ground.rounds, say=say)
    targets = _targets(against, beside, of_raw[MANY], stripe_name)
    steps = profile(ours, ground.directory, min(PROFILED, int(ground.seconds * 500)))
    return "\n\n".join(
        [
            _how(ground, left_out),
            targets_table(targets),
            _rates(contenders, against),
            f"With {ground.deliveries:,} settled deliveries in the inbox, over {MANY} connections:",
            _sizes(ground, beside),
            on_sqlite,
            f"Where the time of a request goes: {_IN_PROCESS}",
            steps,
        ]
    )


_IN_PROCESS = (
    "the application called in one process, one request after another, without server program and network; each step "
    "without those inside it. The clock counts what the database takes and what else the machine is busy with."
)


def _how(ground: Ground, left_out: str) -> str:
    seconds = max(1, round(ground.seconds))
    return (
        f"{ground.rounds} rounds of {seconds} s each; wrk sends notifications of Square's, each with an id and a "
        "signature of its own, made before the time is taken. Every receiver is served by Granian with one worker "
        f"(those of WSGI with {THREADS} threads), on a database of its own, and is started afresh for each of its "
        "turns. Ours is `config/web.py` in production settings, with two live secrets, and no worker beside it. After "
        "each measurement the rows that were added were counted: at least as many as were answered 2xx. The typical "
        "Django view finds the endpoint and creates the row by the ORM, on connections that stay open; dj-stripe's own "
        f"view hands each event to a callback that does nothing. {left_out}"
    ).strip()


def _others(ground: Ground) -> list[Contender]:
    bare = Program("bare", ground.postgres(), ground.directory)
    shared = Program("bare_asgi", ground.postgres(), ground.directory, interface="asgi")
    orm = Program("orm", ground.postgres(), ground.directory)
    return [
        bare.contender(BARE, "received", sign=like_square(bare.url)),
        shared.contender(SHARED, "received", sign=like_square(shared.url)),
        orm.contender(ORM, "orm_delivery", sign=like_square(orm.url)),
    ]


def _stripe(ground: Ground, python: Path, name: str) -> Contender:
    program = Program("stripe_site", ground.postgres(), ground.directory, python=python, secret=STRIPE_SECRET)
    return program.contender(
        name,
        "djstripe_webhookeventtrigger",
        path=f"/stripe/webhook/{program.said}/",
        sign=like_stripe(STRIPE_SECRET),
        id="evt_1MqqbKLt4dXK03v5qaIbiNCC",
        livemode=False,
    )


def _empty_and_full(ground: Ground, empty: Ours) -> tuple[Contender, Contender]:
    """The same endpoint, in two databases."""
    database = empty.database.copy(ground.directory)
    fill(database, ground.deliveries)
    return empty.square(EMPTY), empty.twin(database, ground.directory).square(FULL)


def _turns(ground: Ground, load: Load, connections: Sequence[int], say: Callable[[str], None]) -> Turns:
    return Turns(load=load, seconds=ground.seconds, rounds=ground.rounds, connections=connections, say=say)


def _targets(against: Results, beside: Results, of_raw: Sequence[float], stripe: str) -> list[Target]:
    rate, p99 = against.rate, against.p99
    wanted = [
        Target(what=f"{OURS} : {BARE}", bound=0.65, reached=ratios(rate(OURS, MANY), rate(BARE, MANY))),
        Target(what="their p99", bound=2, reached=ratios(p99(OURS, MANY), p99(BARE, MANY)), at_most=True),
        Target(what="refusing : storing", bound=1, reached=ratios(rate(REFUSING, MANY), rate(OURS, MANY))),
        Target(what="full : empty", bound=0.9, reached=ratios(beside.rate(FULL, MANY), beside.rate(EMPTY, MANY))),
        Target(what="on SQLite : its raw commits", bound=0.5, reached=of_raw),
    ]
    if stripe:
        wanted.insert(
            1, Target(what=f"{OURS} : {stripe}", bound=8, reached=ratios(rate(OURS, MANY), rate(stripe, MANY)))
        )
    return wanted


def _rates(contenders: Sequence[Contender], results: Results) -> str:
    rows = [
        [
            contender.name,
            str(connections),
            results.rate(contender.name, connections).text(),
            results.p50(contender.name, connections).text(1),
            results.p99(contender.name, connections).text(1),
            ratio(results.rate(contender.name, connections), results.rate(BARE, connections)),
        ]
        for connections in CONNECTIONS
        for contender in contenders
    ]
    return table(["Receiver", "connections", "requests/s", "p50, ms", "p99, ms", "of the bare WSGI receiver"], rows)


def _sizes(ground: Ground, results: Results) -> str:
    rows = [
        [
            name,
            results.rate(name, MANY).text(),
            results.p99(name, MANY).text(1),
            ratio(results.rate(name, MANY), results.rate(EMPTY, MANY)),
        ]
        for name in (EMPTY, FULL)
    ]
    return table(["Inbox", "requests/s", "p99, ms", "of empty"], rows)
