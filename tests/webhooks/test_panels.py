"""What receiving shows on the first page: what needs a person, and the arrivals of the last day hour by hour."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory.models import Source
from tests.admin_support import make_rows
from tests.inventory.page_support import open_page
from tests.task_support import titles, told
from tests.webhooks.inbox_support import NOON, Clock, at, reading, store
from tests.webhooks.shop import SquareShop
from webhooks import panels, troubles, worker
from webhooks.endpoints import add_endpoint
from webhooks.models import Delivery, Endpoint, Secret

pytestmark = pytest.mark.django_db

TABLE = "Deliveries by hour, the newest first"


def send(shop: SquareShop, clock: Clock, *hours: float) -> None:
    """One delivery at each of these moments, in hours after noon."""
    number = Delivery.objects.count()
    for after in hours:
        clock.move_to(at(hours=after))
        number += 1
        assert shop.post(reading(number)).status_code == 200


# --- what needs a person ---------------------------------------------------------------------------------


def test_a_quarantined_delivery_needs_a_person(shop: SquareShop, clock: Clock) -> None:
    assert troubles.quarantined(NOON) == []
    shop.receive(b"not json", reading(1))
    (task,) = troubles.quarantined(NOON)
    assert told([task]) == [
        ("1 delivery is quarantined", "Kept, but not in the stock until you decide. Each says why.", True)
    ]
    assert task.url == "/admin/webhooks/delivery/?state__exact=quarantined"


def test_quarantined_deliveries_are_counted_up_to_a_bound(
    shop: SquareShop, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inventory.tasks.MOST", 2)
    shop.receive(b"a", b"b", b"c")
    assert titles(troubles.quarantined(NOON)) == ["2+ deliveries are quarantined"]


def test_refusals_are_told_for_a_day(shop: SquareShop, clock: Clock) -> None:
    assert shop.post(reading(1), signature="forged").status_code == 401
    assert titles(troubles.refused(at(hours=23.9))) == ["1 request was refused"]
    assert troubles.refused(at(hours=24)) == []


def test_a_delivery_that_nobody_takes_up_tells_that_the_worker_is_down(shop: SquareShop, clock: Clock) -> None:
    store(shop, 1)
    assert troubles.waiting_too_long(at(minutes=5)) == []
    assert titles(troubles.waiting_too_long(at(minutes=5.1))) == ["1 delivery waits too long"]
    Endpoint.objects.update(state=Endpoint.State.PAUSED)
    assert troubles.waiting_too_long(at(minutes=5.1)) == []
    Endpoint.objects.update(state=Endpoint.State.ACTIVE)
    worker.drain()
    assert troubles.waiting_too_long(at(hours=5)) == []


def test_an_endpoint_without_a_live_secret_refuses_everything(shop: SquareShop, clock: Clock) -> None:
    assert troubles.without_secret(NOON) == []
    Secret.objects.filter(endpoint=shop.made.endpoint).update(not_after=at(hours=1))
    assert troubles.without_secret(NOON) == []
    assert told(troubles.without_secret(at(hours=1))) == [
        (
            "1 endpoint has no secret",
            f"Square, Main Street #{shop.made.endpoint.pk}: every request is refused until there is one.",
            True,
        )
    ]
    Endpoint.objects.update(state=Endpoint.State.DISABLED)
    assert troubles.without_secret(at(hours=1)) == []


def test_an_endpoint_whose_url_is_its_credential_is_not_missing_a_secret(clock: Clock) -> None:
    add_endpoint("budsense", name="BudSense")
    assert troubles.without_secret(NOON) == []


def test_a_connection_that_its_sender_ended_is_told_until_it_is_made_again(shop: SquareShop, clock: Clock) -> None:
    Source.objects.update(revoked_at=NOON)
    assert titles(troubles.revoked(NOON)) == ["1 connection was ended by its sender"]
    Source.objects.update(reconnected_at=at(hours=1))
    assert troubles.revoked(NOON) == []
    Source.objects.update(revoked_at=at(hours=2))
    assert titles(troubles.revoked(NOON)) == ["1 connection was ended by its sender"]


# --- silence ---------------------------------------------------------------------------------------------


def test_a_source_that_sent_ten_in_an_hour_is_silent_after_a_day(shop: SquareShop, clock: Clock) -> None:
    send(shop, clock, *(number / 10 for number in range(1, 11)))
    assert troubles.silent(at(hours=25)) == []
    assert told(troubles.silent(at(hours=25.1))) == [
        (
            "1 source is silent",
            (
                "Square, Main Street (nothing for 1 day). Silent means: nothing for more than a day, and for longer "
                "than the last 10 deliveries took together."
            ),
            False,
        )
    ]


def test_a_source_that_sends_once_a_day_is_given_the_time_of_ten_deliveries(shop: SquareShop, clock: Clock) -> None:
    """The last ten came on days 1 to 10, which is nine days from the first to the last."""
    send(shop, clock, *(24 * day for day in range(11)))
    assert troubles.silent(at(days=19)) == []
    assert titles(troubles.silent(at(days=19, hours=1))) == ["1 source is silent"]


def test_nine_deliveries_are_too_few_to_know_a_rhythm(shop: SquareShop, clock: Clock) -> None:
    send(shop, clock, *(number / 10 for number in range(1, 10)))
    assert troubles.silent(at(days=100)) == []


def test_a_source_that_never_sent_is_silent_after_a_day(shop: SquareShop, clock: Clock) -> None:
    Endpoint.objects.update(created_at=NOON)
    assert troubles.silent(at(hours=24)) == []
    (task,) = troubles.silent(at(hours=25))
    assert task.detail.startswith("Square, Main Street (nothing ever came).")


def test_nobody_waits_for_a_source_that_is_paused_or_was_cut_off(shop: SquareShop, clock: Clock) -> None:
    Endpoint.objects.update(state=Endpoint.State.PAUSED, created_at=NOON)
    assert troubles.silent(at(days=2)) == []
    Endpoint.objects.update(state=Endpoint.State.ACTIVE)
    Source.objects.update(revoked_at=NOON)
    assert troubles.silent(at(days=2)) == []


# --- the arrivals of a day -------------------------------------------------------------------------------


def test_each_hour_shows_what_was_settled_what_waits_and_what_was_refused(
    admin_client: Client, shop: SquareShop, clock: Clock
) -> None:
    """Two at noon and one an hour later are settled, one of two later is quarantined, two wait; one is refused."""
    send(shop, clock, 0, 0.5, 1)
    worker.drain()
    clock.move_to(at(hours=2))
    shop.receive(b"not json")
    send(shop, clock, 3, 3.99)
    assert shop.post(reading(99), signature="forged").status_code == 401
    hours = {hour.begins: (hour.stored, hour.waiting, hour.refused) for hour in panels.arrivals(at(hours=3.99))}
    assert list(hours) == [at(hours=number) for number in range(-20, 4)]
    assert {begins: numbers for begins, numbers in hours.items() if any(numbers)} == {
        at(hours=0): (2, 0, 0),
        at(hours=1): (1, 0, 0),
        at(hours=2): (0, 1, 0),
        at(hours=3): (0, 2, 1),
    }
    page = open_page(admin_client, "/")
    assert page.tables[TABLE][:4] == [
        ["2024-05-01 15:00 UTC", "0", "2", "1"],
        ["2024-05-01 14:00 UTC", "0", "1", "0"],
        ["2024-05-01 13:00 UTC", "1", "0", "0"],
        ["2024-05-01 12:00 UTC", "2", "0", "0"],
    ]
    assert len(page.tables[TABLE]) == 24
    assert "settled: 3" in page.text
    assert "waiting or quarantined: 3" in page.text
    assert "refused: 1" in page.text


def test_the_chart_is_drawn_without_any_style_or_script(admin_client: Client, shop: SquareShop, clock: Clock) -> None:
    send(shop, clock, 0, 1)
    html = admin_client.get("/").content.decode()
    assert html.count('class="chart-bar chart-bar-1"') == 3  # the legend's, and one for each hour in which one waits
    assert " style=" not in html
    assert "<style" not in html


def test_what_is_older_than_a_day_is_left_out(shop: SquareShop, clock: Clock) -> None:
    send(shop, clock, 0)
    assert sum(hour.waiting for hour in panels.arrivals(at(hours=23.99))) == 1
    assert sum(hour.waiting for hour in panels.arrivals(at(hours=24))) == 0


def test_a_busy_hour_is_counted_up_to_a_bound(
    admin_client: Client, shop: SquareShop, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(panels, "MOST_IN_AN_HOUR", 2)
    send(shop, clock, 0, 0.1, 0.2, 0.3)
    page = open_page(admin_client, "/")
    assert page.tables[TABLE][0] == ["2024-05-01 12:00 UTC", "0+", "3+", "0"]
    assert "In each hour, counting stops at 2." in page.text


def test_arrivals_are_read_from_an_index_alone(shop: SquareShop, clock: Clock) -> None:
    with CaptureQueriesContext(connection) as queries:
        panels.arrivals(NOON)
    assert len(queries) == 2
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN QUERY PLAN " + queries.captured_queries[0]["sql"])
            steps = [step for *_, step in cursor.fetchall() if "webhooks_delivery" in step]
        assert {"COVERING INDEX delivery_received" in step for step in steps} == {True}


def test_what_needs_a_person_costs_the_same_queries_at_ten_rows_and_at_two_hundred(clock: Clock) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            for finder in troubles.FINDERS:
                finder.find(NOON + timedelta(days=1000))
            panels.arrivals_panel(NOON)
        return len(queries)

    make_rows(1, 10)
    few = cost()
    make_rows(11, 200)
    assert cost() == few
