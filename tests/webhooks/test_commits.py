"""Commits that requests share: who is told what, and when."""

import asyncio
import gc
import threading
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from weakref import ref

import pytest
from django.db import Error, IntegrityError, OperationalError, connection

from tests.webhooks.shop import SquareShop
from webhooks import commits, intake
from webhooks.commits import SharedCommits
from webhooks.intake import Row
from webhooks.models import Delivery

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PATIENCE = 30.0


class Table:
    """The table of deliveries, behind a gate that a test may shut; notes what each commit brings."""

    def __init__(self) -> None:
        self.commits: list[list[str]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.problem: Exception | None = None

    def store(self, rows: Sequence[Row]) -> None:
        self.commits.append([row.dedup_key for row in rows])
        assert self.gate.wait(timeout=PATIENCE)
        if self.problem is not None:
            raise self.problem
        intake.store(rows)

    def keys(self) -> list[str]:
        return list(Delivery.objects.order_by("pk").values_list("dedup_key", flat=True))


@pytest.fixture
def shop(transactional_db: None) -> SquareShop:
    return SquareShop()


@pytest.fixture
def table() -> Table:
    return Table()


Story = Callable[[SharedCommits], Awaitable[None]]


@pytest.fixture
def play(table: Table) -> Iterator[Callable[[Story], None]]:
    """Runs a story on an event loop of its own; its writer ends with the test."""
    shared = SharedCommits(table.store)
    yield lambda story: asyncio.run(asyncio.wait_for(_as_coroutine(story(shared)), PATIENCE))
    shared._writer.submit(_close_connection).result()
    shared._writer.shutdown()


def _close_connection() -> None:
    connection.close()


async def _as_coroutine(story: Awaitable[None]) -> None:
    await story


def row(shop: SquareShop, key: str, *, body: bytes = b"{}") -> Row:
    endpoint, token = shop.made.endpoint.pk, shop.made.token.pk
    return Row(endpoint, token, None, NOON, key, "0" * 64, body, "[]")


async def told(storing: Awaitable[None]) -> type[Exception] | None:
    """What a request was told: nothing bad, or the kind of problem."""
    try:
        await storing
    except Error as error:
        return type(error)
    return None


async def until(happens: Callable[[], bool]) -> None:
    while not happens():
        await asyncio.sleep(0.005)


def test_what_comes_during_a_commit_is_stored_by_the_next(
    shop: SquareShop, table: Table, play: Callable[[Story], None]
) -> None:
    async def story(shared: SharedCommits) -> None:
        table.gate.clear()
        first = asyncio.ensure_future(shared.store(row(shop, "first")))
        await until(lambda: table.commits == [["first"]])
        others = [asyncio.ensure_future(shared.store(row(shop, f"other {number}"))) for number in range(5)]
        await asyncio.sleep(0.05)
        # Nobody is answered before the commit.
        assert [task.done() for task in (first, *others)] == [False] * 6
        table.gate.set()
        await asyncio.gather(first, *others)

    play(story)
    others = [f"other {number}" for number in range(5)]
    assert table.commits == [["first"], others]
    assert table.keys() == ["first", *others]


def test_a_commit_is_bounded_in_rows_and_in_bytes(
    shop: SquareShop, table: Table, play: Callable[[Story], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commits, "MOST_ROWS", 3)
    monkeypatch.setattr(commits, "MOST_BYTES", 10)

    async def story(shared: SharedCommits) -> None:
        sizes = {"a": 1, "b": 1, "c": 1, "d": 6, "e": 4, "f": 1, "huge": 100, "g": 1}
        await asyncio.gather(*(shared.store(row(shop, key, body=b" " * size)) for key, size in sizes.items()))

    play(story)
    assert table.commits == [["a", "b", "c"], ["d", "e"], ["f"], ["huge"], ["g"]]
    assert table.keys() == ["a", "b", "c", "d", "e", "f", "huge", "g"]


def test_one_that_the_database_refuses_takes_no_neighbour_along(
    shop: SquareShop, table: Table, play: Callable[[Story], None]
) -> None:
    heard: list[type[Exception] | None] = []

    async def story(shared: SharedCommits) -> None:
        rows = [row(shop, "a"), row(shop, "no endpoint")._replace(endpoint=0), row(shop, "b")]
        heard.extend(await asyncio.gather(*(told(shared.store(each)) for each in rows)))

    play(story)
    assert heard == [None, IntegrityError, None]
    assert table.keys() == ["a", "b"]


def test_while_the_database_is_away_all_that_wait_are_told_at_once_and_afterwards_all_is_well(
    shop: SquareShop, table: Table, play: Callable[[Story], None]
) -> None:
    heard: list[type[Exception] | None] = []

    async def story(shared: SharedCommits) -> None:
        table.gate.clear()
        table.problem = OperationalError("connection refused")
        first = asyncio.ensure_future(told(shared.store(row(shop, "first"))))
        await until(lambda: table.commits == [["first"]])
        others = [asyncio.ensure_future(told(shared.store(row(shop, f"other {number}")))) for number in range(3)]
        await asyncio.sleep(0.05)
        table.gate.set()
        heard.extend(await asyncio.gather(first, *others))
        table.problem = None
        heard.append(await told(shared.store(row(shop, "later"))))

    play(story)
    assert heard == [OperationalError] * 4 + [None]
    assert table.commits == [["first"], ["later"]]
    assert table.keys() == ["later"]


def test_whoever_hangs_up_keeps_nobody_waiting(shop: SquareShop, table: Table, play: Callable[[Story], None]) -> None:
    async def story(shared: SharedCommits) -> None:
        gone = asyncio.ensure_future(shared.store(row(shop, "gone")))
        stays = asyncio.ensure_future(shared.store(row(shop, "stays")))
        await asyncio.sleep(0)
        gone.cancel()
        await stays

    play(story)
    assert table.keys() == ["gone", "stays"]


class Cursor:
    """Something that only its own thread may let go."""


def test_an_error_that_was_told_holds_nothing_of_where_it_passed() -> None:
    cursors: list[ref[Cursor]] = []

    def ask() -> None:
        cursor = Cursor()
        cursors.append(ref(cursor))
        circle = OperationalError(f"{cursor} is locked")
        raise circle

    gc.disable()
    try:
        with pytest.raises(OperationalError) as told:
            ask()
        assert cursors[0]() is not None
        commits.let_go(told.value)
        assert cursors[0]() is None
    finally:
        gc.enable()
