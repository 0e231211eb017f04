"""The five senders' accounts, and everything that each will post: planned before it begins, by the seed alone."""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from tests.e2e.stand import Stand
from webhooks.providers import PROVIDERS
from webhooks.twins import TWINS, Message, Twin
from webhooks.twins.budsense import BudSenseTwin
from webhooks.twins.chance import seeded
from webhooks.twins.faults import Faults, befall
from webhooks.twins.signing import Signer
from webhooks.twins.wire import SECOND
from webhooks.verification import scheme_needs_secret

SECRET = "a-secret-that-was-agreed-on-0123456789"
ANY_URL = "https://stock.example.test/"
"""Whether a scheme needs a secret does not hang on the URL."""
HAS_IDS = frozenset({"square", "tracktile", "budsense"})
"""Whose repeats can be told from something new; of the others, what is posted twice is said twice."""
SHUFFLED = Faults(reorder=0.3, delay=0.02)
REPEATED = 0.1
"""How much of what was acknowledged is posted again."""
LATEST_REPEAT = 50
"""So many posts after the first, at most."""
WORLD_SECONDS = 60
"""How much time passes in a twin's world from one message to the next: it all lies in the past when it is posted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A sender's account, where it posts to, and what."""

    twin: Twin
    endpoint: int
    path: str
    signer: Signer
    lines: list[list[Message]]
    """By connection, in the order in which they are posted, each after the one before it was acknowledged. The
    messages of one lane are on one line, in their order; a repeat is on the line of what it repeats, behind it.
    """

    @property
    def provider(self) -> str:
        return self.twin.provider


def open_accounts(stand: Stand, *, deliveries: int, lines: int, seed: int) -> list[Account]:
    """An endpoint for each provider's twin, each with its part of so many deliveries, repeats not counted."""
    share, rest = divmod(deliveries, len(TWINS))
    accounts = []
    for index, kind in enumerate(TWINS.values()):
        wanted = share + (index < rest)
        twin = kind(seed=seed, began=time.time_ns() - wanted * WORLD_SECONDS * SECOND)
        said = sorted(
            twin.play(twin.began + WORLD_SECONDS * SECOND * turn for turn in range(wanted)),
            key=lambda message: message.sent_at,
        )
        accounts.append(_open(stand, twin, plan_lines(said, number=lines, seed=seed)))
    return accounts


def plan_lines(messages: Sequence[Message], *, number: int, seed: int) -> list[list[Message]]:
    """What each of so many connections posts, of messages given in the order in which they are sent: shuffled as far
    as their sender's clock allows it, and a tenth of it again.
    """
    lines: list[list[Message]] = [[] for _ in range(number)]
    lane_of: dict[str, list[Message]] = {}
    for index, message in enumerate(befall(messages, SHUFFLED, seed)):
        line = lines[index % number]
        if message.lane:
            line = lane_of.setdefault(message.lane, line)
        line.append(message)
    chance = seeded(seed, "repeats", *(message.sender for message in messages[:1]))
    return [_with_repeats(line, chance) for line in lines]


def end_of(twin: Twin) -> dict[str, object]:
    """What is true once all that a twin said has arrived, as JSON: its counts, and what it describes."""
    counts = [[*cell, None if number is None else str(number)] for cell, number in twin.truth().items()]
    described = twin.described() if isinstance(twin, BudSenseTwin) else {}
    return {"truth": counts, "described": described}


def _open(stand: Stand, twin: Twin, lines: list[list[Message]]) -> Account:
    arguments = ["--name", twin.provider.title(), "--json"]
    arguments += [part for name, value in twin.settings.items() for part in ("--setting", f"{name}={value}")]
    if twin.tenant:
        arguments += ["--tenant", twin.tenant]
    provider = PROVIDERS[twin.provider]
    if scheme_needs_secret(provider.scheme(ANY_URL, provider.settings_of({}))):
        arguments += ["--secret", SECRET]
    made = json.loads(stand.command("add_endpoint", twin.provider, *arguments))
    scheme = provider.scheme(made["public_url"], provider.settings_of(twin.settings))
    return Account(
        twin=twin,
        endpoint=made["id"],
        path=made["path"],
        signer=Signer(scheme=scheme, secret=SECRET),
        lines=lines,
    )


def _with_repeats(line: list[Message], chance: Random) -> list[Message]:
    """Some come a second time: at once where a repeat says that it is so again, else some time later."""
    placed = [(float(index), message) for index, message in enumerate(line)]
    for index, message in enumerate(line):
        if chance.random() < REPEATED:
            later = chance.randint(0, LATEST_REPEAT) if message.sender in HAS_IDS else 0
            placed.append((index + later + 0.5, message))
    return [message for _, message in sorted(placed, key=lambda pair: pair[0])]
