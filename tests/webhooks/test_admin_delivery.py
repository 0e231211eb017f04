"""A delivery in the admin: the bytes, the outcome, the effect on stock, and a second try."""

from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client

from inventory.admin.display import admin_url
from inventory.models import Cause, Count, Movement, StockEvent
from tests.admin_support import (
    NOON,
    make_arrivals,
    make_cause,
    make_delivery,
    make_event,
    make_source,
    make_staff,
    make_stock,
)
from webhooks.models import Delivery

pytestmark = pytest.mark.django_db

FIRST_16_KB = 16_384


@pytest.fixture
def delivery() -> Delivery:
    return make_arrivals(make_source(), 1)


def another(delivery: Delivery, body: bytes, *, state: str = "processed", reason: str = "") -> Delivery:
    return make_delivery(delivery.endpoint, delivery.token, delivery.secret, body=body, state=state, reason=reason)


def page_of(client: Client, delivery: Delivery) -> str:
    return client.get(admin_url(Delivery, "change", delivery.pk)).content.decode()


def path_of(delivery: Delivery, page: str) -> str:
    return f"/admin/webhooks/delivery/{delivery.pk}/{page}/"


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (b'{"a": "<script>alert(1)</script>"}', "{&quot;a&quot;: &quot;&lt;script&gt;alert(1)&lt;/script&gt;&quot;}"),
        ("Käse & Brot".encode(), "Käse &amp; Brot"),
        (b"\xff\xfe{}", "\\xff\\xfe{}"),
        (b"a\0b\x1b[31m", "a\\x00b\\x1b[31m"),
        ("a\u202eb\u200bc".encode(), "a\\u202eb\\u200bc"),
        (b"one\n\ttwo", "one\n\ttwo"),
    ],
)
def test_a_body_is_shown_as_harmless_text(admin_client: Client, delivery: Delivery, body: bytes, shown: str) -> None:
    page = page_of(admin_client, another(delivery, body))
    assert f'<p>All {len(body)} bytes.</p><pre class="raw" tabindex="0">{shown}</pre>' in page


def test_only_the_start_of_a_long_body_is_shown_and_the_page_says_so(admin_client: Client, delivery: Delivery) -> None:
    page = page_of(admin_client, another(delivery, b"x" * FIRST_16_KB + b"y" * 10))
    assert f'<p>The first 16,384 of 16,394 bytes.</p><pre class="raw" tabindex="0">{"x" * FIRST_16_KB}</pre>' in page


def test_an_empty_body_is_called_empty(admin_client: Client, delivery: Delivery) -> None:
    assert "The body is empty." in page_of(admin_client, another(delivery, b""))


def test_the_whole_body_is_downloaded_byte_for_byte_as_a_file(admin_client: Client, delivery: Delivery) -> None:
    long = another(delivery, b"\x00\xff<html>" + b"z" * 100_000)
    response = admin_client.get(path_of(long, "body"))
    assert response.content == b"\x00\xff<html>" + b"z" * 100_000
    assert {name: response[name] for name in ("Content-Type", "Content-Disposition", "X-Content-Type-Options")} == {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": f'attachment; filename="delivery-{long.pk}.bin"',
        "X-Content-Type-Options": "nosniff",
    }


def test_a_body_is_given_only_to_those_who_may_see_deliveries(client: Client, delivery: Delivery) -> None:
    client.force_login(make_staff("webhooks.view_refusal"))
    assert client.get(path_of(delivery, "body")).status_code == 403
    assert client.get("/admin/webhooks/delivery/999999/body/").status_code == 403


def test_a_body_that_is_not_there_is_not_found(admin_client: Client, delivery: Delivery) -> None:
    found = [admin_client.get(f"/admin/webhooks/delivery/{pk}/body/").status_code for pk in (999_999, 10**30)]
    assert found == [404, 404]


def test_kept_headers_are_a_table(admin_client: Client, delivery: Delivery) -> None:
    page = " ".join(page_of(admin_client, delivery).split())
    assert '<th scope="col">Header</th><th scope="col">Value</th>' in page
    assert "<td>square-version</td><td>2026-01-22</td>" in page


def test_the_outcome_says_what_became_of_it_and_what_proved_it(admin_client: Client, delivery: Delivery) -> None:
    stuck = another(delivery, b"{}", state="quarantined", reason="type: is missing")
    page = page_of(admin_client, stuck)
    assert "type: is missing" in page
    assert f'<a href="/admin/webhooks/secret/{delivery.secret_id}/change/">Secret 1</a>' in page
    assert "whsec-1" not in page
    assert "token-1" not in page


def test_a_delivery_proved_by_its_url_alone_says_so(admin_client: Client, delivery: Delivery) -> None:
    bare = make_delivery(delivery.endpoint, delivery.token, None, body=b"{}")
    assert "the URL token: this scheme has no secret" in page_of(admin_client, bare)


def test_the_effect_on_stock_is_shown_with_links(admin_client: Client, delivery: Delivery) -> None:
    count = make_stock(delivery.endpoint.source, 90)
    cause = make_cause(delivery.reference)
    event = make_event(count.stream, cause, key="mine", quantity=Decimal(85))
    Movement.objects.create(
        seq=500, count=count, delta=Decimal(-5), quality="exact", event=event, cause=cause, recorded_at=NOON
    )
    page = " ".join(page_of(admin_client, delivery).split())
    row = (
        f'<td><a href="/admin/inventory/movement/500/change/">2026-03-01 12:00:00 UTC</a></td>'
        f'<td><a href="/admin/inventory/count/{count.pk}/change/">'
        "Listing 90 · Lot 90 · Shelf 90 · available (IN_STOCK)</a></td>"
        "<td>-5</td><td>exact</td>"
        f'<td><a href="/admin/inventory/stockevent/{event.pk}/change/">reading</a></td>'
    )
    assert row in page
    assert f'<td><a href="/admin/inventory/stockevent/{event.pk}/change/">reading</a></td><td>2026-03-01T12' in page
    assert f'<a href="/admin/inventory/movement/?cause__id__exact={cause.pk}">movements</a>' in page
    assert "+90" not in page


def test_an_event_that_another_delivery_stated_first_is_listed_as_restated(
    admin_client: Client, delivery: Delivery
) -> None:
    make_stock(delivery.endpoint.source, 90)
    event = StockEvent.objects.get()
    event.restatements.create(cause=make_cause(delivery.reference))
    page = " ".join(page_of(admin_client, delivery).split())
    assert "<td>event 90</td><td>by another delivery</td>" in page


def test_no_more_than_200_movements_are_shown(admin_client: Client, delivery: Delivery) -> None:
    count = make_stock(delivery.endpoint.source, 90)
    cause = make_cause(delivery.reference)
    event = make_event(count.stream, cause, key="mine", quantity=None)
    Movement.objects.bulk_create(
        Movement(
            seq=1000 + number,
            count=count,
            delta=Decimal(5000 + number),
            quality="exact",
            event=event,
            cause=cause,
            recorded_at=NOON,
        )
        for number in range(201)
    )
    page = page_of(admin_client, delivery)
    assert [number for number in range(201) if f"<td>+{5000 + number}</td>" in page] == list(range(200))


def test_a_delivery_without_effect_says_so(admin_client: Client, delivery: Delivery) -> None:
    page = page_of(admin_client, delivery)
    assert "Nothing has been written to the ledger because of it." in page
    assert "It has moved no count." in page


def test_a_number_leads_to_the_raw_bytes_in_three_clicks(admin_client: Client, delivery: Delivery) -> None:
    count = make_stock(delivery.endpoint.source, delivery.pk)
    link = f"/admin/webhooks/delivery/{delivery.pk}/change/"
    assert link in admin_client.get(admin_url(Count, "change", count.pk)).content.decode()
    download = path_of(delivery, "body")
    assert download in admin_client.get(link).content.decode()
    assert admin_client.get(download).content == bytes(delivery.body)


def test_replay_puts_a_delivery_back_and_writes_down_who_did_it(admin_client: Client, delivery: Delivery) -> None:
    assert path_of(delivery, "replay") in page_of(admin_client, delivery)
    response = admin_client.post(path_of(delivery, "replay"), follow=True)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.replays, delivery.waived) == ("pending", 1, [])
    assert "Replayed: 1 delivery waits to be processed again." in response.content.decode()
    entry = LogEntry.objects.get()
    assert (entry.user.get_username(), entry.object_repr, entry.change_message) == (
        "admin",
        f"delivery {delivery.pk}",
        "Replayed.",
    )


def test_accepting_a_quarantined_delivery_sets_its_checks_aside(admin_client: Client, delivery: Delivery) -> None:
    stuck = another(delivery, b"{}", state="quarantined", reason="the tenant is not accepted here")
    assert path_of(stuck, "accept") in page_of(admin_client, stuck)
    admin_client.post(path_of(stuck, "accept"))
    stuck.refresh_from_db()
    assert (stuck.state, stuck.waived) == ("pending", ["clock", "conflict", "environment", "tenant"])


def test_only_a_quarantined_delivery_can_be_accepted(admin_client: Client, delivery: Delivery) -> None:
    assert path_of(delivery, "accept") not in page_of(admin_client, delivery)
    response = admin_client.post(path_of(delivery, "accept"), follow=True)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.waived) == ("processed", [])
    assert "None of these deliveries is quarantined." in response.content.decode()


def test_a_pending_delivery_cannot_be_replayed(admin_client: Client, delivery: Delivery) -> None:
    waiting = another(delivery, b"{}", state="pending")
    assert path_of(waiting, "replay") not in page_of(admin_client, waiting)
    response = admin_client.post(path_of(waiting, "replay"), follow=True)
    assert "they wait to be processed already" in response.content.decode()
    assert LogEntry.objects.count() == 0


def test_chosen_deliveries_are_replayed_together(admin_client: Client, delivery: Delivery) -> None:
    others = [another(delivery, body) for body in (b"1", b"2")]
    chosen = {"action": "replay_chosen", "_selected_action": [row.pk for row in others]}
    response = admin_client.post(admin_url(Delivery, "changelist"), chosen, follow=True)
    assert "Replayed: 2 deliveries wait to be processed again." in response.content.decode()
    assert list(Delivery.objects.order_by("pk").values_list("state", "replays")) == [
        ("processed", 0),
        ("pending", 1),
        ("pending", 1),
    ]


def test_accepting_chosen_deliveries_leaves_out_those_that_are_not_quarantined(
    admin_client: Client, delivery: Delivery
) -> None:
    stuck = another(delivery, b"1", state="quarantined", reason="it conflicts")
    chosen = {"action": "accept_chosen", "_selected_action": [delivery.pk, stuck.pk]}
    admin_client.post(admin_url(Delivery, "changelist"), chosen)
    assert list(Delivery.objects.order_by("pk").values_list("state", flat=True)) == ["processed", "pending"]


def test_too_many_deliveries_at_once_are_left_alone(
    admin_client: Client, delivery: Delivery, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webhooks.admin.delivery.AT_ONCE", 1)
    other = another(delivery, b"1")
    chosen = {"action": "replay_chosen", "_selected_action": [delivery.pk, other.pk]}
    response = admin_client.post(admin_url(Delivery, "changelist"), chosen, follow=True)
    assert "Choose at most 1 deliveries at once; nothing was done." in response.content.decode()
    assert Delivery.objects.filter(state="processed").count() == 2


@pytest.mark.parametrize("page", ["replay", "accept"])
def test_only_a_post_by_those_who_may_puts_a_delivery_back(client: Client, delivery: Delivery, page: str) -> None:
    client.force_login(make_staff("webhooks.view_delivery"))
    assert path_of(delivery, page) not in page_of(client, delivery)
    assert client.post(path_of(delivery, page)).status_code == 403
    assert client.get(path_of(delivery, page)).status_code == 405
    assert b"replay_chosen" not in client.get(admin_url(Delivery, "changelist")).content
    chosen = {"action": "replay_chosen", "_selected_action": [delivery.pk]}
    client.post(admin_url(Delivery, "changelist"), chosen)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.replays) == ("processed", 0)


def test_those_who_may_replay_still_cannot_edit(client: Client, delivery: Delivery) -> None:
    client.force_login(make_staff("webhooks.view_delivery", "webhooks.change_delivery"))
    assert client.post(admin_url(Delivery, "change", delivery.pk), {"reason": "mine"}).status_code == 403
    assert client.post(path_of(delivery, "replay")).status_code == 302
    assert client.post("/admin/webhooks/delivery/999999/replay/").status_code == 404


def test_a_replay_without_a_csrf_token_is_refused(delivery: Delivery) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_staff("webhooks.view_delivery", "webhooks.change_delivery"))
    assert client.post(path_of(delivery, "replay")).status_code == 403


def test_a_delivery_is_found_by_its_number_and_by_the_senders_event_id(
    admin_client: Client, delivery: Delivery
) -> None:
    other = another(delivery, b"1")
    found = [
        [row.pk for row in admin_client.get(admin_url(Delivery, "changelist"), {"q": text}).context["cl"].result_list]
        for text in (str(other.pk), other.dedup_key, "nothing")
    ]
    assert found == [[other.pk], [other.pk], []]


def test_a_cause_leads_to_the_delivery_behind_it(admin_client: Client, delivery: Delivery) -> None:
    cause = make_cause(delivery.reference)
    page = admin_client.get(admin_url(Cause, "change", cause.pk)).content.decode()
    assert f'<a href="/admin/webhooks/delivery/{delivery.pk}/change/">delivery {delivery.pk}</a>' in page
