"""Schemes in which the request carries a fixed credential: they prove who sent it, not what was sent."""

import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from secrets import token_urlsafe
from typing import ClassVar

from webhooks.verification.outcome import Cause, Outcome, Refused, Verified
from webhooks.verification.reading import malformed, read_header, wrong
from webhooks.verification.request import SignedRequest, check_header_name
from webhooks.verification.secret import SecretValue, header_text_problem, matching_secret

# The word of an authorization scheme is case-insensitive: RFC 9110, section 11.1.
_BEARER = re.compile(rb"bearer +([\x21-\x7e]+)", re.IGNORECASE)
_BASIC = re.compile(rb"basic +([A-Za-z0-9+/]+={0,2})", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class BearerToken:
    """A fixed token after the word Bearer, as Treez sends it (https://code.treez.io/docs/dispensary-webhook-inventory).

    Raises ValueError if the header's name is not in lower case.
    """

    name: ClassVar[str] = "bearer_token"

    header: str = "authorization"

    def __post_init__(self) -> None:
        check_header_name(self.header)

    def check(self, request: SignedRequest, secrets: Sequence[SecretValue]) -> Outcome:
        """The outcome under usable secrets; `verify` is the way in."""
        form = "the word Bearer, a space and the token"
        sent = read_header(request, self.header, form)
        if isinstance(sent, Refused):
            return sent
        found = _BEARER.fullmatch(sent)
        if found is None:
            return malformed(f"The {self.header} header holds {len(sent)} bytes; expected {form}.")
        token = found.group(1)
        secret_id = matching_secret(secrets, str.encode, (token,))
        if secret_id is None:
            return wrong(f"The {self.header} header carries a token of {len(token)} characters.", len(secrets))
        return Verified(secret_id=secret_id)

    def sign(self, secret: str) -> tuple[tuple[str, bytes], ...]:
        """The header to send."""
        return ((self.header, b"Bearer " + secret.encode()),)

    def secret_problem(self, value: str) -> str | None:
        """Why `value` cannot be the token: it travels in a header, after a space."""
        problem = header_text_problem(value)
        if problem is None and " " in value:
            return "It contains a space; a token has none. Enter it without the word Bearer."
        return problem

    def generate_secret(self) -> str:
        """A new token of 256 random bits."""
        return token_urlsafe(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticHeader:
    """A fixed value in a header of its own. Raises ValueError unless the names are lower case and distinct.

    Jetti, now Onport, sends the channel's `webhookHash` under one of two names, without saying which when
    (https://composable.jetti.io/customchannel/inventory-webhook): any one will do, and where several are
    present each must match a live secret, since nothing says which of them to believe.
    """

    name: ClassVar[str] = "static_header"

    headers: tuple[str, ...] = ("onport-hash", "jetti-hash")

    def __post_init__(self) -> None:
        for name in self.headers:
            check_header_name(name)
        if not self.headers or len(set(self.headers)) < len(self.headers):
            raise ValueError(f"headers {self.headers!r} must be one or more names, each once")

    def check(self, request: SignedRequest, secrets: Sequence[SecretValue]) -> Outcome:
        """The outcome under usable secrets; `verify` is the way in."""
        present = [name for name in self.headers if request.header_values(name)]
        if not present:
            return Refused(
                cause=Cause.MISSING,
                detail=f"There is no {' or '.join(self.headers)} header; expected the secret.",
            )
        matched: list[int] = []
        unmatched: list[str] = []
        for name in present:
            sent = read_header(request, name, "the secret")
            if isinstance(sent, Refused):
                return sent
            if not sent:
                return malformed(f"The {name} header is empty; expected the secret.")
            secret_id = matching_secret(secrets, str.encode, (sent,))
            if secret_id is None:
                unmatched.append(f"{name} ({len(sent)} bytes)")
            else:
                matched.append(secret_id)
        if unmatched:
            return wrong(f"No live secret is the value of {', '.join(unmatched)}.", len(secrets))
        return Verified(secret_id=matched[0])

    def sign(self, secret: str) -> tuple[tuple[str, bytes], ...]:
        """The header to send: the first of the names."""
        return ((self.headers[0], secret.encode()),)

    def secret_problem(self, value: str) -> str | None:
        """Why `value` cannot be the secret: it travels in a header as it is."""
        return header_text_problem(value)

    def generate_secret(self) -> str:
        """A new secret of 256 random bits."""
        return token_urlsafe(32)


@dataclass(frozen=True, slots=True, kw_only=True)
class BasicAuth:
    """HTTP Basic authentication (RFC 7617); the secret is "user:password"."""

    name: ClassVar[str] = "basic_auth"

    def check(self, request: SignedRequest, secrets: Sequence[SecretValue]) -> Outcome:
        """The outcome under usable secrets; `verify` is the way in."""
        form = "the word Basic, a space and base64 of user:password"
        sent = read_header(request, "authorization", form)
        if isinstance(sent, Refused):
            return sent
        found = _BASIC.fullmatch(sent)
        if found is None:
            return malformed(f"The authorization header holds {len(sent)} bytes; expected {form}.")
        credentials = found.group(1)
        secret_id = matching_secret(secrets, _credentials, (credentials,))
        if secret_id is None:
            return wrong(
                f"The authorization header carries {len(credentials)} characters of Basic credentials.",
                len(secrets),
            )
        return Verified(secret_id=secret_id)

    def sign(self, secret: str) -> tuple[tuple[str, bytes], ...]:
        """The header to send."""
        return (("authorization", b"Basic " + _credentials(secret)),)

    def secret_problem(self, value: str) -> str | None:
        """Why `value` is not "user:password"; ASCII only, since senders encode the rest differently."""
        problem = header_text_problem(value)
        if problem is not None:
            return problem
        user, _, password = value.partition(":")
        if not user or not password:
            return "It is not a user name, a colon and a password."
        return None

    def generate_secret(self) -> str:
        """The user name "stockroom" and a new password of 256 random bits."""
        return f"stockroom:{token_urlsafe(32)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UrlToken:
    """No header at all: the token in our URL, already found by the door, is the credential.

    For a sender that documents no authentication of its requests, as BudSense
    (https://docs.partner.mybudsense.com/prod/latest/webhooks/03-delivery/). It proves nothing about the body.
    """

    name: ClassVar[str] = "url_token"


def _credentials(secret: str) -> bytes:
    return b64encode(secret.encode())
