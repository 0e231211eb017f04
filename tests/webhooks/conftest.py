"""What the tests of receiving share."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.webhooks.inbox_support import NOON, Clock
from tests.webhooks.shop import SquareShop


@pytest.fixture
def shop(db: None) -> SquareShop:
    return SquareShop()


@pytest.fixture
def clock() -> Iterator[Clock]:
    """Stands at noon until it is moved on."""
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller
