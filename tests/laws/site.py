"""A shop with some accounts: histories arrive at its door, workers restart between batches, staff take things back."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import time_machine

from inventory import ledger
from inventory.events import Bucket, Quality, Statement
from inventory.instants import from_datetime, to_datetime
from inventory.ledger import Why
from inventory.models import Cause
from inventory.quantity import quantity_text
from inventory.reports import Clock, stock
from tests.laws.histories import Arrival, Happening, History, instant
from tests.laws.parsing import said_by
from tests.laws.reference import HIDDEN, World, worlds
from tests.laws.senders import open_account
from tests.laws.shown import shown_worlds, what_is_said
from webhooks import inbox, lookup, worker
from webhooks.models import Delivery
from webhooks.providers import square

OPENED = datetime(2024, 1, 15, 0, 0, 1, tzinfo=UTC)
"""When the first delivery arrives; nothing in a history occurs more than some seconds after that."""

Shown = dict[tuple[str, str | None, str | None, str, str], tuple[str | None, Quality]]

# What a mapping fix changes: how a provider's settings or table reads the very same bytes.
FIXED_SETTINGS = {
    "treez": {"absent_rows": "whole"},
    "tracktile": {"quantity_attribute": ""},
}
FIXED_STATES = {"CUSTOM": Bucket.HELD}


class Site:
    """One account for each history."""

    def __init__(self, histories: Sequence[History], clock: time_machine.Traveller) -> None:
        lookup.forget_doorways()
        self.clock = clock
        self.accounts = [
            open_account(history.provider, name=f"account {number}", settings=history.settings)
            for number, history in enumerate(histories)
        ]
        self.happenings = [
            (number, happening) for number, history in enumerate(histories) for happening in history.happenings
        ]
        self.by_hand: dict[str, tuple[int, Statement]] = {}
        self.withdrawn: set[str] = set()
        self.arrived = 0
        self.seen: tuple[datetime, Shown] = (OPENED, {})

    def receive(self, arrival: Arrival, *, look_after: int) -> None:
        """Everything, in batches; between two of them the worker is started anew and keeps nothing in memory.

        After one of them staff look at the stock, and at their clock.
        """
        for number, batch in enumerate(arrival.batches):
            for index in batch:
                self._happen(*self.happenings[index])
            self.work()
            if number == look_after % len(arrival.batches):
                self.seen = (to_datetime(self._now()), shown_then(None, Clock.KNOWN))
                self._later()

    def work(self) -> None:
        """Process what there is."""
        while worker.step():
            pass
        self._later()

    def fix_and_replay(self) -> None:
        """The parsers read some of the same bytes otherwise from now on, and everything is replayed."""
        for account in self.accounts:
            source = account.source
            source.settings = {**source.settings, **FIXED_SETTINGS.get(source.provider, {})}
            source.save(update_fields=["settings"])
        inbox.replay(list(Delivery.objects.values_list("pk", flat=True)))
        self.work()

    def take_back(self, index: int) -> None:
        """Withdraw what one delivery stated, or what was said by hand."""
        references = sorted({*self.by_hand, *(delivery.reference for delivery in Delivery.objects.all())})
        reference = references[index % len(references)]
        for account in self.accounts:
            ledger.retract(reference, account.source.pk, actor="kim")
        self.withdrawn.add(reference)
        self.work()

    def standing(self, number: int) -> list[Statement]:
        """What stands of one account, read once more by its parser; arrival is what the table of deliveries says."""
        account = self.accounts[number]
        source = account.source
        said = [
            statement
            for reference, (of, statement) in self.by_hand.items()
            if of == number and reference not in self.withdrawn
        ]
        for delivery in Delivery.objects.filter(endpoint=account.made.endpoint).order_by("pk"):
            assert delivery.state in {"processed", "ignored"}, delivery.reason
            if delivery.reference not in self.withdrawn:
                said += said_by(
                    Happening(body=bytes(delivery.body)),
                    source.provider,
                    source.settings,
                    number=delivery.pk,
                    received=from_datetime(delivery.received_at),
                )
        return said

    def worlds(self, number: int) -> tuple[dict[str, World], dict[str, World]]:
        """What is shown of one account, and what should be."""
        right = what_is_said(worlds(self.standing(number)))
        return shown_worlds(self.accounts[number].source), right

    def _happen(self, number: int, happening: Happening) -> None:
        self.arrived += 1
        if self.arrived % 5:
            # A fifth arrives in the very instant of the one before.
            self._later()
        if happening.hand is None:
            answer = self.accounts[number].post(happening.body)
            assert answer.status_code == 200
            return
        reference = f"{number}/{happening.hand.key}"
        self.by_hand[reference] = (number, happening.hand)
        why = Why(kind=Cause.Kind.MANUAL, reference=reference, actor="kim")
        with ledger.posting() as book:
            book.record(self.accounts[number].source.pk, [happening.hand], why)

    def _now(self) -> int:
        return from_datetime(datetime.now(tz=UTC))

    def _later(self) -> None:
        self.clock.shift(timedelta(seconds=1))


def fixed_tables() -> AbstractContextManager[object]:
    """Square's table of states, after it was mended."""
    return patch.dict(square.BUCKETS, FIXED_STATES)


def moment_of(tick: int) -> datetime:
    """The instant `tick` of a history."""
    return to_datetime(instant(tick))


def shown_then(as_of: datetime | None, clock: Clock) -> Shown:
    """The rows of the stock report; those of which nothing was known are left out."""
    return {
        (row.listing, row.batch, row.location, row.bucket, row.state): (
            None if row.quantity is None else quantity_text(row.quantity),
            row.quality,
        )
        for row in stock(as_of=as_of, clock=clock)
        if row.quality is not Quality.UNKNOWN
    }


def right_then(site: Site, tick: int) -> Shown:
    """What the second opinion makes of what had occurred by an instant."""
    found: Shown = {}
    for number in range(len(site.accounts)):
        said = [statement for statement in site.standing(number) if statement.occurred <= instant(tick)]
        for world in worlds(said).values():
            for name, value in world.counts.items():
                shown = None if value.quality in HIDDEN else quantity_text(value.number)
                found[name.listing, name.batch or None, name.location or None, name.bucket, name.state] = (
                    shown,
                    value.quality,
                )
    return {name: value for name, value in found.items() if value[1] is not Quality.UNKNOWN}
