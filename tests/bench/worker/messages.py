"""What Square and Tracktile send about the large ledger: bodies, in the order in which they come to the door.

Square tells of one count in a sale, and of two where goods go from one place to another; Tracktile moves a lot and
says how much is left of it. Every count and lot is as likely as any other. The same seed gives the same bodies.
"""

import json
import random
from dataclasses import dataclass

from tests.bench.size import Size
from tests.webhooks import square, tracktile
from webhooks.twins.wire import SECOND, moment

TRACKTILE_SHARE, TRANSFER_SHARE, LATE_SHARE = 0.2, 0.3, 0.05
_MILLISECOND = SECOND // 1000
LATE_PLACES = (10, 90)
"""How many places a late message comes behind one that says something newer of the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One message."""

    provider: str
    event_id: str
    body: bytes
    counts: tuple[str, ...]
    """What it is about, by names that a plain table can be keyed by."""

    @property
    def events(self) -> int:
        return len(self.counts)


class Senders:
    """Two accounts that go on telling of a ledger of this size, from a moment on (nanoseconds)."""

    def __init__(self, size: Size, seed: int, *, since: int) -> None:
        self._size = size
        self._chance = random.Random(seed)  # noqa: S311  # the same each time is what is wanted
        self._name = f"{seed:08x}"
        self._listings, self._lots = size.products * 8 // 10, size.lots
        self.now = since

    def messages(self, number: int, *, late: float = 0) -> list[Sent]:
        """So many, each a millisecond after the last; of `late` of them something newer was said some places before."""
        began = self.now
        order: list[tuple[float, Sent]] = []
        for turn in range(number):
            subject = self._chance.random() < TRACKTILE_SHARE
            about = self._chance.randrange(self._lots) if subject else self._chance.randrange(self._size.square)
            if self._chance.random() < late / 2:
                # Two about the same thing, of which the older comes behind the newer.
                places = self._chance.randint(*LATE_PLACES)
                newer = self._message(f"{turn}n", about, began + (turn + 1) * _MILLISECOND, lot=subject)
                older = self._message(f"{turn}o", about, began + turn * _MILLISECOND, lot=subject)
                order += [(turn, newer), (turn + places, older)]
            else:
                order.append((turn, self._message(str(turn), about, began + turn * _MILLISECOND, lot=subject)))
        self.now += number * _MILLISECOND
        return [sent for _, sent in sorted(order, key=lambda pair: pair[0])][:number]

    def _message(self, turn: str, about: int, at: int, *, lot: bool) -> Sent:
        event_id = f"bench-{self._name}-{turn}"
        return self._lot_moved(event_id, about, at) if lot else self._counts(event_id, about, at)

    def _counts(self, event_id: str, about: int, at: int) -> Sent:
        places = [about // self._listings]
        if self._chance.random() < TRANSFER_SHARE:
            places.append((places[0] + 1) % (self._size.square // self._listings or 1))
        listing = f"MBENCH-item-{about % self._listings:05d}"
        rows = [
            square.count(
                str(self._chance.randrange(400)),
                at=moment(at, decimals=3),
                state="IN_STOCK" if about % 10 else "RESERVED_FOR_SALE",
                variation=listing,
                place=f"MBENCH-place-{place:03d}",
            )
            for place in places
        ]
        body = square.counts_updated(rows, event_id=event_id, created_at=moment(at, decimals=9), merchant="MBENCH")
        return Sent(
            provider="square",
            event_id=event_id,
            body=body,
            counts=tuple(f"{listing}:{place}" for place in places),
        )

    def _lot_moved(self, event_id: str, about: int, at: int) -> Sent:
        lot = f"lot-{about:08d}"
        here = about % (self._size.locations // 10)
        said = {
            "entity": {
                "id": lot,
                "name": f"Lot {lot}",
                "productId": f"bench-item-{about % (self._size.products // 10):05d}",
                "quantity": self._chance.randrange(400),
            },
            "from": tracktile.node(f"bench-place-{here:03d}"),
            "to": tracktile.node(f"bench-place-{(here + 1) % (self._size.locations // 10):03d}"),
        }
        envelope = {
            "id": event_id,
            "kind": "inventory.moved",
            "time": moment(at, decimals=3),
            "transactionId": event_id,
            "flowId": "flow",
        }
        return Sent(
            provider="tracktile",
            event_id=event_id,
            body=json.dumps({**envelope, **said}).encode(),
            counts=(lot,),
        )
