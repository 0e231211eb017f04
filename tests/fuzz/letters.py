"""What the senders of the signed act post: genuine, and for the most part hostile; planned by the seed alone."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from tests.fuzz.accounts import Account
from tests.fuzz.framing import LIMIT
from tests.fuzz.hostile import HOSTILE
from webhooks.twins import TWINS, Twin
from webhooks.twins.chance import seeded
from webhooks.twins.wire import SECOND

BEGAN = 1_750_000_000 * SECOND
"""When the twins' worlds begin: long enough ago that nothing of theirs lies in the future."""
WORLD_SECONDS = 60
GOOD = 0.2
"""The share that is as its sender would write it."""
PUBLISHED = 0.15
"""The share that is made from a published body, whose ids are always the same."""
REPEATED = 0.03
AS_IT_IS, AGAIN = "as its sender writes it", "once more"
SANDBOX = 0.02
"""The share of Square's that says of itself that it is no production."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One genuine request."""

    kind: str
    account: Account
    body: bytes
    message: str
    """The id of the message, where the scheme signs one."""
    headers: tuple[tuple[str, str], ...] = ()

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.body).hexdigest()

    @property
    def identity(self) -> tuple[str, str]:
        """What makes it another delivery than one with the same body, and the body."""
        said = dict((*self.headers, ("webhook-id", self.message)))
        keys = {self.account.provider.dedup_key(said, self.body) for _ in range(2)}
        # Where the key is made up each time, every request is another delivery.
        return keys.pop() if len(keys) == 1 else self.message, self.digest


class Writer:
    """Writes the letters of all accounts, in their order."""

    def __init__(self, accounts: Sequence[Account], *, seed: int) -> None:
        self._accounts = accounts
        self._seed = seed
        self._twins: dict[int, Twin] = {
            account.endpoint: TWINS[account.provider.name](seed=seed, began=BEGAN)
            for account in accounts
            if account.provider.name in TWINS
        }

    def write(self, number: int) -> list[Letter]:
        """So many letters."""
        letters: list[Letter] = []
        for index in range(number):
            chance = seeded(self._seed, "letter", index)
            if letters and chance.random() < REPEATED:
                before = chance.choice(letters)
                letters.append(
                    Letter(
                        kind=AGAIN,
                        account=before.account,
                        body=before.body,
                        message=f"msg_{index}",
                        headers=before.headers,
                    )
                )
            else:
                letters.append(self._letter(chance, index))
        return letters

    def _letter(self, chance: Random, index: int) -> Letter:
        account = chance.choice(self._accounts)
        genuine, headers = self._genuine(chance, account, index)
        kind, body = AS_IT_IS, genuine
        if chance.random() >= GOOD:
            kind, spoil = chance.choice(list(HOSTILE.items()))
            body = spoil(chance, genuine)[:LIMIT]
        if account.provider.name == "square":
            # It never sends an empty body, and none is accepted from it.
            body = body or b" "
            if chance.random() < SANDBOX:
                headers |= {"square-environment": "Sandbox"}
        return Letter(kind=kind, account=account, body=body, message=f"msg_{index}", headers=tuple(headers.items()))

    def _genuine(self, chance: Random, account: Account, index: int) -> tuple[bytes, dict[str, str]]:
        twin = self._twins.get(account.endpoint)
        if twin is None:
            return _renamed(chance.choice(account.genuine), index), {}
        if chance.random() < PUBLISHED:
            return chance.choice(account.genuine), {}
        message = twin.act(BEGAN + WORLD_SECONDS * SECOND * index)
        return message.body, dict(message.headers)


def _renamed(body: bytes, index: int) -> bytes:
    """The published example of our own JSON under an id, a listing and a lot of its own."""
    renamed = body.replace(b"stocktake-2026-03-01-1", b"stocktake-%d" % index)
    return renamed.replace(b"SKU-1001", b"SKU-%d" % (index % 50)).replace(b"LOT-7", b"LOT-%d" % (index % 70))


def stored_bodies(letters: Sequence[Letter]) -> Mapping[int, Mapping[str, int]]:
    """By endpoint and digest, how many deliveries the letters make."""
    distinct = {(letter.account.endpoint, *letter.identity) for letter in letters}
    found: dict[int, dict[str, int]] = {}
    for endpoint, _, digest in distinct:
        bodies = found.setdefault(endpoint, {})
        bodies[digest] = bodies.get(digest, 0) + 1
    return found
