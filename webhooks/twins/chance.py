"""Chance that can be repeated: the same seed throws the same dice on every machine and in every process."""

from random import Random
from uuid import UUID

LETTERS = "ABCDEFGHJKLMNPQRSTVWXYZ0123456789"


def seeded(*parts: object) -> Random:
    """Dice of their own for these parts; their texts are the seed, so nothing hangs on hash randomisation."""
    return Random("/".join(map(str, parts)))  # noqa: S311  # it plays a shop's day and guards nothing


def uuid_text(chance: Random) -> str:
    """A UUID of version 4."""
    return str(UUID(int=chance.getrandbits(128), version=4))


def code(chance: Random, length: int) -> str:
    """Capital letters and digits, as many senders' ids are made of."""
    return "".join(chance.choices(LETTERS, k=length))
