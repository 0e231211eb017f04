"""How stock went, as it was known: worked out backwards from what there is now."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from inventory.events import Bucket
from inventory.instants import from_datetime
from inventory.models import Count, Source
from inventory.quantity import quantity_text
from inventory.reports import history as report
from inventory.reports.history import History, histories, history
from tests.inventory.fold.support import read, untracked
from tests.inventory.ledger_support import make_source, write

pytestmark = pytest.mark.django_db
MIDNIGHT = datetime(2026, 5, 1, tzinfo=UTC)


def on(day: int) -> datetime:
    return MIDNIGHT + timedelta(days=day)


def instant(day: int) -> int:
    return from_datetime(on(day))


@pytest.fixture(autouse=True)
def _week() -> None:
    """In the shop 10 on day 0, 12 on day 2, not tracked on day 4, 9 on day 6; in the cellar 5 from day 3 on."""
    source = make_source()
    for day, said in (
        (0, read("a", instant(0), "10")),
        (2, read("b", instant(2), "12")),
        (3, replace(read("c", instant(3), "5"), location="cellar")),
        (4, untracked("d", instant(4))),
        (6, read("e", instant(6), "9")),
    ):
        # Each was recorded five hours after its moment.
        with time_machine.travel(on(day) + timedelta(hours=5), tick=False):
            write(source, said)


def told(since: int, until: int = 8, number: int = 400) -> History | None:
    return history("t", "", list(Count.objects.all()), since=on(since), until=on(until), number=number)


def points(drawn: History | None) -> list[tuple[int, str | None]]:
    """(day, sum) of each step."""
    assert drawn is not None
    return [((at - MIDNIGHT).days, None if value is None else quantity_text(value)) for at, value in drawn.points]


def test_the_sum_of_two_places_goes_up_and_down_and_leaves_out_what_is_not_known() -> None:
    """10, 12, 12 + 5, then 5 alone, then 9 + 5."""
    drawn = told(-1)
    assert points(drawn) == [(-1, None), (0, "10"), (2, "12"), (3, "17"), (4, "5"), (6, "14")]
    assert drawn is not None
    assert (drawn.left_out, drawn.since) == (False, on(-1))


def test_what_was_known_before_the_time_asked_for_is_where_it_begins() -> None:
    assert points(told(1)) == [(1, "10"), (2, "12"), (3, "17"), (4, "5"), (6, "14")]
    assert points(told(5)) == [(5, "5"), (6, "14")]
    assert points(told(7)) == [(7, "14")]


def test_of_a_long_history_the_newest_movements_are_drawn() -> None:
    drawn = told(-1, number=2)
    assert points(drawn) == [(4, "5"), (6, "14")]
    assert drawn is not None
    assert (drawn.left_out, drawn.since) == (True, on(4))


def test_as_many_movements_as_may_be_drawn_leave_nothing_out() -> None:
    drawn = told(-1, number=5)
    assert drawn is not None
    assert (len(drawn.points), drawn.left_out) == (6, False)


def test_what_comes_late_is_drawn_behind_what_was_known_by_then() -> None:
    """The cellar's 7 of day 5 is recorded on day 7, when the shop's 9 of day 6 was known: 9 + 7."""
    with time_machine.travel(on(7), tick=False):
        write(Source.objects.get(), replace(read("late", instant(5), "7"), location="cellar"))
    assert points(told(5)) == [(5, "5"), (6, "16")]


def test_one_delivery_that_moves_several_counts_is_one_step() -> None:
    with time_machine.travel(on(7), tick=False):
        write(make_source("two"), read("x", instant(7), "1"), replace(read("y", instant(7), "2"), location="cellar"))
    counts = list(Count.objects.filter(source__name="two"))
    drawn = history("t", "", counts, since=on(6), until=on(8), number=400)
    assert points(drawn) == [(6, None), (7, "3")]


def test_where_no_number_was_ever_known_nothing_is_drawn() -> None:
    write(make_source("two"), untracked("x", 1))
    counts = list(Count.objects.filter(source__name="two"))
    assert history("t", "", counts, since=on(0), until=on(8), number=400) is None


def test_each_listing_is_drawn_alone_and_only_with_what_is_on_hand() -> None:
    """A tea has 3 available and 4 reserved, and 100 that are on their way."""
    source = make_source("two")
    tea = replace(read("x", instant(7), "3"), listing="tea")
    with time_machine.travel(on(7), tick=False):
        write(
            source,
            tea,
            replace(read("y", instant(7), "4"), listing="tea", bucket=Bucket.RESERVED),
            replace(read("z", instant(7), "100"), listing="tea", bucket=Bucket.IN_TRANSIT),
        )
    found = histories(Count.objects.all(), on(8))
    assert [(each.title, points(each)[-1]) for each in found.drawn] == [
        ("Main Street · coffee", (6, "14")),
        ("two · tea", (7, "7")),
    ]
    assert found.left_out is False


def test_a_listing_whose_counts_are_too_many_is_not_drawn_with_a_part_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "DRAWN_COUNTS", 1)
    monkeypatch.setattr(report, "DRAWINGS", 4)
    assert histories(Count.objects.all(), on(8)) == ([], True)
    monkeypatch.setattr(report, "DRAWN_COUNTS", 2)
    monkeypatch.setattr(report, "DRAWINGS", 1)
    write(make_source("two"), replace(read("x", 1, "3"), listing="tea"))
    found = histories(Count.objects.all(), on(8))
    assert ([each.title for each in found.drawn], found.left_out) == (["Main Street · coffee"], True)


def test_where_reading_stops_within_a_listing_that_one_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three counts may be read; the fourth is of the listing of the third."""
    monkeypatch.setattr(report, "DRAWN_COUNTS", 3)
    monkeypatch.setattr(report, "DRAWINGS", 1)
    tea = replace(read("x", 1, "3"), listing="tea")
    write(make_source("two"), tea, replace(tea, key="y", location="cellar"))
    found = histories(Count.objects.all(), on(8))
    assert ([each.title for each in found.drawn], found.left_out) == (["Main Street · coffee"], True)
