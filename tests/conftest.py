"""Set-up that every test shares."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connections
from django.test import TransactionTestCase
from hypothesis import settings

from inventory import immutability
from webhooks import lookup, refusals

# A busy machine is no fault of what is tried.
settings.register_profile("stockroom", deadline=None)
settings.load_profile("stockroom")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes minutes, so that no worker is left with it while the others have nothing to do."""
    rooms = ("tests/soak/", "tests/laws/", "tests/fuzz/", "tests/races/", "tests/e2e/")
    items.sort(key=lambda item: next((n for n, room in enumerate(rooms) if item.nodeid.startswith(room)), len(rooms)))


@pytest.fixture(scope="session", autouse=True)
def _databases_can_be_emptied_between_tests() -> None:
    """Lift the triggers around the flush of a test that commits: emptying a table is what they refuse.

    Django's flush makes them again, because it sends post_migrate.
    """
    flush: Callable[[Any], None] = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def lift_and_flush(self: TransactionTestCase) -> None:
        for connection in connections.all():
            immutability.lift(connection)
        flush(self)
        for connection in connections.all():
            immutability.install(connection)

    TransactionTestCase._fixture_teardown = lift_and_flush  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _nothing_is_remembered_between_tests() -> None:
    """Empty what a process remembers of its database: the next test has another, and may be asked within a minute."""
    lookup.forget_doorways()
    refusals.sampler.forget()
