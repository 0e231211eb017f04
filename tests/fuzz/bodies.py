"""Mutations of a stranger's body: its bytes, and its JSON in every way in which a signed one is spoilt."""

from dataclasses import replace
from random import Random

from tests.fuzz.framing import LIMIT
from tests.fuzz.headers import Mutation
from tests.fuzz.hostile import HOSTILE, Spoil, many_rows
from tests.fuzz.request import Request, Shot, plain, written


def _spoiling(spoil: Spoil) -> Mutation:
    def mutate(chance: Random, request: Request) -> Shot:
        try:
            body = spoil(chance, request.body)
        except ValueError:
            # A signed body that was altered already may be no JSON any more.
            body = chance.randbytes(len(request.body))
        return plain(replace(request, body=body))

    return mutate


def of_random_bytes(chance: Random, request: Request) -> Shot:
    return plain(replace(request, body=chance.randbytes(chance.choice((0, 1, 100, 10_000)))))


def too_large(chance: Random, request: Request) -> Shot:
    """At the limit or beyond it: as announced, or in truth."""
    sized = replace(request, body=b" " * (LIMIT + chance.choice((-1, 0, 1, LIMIT))))
    # It is answered before it was read, and the line may be gone before the answer.
    return Shot(content=written(sized) + sized.body, is_plain=False)


BODIES: dict[str, Mutation] = {
    # Thousands of rows take long to write, and nobody reads them before they are proven.
    **{f"body: {name}": _spoiling(spoil) for name, spoil in HOSTILE.items() if spoil is not many_rows},
    "body: random bytes": of_random_bytes,
    "body: too large": too_large,
}
