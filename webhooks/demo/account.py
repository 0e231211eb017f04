"""One of a sender's accounts with its endpoint here: what its twin says comes in through the door."""

from dataclasses import dataclass
from typing import Self

from inventory.instants import NANOSECONDS
from inventory.models import Source
from webhooks import door, inbox, refusals
from webhooks.door import Answer, Doorway
from webhooks.endpoints import add_endpoint, add_secret, newest_token, scheme_of
from webhooks.lookup import find_doorway
from webhooks.models import Endpoint
from webhooks.twins import Message, Twin
from webhooks.twins.signing import Signer
from webhooks.verification import SignedRequest, generate_secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A source with one endpoint, and what its sender knows: the URL and the secret."""

    source: Source
    doorway: Doorway
    signer: Signer

    @classmethod
    def open(cls, twin: Twin, name: str) -> Self:
        """Give a twin's account an endpoint that accepts it alone; raises EndpointProblem when that cannot be."""
        made = add_endpoint(
            twin.provider, name=name, settings=twin.settings, tenants=[twin.tenant] if twin.tenant else []
        )
        secret = made.generated_secret or ""
        if made.needs_secret:
            secret = generate_secret(scheme_of(made.endpoint, made.token))
            add_secret(made.endpoint, secret, label="shared with the twin")
        return cls.at(made.endpoint, secret)

    @classmethod
    def at(cls, endpoint: Endpoint, secret: str) -> Self:
        """The account of an endpoint that is there; raises LookupError when nobody can post to it."""
        token = newest_token(endpoint)
        doorway = find_doorway(token.value)
        if doorway is None:
            raise LookupError(f"endpoint {endpoint.pk} is not open")
        return cls(source=endpoint.source, doorway=doorway, signer=Signer(scheme=doorway.scheme, secret=secret))

    def deliver(self, message: Message) -> Answer:
        """Have a message come in at the moment at which it is sent, signed as of then.

        Raises django.db.Error when it cannot be stored.
        """
        request = SignedRequest(
            method="POST",
            headers=self.signer.headers(message, message.sent_at // NANOSECONDS),
            body=message.body,
            received_at=message.sent_at,
        )
        return door.admit(self.doorway, request, accept=inbox.accept, refuse=refusals.refuse)
