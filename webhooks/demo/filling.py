"""Fills an empty database with the demo's week, through the door and the inbox, in the order of time."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction

from inventory.models import Source
from webhooks import inbox
from webhooks.demo import staff
from webhooks.demo.account import Account
from webhooks.processing import process
from webhooks.twins import Message
from webhooks.twins.week import Week

NAMES = {
    "square": "Square, Main Street and Harbour",
    "treez": "Treez, Main Street",
    "tracktile": "Tracktile, Harbour Kitchen",
    "jetti": "Jetti, web shop",
    "budsense": "BudSense, catalogue",
}
AT_ONCE = 250
"""Deliveries to a transaction: nobody else waits for this database."""


class CannotFill(Exception):
    """Why this database is not filled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """What came of it."""

    answers: Counter[int]
    states: Counter[str]


def is_empty() -> bool:
    """Whether this database knows no source yet, so that it can be filled."""
    return not Source.objects.exists()


def fill(week: Week, told: Callable[[int], None]) -> Filled:
    """Make the endpoints, let the week come in, and set what staff would; `told` hears how many have come in.

    Raises CannotFill when there is anything in the database already.
    """
    if not is_empty():
        raise CannotFill("there is something in this database already")
    accounts = {twin.provider: Account.open(twin, NAMES[twin.provider]) for twin in week.cast.all()}
    answers: Counter[int] = Counter()
    states: Counter[str] = Counter()
    for messages in _chunks(week.messages):
        with transaction.atomic():
            answers.update(accounts[message.sender].deliver(message).status for message in messages)
        states += _drain()
        told(len(messages))
    sources = {name: account.source for name, account in accounts.items()}
    with transaction.atomic():
        staff.match_listings(week.cast, sources)
        staff.set_up_sites(week.cast, sources)
    return Filled(answers=answers, states=states)


def _chunks(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    for first in range(0, len(messages), AT_ONCE):
        yield messages[first : first + AT_ONCE]


def _drain() -> Counter[str]:
    done: Counter[str] = Counter()
    while ids := inbox.claim(AT_ONCE):
        done += process(ids)
    return done
