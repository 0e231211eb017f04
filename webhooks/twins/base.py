"""What every twin is made of: a sender's world that is played message by message, and what is true at its end."""

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import ClassVar, TypeAlias

from webhooks.twins.chance import seeded
from webhooks.twins.message import Cell, Message

Deed: TypeAlias = Callable[[int], Message]
"""Something that happens at an instant, and the message that the sender makes of it."""


class Twin(ABC):
    """One account at a provider. No clock, no I/O: the same seed and instants make the same messages, byte by byte.

    Deeds are to be done in the order of their instants. `truth` is what the messages made so far say, whatever the
    order in which those of different lanes arrive.
    """

    provider: ClassVar[str]
    products: ClassVar[int]
    """How many products there are, where nobody says otherwise."""
    settings: ClassVar[Mapping[str, str]] = {}
    """What has to be set for the source, for this account to be understood in full."""

    def __init__(self, *, seed: int, began: int, products: int = 0) -> None:
        """`began` is the instant of the first deed, in nanoseconds; accounts of one seed have the same identifiers,
        and those that began at another instant say other things under other event ids.
        """
        self.began = began
        self.chance = seeded(seed, self.provider, began)
        """What happens."""
        self.identity = seeded(seed, self.provider)
        """What exists."""
        self.number_of_products = products or self.products
        self.agenda: deque[Deed] = deque()
        """What is to happen next, the opening stock at first; chance fills it when it is empty."""
        self._told: dict[Cell, Decimal | None] = {}
        self._lanes: dict[str, int] = {}

    @property
    @abstractmethod
    def tenant(self) -> str:
        """The account as its payloads name it; '' where they name none."""

    @abstractmethod
    def plan(self) -> Iterable[Deed]:
        """What happens next, by chance: at least one deed."""

    def act(self, at: int) -> Message:
        """The next thing that happens, at this instant."""
        if not self.agenda:
            self.agenda.extend(self.plan())
        return self.agenda.popleft()(at)

    def play(self, moments: Iterable[int]) -> Iterator[Message]:
        """One message for each of these instants, which are in order."""
        for at in moments:
            yield self.act(at)

    def truth(self) -> dict[Cell, Decimal | None]:
        """What each count must be once everything said so far has arrived; None where the number is not known."""
        return dict(self._told)

    def message(self, kind: str, body: bytes, occurred: int, *, lane: str = "", **headers: str) -> Message:
        """A message that is sent a moment after it occurred; a header's dashes are written as underscores."""
        sent_at = occurred + self.chance.randrange(200_000_000, 2_000_000_000)
        if lane:
            sent_at = max(sent_at, self._lanes.get(lane, 0) + 1)
            self._lanes[lane] = sent_at
        return Message(
            sender=self.provider,
            kind=kind,
            body=body,
            occurred=occurred,
            sent_at=sent_at,
            lane=lane,
            headers=tuple((name.replace("_", "-"), value) for name, value in headers.items()),
        )
