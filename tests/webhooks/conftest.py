"""What the tests of receiving share."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.webhooks.inbox_support import NOON, Clock
from tests.webhooks.shop import SquareShop
from webhooks import lookup, refusals


@pytest.fixture(autouse=True)
def _nothing_is_remembered_between_tests() -> None:
    lookup.forget_doorways()
    refusals.sampler.forget()


@pytest.fixture
def shop(db: None) -> SquareShop:
    return SquareShop()


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Stands at noon until it is moved on."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller
