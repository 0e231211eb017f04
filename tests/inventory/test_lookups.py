"""`among` finds what `in` finds, however many values there are."""

import pytest
from django.db import connection
from django.db.models import Q
from django.test.utils import CaptureQueriesContext

from inventory.models import Listing, Product, Source
from tests.inventory.ledger_support import make_source

pytestmark = pytest.mark.django_db

ODD = ["", "a,b", 'quo"te', "back\\slash", "{braces}", "O'Neil", "NULL", "%s", "ä\u200b雪"]
BEYOND_SQLITES_VARIABLES = 40_000


@pytest.fixture
def source() -> Source:
    return make_source()


@pytest.fixture
def listings(source: Source) -> dict[str, Listing]:
    product = Product.objects.create(name="Tea")
    return {
        name: Listing.objects.create(source=source, tenant="shop", external_id=name, product=product) for name in ODD
    }


def test_texts_are_found_as_they_are(listings: dict[str, Listing]) -> None:
    for name in ODD:
        found = Listing.objects.filter(external_id__among=[name, "nothing is called so"])
        assert list(found) == [listings[name]]


def test_numbers_are_found_more_than_sqlite_has_variables(listings: dict[str, Listing]) -> None:
    wanted = [listing.pk for listing in listings.values()]
    numbers = [*range(max(wanted) + 1, max(wanted) + BEYOND_SQLITES_VARIABLES), *wanted]
    assert set(Listing.objects.filter(pk__among=numbers)) == set(listings.values())


def test_what_a_foreign_key_names_is_found(listings: dict[str, Listing], source: Source) -> None:
    assert set(Listing.objects.filter(source__among={source.pk})) == set(listings.values())
    assert list(Listing.objects.filter(source__among={source.pk + 1})) == []


def test_among_none_is_nothing_and_nobody_is_asked(listings: dict[str, Listing]) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert list(Listing.objects.filter(pk__among=[])) == []
    assert asked.captured_queries == []
    either = Q(pk__among=[]) | Q(external_id__among=["NULL"])
    assert list(Listing.objects.filter(either)) == [listings["NULL"]]
