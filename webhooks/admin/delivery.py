"""Deliveries in the admin: what came in, what became of it, and what it did to stock."""

import re
from collections.abc import Callable, Sequence

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.text import Truncator
from django.views.decorators.http import require_POST

from inventory.admin.display import Table, Tool, admin_url, moment_text, page_link
from inventory.admin.effect import effect_tables
from webhooks import inbox, staff
from webhooks.admin.arrival import ArrivalAdmin, headers_table
from webhooks.models import Delivery, Endpoint, Secret

AT_ONCE = 1000
REASON_SHOWN = 120
EVERY_CHECK = ("tenant", "environment", "clock", "conflict")
_NUMBER = re.compile(r"[0-9]{1,18}")


@admin.register(Delivery)
class DeliveryAdmin(ArrivalAdmin[Delivery]):
    list_display = (
        "__str__",
        "received",
        "endpoint",
        "event_kind",
        "state",
        "reason_start",
        "attempts",
        "replays",
    )
    list_filter = ("state",)
    list_select_related = ("endpoint__source",)
    linked_filters = ("endpoint__id__exact", "secret__id__exact", "token__id__exact")
    ordering = ("-id",)
    search_fields = ("dedup_key__exact",)
    search_help_text = "A delivery's number, or the whole event identifier that the sender gave."
    empty_list = "Nothing has been delivered yet. An endpoint's page says how to make its sender start."
    deferred = ("body", "headers")
    actions = ("replay_chosen", "accept_chosen")
    fieldsets = (
        (
            "Outcome",
            {
                "fields": (
                    "state",
                    "reason",
                    "event_kind",
                    "attempts",
                    "due",
                    "failed",
                    "settled",
                    "replays",
                    "checks_waived",
                )
            },
        ),
        (
            "What came in",
            {
                "fields": (
                    "endpoint_link",
                    "received",
                    "verified_by",
                    "url_token",
                    "dedup_key",
                    "body_digest",
                    "body_shown",
                )
            },
        ),
    )
    readonly_fields = (
        "due",
        "failed",
        "settled",
        "checks_waived",
        "endpoint_link",
        "received",
        "verified_by",
        "url_token",
        "body_shown",
    )

    def matching(self, text: str) -> Q:
        """By the unique key, which begins with the endpoint; there are few of those."""
        endpoints = list(Endpoint.objects.values_list("pk", flat=True))
        by_key = Q(endpoint__in=endpoints, dedup_key=text)
        return by_key | Q(pk=int(text)) if _NUMBER.fullmatch(text) else by_key

    def has_replay_permission(self, request: HttpRequest) -> bool:
        """Replaying changes a delivery's fate, though nobody may edit its fields."""
        return request.user.has_perm("webhooks.change_delivery")

    def get_urls(self) -> list[URLPattern]:
        def post(name: str, view: Callable[..., HttpResponse]) -> URLPattern:
            route = f"<int:pk>/{name}/"
            return path(route, require_POST(self.admin_site.admin_view(view)), name=f"webhooks_delivery_{name}")

        return [
            post("replay", self.replay_view),
            post("accept", self.accept_view),
            post("accept-account", self.accept_account_view),
            post("take-back", self.take_back_view),
            *super().get_urls(),
        ]

    def tools(self, request: HttpRequest, obj: Delivery) -> tuple[Tool, ...]:
        found = ArrivalAdmin.tools(self, request, obj)
        if not self.has_replay_permission(request) or obj.state == Delivery.State.PENDING:
            return found

        def posting(text: str, name: str) -> Tool:
            return Tool(text=text, url=reverse(f"admin:webhooks_delivery_{name}", args=[obj.pk]), posts=True)

        replay = posting("Replay", "replay")
        if obj.state == Delivery.State.PROCESSED:
            return (posting("Take back what it said", "take-back"), replay, *found)
        if obj.state != Delivery.State.QUARANTINED:
            return (replay, *found)
        account = (posting("Accept this account", "accept-account"),) if staff.waits_for_account(obj) else ()
        return (*account, posting("Accept and process", "accept"), replay, *found)

    def tables(self, request: HttpRequest, obj: Delivery) -> tuple[Table, ...]:  # noqa: ARG002
        return (headers_table(obj.headers), *effect_tables(obj.reference))

    @admin.action(description="Replay: process the chosen deliveries again", permissions=["replay"])
    def replay_chosen(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        self._replay(request, queryset, waive=(), word="Replayed")

    @admin.action(
        description="Accept and process: set the checks aside for chosen quarantined deliveries",
        permissions=["replay"],
    )
    def accept_chosen(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        quarantined = queryset.filter(state=Delivery.State.QUARANTINED)
        self._replay(request, quarantined, waive=EVERY_CHECK, word="Accepted")

    def replay_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put one delivery back into the inbox."""
        return self._one(request, pk, self.replay_chosen)

    def accept_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Put one quarantined delivery back with its checks set aside."""
        return self._one(request, pk, self.accept_chosen)

    def accept_account_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Accept the account that one quarantined delivery names, from now on."""

        def accept(delivery: Delivery) -> str:
            tenant, number = staff.accept_tenant(delivery.pk)
            return f"The account {tenant} is accepted from now on; deliveries that waited for it: {number:,}."

        return self._decide(request, pk, accept)

    def take_back_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Take back everything that one delivery stated."""

        def take_back(delivery: Delivery) -> str:
            recorded = staff.take_back(delivery.pk, actor=request.user.get_username())
            return f"Taken back: {recorded.retracted:,} statements of {delivery}."

        return self._decide(request, pk, take_back)

    def _decide(self, request: HttpRequest, pk: int, decide: Callable[[Delivery], str]) -> HttpResponse:
        if not self.has_replay_permission(request):
            raise PermissionDenied
        delivery = self.get_queryset(request).filter(pk=pk).first()
        if delivery is None:
            raise Http404
        try:
            with transaction.atomic():
                done = decide(delivery)
                self.log_change(request, delivery, done)
        except staff.NotPossible as problem:
            self.message_user(request, f"{problem}.", messages.ERROR)
        else:
            self.message_user(request, done, messages.SUCCESS)
        return HttpResponseRedirect(admin_url(Delivery, "change", pk))

    def _one(self, request: HttpRequest, pk: int, act: Callable[..., None]) -> HttpResponse:
        if not self.has_replay_permission(request):
            raise PermissionDenied
        chosen = self.get_queryset(request).filter(pk=pk)
        if not chosen.exists():
            raise Http404
        act(request, chosen)
        return HttpResponseRedirect(admin_url(Delivery, "change", pk))

    def _replay(self, request: HttpRequest, chosen: QuerySet[Delivery], *, waive: Sequence[str], word: str) -> None:
        settled = chosen.exclude(state=Delivery.State.PENDING)
        deliveries = list(settled.select_related(None).order_by("pk").only("pk")[: AT_ONCE + 1])
        if len(deliveries) > AT_ONCE:
            self.message_user(
                request, f"Choose at most {AT_ONCE:,} deliveries at once; nothing was done.", messages.ERROR
            )
            return
        if not deliveries:
            why = "is quarantined" if waive else "is settled; they wait to be processed already"
            self.message_user(request, f"None of these deliveries {why}.", messages.WARNING)
            return
        number = inbox.replay([delivery.pk for delivery in deliveries], waive=waive)
        with transaction.atomic():
            for delivery in deliveries:
                self.log_change(request, delivery, f"{word}.")
        noun = "delivery waits" if number == 1 else "deliveries wait"
        self.message_user(request, f"{word}: {number:,} {noun} to be processed again.", messages.SUCCESS)

    @admin.display(description="received")
    def received(self, obj: Delivery) -> str:
        return moment_text(obj.received_at)

    @admin.display(description="reason")
    def reason_start(self, obj: Delivery) -> str:
        return Truncator(obj.reason).chars(REASON_SHOWN)

    @admin.display(description="due")
    def due(self, obj: Delivery) -> str:
        return moment_text(obj.due_at) if obj.state == Delivery.State.PENDING else "not any more"

    @admin.display(description="last failed")
    def failed(self, obj: Delivery) -> str:
        return moment_text(obj.failed_at)

    @admin.display(description="settled")
    def settled(self, obj: Delivery) -> str:
        return moment_text(obj.settled_at)

    @admin.display(description="checks set aside by staff")
    def checks_waived(self, obj: Delivery) -> str:
        return ", ".join(obj.waived) or "none"

    @admin.display(description="endpoint")
    def endpoint_link(self, obj: Delivery) -> str:
        return page_link(Endpoint, obj.endpoint_id, obj.endpoint)

    @admin.display(description="proven by")
    def verified_by(self, obj: Delivery) -> str:
        if obj.secret_id is None:
            return "the URL token: this scheme has no secret"
        # Never through obj.secret: that would read the secret itself.
        return page_link(Secret, obj.secret_id, Secret.objects.only("label").get(pk=obj.secret_id))

    @admin.display(description="came by")
    def url_token(self, obj: Delivery) -> str:
        return f"URL token {obj.token_id}"
