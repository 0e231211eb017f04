"""A live secret, and what makes a text unfit to be one."""

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretValue:
    """A live secret in clear. Its value stays out of repr, and so out of tracebacks and logs."""

    id: int
    value: str = field(repr=False)


def text_problem(value: str) -> str | None:
    """Why `value` cannot be a secret that is used as text, in words for staff; None if it can.

    Spaces inside are allowed (GitHub's own example has them). What cannot be seen is not: a line break, a
    no-break or zero-width space or a byte order mark comes from copying, and would never match.
    """
    if not value:
        return "It is empty."
    if value != value.strip():
        return "It starts or ends with white space; paste it again without."
    if not value.isprintable():
        return "It contains a line break or another invisible character; paste it again."
    return None


def header_text_problem(value: str) -> str | None:
    """As text_problem, for a secret that travels in a header itself, where only ASCII arrives unchanged."""
    problem = text_problem(value)
    if problem is None and not value.isascii():
        return "It contains a character outside ASCII, which a header cannot carry reliably."
    return problem


def matching_secret(
    secrets: Sequence[SecretValue], expected: Callable[[str], bytes], candidates: Sequence[bytes]
) -> int | None:
    """The id of the first secret whose `expected` bytes are among `candidates`; None if there is none.

    Every secret is tried against every candidate whatever has matched before, each in constant time, so the
    time taken does not tell which secret is which. Bytes are compared: compare_digest raises on text outside
    ASCII.
    """
    matches: list[int] = []
    for secret in secrets:
        wanted = expected(secret.value)
        matches += [secret.id for candidate in candidates if hmac.compare_digest(wanted, candidate)]
    return matches[0] if matches else None
