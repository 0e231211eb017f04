"""Endpoints of every provider and of every way of proof, and what a stranger can make of their requests."""

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.e2e.stand import ROOT, Stand
from tests.fuzz.request import Header, Request
from webhooks.providers import PROVIDERS, Provider
from webhooks.providers.generic import SCHEMES
from webhooks.verification import (
    BodyHmac,
    Scheme,
    StandardWebhooks,
    TimestampedHmac,
    UrlBodyHmac,
    UrlToken,
    generate_secret,
    scheme_needs_secret,
    sign,
)

ANY_URL = "https://stock.example.test/"
"""Whether a scheme needs a secret does not hang on the URL."""
SIGNS_THE_BODY = (BodyHmac, StandardWebhooks, TimestampedHmac, UrlBodyHmac)
SIGNS_THE_TIME = (StandardWebhooks, TimestampedHmac)
REPLACED = 16
"""Bytes of a signed body that are replaced by others: no mutation that comes on top brings them back."""
LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
TRACKTILE = {"expiry_attribute": "best_before", "unit_attribute": "unit", "quantity_attribute": "on_hand"}
DIALECTS: tuple[tuple[str, Mapping[str, str]], ...] = (
    ("square", {}),
    ("treez", {}),
    ("tracktile", TRACKTILE),
    ("budsense", {}),
    ("jetti", {}),
    *(("generic", {"scheme": name}) for name in SCHEMES if name != UrlToken.name),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One sender's endpoint, with everything that its sender knows."""

    provider: Provider
    settings: Mapping[str, str]
    endpoint: int
    source: str
    path: str
    scheme: Scheme
    secret: str
    """'' where the URL is all that proves a request."""
    genuine: tuple[bytes, ...]
    """Published bodies."""

    def proof(self, body: bytes, at: int, *, secret: str = "", message: str = "msg_1") -> tuple[Header, ...]:
        """The headers that prove `body` at `at` (s), under the right secret or another."""
        signed = sign(self.scheme, secret or self.secret, body, at=at, message_id=message)
        return tuple((name.encode(), value) for name, value in signed)


def open_accounts(stand: Stand) -> list[Account]:
    """An endpoint for each provider, and for each way in which our own JSON may be proven."""
    with ThreadPoolExecutor(2) as pool:
        return list(pool.map(lambda dialect: _open(stand, *dialect), DIALECTS))


def _open(stand: Stand, name: str, settings: Mapping[str, str]) -> Account:
    provider = PROVIDERS[name]
    chosen = provider.settings_of(settings)
    scheme = provider.scheme(ANY_URL, chosen)
    secret = generate_secret(scheme) if scheme_needs_secret(scheme) else ""
    source = " ".join((name, *(settings.values() if name == "generic" else ())))
    arguments = [part for item in settings.items() for part in ("--setting", "=".join(item))]
    arguments += [f"--secret={secret}"] if secret else []  # it may begin with a dash
    made = json.loads(stand.command("add_endpoint", name, "--name", source, "--json", *arguments))
    return Account(
        provider=provider,
        settings=chosen,
        endpoint=made["id"],
        source=source,
        path=made["path"],
        scheme=provider.scheme(made["public_url"], chosen),
        secret=secret,
        genuine=published(name),
    )


def published(provider: str) -> tuple[bytes, ...]:
    """The bodies that a provider's documents show."""
    shown = sorted((ROOT / "tests" / "payloads" / provider).glob("*.json"))
    return tuple(map(Path.read_bytes, shown or [ROOT / "webhooks" / "providers" / "captured" / f"{provider}.json"]))


def forged(chance: Random, account: Account, at: int) -> Request:
    """A request that proves nothing, as near to a genuine one as a stranger can come who has seen some.

    Under a wrong secret; or a captured one whose signed body was altered in its first half, so that no lie about its
    length restores it; or one that was captured too long ago. Where the URL is the credential, to another one.
    """
    body = chance.choice(account.genuine)
    if not account.secret:
        return Request(target=_other_path(chance, account.path), headers=_said(account, ()), body=body)
    ways = ["secret"]
    ways += ["altered"] if isinstance(account.scheme, SIGNS_THE_BODY) else []
    ways += ["stale"] if isinstance(account.scheme, SIGNS_THE_TIME) else []
    way = chance.choice(ways)
    if way == "stale":
        at += chance.choice((-1, 1)) * chance.randint(2 * 300, 10**8)
    proof = account.proof(body, at, secret=generate_secret(account.scheme) if way == "secret" else "")
    if way == "altered":
        body = _altered(chance, body)
    return Request(target=account.path.encode(), headers=_said(account, proof), body=body, proof=_names(proof))


def genuine(account: Account, body: bytes, at: int, message: str = "msg_1") -> Request:
    """A request as the sender makes it."""
    proof = account.proof(body, at, message=message) if account.secret else ()
    return Request(target=account.path.encode(), headers=_said(account, proof), body=body, proof=_names(proof))


def _said(account: Account, proof: tuple[Header, ...]) -> tuple[Header, ...]:
    return ((b"Content-Type", b"application/json"), (b"User-Agent", account.provider.name.encode()), *proof)


def _names(proof: tuple[Header, ...]) -> frozenset[bytes]:
    return frozenset(name.lower() for name, _ in proof)


def _altered(chance: Random, body: bytes) -> bytes:
    """Bytes of the first half replaced, put in or taken out."""
    start = chance.randrange(len(body) // 2 - REPLACED)
    put_in = bytes(chance.choices(LETTERS, k=REPLACED))
    match chance.randrange(3):
        case 0:
            return body[:start] + put_in + body[start + REPLACED :]
        case 1:
            return body[:start] + put_in + body[start:]
        case _:
            return body[:start] + body[start + REPLACED :]


def _other_path(chance: Random, path: str) -> bytes:
    """Beside the right URL token: cut, longer, in other capitals, with letters replaced, or nothing like it."""
    token = path.split("/")[2].encode()
    start = chance.randrange(len(token) - REPLACED)
    beside = (
        token[:-REPLACED],
        token + b"A",
        token.swapcase(),
        token[:start] + bytes(chance.choices(LETTERS, k=REPLACED)) + token[start + REPLACED :],
        bytes(chance.choices(LETTERS, k=len(token))),
    )
    return b"/hooks/" + chance.choice(beside) + b"/"
