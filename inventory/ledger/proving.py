"""Proves laws 1 to 4 on live data, in one read snapshot."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Q

from inventory import fold
from inventory.fold import CountValue
from inventory.instants import instant_text
from inventory.ledger.audit import Audited, audit_streams
from inventory.ledger.places import misplaced_everywhere
from inventory.ledger.sums import every_movement_sum
from inventory.models import Movement
from inventory.quantity import quantity_text
from inventory.registry import Breach, registered_proofs
from inventory.snapshot import read_snapshot

SUM = "1 sum"
CONVERGENCE = "2 convergence"
REBUILD = "3 rebuild"
ACCOUNT = "4 account"

MOST_OF_A_LAW = 1000
"""How many breaches of each law are kept: one fault of ours may break a million counts, and all of them are counted."""


@dataclass(slots=True, kw_only=True)
class Proof:
    """What was checked, and what was found not to hold."""

    counts: int = 0
    streams: int = 0
    events: int = 0
    movements: int = 0
    accounts: int = 0
    """What other apps checked of their own: deliveries."""
    breaches: list[Breach] = field(default_factory=list)
    """The first MOST_OF_A_LAW of each law."""
    numbers: Counter[str] = field(default_factory=Counter)
    """How many breaches of each law there are."""

    @property
    def breach_count(self) -> int:
        return self.numbers.total()

    @property
    def holds(self) -> bool:
        return not self.numbers

    def add(self, breaches: Iterable[Breach]) -> None:
        """Count these, and keep them as far as they may be kept."""
        for breach in breaches:
            self.numbers[breach.law] += 1
            if self.numbers[breach.law] <= MOST_OF_A_LAW:
                self.breaches.append(breach)


def prove() -> Proof:
    """Check laws 1 to 4 on everything that is stored; nothing is written."""
    proof = Proof()
    with read_snapshot():
        _take_one_processor()
        proof.add(_sums(proof))
        proof.add(_streams(proof))
        proof.add(_places())
        proof.add(_accounts(proof))
    return proof


def _take_one_processor() -> None:
    """Keep PostgreSQL from reading with several processes at once: the door has a use for the other processors."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL max_parallel_workers_per_gather = 0")


def _sums(proof: Proof) -> Iterator[Breach]:
    for count_id, quantity, total in every_movement_sum():
        proof.counts += 1
        if quantity != total:
            yield Breach(
                law=SUM,
                where=f"count {count_id}",
                problem=f"it shows {quantity_text(quantity)}, its movements add up to {quantity_text(total)}",
            )


def _streams(proof: Proof) -> Iterator[Breach]:
    for audited in audit_streams():
        proof.streams += 1
        proof.events += len(audited.statements)
        yield from _convergence(audited)
        yield from _rebuild(audited)


def _convergence(audited: Audited) -> Iterator[Breach]:
    # Of one statement there is one order.
    if len(audited.statements) > 1 and audited.state != fold.fold(
        audited.stream.kind, audited.statements[::-1], openings=audited.openings, names=audited.names
    ):
        yield Breach(
            law=CONVERGENCE,
            where=f"stream {audited.stream.slot}",
            problem="its events make one state in one order and another in the reverse",
        )
    if not audited.state_is_right:
        yield Breach(
            law=CONVERGENCE,
            where=f"stream {audited.stream.slot}",
            problem="its stored state is not what its standing events make",
        )


def _rebuild(audited: Audited) -> Iterator[Breach]:
    for slot, (stored, value) in audited.wrong_counts.items():
        yield Breach(
            law=REBUILD,
            where=f"count {slot.text}",
            problem=f"it shows {_words(stored)}, a rebuild gives {_words(value)}",
        )
    for name, (written, should) in audited.described.items():
        yield Breach(
            law=REBUILD,
            where=f"stream {audited.stream.slot}",
            problem=f"{name} is {written!r}, a rebuild gives {should!r}",
        )


def _words(value: CountValue | None) -> str:
    if value is None:
        return "nothing"
    as_of = "no moment" if value.as_of is None else instant_text(value.as_of)
    return f"{quantity_text(value.quantity)} ({value.quality}, {as_of})"


def _places() -> Iterator[Breach]:
    for location, parent_id, refused in misplaced_everywhere():
        stored = _parent_words(location.parent_id, refused=location.parent_refused)
        rebuilt = _parent_words(parent_id, refused=refused)
        yield Breach(
            law=REBUILD,
            where=f"location {location.pk}",
            problem=f"it stands in {stored}, a rebuild gives {rebuilt}",
        )


def _parent_words(parent_id: int | None, *, refused: bool) -> str:
    place = "nothing" if parent_id is None else f"location {parent_id}"
    return f"{place} (another was refused)" if refused else place


def _accounts(proof: Proof) -> Iterator[Breach]:
    proof.movements = Movement.objects.count()
    nameless = Movement.objects.filter(
        Q(event__isnull=True, retraction__isnull=True) | Q(cause__isnull=True)
    ).values_list("pk", flat=True)
    for seq in nameless.iterator():
        yield Breach(law=ACCOUNT, where=f"movement {seq}", problem="it names no event, retraction or cause")
    for prove_more in registered_proofs():
        checked, breaches = prove_more()
        proof.accounts += checked
        yield from breaches
