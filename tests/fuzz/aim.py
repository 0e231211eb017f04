"""Which request comes as number so and so: by the seed and the number alone, whoever sends it and when."""

import time
from collections.abc import Callable, Mapping, Sequence
from random import Random

from tests.fuzz.accounts import Account, forged
from tests.fuzz.bodies import BODIES
from tests.fuzz.framing import FRAMING
from tests.fuzz.headers import HEADERS, Mutation
from tests.fuzz.lines import LINES
from tests.fuzz.pages import STRANGERS, Ask, viewer_asks, wrong_login
from tests.fuzz.request import Shot, plain
from webhooks.twins.chance import seeded

UNMUTATED = "forged, as it is"
LOGIN = "page: wrong login"
LOGINS = 0.000_5
"""The share of whole logins: each costs the server what hashing a password does."""
PARTS = {"headers": 25, "lines": 18, "framing": 25, "bodies": 10, "unmutated": 2, "pages": 12, "viewer": 8}


class Aim:
    """What strangers send to these accounts' endpoints and to the pages, and a viewer to the lists."""

    def __init__(
        self, accounts: Sequence[Account], *, session: str, declared: Mapping[str, Sequence[str]], seed: int
    ) -> None:
        self._accounts = accounts
        self._seed = seed
        self._pages: dict[str, Mapping[str, Ask]] = {"pages": STRANGERS, "viewer": viewer_asks(session, declared)}
        self._mutations: dict[str, Mapping[str, Mutation]] = {
            "headers": HEADERS,
            "lines": LINES,
            "framing": FRAMING,
            "bodies": BODIES,
            "unmutated": {UNMUTATED: lambda _, request: plain(request)},
        }

    @property
    def kinds(self) -> set[str]:
        """The name of every mutation there is."""
        return {LOGIN}.union(*self._pages.values(), *self._mutations.values())

    def shot(self, number: int) -> tuple[str, Shot]:
        """The kind and the bytes of one request. Its times are those of its sending."""
        chance = seeded(self._seed, "shot", number)
        if chance.random() < LOGINS:
            return LOGIN, wrong_login(chance)
        [part] = chance.choices(list(PARTS), list(PARTS.values()))
        if part in self._pages:
            kind, ask = _any(chance, self._pages[part])
            return kind, ask(chance)
        kind, mutate = _any(chance, self._mutations[part])
        return kind, mutate(chance, forged(chance, chance.choice(self._accounts), int(time.time())))


def _any(chance: Random, table: Mapping[str, Callable[..., Shot]]) -> tuple[str, Callable[..., Shot]]:
    return chance.choice(list(table.items()))
