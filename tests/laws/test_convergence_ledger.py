"""Every provider's histories from the door to the ledger, however often, in whatever order and batches they come."""

from collections.abc import Sequence
from contextlib import ExitStack

import pytest
import time_machine
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from inventory import ledger
from inventory.models import Listing
from inventory.reports import Clock
from tests.laws.effort import LEDGER, tries
from tests.laws.histories import FEEDS, Happening, History, arrivals
from tests.laws.reference import difference
from tests.laws.site import OPENED, Site, fixed_tables, moment_of, right_then, shown_then
from webhooks import worker

SHARED = "00012345600012"
"""The barcode that Treez and BudSense both know."""

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_worker_does_not_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "SQLITE_PAUSE", 0)
    monkeypatch.setattr(worker, "SQLITE_SECONDS", 60)


def end_in_one_world(data: st.DataObject, histories: Sequence[History]) -> None:
    happenings: list[Happening] = [happening for history in histories for happening in history.happenings]
    arrival = data.draw(arrivals(History("", happenings), again=2, cuts=2))
    replays, takes_back = data.draw(st.sampled_from([False, False, True])), data.draw(st.none() | st.integers(0, 7))
    with time_machine.travel(OPENED, tick=False) as clock, transaction.atomic(), ExitStack() as tables:
        site = Site(histories, clock)
        site.receive(arrival, look_after=data.draw(st.integers(0, 2)))
        if replays:
            tables.enter_context(fixed_tables())
            site.fix_and_replay()
        if takes_back is not None:
            site.take_back(takes_back)

        for number in range(len(histories)):
            assert difference(*site.worlds(number)) == []
        assert ledger.prove().breaches == []
        moment, shown = site.seen
        assert shown_then(moment, Clock.KNOWN) == shown
        tick = data.draw(st.integers(0, 12))
        assert shown_then(moment_of(tick), Clock.TRUE) == right_then(site, tick)
        if len(histories) > 1:
            # What bears one barcode is one product, whoever said so; what was taken back may have been alone in that.
            bearing = Listing.objects.filter(barcodes__gtin=SHARED)
            assert bearing.values("product").distinct().count() <= 1
        transaction.set_rollback(True)


@pytest.mark.parametrize("feed", FEEDS)
def test_any_arrival_at_the_ledger_ends_where_the_second_opinion_does(feed: str) -> None:
    @tries(LEDGER)
    @given(st.data())
    def holds(data: st.DataObject) -> None:
        end_in_one_world(data, [data.draw(FEEDS[feed](most=4))])

    holds()


@tries(LEDGER)
@given(st.data())
def test_sources_that_tell_of_one_product_do_not_disturb_one_another(data: st.DataObject) -> None:
    end_in_one_world(data, [data.draw(FEEDS[feed](most=3)) for feed in ("treez", "budsense", "square")])
