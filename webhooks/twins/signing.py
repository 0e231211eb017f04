"""The headers with which a sender sends a message, proven as its provider proves it, or wrongly."""

from dataclasses import dataclass, replace

from webhooks.twins.message import Message, Proof
from webhooks.twins.retrying import retry_headers
from webhooks.verification import Scheme, generate_secret, scheme_needs_secret, sign
from webhooks.verification.hmac_schemes import UrlBodyHmac

USER_AGENTS = {"square": "Square Connect v2", "treez": "Apache-HttpClient/4.5.14 (Java/17.0.18)"}


class CannotForge(ValueError):
    """A wrong proof that this sender's scheme has no place for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """How one account proves its requests."""

    scheme: Scheme
    secret: str

    def check(self, proof: Proof) -> None:
        """Raise CannotForge when a request of this account cannot be wrong in this way."""
        if proof is Proof.WRONG_SECRET and not scheme_needs_secret(self.scheme):
            raise CannotForge(f"{proof}: a request of this sender proves nothing, so no secret of it can be wrong")
        if proof is Proof.WRONG_URL and not isinstance(self.scheme, UrlBodyHmac):
            raise CannotForge(f"{proof}: this sender does not sign its URL")

    def headers(self, message: Message, at: int) -> tuple[tuple[str, bytes], ...]:
        """Every header but those of the connection, for a message that is sent at `at` (seconds since 1970-01-01 UTC).

        Raises CannotForge as `check` does, and ValueError when the secret cannot be used with the scheme.
        """
        self.check(message.proof)
        scheme, secret = self.scheme, self.secret
        if message.proof is Proof.WRONG_URL and isinstance(scheme, UrlBodyHmac):
            # The usual mistake: the slash at its end is missing in what was registered.
            scheme = replace(scheme, url=scheme.url.rstrip("/"))
        elif message.proof is Proof.WRONG_SECRET:
            secret = generate_secret(scheme)
        common = {
            "content-type": "application/json",
            "content-length": str(len(message.body)),
            "user-agent": USER_AGENTS.get(message.sender, "twin"),
            **dict(message.headers),
            **dict(retry_headers(message.sender, message.attempt)),
        }
        proof = sign(scheme, secret, message.body, at=at, message_id=f"msg_{message.sent_at}")
        return (*((name, value.encode()) for name, value in common.items()), *proof)
