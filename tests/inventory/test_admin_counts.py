"""A count in the admin: its number, how far it can be believed, and the way to what caused it."""

from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory.admin.display import admin_url
from inventory.models import Count, Movement, StockEvent
from tests.admin_support import NOON, make_event, make_source, make_stock

pytestmark = pytest.mark.django_db

NEGATIVE = '<strong class="negative">-3.5 (negative)</strong>'


@pytest.fixture
def count() -> Count:
    return make_stock(make_source(), 90)


def page_of(client: Client, count: Count) -> str:
    return client.get(admin_url(Count, "change", count.pk)).content.decode()


def list_of(client: Client, **asked: str) -> list[int]:
    response = client.get(admin_url(Count, "changelist"), asked)
    return [row.pk for row in response.context["cl"].result_list]


@pytest.mark.parametrize(
    ("quantity", "quality", "shown", "words"),
    [
        ("90", "exact", "90", "exact: the source stands by this number"),
        ("0", "exact", "0", "exact: the source stands by this number"),
        ("2.500000", "estimated", "2.5", "estimated: the source worked this number out"),
        ("-3.5", "doubtful", NEGATIVE, "doubtful: something has happened since that the number does not show"),
        ("90", "unknown", "—", "unknown: nobody has said a number that still holds"),
        ("-3.5", "untracked", "—", "untracked: the source does not count this"),
    ],
)
def test_a_count_shows_its_number_and_how_far_it_can_be_believed(
    admin_client: Client, count: Count, quantity: str, quality: str, shown: str, words: str
) -> None:
    Count.objects.filter(pk=count.pk).update(quantity=Decimal(quantity), quality=quality)
    page = page_of(admin_client, count)
    assert f'<div class="readonly">{shown}</div>' in page
    assert words in page
    row = admin_client.get(admin_url(Count, "changelist")).content.decode()
    assert f'<td class="field-shown_quantity">{shown}</td>' in row


def test_a_count_says_when_its_source_said_so_to_the_nanosecond(admin_client: Client, count: Count) -> None:
    assert "2026-03-01T12:00:00.000000001Z" in page_of(admin_client, count)
    row = '<td class="field-known_as_of">2026-03-01 12:00:00 UTC</td>'
    assert row in admin_client.get(admin_url(Count, "changelist")).content.decode()


def test_a_count_that_nothing_stands_for_has_no_time(admin_client: Client, count: Count) -> None:
    Count.objects.filter(pk=count.pk).update(as_of=None, quality="unknown")
    assert '<td class="field-known_as_of">—</td>' in admin_client.get(admin_url(Count, "changelist")).content.decode()


def test_a_count_leads_to_its_movements_its_events_and_its_deliveries(admin_client: Client, count: Count) -> None:
    page = page_of(admin_client, count)
    event = StockEvent.objects.get()
    assert f'href="/admin/inventory/movement/?count__id__exact={count.pk}"' in page
    assert f'href="/admin/inventory/stockevent/?stream__id__exact={count.stream_id}"' in page
    assert f'<a href="/admin/inventory/stockevent/{event.pk}/change/">reading</a>' in page
    assert f'<a href="/admin/inventory/stockevent/{event.pk}/change/">retraction of reading</a>' in page
    assert '<a href="/admin/webhooks/delivery/90/change/">delivery 90</a>' in page
    assert "<td>+90</td>" in page


def test_a_count_shows_its_newest_fifty_movements(admin_client: Client, count: Count) -> None:
    event = make_event(count.stream, count.movements.all()[0].cause, key="many", quantity=None)
    Movement.objects.bulk_create(
        Movement(
            seq=1000 + number,
            count=count,
            delta=Decimal(1000 + number),
            quality="exact",
            event=event,
            cause=event.cause,
            recorded_at=NOON,
        )
        for number in range(60)
    )
    page = page_of(admin_client, count)
    shown = [number for number in range(60) if f"<td>+{1000 + number}</td>" in page]
    assert shown == list(range(10, 60))


def test_a_count_without_movements_says_so(admin_client: Client, count: Count) -> None:
    bare = Count.objects.create(
        stream=count.stream, source=count.source, listing=count.listing, bucket="held", slot="bare"
    )
    assert "Nothing has moved this count yet." in page_of(admin_client, bare)


def test_counts_are_filtered_by_quality_bucket_and_sign(admin_client: Client, count: Count) -> None:
    rest = {"stream": count.stream, "source": count.source, "listing": count.listing}
    held = Count.objects.create(**rest, bucket="held", slot="held", quality="unknown")
    below = Count.objects.create(**rest, bucket="waste", slot="below", quality="exact", quantity=Decimal(-1))
    found = [
        list_of(admin_client, quality__exact="unknown"),
        list_of(admin_client, bucket__exact="available"),
        list_of(admin_client, sign="negative"),
        list_of(admin_client),
    ]
    assert found == [[held.pk], [count.pk], [below.pk], [count.pk, held.pk, below.pk]]


@pytest.mark.parametrize("text", ["L90", "Listing 9", "listing 90", "code-90", "count 90", "  L90 "])
def test_a_count_is_found_by_what_its_listing_is_called(admin_client: Client, count: Count, text: str) -> None:
    make_stock(make_source(2), 7)
    assert list_of(admin_client, q=text) == [count.pk]


def test_a_search_looks_among_what_the_list_is_filtered_to(admin_client: Client) -> None:
    source = make_source()
    counts = [make_stock(source, 100 + number) for number in range(3)]
    Count.objects.filter(pk=counts[2].pk).update(quantity=Decimal(-1))
    shelf = str(counts[1].location_id)
    assert list_of(admin_client, q="Listing 1") == [count.pk for count in counts]
    assert list_of(admin_client, q="Listing 1", sign="negative") == [counts[2].pk]
    assert list_of(admin_client, q="Listing 1", location__id__exact=shelf) == [counts[1].pk]
    assert list_of(admin_client, q="Listing 100", sign="negative") == []


def test_the_counts_of_one_listing_that_is_found_stand_together(admin_client: Client) -> None:
    source = make_source()
    first, second = (make_stock(source, number) for number in (100, 101))
    rest = {"stream": first.stream, "source": source, "listing": first.listing}
    held = Count.objects.create(**rest, bucket="held", slot="held")
    assert list_of(admin_client, q="listing") == [first.pk, held.pk, second.pk]
    assert list_of(admin_client) == [first.pk, second.pk, held.pk]


def test_every_page_of_a_search_goes_on_where_the_one_before_ended(admin_client: Client) -> None:
    source = make_source()
    first, second = (make_stock(source, number) for number in (100, 101))
    rest = {"stream": first.stream, "source": source, "listing": first.listing}
    more = [Count.objects.create(**rest, bucket="held", slot=f"held {number}").pk for number in range(100)]
    assert list_of(admin_client, q="listing") == [first.pk, *more[:99]]
    assert list_of(admin_client, q="listing", p="2") == [more[99], second.pk]


def test_a_count_is_named_by_what_it_counts(admin_client: Client, count: Count) -> None:
    assert "Listing 90 · Lot 90 · Shelf 90 · available (IN_STOCK)" in page_of(admin_client, count)


def test_counts_are_listed_by_how_far_they_can_be_believed(admin_client: Client, count: Count) -> None:
    doubtful = make_stock(make_source(2), 2)
    Count.objects.filter(pk=doubtful.pk).update(quality="doubtful")
    found = {quality: list_of(admin_client, quality__exact=quality) for quality in ("exact", "doubtful", "unknown")}
    assert found == {"exact": [count.pk], "doubtful": [doubtful.pk], "unknown": []}


def test_a_rare_quality_is_found_by_the_index_of_what_is_rare(admin_client: Client, count: Count) -> None:
    with CaptureQueriesContext(connection) as queries:
        list_of(admin_client, quality__exact="doubtful")
    narrowed = [query["sql"] for query in queries.captured_queries if "doubtful" in query["sql"]]
    assert narrowed
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {narrowed[-1]}")
            plan = " ".join(row[3] for row in cursor.fetchall())
        assert "USING INDEX count_quality" in plan
    else:
        # A table of few rows is read as a whole by any plan.
        assert all("NOT" in sql and "'exact'" in sql for sql in narrowed)
