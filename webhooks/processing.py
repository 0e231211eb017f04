"""From kept bytes to stock: parse, check, identify, record, settle, in one transaction."""

import logging
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Q

from inventory import ledger, matching
from inventory.events import InvalidStatement, ListingDescribed, Statement
from inventory.instants import from_datetime, instant_text, to_datetime
from inventory.ledger import ConflictingStatement
from inventory.models import Cause, Source
from inventory.quantity import QuantityOutOfRange
from webhooks import inbox
from webhooks.models import Delivery
from webhooks.payload import MalformedPayload
from webhooks.providers import PROVIDERS, Ignored, Intake, Parsed

logger = logging.getLogger(__name__)

SLICE = 10
"""Deliveries that are written at once where time is short."""

MOST_AHEAD = timedelta(minutes=10)
"""How far after its receipt an event may claim to have occurred."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """A genuine delivery that needs a person, and why."""

    event_kind: str = ""
    reason: str


Reading = Parsed | Ignored | Quarantined


def _nobody_listens(_delivery: int) -> None:
    pass


def process(
    ids: Sequence[int], *, seconds: float | None = None, turn_to: Callable[[int], None] = _nobody_listens
) -> Counter[str]:
    """Process claimed deliveries in one transaction; return how many ended in which state.

    After `seconds` no further one is begun: what is left is given back. A delivery that fails takes none of the others
    with it. `turn_to` is told the id of each before it is read and before it is recorded, and 0 where it is about all.
    Raises django.db.Error when the transaction as a whole fails; then every one falls due again by itself.
    """
    done: Counter[str] = Counter()
    began = time.monotonic()
    with ledger.posting() as book:
        deliveries = inbox.lock(ids)
        # Where time is short, on SQLite, there are several slices; elsewhere all is locked in one sorted sweep.
        size = SLICE if seconds is not None else max(len(deliveries), 1)
        for start in range(0, len(deliveries), size):
            done += _process_slice(book, deliveries[start : start + size], turn_to)
            if seconds is not None and time.monotonic() - began > seconds:
                inbox.release(deliveries[start + size :])
                break
    return done


def _process_slice(book: ledger.Book, deliveries: Sequence[Delivery], turn_to: Callable[[int], None]) -> Counter[str]:
    done: Counter[str] = Counter()
    readings = list(_read_all(deliveries, done, turn_to))
    turn_to(0)
    try:
        if not _prepare(book, readings):
            done["failed"] += len(readings)
            return done
        together, alone = _settle_together(book, readings)
    except ConflictingStatement:
        # It is left to the one that the ledger refuses: recording it says so again.
        together, alone = Counter(), readings
    done += together
    for delivery, reading in alone:
        turn_to(delivery.pk)
        done[_settle(book, delivery, reading)] += 1
    turn_to(0)
    return done


def _settle_together(
    book: ledger.Book, readings: Sequence[tuple[Delivery, Reading]]
) -> tuple[Counter[str], list[tuple[Delivery, Reading]]]:
    """Settle what is said for the first time, all at once; return how many ended in which state, and who is left.

    Where the ledger refuses something, or anything fails, all are left: alone, each bears its own fault.
    """
    simple = [(delivery, reading) for delivery, reading in readings if _is_simple(delivery, reading)]
    if not simple[1:]:
        return Counter(), list(readings)
    try:
        with book.savepoint():
            left_out = book.record_together(
                [(delivery.endpoint.source_id, _statements(reading), _why(delivery)) for delivery, reading in simple]
            )
            settled = [pair for place, pair in enumerate(simple) if place not in left_out]
            inbox.settle_all([(delivery, *_verdict(reading), reading.event_kind) for delivery, reading in settled])
    except (ConflictingStatement, QuantityOutOfRange):
        settled = []
    except Exception:
        logger.exception("writing %d deliveries at once failed; each is written alone", len(simple))
        settled = []
    ids = {delivery.pk for delivery, _ in settled}
    return Counter({Delivery.State.PROCESSED.value: len(ids)}), [
        (delivery, reading) for delivery, reading in readings if delivery.pk not in ids
    ]


def _is_simple(delivery: Delivery, reading: Reading) -> bool:
    """Whether a delivery says something, and for the first time."""
    return isinstance(reading, Parsed) and bool(reading.statements) and not delivery.replays


def _why(delivery: Delivery) -> ledger.Why:
    kind = Cause.Kind.REPLAY if delivery.replays else Cause.Kind.DELIVERY
    return ledger.Why(kind=kind, reference=delivery.reference)


def _read_all(
    deliveries: Sequence[Delivery], done: Counter[str], turn_to: Callable[[int], None]
) -> Iterator[tuple[Delivery, Reading]]:
    for delivery in deliveries:
        turn_to(delivery.pk)
        try:
            reading = read(delivery)
        except Exception as error:
            logger.exception("reading delivery %s failed", delivery.pk)
            inbox.fail(delivery, error)
            done["failed"] += 1
        else:
            yield delivery, reading


def _prepare(book: ledger.Book, readings: Sequence[tuple[Delivery, Reading]]) -> bool:
    """Find and lock for all at once; False when a lone delivery cannot be prepared, which is then noted on it.

    Raises ConflictingStatement for what the ledger refuses; then nothing is found or locked.
    """
    try:
        with book.savepoint():
            book.prepare(
                (delivery.endpoint.source_id, _statements(reading), _replaced(delivery, reading))
                for delivery, reading in readings
            )
            # After the streams, and for all at once: two workers that bring the same new barcodes in opposite orders
            # wait for each other here, where neither holds what the other wants.
            matching.lock_barcodes(
                (delivery.endpoint.source_id, statement)
                for delivery, reading in readings
                for statement in _statements(reading)
                if isinstance(statement, ListingDescribed)
            )
    except ConflictingStatement:
        raise
    except Exception as error:
        if len(readings) != 1:
            raise
        logger.exception("preparing delivery %s failed", readings[0][0].pk)
        inbox.fail(readings[0][0], error)
        return False
    return True


def read(delivery: Delivery) -> Reading:
    """What a delivery says, checked against what its endpoint accepts; touches nothing."""
    received = from_datetime(delivery.received_at)
    try:
        said = _parse(delivery, received)
    except (MalformedPayload, InvalidStatement) as error:
        return Quarantined(reason=str(error))
    problem = _problem(delivery, said, received)
    return Quarantined(event_kind=said.event_kind, reason=problem) if problem else said


def tenant_of(delivery: Delivery) -> str:
    """The account that a delivery names; '' where it names none, or cannot be read."""
    try:
        return _parse(delivery, from_datetime(delivery.received_at)).tenant
    except (MalformedPayload, InvalidStatement):
        return ""


def _parse(delivery: Delivery, received: int) -> Parsed | Ignored:
    provider = PROVIDERS[delivery.endpoint.source.provider]
    return provider.parse(
        Intake(
            number=delivery.pk,
            received=received,
            headers=dict(delivery.headers),
            body=bytes(delivery.body),
            settings=provider.settings_of(delivery.endpoint.source.settings),
        )
    )


def _problem(delivery: Delivery, said: Parsed | Ignored, received: int) -> str:
    """Why a person has to look at a delivery first; '' when nobody has to."""
    source = delivery.endpoint.source
    accepted = delivery.endpoint.tenants
    problems = {
        "conflict": "an earlier delivery has the same event id and another body"
        if getattr(delivery, "conflicts", False)
        else "",
        "environment": "it is sandbox traffic, at an endpoint of a production source"
        if said.environment == "sandbox" and source.environment == Source.Environment.PRODUCTION
        else "",
        "tenant": f"it names the account {said.tenant!r}, which this endpoint does not accept"
        if accepted and said.tenant not in accepted
        else "",
        "clock": _clock_problem(said, received),
    }
    return next((problem for check, problem in problems.items() if problem and check not in delivery.waived), "")


def _clock_problem(said: Parsed | Ignored, received: int) -> str:
    latest = received + MOST_AHEAD // timedelta(microseconds=1) * 1000
    said_to_occur = [(statement.key, statement.occurred) for statement in _statements(said)]
    if isinstance(said, Ignored) and said.revoked is not None:
        said_to_occur.append((said.event_kind, said.revoked))
    ahead = next(((what, occurred) for what, occurred in said_to_occur if occurred > latest), None)
    if ahead is None:
        return ""
    what, occurred = ahead
    return (
        f"{what}: it says that it occurred at {instant_text(occurred)}, "
        f"more than {MOST_AHEAD // timedelta(minutes=1)} minutes after it was received ({instant_text(received)})"
    )


def _statements(reading: Reading) -> Sequence[Statement]:
    return reading.statements if isinstance(reading, Parsed) else ()


def _settle(book: ledger.Book, delivery: Delivery, reading: Reading) -> str:
    state, reason = _verdict(reading)
    try:
        with book.savepoint():
            inbox.settle(delivery, state, reason, event_kind=reading.event_kind)
            if isinstance(reading, Ignored):
                _note_revocation(delivery.endpoint.source_id, reading)
            _record(book, delivery, reading)
    except (ConflictingStatement, QuantityOutOfRange) as error:
        inbox.settle(delivery, Delivery.State.QUARANTINED, str(error), event_kind=reading.event_kind)
        return Delivery.State.QUARANTINED.value
    except Exception as error:
        logger.exception("processing delivery %s failed", delivery.pk)
        inbox.fail(delivery, error)
        return "failed"
    return state.value


def _verdict(reading: Reading) -> tuple[Delivery.State, str]:
    match reading:
        case Quarantined():
            return Delivery.State.QUARANTINED, reading.reason
        case Ignored():
            return Delivery.State.IGNORED, reading.reason
        case Parsed(statements=()):
            return Delivery.State.IGNORED, "it is of a kind that we map, but says nothing"
        case _:
            return Delivery.State.PROCESSED, reading.note


def _record(book: ledger.Book, delivery: Delivery, reading: Reading) -> None:
    if isinstance(reading, Quarantined):
        # What an earlier processing recorded stays: a person decides.
        return
    replayed = delivery.replays > 0
    statements = _statements(reading)
    if statements or replayed:
        book.record(
            delivery.endpoint.source_id,
            statements,
            _why(delivery),
            replaces=_replaced(delivery, reading),
        )


def _replaced(delivery: Delivery, reading: Reading) -> list[str]:
    """What a replayed delivery takes the place of: itself, and its rivals when staff accepted it despite them."""
    if not delivery.replays or isinstance(reading, Quarantined):
        return []
    if "conflict" not in delivery.waived:
        return [delivery.reference]
    rivals = Delivery.objects.filter(endpoint=delivery.endpoint, dedup_key=delivery.dedup_key).order_by("pk")
    return [rival.reference for rival in rivals.only("pk")]


def _note_revocation(source_id: int, ignored: Ignored) -> None:
    if ignored.revoked is not None:
        revoked_at = to_datetime(ignored.revoked)
        newer = Q(revoked_at__isnull=True) | Q(revoked_at__lt=revoked_at)
        Source.objects.filter(newer, pk=source_id).update(revoked_at=revoked_at)
