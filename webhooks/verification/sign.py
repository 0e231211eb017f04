"""The exact twin of verify: what a genuine sender would put into its headers."""

from webhooks.verification.hmac_schemes import BodyHmac, TimestampedHmac, UrlBodyHmac
from webhooks.verification.standard_webhooks import StandardWebhooks
from webhooks.verification.static_schemes import UrlToken
from webhooks.verification.verify import Scheme, secret_problem


def sign(
    scheme: Scheme, secret: str, body: bytes, *, at: int | None = None, message_id: str | None = None
) -> tuple[tuple[str, bytes], ...]:
    """The headers, named in lower case, that make `verify` accept `body` under `scheme` and `secret`.

    `at` is the time of signing in seconds since 1970-01-01 UTC, for the schemes that sign one; `message_id`
    the message's id, likewise. What a scheme does not sign is left unused. Raises ValueError if what the
    scheme needs, the secret included, is absent or unusable.
    """
    if isinstance(scheme, UrlToken):
        return ()
    problem = secret_problem(scheme, secret)
    if problem is not None:
        raise ValueError(f"secret cannot be used with {scheme.name}: {problem}")
    match scheme:
        case BodyHmac() | UrlBodyHmac():
            return scheme.sign(secret, body)
        case TimestampedHmac():
            if at is None:
                raise ValueError(f"{scheme.name} signs the time: at is needed")
            return scheme.sign(secret, body, at=at)
        case StandardWebhooks():
            if at is None or message_id is None:
                raise ValueError(f"{scheme.name} signs the time and the id: at and message_id are needed")
            return scheme.sign(secret, body, at=at, message_id=message_id)
        case _:
            return scheme.sign(secret)
