"""Sites, over HTTP: staff make them, choose their locations and whose counts hold, and see what is there."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.admin.models import LogEntry
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory.events import Bucket
from inventory.instants import from_datetime
from inventory.models import Listing, Location, Site, Source
from tests.admin_support import make_rows, make_staff
from tests.inventory.page_support import one_product, open_page, read, source

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
AT = from_datetime(NOON - timedelta(hours=1))
STOCK = "Stock at this site, by product and source"
LOCATIONS = "Locations of this site, each below the one that it stands in"
TO_ADD = "Locations that can be added"


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def till() -> Source:
    return source("Till", read("coffee", "shop", "7", at=AT), read("tea", "shop", "2.5", at=AT))


@pytest.fixture
def books() -> Source:
    return source("Books", read("SKU-1", "counter", "9", at=AT))


def at(external_id: str) -> Location:
    return Location.objects.get(external_id=external_id)


def site_of(*places: str, name: str = "Main Street", authority: Source | None = None) -> Site:
    site = Site.objects.create(name=name, authority=authority)
    Location.objects.filter(external_id__in=places).update(site=site)
    return site


def history() -> list[tuple[str, str]]:
    """(what, what was done to it), oldest first."""
    entries = LogEntry.objects.select_related("content_type").order_by("pk")
    return [(f"{entry.content_type} {entry.object_repr}", entry.get_change_message()) for entry in entries]


# --- the story -------------------------------------------------------------------------------------------


def test_staff_make_a_site_choose_its_locations_and_say_whose_counts_hold(
    client: Client, till: Source, books: Source
) -> None:
    one_product("Coffee", "coffee", "SKU-1", unit="bag")
    client.force_login(
        make_staff("inventory.view_site", "inventory.add_site", "inventory.change_site", "inventory.view_count")
    )
    made = client.post("/sites/add/", {"name": " Main Street "})
    site = Site.objects.get()
    assert (site.name, made["Location"]) == ("Main Street", f"/sites/{site.pk}/locations/?q=")

    found = open_page(client, f"/sites/{site.pk}/locations/?q=shop")
    assert found.tables[TO_ADD] == [["", "shop", "Till", "no site yet", "7 bag and 1 count in a unit not known"]]
    chosen = {"does": "add", "location": [at("shop").pk, at("counter").pk]}
    answer = client.post(f"/sites/{site.pk}/locations/?q=shop", chosen)
    assert answer["Location"] == f"/sites/{site.pk}/locations/?q=shop"
    assert "2 locations were added." in open_page(client, answer["Location"]).text

    before = open_page(client, f"/sites/{site.pk}/")
    assert "nobody has said whose counts hold" in before.text
    form = client.get(f"/sites/{site.pk}/edit/").context["form"]
    assert [name for _, name in form.fields["authority"].choices][1:] == ["Books", "Till"]
    client.post(f"/sites/{site.pk}/edit/", {"name": "Main St", "authority": books.pk})

    after = open_page(client, f"/sites/{site.pk}/")
    assert after.headings[0] == "Main St"
    assert after.tables[STOCK] == [
        ["Coffee", "Total", "9", "9", "bag", "1 hour ago"],
        ["Books authority", "9", "9", "bag", "1 hour ago"],
        ["Till to compare", "7", "7", "bag", "1 hour ago"],
        ["tea", "Till", "2.5", "2.5", "not known", "1 hour ago"],
    ]
    assert history() == [
        ("Stock | site Main Street", "Added."),
        ("Stock | site Main Street", "Added 2 locations: shop, counter."),
        ("Stock | location shop", "Added to the site “Main Street”."),
        ("Stock | location counter", "Added to the site “Main Street”."),
        ("Stock | site Main St", "Changed name and authority."),
    ]


def test_locations_are_taken_out_again(admin_client: Client, till: Source, books: Source) -> None:
    site = site_of("shop", "counter")
    other = site_of(name="Mill")
    answer = admin_client.post(
        f"/sites/{site.pk}/locations/", {"does": "remove", "location": [at("shop").pk]}, follow=True
    )
    assert "1 location was taken out." in answer.content.decode()
    assert (at("shop").site, at("counter").site) == (None, site)
    # What is not there cannot be taken out.
    admin_client.post(f"/sites/{other.pk}/locations/", {"does": "remove", "location": [at("counter").pk]})
    assert at("counter").site == site
    assert history() == [
        ("Stock | site Main Street", "Took out 1 locations: shop."),
        ("Stock | location shop", "Taken out of the site “Main Street”."),
    ]


def test_a_location_of_another_site_moves(admin_client: Client, till: Source) -> None:
    site_of("shop", name="Mill")
    site = site_of()
    found = open_page(admin_client, f"/sites/{site.pk}/locations/?q=shop")
    assert [row[3] for row in found.tables[TO_ADD]] == ["Mill"]
    admin_client.post(f"/sites/{site.pk}/locations/", {"does": "add", "location": [at("shop").pk]})
    assert at("shop").site == site


def test_choosing_nothing_changes_nothing_and_says_so(admin_client: Client, till: Source) -> None:
    site = site_of()
    answer = admin_client.post(f"/sites/{site.pk}/locations/?q=", {"does": "add"}, follow=True)
    assert "No location was chosen; nothing was changed." in answer.content.decode()
    assert history() == []


# --- what a site's pages show ----------------------------------------------------------------------------


def test_locations_stand_below_the_one_they_are_in_with_what_is_on_hand_in_each_unit(admin_client: Client) -> None:
    """The bay holds 5 bags and 2 cases of 12 bags, 3 grams and something unknown; its rack a quantity of no unit."""
    source(
        "Tracker",
        read("bag", "bay", "5", at=AT),
        read("case", "bay", "2", at=AT, bucket=Bucket.HELD),
        read("herb", "bay", "3", at=AT),
        read("salt", "bay", None, at=AT),
        read("old", "bay", "8", at=AT, bucket=Bucket.WASTE),
        read("gone", "bay", "0", at=AT),
        read("tea", "rack", "1", at=AT),
        read("tea", "attic", "0", at=AT),
    )
    one_product("Coffee", "bag", "case", unit="bag")
    Listing.objects.filter(external_id="case").update(unit="case", unit_factor=12)
    Listing.objects.filter(external_id="herb").update(unit="g")
    yard = Location.objects.create(source=Source.objects.get(), external_id="yard")
    Location.objects.filter(external_id="bay").update(parent=yard)
    Location.objects.filter(external_id="rack").update(parent=at("bay"))
    site = site_of("bay", "rack", "attic")
    page = open_page(admin_client, f"/sites/{site.pk}/")
    assert page.tables[LOCATIONS] == [
        ["attic", "Tracker", "nothing"],
        ["yard / bay", "Tracker", "29 bag, 3 g"],
        ["rack", "Tracker", "1 count in a unit not known"],
    ]
    html = admin_client.get(f"/sites/{site.pk}/").content.decode()
    assert html.count('class="level-1"') == 1


def test_a_location_with_very_many_counts_is_not_added_up_in_part(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inventory.reports.sites.COUNTS_OF_A_LOCATION", 2)
    source(
        "Till", *(read(name, "shop", "5", at=AT) for name in "abc"), *(read(name, "bar", "5", at=AT) for name in "ab")
    )
    Listing.objects.update(unit="g")
    site = site_of("shop", "bar")
    page = open_page(admin_client, f"/sites/{site.pk}/")
    assert page.tables[LOCATIONS] == [["bar", "Till", "10 g"], ["shop", "Till", "more than 2 counts"]]


def test_the_list_names_the_authority_or_says_that_one_is_missing(
    admin_client: Client, till: Source, books: Source
) -> None:
    source("Web shop", read("W1", "web", "1", at=AT, bucket=Bucket.CHANNEL))
    site_of("shop", "counter", name="Both")
    site_of(name="Empty")
    page = open_page(admin_client, "/sites/")
    assert page.tables["Sites by name"] == [
        ["Both", "nobody's yet: choose one", "Books (1), Till (1)", "Stock at Both"],
        ["Empty", "nothing to choose", "no locations yet", "Stock at Empty"],
    ]
    Site.objects.filter(name="Both").update(authority=till)
    Location.objects.filter(external_id="web").update(site=Site.objects.get(name="Empty"))
    page = open_page(admin_client, "/sites/")
    assert [row[1:3] for row in page.tables["Sites by name"]] == [
        ["Till", "Books (1), Till (1)"],
        ["nothing to choose", "Web shop (1)"],
    ]
    assert page.links["Stock at Both"] == f"/sites/{Site.objects.get(name='Both').pk}/#stock"


def test_an_authority_without_a_location_is_a_mistake_that_is_shown(admin_client: Client, till: Source) -> None:
    site = site_of(authority=till)
    assert "It has no location here any more" in open_page(admin_client, f"/sites/{site.pk}/").text


def test_without_sites_the_list_says_what_they_are_good_for(admin_client: Client) -> None:
    assert "There is no site yet." in open_page(admin_client, "/sites/").text


# --- what is refused -------------------------------------------------------------------------------------


def test_only_a_source_that_reports_there_and_is_no_sandbox_can_be_the_authority(
    admin_client: Client, till: Source, books: Source
) -> None:
    trial = source("Trial", read("T1", "trial", "1", at=AT), environment="sandbox")
    site = site_of("shop", "trial")
    for stranger in (books, trial):
        answer = admin_client.post(f"/sites/{site.pk}/edit/", {"name": "Main Street", "authority": stranger.pk})
        assert "That choice is not one of the available choices." in answer.content.decode()
    site.refresh_from_db()
    assert site.authority is None


def test_two_sites_of_one_name_are_refused(admin_client: Client) -> None:
    site_of(name="Mill")
    answer = admin_client.post("/sites/add/", {"name": "Mill"})
    assert "Site with this Name already exists." in answer.content.decode()
    assert Site.objects.count() == 1


@pytest.mark.parametrize(
    "chosen",
    [
        {"does": "eat", "location": ["1"]},
        {"does": "add", "location": ["x"]},
        {"does": "add", "location": ["-1"]},
        {"does": "add", "location": ["9" * 30]},
        {"does": "add", "location": ["1"] * 51},
        {},
    ],
)
def test_a_forged_choice_is_a_bad_request(admin_client: Client, chosen: dict[str, object]) -> None:
    site = site_of()
    assert admin_client.post(f"/sites/{site.pk}/locations/", chosen).status_code == 400


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("after=nonsense", 400),
        ("after=" + "A" * 5000, 400),
        ("q=%00", 400),
        ("q=" + "x" * 4000, 400),
        ("q=%25_\\", 200),
    ],
)
def test_a_hostile_address_is_a_bad_request_and_never_an_error(admin_client: Client, query: str, status: int) -> None:
    site = site_of()
    assert admin_client.get(f"/sites/{site.pk}/locations/?{query}").status_code == status


def test_a_site_that_is_not_there_is_not_found(admin_client: Client) -> None:
    for path in ("", "edit/", "locations/"):
        assert admin_client.get(f"/sites/{2**70}/{path}").status_code == 404


# --- who may, and what it costs --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "permissions"),
    [
        ("/sites/", ("inventory.view_site",)),
        ("/sites/{}/", ("inventory.view_site",)),
        ("/sites/add/", ("inventory.view_site", "inventory.add_site")),
        ("/sites/{}/edit/", ("inventory.view_site", "inventory.change_site")),
        ("/sites/{}/locations/", ("inventory.view_site", "inventory.change_site")),
    ],
)
def test_each_page_asks_for_its_permissions(client: Client, path: str, permissions: tuple[str, ...]) -> None:
    address = path.format(site_of().pk)
    assert client.get(address)["Location"] == f"/admin/login/?next={address}"
    staff = make_staff(*permissions[:-1])
    client.force_login(staff)
    assert client.get(address).status_code == 403
    staff.delete()
    client.force_login(make_staff(*permissions))
    assert client.get(address).status_code == 200


def test_whoever_may_only_look_is_offered_no_change(client: Client, till: Source) -> None:
    site = site_of("shop")
    client.force_login(make_staff("inventory.view_site"))
    for path in ("/sites/", f"/sites/{site.pk}/"):
        links = open_page(client, path).links.values()
        assert not [link for link in links if "/edit/" in link or "/add/" in link or "/locations/?" in link]


def test_every_page_of_sites_costs_the_same_queries_at_ten_rows_and_at_two_hundred(admin_client: Client) -> None:
    def costs() -> list[int]:
        site = Site.objects.order_by("pk")[0]
        Location.objects.filter(parent__isnull=False).update(site=site)
        found = []
        for path in ("/sites/", f"/sites/{site.pk}/", f"/sites/{site.pk}/locations/"):
            with CaptureQueriesContext(connection) as queries:
                open_page(admin_client, path)
            found.append(len(queries))
        with CaptureQueriesContext(connection) as queries:
            open_page(admin_client, f"/sites/{Site.objects.latest('pk').pk}/locations/?q=")
        return [*found, len(queries)]

    make_rows(1, 10)
    few = costs()
    make_rows(11, 200)
    assert costs() == few
    page = open_page(admin_client, "/sites/")
    assert len(page.tables["Sites by name"]) == 50
    assert "Next page" in page.links
