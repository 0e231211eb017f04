"""Each provider's account, with the sender's side of its proof."""

from collections.abc import Mapping

from django.test import Client

from tests.webhooks import budsense, generic, jetti, square, tracktile, treez
from tests.webhooks.account import Account, Prove

CLIENT = Client()
SECRETS = {"square": square.KEY, "tracktile": tracktile.SECRET, "treez": treez.TOKEN}
"""Those that the sender gives; the others are made."""


def sign_as_tracktile(secret: str, body: bytes) -> Mapping[str, str]:
    return {"x-tracktile-signature": tracktile.signature(body, secret)}


def sign_as_square(public_url: str) -> Prove:
    return lambda secret, body: {"x-square-hmacsha256-signature": square.signature(public_url, body, secret)}


PROOFS: dict[str, Prove] = {
    "tracktile": sign_as_tracktile,
    "budsense": budsense.prove,
    "treez": treez.prove,
    "jetti": jetti.prove,
    "generic": generic.bearer_token,
}


def open_account(provider: str, *, name: str, settings: Mapping[str, str] | None = None) -> Account:
    """A new account at a provider, with a source of its own."""
    prove = PROOFS.get(provider, sign_as_square(""))
    account = Account(provider, prove, name=name, secret=SECRETS.get(provider, ""), settings=dict(settings or {}))
    # Making a client loads every middleware anew.
    account.client = CLIENT
    if provider == "square":
        account.prove = sign_as_square(account.made.token.public_url)
    return account
