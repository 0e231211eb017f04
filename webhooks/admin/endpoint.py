"""Endpoints in the admin: their URLs, what to do on the sender's side, and how they are doing."""

from collections.abc import Sequence
from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import Truncator

from inventory.admin.base import StaffEditedAdmin
from inventory.admin.display import Table, Tool, list_url, moment_text, page_link
from inventory.models import Source
from inventory.registry import Link
from webhooks.admin import endpoint_views
from webhooks.admin.credentials import may_see_urls
from webhooks.admin.endpoint_parts import (
    newest_deliveries,
    newest_refusals,
    secrets_table,
    urls_of,
)
from webhooks.admin.forms import SETTING_PREFIX, EndpointForm, EndpointModelForm, chosen_settings, setting_fields
from webhooks.endpoints import change_settings, live_secrets, needs_secret, uses_secrets
from webhooks.models import Delivery, Endpoint, Secret, Token
from webhooks.providers import PROVIDERS

TENANTS_SHOWN = 100
UNSUITED_SHOWN = 20


@admin.register(Endpoint)
class EndpointAdmin(StaffEditedAdmin[Endpoint]):
    change_form_template = "admin/webhooks/endpoint/change_form.html"
    form = EndpointForm
    list_display = ("__str__", "provider", "environment", "state", "proof", "accepted", "newest_delivery")
    list_select_related = ("source",)
    list_filter = ("state",)
    linked_filters = ("source__id__exact",)
    ordering = ("id",)
    search_fields = ("source__name__istartswith",)
    search_help_text = "The beginning of a source's name."
    empty_list = "There is no endpoint yet. Add one to get the URL that a sender needs."
    fields = ("source_link", "provider", "environment", "state", "tenants", "body_limit", "created")
    readonly_fields = ("source_link", "provider", "environment", "settings", "created")

    class Media:
        js = ("webhooks/copy.js",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Endpoint]:
        deliveries = Delivery.objects.filter(endpoint=OuterRef("pk")).order_by("-id")
        return (
            super()
            .get_queryset(request)
            .annotate(
                newest=Subquery(deliveries.values("received_at")[:1]),
                has_live_secret=Exists(Secret.objects.live().filter(endpoint=OuterRef("pk"))),
            )
        )

    def get_urls(self) -> list[URLPattern]:
        def page(name: str, view: Any) -> URLPattern:
            return path(
                f"<int:pk>/add-{name}/",
                self.admin_site.admin_view(lambda request, pk: view(self, request, pk)),
                name=f"webhooks_endpoint_add_{name}",
            )

        return [
            page("secret", endpoint_views.add_secret),
            page("url", endpoint_views.add_url),
            *super().get_urls(),
        ]

    def get_fields(self, request: HttpRequest, obj: Endpoint | None = None) -> tuple[str, ...]:
        """The endpoint's own, and its source's settings: a field for each, or one line for whoever may only look."""
        if obj is None or not PROVIDERS[obj.source.provider].settings:
            return self.fields
        if not self.has_change_permission(request, obj):
            return (*self.fields, "settings")
        return (*self.fields, *setting_fields(obj.source))

    def get_form(
        self, request: HttpRequest, obj: Endpoint | None = None, change: bool = False, **kwargs: Any
    ) -> type[EndpointModelForm]:
        if obj is not None:
            kwargs["form"] = type(EndpointForm.__name__, (EndpointForm,), dict(setting_fields(obj.source)))
        return super().get_form(request, obj, change, **kwargs)

    def columns_to_save(self, obj: Endpoint, changed: Sequence[str]) -> list[str]:
        return [name for name in super().columns_to_save(obj, changed) if not name.startswith(SETTING_PREFIX)]

    def save_model(self, request: HttpRequest, obj: Endpoint, form: Any, change: bool) -> None:
        """The settings are the source's: they go there, and the endpoint's history says who changed them."""
        super().save_model(request, obj, form, change)
        chosen = chosen_settings({name: form.cleaned_data[name] for name in form.changed_data})
        if chosen:
            change_settings(obj.source, chosen)
            self._warn_of_unsuited(request, obj)

    def _warn_of_unsuited(self, request: HttpRequest, obj: Endpoint) -> None:
        """After a save comes the list, where nothing is seen of secrets that suit no more."""
        held = live_secrets(obj)
        if held.unsuited:
            self.message_user(
                request,
                f"Secrets of {obj} that are live and can no longer be used: {len(held.unsuited)}. Its page names them.",
                messages.WARNING,
            )

    def add_view(
        self,
        request: HttpRequest,
        form_url: str = "",  # noqa: ARG002  # Django's signature
        extra_context: dict[str, Any] | None = None,  # noqa: ARG002
    ) -> HttpResponse:
        return endpoint_views.add_endpoint(self, request)

    def tools(self, request: HttpRequest, obj: Endpoint) -> tuple[Tool, ...]:
        found = [
            Tool(text="Deliveries", url=list_url(Delivery, endpoint__id__exact=obj.pk)),
            Tool(text="All its URLs", url=list_url(Token, endpoint__id__exact=obj.pk)),
        ]
        if uses_secrets(obj) and request.user.has_perm("webhooks.add_secret"):
            add = reverse("admin:webhooks_endpoint_add_secret", args=[obj.pk])
            found.insert(0, Tool(text="Add a secret", url=add))
        if request.user.has_perm("webhooks.add_token"):
            found.insert(0, Tool(text="Add a URL", url=reverse("admin:webhooks_endpoint_add_url", args=[obj.pk])))
        return tuple(found)

    def tables(self, request: HttpRequest, obj: Endpoint) -> Sequence[Table]:
        found = [newest_deliveries(obj), newest_refusals(obj)]
        if uses_secrets(obj) or obj.secrets.live().exists():
            found.insert(0, secrets_table(obj, may_retire=request.user.has_perm("webhooks.change_secret")))
        return found

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Endpoint | None = None,
    ) -> HttpResponse:
        if obj is not None:
            provider = PROVIDERS[obj.source.provider]
            held = live_secrets(obj)
            context |= {
                "unsuited_secrets": held.unsuited[:UNSUITED_SHOWN],
                "more_unsuited": len(held.unsuited[UNSUITED_SHOWN:]),
                "no_secret_suits": held.none_suits,
                "proof": provider.proof(provider.settings_of(obj.source.settings)),
                "needs_secret": needs_secret(obj),
                "add_secret_link": Link(
                    text="Add a secret.", url=reverse("admin:webhooks_endpoint_add_secret", args=[obj.pk])
                )
                if request.user.has_perm("webhooks.add_secret")
                else None,
                "uses_secrets": uses_secrets(obj),
                "provider": provider,
                "may_see_urls": may_see_urls(request),
                "may_retire_urls": request.user.has_perm("webhooks.change_token"),
                "endpoint_urls": urls_of(obj) if may_see_urls(request) else [],
            }
        return super().render_change_form(request, context, add, change, form_url, obj)

    @admin.display(description="source")
    def source_link(self, obj: Endpoint) -> str:
        return page_link(Source, obj.source_id, obj.source)

    @admin.display(description="provider")
    def provider(self, obj: Endpoint) -> str:
        return PROVIDERS[obj.source.provider].title

    @admin.display(description="environment")
    def environment(self, obj: Endpoint) -> str:
        return obj.source.get_environment_display()

    @admin.display(description="settings")
    def settings(self, obj: Endpoint) -> str:
        provider = PROVIDERS[obj.source.provider]
        present = provider.settings_of(obj.source.settings)
        shown = ((setting, present[setting.name]) for setting in provider.settings)
        return "; ".join(
            f"{setting.label}: {dict(setting.choices).get(value, value) or 'not set'}" for setting, value in shown
        )

    @admin.display(description="proof of requests")
    def proof(self, obj: Endpoint) -> str:
        if not uses_secrets(obj):
            return "the URL only"
        return "a secret" if cast("Any", obj).has_live_secret else "needs a secret: refuses everything"

    @admin.display(description="accepted accounts")
    def accepted(self, obj: Endpoint) -> str:
        return Truncator(", ".join(obj.tenants)).chars(TENANTS_SHOWN) if obj.tenants else "any"

    @admin.display(description="newest delivery")
    def newest_delivery(self, obj: Endpoint) -> str:
        newest = cast("Any", obj).newest
        return moment_text(newest) if newest else "none yet"

    @admin.display(description="created")
    def created(self, obj: Endpoint) -> str:
        return moment_text(obj.created_at)
