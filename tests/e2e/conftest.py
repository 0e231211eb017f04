"""Stands for the tests, their databases copied from one that was migrated once."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from tests.e2e.databases import Database, new_database
from tests.e2e.stand import Stand

NewStand = Callable[..., AbstractContextManager[Stand]]


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """A database after `manage.py migrate`, to be copied."""
    directory = tmp_path_factory.mktemp("migrated")
    database = new_database(directory)
    try:
        Stand(database, directory).command("migrate", "--verbosity", "0")
        yield database
    finally:
        database.drop()


@pytest.fixture(scope="session")
def new_stand(migrated: Database) -> NewStand:
    """Makes a stand in a directory, with nothing running yet and a database of its own; ends it with its block."""

    @contextmanager
    def make(directory: Path, **environment: str) -> Iterator[Stand]:
        database = migrated.copy(directory)
        stand = Stand(database, directory, **environment)
        try:
            yield stand
        finally:
            stand.close()
            database.drop()

    return make


@pytest.fixture
def idle_stand(new_stand: NewStand, tmp_path: Path) -> Iterator[Stand]:
    """A stand with nothing running yet."""
    with new_stand(tmp_path) as stand:
        yield stand


@pytest.fixture
def stand(idle_stand: Stand) -> Stand:
    """A stand with its web server running, and no worker."""
    idle_stand.start_server()
    return idle_stand
