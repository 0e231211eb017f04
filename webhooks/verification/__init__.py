"""How a request proves itself: bytes in, one of two outcomes out. Knows no framework, no model, no clock."""

from webhooks.verification.hmac_schemes import BodyHmac, TimestampedHmac, UrlBodyHmac
from webhooks.verification.outcome import Cause, Outcome, Refused, Verified
from webhooks.verification.request import SignedRequest
from webhooks.verification.secret import SecretValue
from webhooks.verification.sign import sign
from webhooks.verification.standard_webhooks import StandardWebhooks
from webhooks.verification.static_schemes import BasicAuth, BearerToken, StaticHeader, UrlToken
from webhooks.verification.verify import Scheme, generate_secret, scheme_needs_secret, secret_problem, verify

__all__ = [
    "BasicAuth",
    "BearerToken",
    "BodyHmac",
    "Cause",
    "Outcome",
    "Refused",
    "Scheme",
    "SecretValue",
    "SignedRequest",
    "StandardWebhooks",
    "StaticHeader",
    "TimestampedHmac",
    "UrlBodyHmac",
    "UrlToken",
    "Verified",
    "generate_secret",
    "scheme_needs_secret",
    "secret_problem",
    "sign",
    "verify",
]
