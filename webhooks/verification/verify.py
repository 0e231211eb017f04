"""The one question: is this request genuine?"""

from collections.abc import Sequence
from typing import TypeAlias

from webhooks.verification.hmac_schemes import BodyHmac, TimestampedHmac, UrlBodyHmac
from webhooks.verification.outcome import Cause, Outcome, Refused, Verified
from webhooks.verification.request import SignedRequest
from webhooks.verification.secret import SecretValue
from webhooks.verification.standard_webhooks import StandardWebhooks
from webhooks.verification.static_schemes import BasicAuth, BearerToken, StaticHeader, UrlToken

Scheme: TypeAlias = (
    BodyHmac | UrlBodyHmac | TimestampedHmac | StandardWebhooks | BearerToken | StaticHeader | BasicAuth | UrlToken
)


def verify(request: SignedRequest, scheme: Scheme, secrets: Sequence[SecretValue]) -> Outcome:
    """Whether `request` proves itself under `scheme` with one of the live `secrets`. Raises nothing.

    Every usable secret is tried. One that `secret_problem` objects to is passed over: it cannot match, and an
    empty one must not.
    """
    if isinstance(scheme, UrlToken):
        return Verified(secret_id=None)
    live = [secret for secret in secrets if secret.value]
    if not live:
        return Refused(cause=Cause.NO_SECRET, detail="The endpoint has no live secret.")
    usable = [secret for secret in live if secret_problem(scheme, secret.value) is None]
    if not usable:
        problem = scheme.secret_problem(live[0].value)
        return Refused(
            cause=Cause.UNUSABLE_SECRET,
            detail=f"Live secrets: {len(live)}, none usable. The first: {problem}",
        )
    return scheme.check(request, usable)


def scheme_needs_secret(scheme: Scheme) -> bool:
    """Whether an endpoint with this scheme refuses everything until it has a live secret."""
    return not isinstance(scheme, UrlToken)


def secret_problem(scheme: Scheme, value: str) -> str | None:
    """Why `value` cannot work as a secret of `scheme`, in words for staff that never repeat it; else None."""
    if isinstance(scheme, UrlToken):
        return "This scheme uses no secret: the endpoint's URL is the credential."
    return scheme.secret_problem(value)


def generate_secret(scheme: Scheme) -> str:
    """A new random secret of 256 bits in the form of `scheme`. Raises ValueError if the scheme uses none."""
    match scheme:
        case UrlToken():
            raise ValueError("url_token uses no secret: the endpoint's URL is the credential")
        case _:
            return scheme.generate_secret()
