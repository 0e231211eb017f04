"""A refusal in the admin: why a request was not believed, without what it tried to prove itself with."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from inventory.admin.display import admin_url
from tests.admin_support import make_arrivals, make_source, make_staff
from webhooks.models import Refusal
from webhooks.verification import Cause

pytestmark = pytest.mark.django_db


@pytest.fixture
def refusal() -> Refusal:
    make_arrivals(make_source(), 1)
    return Refusal.objects.get()


@pytest.mark.parametrize("cause", list(Cause))
def test_a_refusal_says_what_its_cause_means(admin_client: Client, refusal: Refusal, cause: Cause) -> None:
    Refusal.objects.update(cause=cause.value)
    page = admin_client.get(admin_url(Refusal, "change", refusal.pk)).content.decode()
    assert cause.meaning in page
    assert "no live secret matches" in page


def test_a_cause_of_another_version_is_called_unknown(admin_client: Client, refusal: Refusal) -> None:
    Refusal.objects.update(cause="weather")
    page = admin_client.get(admin_url(Refusal, "change", refusal.pk)).content.decode()
    assert "This version of Stockroom does not know this cause." in page


def test_a_refusal_shows_its_headers_and_body_but_never_reads_its_credentials(
    admin_client: Client, refusal: Refusal
) -> None:
    with CaptureQueriesContext(connection) as queries:
        page = " ".join(admin_client.get(admin_url(Refusal, "change", refusal.pk)).content.decode().split())
    assert "<td>content-type</td><td>application/json</td>" in page
    assert '<pre class="raw" tabindex="0">{&quot;refused&quot;: true}</pre>' in page
    assert "17 bytes came" in page
    assert "stolen-credential" not in page
    assert [query for query in queries.captured_queries if '"credentials"' in query["sql"]] == []


def test_a_cut_body_says_how_much_came(admin_client: Client, refusal: Refusal) -> None:
    Refusal.objects.update(body_size=70_000)
    page = admin_client.get(admin_url(Refusal, "change", refusal.pk)).content.decode()
    assert "70,000 bytes came; the first 65,536 are kept" in page


def test_a_refused_body_is_downloaded_by_those_who_may_see_refusals(client: Client, refusal: Refusal) -> None:
    client.force_login(make_staff("webhooks.view_refusal"))
    response = client.get(f"/admin/webhooks/refusal/{refusal.pk}/body/")
    assert (response.content, response["Content-Disposition"]) == (
        b'{"refused": true}',
        f'attachment; filename="refusal-{refusal.pk}.bin"',
    )


def test_refusals_are_filtered_by_their_cause(admin_client: Client, refusal: Refusal) -> None:
    found = [
        len(admin_client.get(admin_url(Refusal, "changelist"), {"cause": cause}).context["cl"].result_list)
        for cause in ("wrong", "stale")
    ]
    assert found == [1, 0]
