"""Requests and secrets for the tests of verification; computes no signature."""

from collections.abc import Iterator

from webhooks.verification import SecretValue, SignedRequest

NOW = 1_700_000_000
"""Our clock in seconds, unless a test says otherwise: 2023-11-14 22:13:20 UTC."""


def request(body: bytes, *headers: tuple[str, bytes], now: int = NOW) -> SignedRequest:
    """A request that arrived at `now` (s)."""
    return SignedRequest(method="POST", headers=headers, body=body, received_at=now * 1_000_000_000)


def secrets(*values: str) -> tuple[SecretValue, ...]:
    """Live secrets with the ids 1, 2, 3 ..."""
    return tuple(SecretValue(id=number, value=value) for number, value in enumerate(values, start=1))


def flips(data: bytes) -> Iterator[bytes]:
    """`data` with each of its bits turned, one at a time."""
    for place in range(len(data)):
        for bit in range(8):
            yield data[:place] + bytes([data[place] ^ (1 << bit)]) + data[place + 1 :]
