"""What goes wrong between a sender and us: pure, from messages and a seed to the messages that really come."""

from collections import defaultdict, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from random import Random
from typing import Self

from webhooks.twins.chance import seeded
from webhooks.twins.message import Message, Proof

PLACES_OVERTAKEN = 20
PLACES_DELAYED = 400
BURST_LENGTH = 40


class UnknownFault(ValueError):
    """A fault that nobody knows, or a rate that is no share of all messages."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """How often each fault befalls a message, from 0 to 1. None of them changes what is true in the end.

    Raises UnknownFault when a rate is outside of that.
    """

    duplicate: float = 0.0
    """It is sent a second time: the answer to the first was lost. In a lane, before the next of that lane."""
    reorder: float = 0.0
    """Up to 20 others overtake it; in a lane, the others of the lane stay behind it."""
    delay: float = 0.0
    """Up to 400 others overtake it, likewise."""
    burst: float = 0.0
    """It is held back with the next 39, and all are sent at once."""
    wrong_secret: float = 0.0
    """Somebody sends the same with a wrong secret, beside the genuine one."""
    wrong_url: float = 0.0
    """Somebody sends the same signed for another URL, beside the genuine one."""
    truncate: float = 0.0
    """Before it, its first half is sent and rightly signed, as a sender does that fails while it writes."""

    def __post_init__(self) -> None:
        for name, rate in self.rates().items():
            if not 0 <= rate <= 1:
                raise UnknownFault(f"{name}: {rate} is not a share from 0 to 1")

    @classmethod
    def parse(cls, text: str) -> Self:
        """The faults in `duplicate=0.1,reorder=0.2`; raises UnknownFault, naming what is wrong with it."""
        known = [field.name for field in fields(cls)]
        rates: dict[str, float] = {}
        for item in filter(None, text.split(",")):
            name, _, rate = item.partition("=")
            if name not in known:
                raise UnknownFault(f"there is no fault {name!r}; known are {', '.join(known)}")
            try:
                rates[name] = float(rate)
            except ValueError:
                raise UnknownFault(f"{name}: {rate!r} is not a share from 0 to 1") from None
        return cls(**rates)

    def rates(self) -> dict[str, float]:
        """Every fault with how often it befalls a message."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def proofs(self) -> list[Proof]:
        """The wrong proofs that will be sent."""
        rates = self.rates()
        return [proof for proof in Proof if rates.get(proof.value, 0.0) > 0]


def befall(messages: Sequence[Message], faults: Faults, seed: int) -> list[Message]:
    """What really comes of messages that are given in the order in which they are sent, in the order in which it comes.

    No message comes before it was sent, and messages of one lane come in their order. The same messages, faults and
    seed give the same.
    """
    chance = seeded(seed, "faults", *(message.sender for message in messages[:1]))
    timed = _burst(messages, faults.burst, chance)
    copied = [copy for message in timed for copy in _copies(message, faults, chance)]
    return _in_lanes(copied, _overtaken(copied, faults, chance))


def _burst(messages: Sequence[Message], rate: float, chance: Random) -> list[Message]:
    timed = list(messages)
    index = 0
    while index < len(timed):
        if chance.random() < rate:
            together = timed[index : index + BURST_LENGTH]
            at = together[-1].sent_at
            timed[index : index + BURST_LENGTH] = [replace(message, sent_at=at) for message in together]
            index += len(together)
        else:
            index += 1
    return timed


def _overtaken(messages: Sequence[Message], faults: Faults, chance: Random) -> list[int]:
    """The indexes of the messages in their new order."""
    places = []
    for index in range(len(messages)):
        places.append((index, index))
        if chance.random() < faults.reorder:
            places[-1] = (index + chance.randint(1, PLACES_OVERTAKEN), index)
        elif chance.random() < faults.delay:
            places[-1] = (index + chance.randint(PLACES_OVERTAKEN, PLACES_DELAYED), index)
    # At one place, whoever was there anyway comes first, and the latest of those that were held back last.
    return [index for _, index in sorted(places, key=lambda pair: (pair[0], pair[0] != pair[1], pair[1]))]


def _in_lanes(messages: Sequence[Message], order: Iterable[int]) -> list[Message]:
    """The messages in this order, but each lane's in its own; whoever was overtaken comes after who overtook."""
    lanes: defaultdict[str, deque[Message]] = defaultdict(deque)
    for message in messages:
        lanes[message.lane].append(message)
    moved: list[Message] = []
    latest = 0
    for index in order:
        lane = messages[index].lane
        message = lanes[lane].popleft() if lane else messages[index]
        latest = max(latest, message.sent_at)
        moved.append(replace(message, sent_at=latest))
    return moved


def _copies(message: Message, faults: Faults, chance: Random) -> Iterable[Message]:
    if chance.random() < faults.wrong_secret:
        yield replace(message, proof=Proof.WRONG_SECRET)
    if chance.random() < faults.wrong_url:
        yield replace(message, proof=Proof.WRONG_URL)
    if chance.random() < faults.truncate:
        yield replace(message, body=message.body[: len(message.body) // 2])
    yield message
    if chance.random() < faults.duplicate:
        yield replace(message, attempt=message.attempt + 1)
