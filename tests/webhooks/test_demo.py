"""The demo's shop: everything that it is there to show is in it, and the ledger can prove all of it."""

from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count as Number
from django.db.models import Max

from inventory import ledger
from inventory.instants import from_datetime
from inventory.models import Batch, BatchLink, Count, Listing, Location, Product, Site, Source, StockEvent
from inventory.reports import stock
from webhooks.demo.filling import CannotFill, fill
from webhooks.models import Delivery, Endpoint, Refusal
from webhooks.twins import Cell
from webhooks.twins.week import Week, week
from webhooks.twins.week.calendar import Calendar
from webhooks.twins.week.exhibits import RECALL

UNTIL = datetime(2026, 11, 20, 19, 30, tzinfo=UTC)
SCALE = 0.05


def demo(*arguments: str) -> str:
    out = StringIO()
    call_command("demo", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def played() -> Week:
    return week(seed=1, until=from_datetime(UNTIL), scale=SCALE)


@pytest.fixture
def shop(db: None, played: Week) -> Week:
    """The week, once it has come in."""
    heard: list[int] = []
    filled = fill(played, heard.append)
    assert sum(heard) == len(played.messages)
    assert filled.answers == {200: len(played.messages) - 14, 401: 14}
    assert filled.states.keys() == {"processed", "ignored", "quarantined"}
    return played


def source(provider: str) -> Source:
    return Source.objects.get(provider=provider)


def test_the_shop_holds_everything_that_it_is_there_to_show(shop: Week) -> None:
    """One filling for all of it: it takes some seconds."""
    for check in (
        every_delivery_came_as_its_sender_sent_it,
        what_needs_a_person_is_there,
        what_was_refused_is_there,
        the_catalogue_has_fallen_silent_and_the_others_have_not,
        products_are_known_to_one_or_more_sources,
        two_sites_of_which_one_has_an_authority,
        milk_was_sold_that_was_not_there,
        a_merge_was_undone_and_a_recall_ended_lots,
        dates_are_near_and_past,
        a_container_has_moved,
        every_count_is_the_twins_own_truth,
        the_ledger_is_proven,
    ):
        check(shop)


def every_delivery_came_as_its_sender_sent_it(shop: Week) -> None:
    sent: dict[bytes, list[int]] = defaultdict(list)
    for message in shop.messages:
        sent[message.body].append(message.sent_at)
    kept = [(from_datetime(row.received_at), bytes(row.body)) for row in Delivery.objects.order_by("pk")]
    # What one sender says in one instant arrives microseconds apart.
    assert [body for at, body in kept if not any(-1_000 < at - then < 1_000_000 for then in sent[body])] == []
    assert [at // 1_000_000 for at, _ in kept] == sorted(at // 1_000_000 for at, _ in kept)
    assert UNTIL - timedelta(days=7) <= Delivery.objects.order_by("pk")[0].received_at
    assert not Delivery.objects.filter(received_at__gt=UNTIL).exists()


def what_needs_a_person_is_there(shop: Week) -> None:
    quarantined = Delivery.objects.filter(state="quarantined").order_by("endpoint__source__provider")
    reasons = [(row.endpoint.source.provider, row.reason.split(":")[0][:45]) for row in quarantined]
    assert reasons == [
        ("jetti", "it names the account '4101/78', which this en"),
        ("square", "it is sandbox traffic, at an endpoint of a pr"),
        ("treez", "document"),
    ]
    kinds = set(Delivery.objects.filter(state="ignored").values_list("event_kind", flat=True))
    assert {"webhooks.test_notification", "catalog.version.updated", "order.status.changed"} <= kinds


def what_was_refused_is_there(shop: Week) -> None:
    refused = Refusal.objects.values_list("endpoint__source__provider", "cause")
    assert Counter(refused) == {("square", "wrong"): 11, ("treez", "wrong"): 3}


def the_catalogue_has_fallen_silent_and_the_others_have_not(shop: Week) -> None:
    newest = dict(
        Endpoint.objects.annotate(newest=Max("deliveries__received_at")).values_list("source__provider", "newest")
    )
    assert newest.pop("budsense") < UNTIL - timedelta(days=3)
    assert sorted(newest) == ["jetti", "square", "tracktile", "treez"]
    assert min(newest.values()) > UNTIL - timedelta(minutes=10)


def products_are_known_to_one_or_more_sources(shop: Week) -> None:
    known = Product.objects.annotate(sources=Number("listings__source", distinct=True))
    by_number = Counter(known.values_list("sources", flat=True))
    assert (by_number[2] >= 20, by_number[3] >= 1, by_number[1] >= 10, by_number[0]) == (True, True, True, 0)
    assert 40 <= sum(by_number.values()) <= 60
    matches = Counter(Listing.objects.values_list("match", flat=True))
    assert matches.keys() == {"barcode", "staff", "unmatched"}
    assert Product.objects.filter(threshold__isnull=False).count() >= 8


def two_sites_of_which_one_has_an_authority(shop: Week) -> None:
    assert list(Site.objects.values_list("name", "authority__provider")) == [
        ("Harbour", None),
        ("Main Street", "treez"),
    ]
    sites = Location.objects.exclude(site=None).values_list("site__name", "source__provider")
    assert set(sites) == {
        ("Harbour", "square"),
        ("Harbour", "tracktile"),
        ("Main Street", "square"),
        ("Main Street", "treez"),
    }
    at_harbour = Count.objects.filter(location__site__name="Harbour", bucket="available", quantity__gt=Decimal(0))
    sources = at_harbour.order_by().values("listing__product").annotate(sources=Number("source", distinct=True))
    assert max(row["sources"] for row in sources) == 2


def milk_was_sold_that_was_not_there(shop: Week) -> None:
    below = Count.objects.filter(quantity__lt=Decimal(0)).values_list("listing__product__name", "quantity")
    assert ("Oat Milk 1 l", Decimal(-2)) in list(below)
    assert set(Count.objects.values_list("quality", flat=True)) == {"exact", "doubtful", "unknown", "untracked"}


def a_merge_was_undone_and_a_recall_ended_lots(shop: Week) -> None:
    undone = BatchLink.objects.filter(kind="merged", ended_by__isnull=False)
    assert undone.values("result").distinct().count() >= 1
    assert BatchLink.objects.filter(kind="split").count() == 1
    recalled = StockEvent.objects.filter(data__reason=RECALL)
    assert recalled.count() == 3
    ended = Batch.objects.filter(streams__events__in=recalled).distinct()
    assert [batch.status for batch in ended] == ["ended"] * 3
    assert {count.quantity for count in Count.objects.filter(batch__in=ended)} == {Decimal(0)}


def dates_are_near_and_past(shop: Week) -> None:
    today = UNTIL.date()
    there = Count.objects.filter(quantity__gt=Decimal(0))
    dates = there.values_list("source__provider", "batch__expires_on")
    dated = [(provider, until) for provider, until in dates if until is not None]
    assert {"tracktile", "treez"} == {provider for provider, until in dated if until < today}
    near = {provider for provider, until in dated if today <= until <= today + timedelta(days=3)}
    assert near == {"tracktile", "treez"}
    assert max(until for _, until in dated) > date(2026, 12, 1)


def a_container_has_moved(shop: Week) -> None:
    stands_in = dict(Location.objects.filter(parent__isnull=False).values_list("name", "parent__name"))
    assert stands_in == {"Pallet 3": "Cold Storage", "Tote 12": "Oven Line"}


def the_ledger_is_proven(shop: Week) -> None:
    proof = ledger.prove()
    assert proof.breaches == []
    assert proof.accounts == Delivery.objects.count()


def every_count_is_the_twins_own_truth(shop: Week) -> None:
    for twin in shop.cast.all():
        truth = {cell: quantity for cell, quantity in twin.truth().items() if quantity != 0}
        rows = stock(source=source(twin.provider).name)
        counts = {
            Cell(row.listing, row.batch or "", row.location or "", row.bucket, row.state): row.quantity for row in rows
        }
        assert {cell: quantity for cell, quantity in counts.items() if quantity != 0} == truth


@pytest.mark.django_db
def test_a_database_that_holds_something_is_not_filled(played: Week) -> None:
    Source.objects.create(name="The shop's own", provider="square")
    with pytest.raises(CannotFill, match="something in this database already"):
        fill(played, lambda _: None)
    assert not Endpoint.objects.exists()


@pytest.mark.parametrize(
    ("until", "hour"),
    [(UNTIL, 16), (datetime(2026, 3, 1, 3, 5, tzinfo=UTC), 16), (datetime(2026, 7, 4, tzinfo=UTC), 16)],
)
def test_the_week_ends_on_a_working_afternoon_wherever_the_clock_is(until: datetime, hour: int) -> None:
    calendar = Calendar(until=from_datetime(until))
    assert (until + timedelta(hours=calendar.offset)).hour == hour
    assert -12 <= calendar.offset <= 11
    opened = datetime.fromtimestamp(calendar.at(1, 9, 30) / 1e9, tz=UTC) + timedelta(hours=calendar.offset)
    local = until + timedelta(hours=calendar.offset)
    assert (opened.date(), opened.hour, opened.minute) == (local.date() - timedelta(days=1), 9, 30)


# The command


@pytest.mark.django_db
def test_the_command_fills_an_empty_database_once() -> None:
    said = demo("--fill", "--scale", "0.05", "--until", "2026-11-20T19:30:00Z")
    assert "100 % (" in said
    assert "401: 14" in said
    assert "What to look at:" in said
    deliveries = Delivery.objects.count()
    assert demo("--fill") == "The demo's shop is as you left it; `make demo FRESH=1` makes it anew.\n"
    assert Delivery.objects.count() == deliveries


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "say --fill if that is what you want"),
        (["--fill", "--scale", "11"], "--scale 11.0: it must be from 0.05 to 10"),
        (["--fill", "--until", "yesterday"], "--until 'yesterday' is no time with a zone"),
        (["--fill", "--until", "2026-11-20T19:30:00"], "is no time with a zone"),
    ],
)
def test_the_command_says_what_it_needs(arguments: list[str], problem: str) -> None:
    with pytest.raises(CommandError) as refused:
        demo(*arguments)
    assert problem in str(refused.value)
    assert not Source.objects.exists()


@pytest.mark.django_db
def test_a_filling_that_was_broken_off_is_not_taken_for_a_shop() -> None:
    Source.objects.create(name="Square, Main Street and Harbour", provider="square")
    with pytest.raises(CommandError, match="was not filled to its end"):
        demo("--fill")
