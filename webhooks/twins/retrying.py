"""When each sender sends again what was not taken, and when it gives up."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

MINUTE, HOUR = 60, 3_600


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrySchedule:
    """How a sender tries again."""

    pauses: tuple[int, ...]
    """Seconds before the second try, the third, and so on; then it gives up."""
    taken: frozenset[int] = field(default_factory=lambda: frozenset(range(200, 300)))
    """The answers after which it does not."""


SCHEDULES: Mapping[str, RetrySchedule] = {
    # https://developer.squareup.com/docs/webhooks/overview : 11 more tries within 24 hours; any 2xx is good.
    "square": RetrySchedule(
        pauses=(
            MINUTE,
            2 * MINUTE,
            4 * MINUTE,
            8 * MINUTE,
            16 * MINUTE,
            32 * MINUTE,
            HOUR,
            2 * HOUR,
            4 * HOUR,
            8 * HOUR,
            8 * HOUR,
        )
    ),
    # https://docs.partner.mybudsense.com/prod/latest/webhooks/03-delivery : three tries, none once the message is five
    # minutes old, and nothing but 200 is good. How the five minutes are shared out is inferred.
    "budsense": RetrySchedule(pauses=(MINUTE, 2 * MINUTE), taken=frozenset({HTTPStatus.OK})),
    # The other three document nothing. That each tries a few times within some minutes is inferred.
    "jetti": RetrySchedule(pauses=(10, MINUTE, 5 * MINUTE)),
    "tracktile": RetrySchedule(pauses=(10, MINUTE, 5 * MINUTE)),
    "treez": RetrySchedule(pauses=(10, MINUTE, 5 * MINUTE)),
}


def retry_headers(sender: str, attempt: int, reason: str = "http_error") -> tuple[tuple[str, str], ...]:
    """What a sender adds when it tries again for the `attempt`-th time; only Square documents that it adds anything.

    `reason` is one of Square's words: http_timeout, http_error, ssl_error, other_error.
    """
    if sender != "square" or not attempt:
        return ()
    return (("square-retry-number", str(attempt)), ("square-retry-reason", reason))
