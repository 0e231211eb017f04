"""The door: a signed request to one endpoint comes in, an answer goes out. Knows no framework and no database."""

from collections.abc import Callable
from dataclasses import dataclass

from webhooks.providers import Provider
from webhooks.verification import Outcome, Refused, Scheme, SecretValue, SignedRequest, Verified, verify

RETRY_AFTER_SECONDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Doorway:
    """What the door has to know of one endpoint, reached by one of its URL tokens."""

    endpoint_id: int
    token_id: int
    provider: Provider
    scheme: Scheme
    secrets: tuple[SecretValue, ...]
    body_limit: int
    """Bytes."""
    unreadable_secrets: int = 0
    """Live secrets that cannot be read here: who is not proven by the others may be proven by one of these."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the sender is told. The words are neutral: a stranger learns nothing from them."""

    status: int
    text: str
    retry_after: int | None = None
    """Seconds."""


STORED = Answer(status=200, text="stored")
NOT_PROVEN = Answer(status=401, text="not authenticated")
NOT_FOUND = Answer(status=404, text="not found")
NOT_POST = Answer(status=405, text="only POST is accepted here")
CUT_SHORT = Answer(status=400, text="the body ended early")
TOO_SLOW = Answer(status=408, text="the body did not come in time")
BAD_LENGTH = Answer(status=400, text="the content length is not a number")
TOO_LARGE = Answer(status=413, text="the body is too large")
ENCODED = Answer(status=415, text="an encoded body is not accepted")
UNAVAILABLE = Answer(status=503, text="please try again", retry_after=RETRY_AFTER_SECONDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Genuine:
    """A request that is proven, and the name of its event."""

    verified: Verified
    dedup_key: str


def prove(doorway: Doorway, request: SignedRequest) -> Genuine | Refused | Answer:
    """Whether a request is to be stored, or refused, or answered with neither. Raises nothing, waits for nothing.

    While a live secret cannot be read, nobody is refused: the sender is asked to try again, until its keys are back.
    """
    outcome: Outcome = verify(request, doorway.scheme, doorway.secrets)
    if isinstance(outcome, Refused):
        return UNAVAILABLE if doorway.unreadable_secrets else outcome
    headers = {name: value.decode("latin-1") for name, value in request.headers}
    return Genuine(verified=outcome, dedup_key=doorway.provider.dedup_key(headers, request.body))


def admit(
    doorway: Doorway,
    request: SignedRequest,
    *,
    accept: Callable[[Doorway, SignedRequest, Verified, str], None],
    refuse: Callable[[Doorway, SignedRequest, Refused], None],
) -> Answer:
    """Prove a request and have it stored, or refused.

    `accept` gets the request with its dedup key and returns only once it is stored for good; whatever it raises goes to
    the caller, who must not answer 2xx.
    """
    match prove(doorway, request):
        case Answer() as answer:
            return answer
        case Refused() as refused:
            refuse(doorway, request, refused)
            return NOT_PROVEN
        case Genuine() as genuine:
            accept(doorway, request, genuine.verified, genuine.dedup_key)
            return STORED
