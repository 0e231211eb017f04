"""Secrets and URL tokens in the admin: they are added and retired at their endpoint, and never shown here."""

from typing import Any, TypeVar

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from inventory.admin.base import StaffEditedAdmin
from inventory.admin.display import Tool, admin_url, list_url, moment_text, page_link
from webhooks.admin.forms import TokenForm
from webhooks.encryption import UnreadableSecret
from webhooks.models import Delivery, Endpoint, Secret, Token

Credential = TypeVar("Credential", bound=Secret | Token)


class CredentialAdmin(StaffEditedAdmin[Credential]):
    """Something that opens an endpoint until it is retired."""

    list_display = ("__str__", "endpoint", "standing", "created")
    list_select_related = ("endpoint__source",)
    linked_filters = ("endpoint__id__exact",)
    ordering = ("-id",)

    def has_add_permission(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """It is added on its endpoint's page, which knows what it must be like."""
        return False

    def get_urls(self) -> list[URLPattern]:
        retire = path(
            "<int:pk>/retire/",
            require_POST(self.admin_site.admin_view(self.retire_view)),
            name=f"webhooks_{self.opts.model_name}_retire",
        )
        return [retire, *super().get_urls()]

    def retire_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """From now on, it opens nothing."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        credential = self.get_object(request, str(pk))
        if credential is None:
            raise Http404
        credential.not_after = timezone.now()
        credential.save(update_fields=["not_after"])
        self.log_change(request, credential, "Retired.")
        self.message_user(
            request, f"From now on {credential} is refused. To undo that, empty its end.", messages.SUCCESS
        )
        return HttpResponseRedirect(admin_url(Endpoint, "change", credential.endpoint_id))

    def tools(self, request: HttpRequest, obj: Credential) -> tuple[Tool, ...]:
        name = self.opts.model_name
        seen = Tool(text="Deliveries", url=list_url(Delivery, **{f"{name}__id__exact": obj.pk}))
        if not self.has_change_permission(request) or not is_live(obj):
            return (seen,)
        return (Tool(text="Retire", url=retire_url(obj), posts=True), seen)

    @admin.display(description="endpoint")
    def endpoint_link(self, obj: Credential) -> str:
        return page_link(Endpoint, obj.endpoint_id, obj.endpoint)

    @admin.display(description="standing")
    def standing(self, obj: Credential) -> str:
        return standing(obj)

    @admin.display(description="created")
    def created(self, obj: Credential) -> str:
        return moment_text(obj.created_at)


def is_live(credential: Secret | Token) -> bool:
    """Whether it still opens its endpoint."""
    return credential.not_after is None or credential.not_after > timezone.now()


def standing(credential: Secret | Token) -> str:
    """Whether and how long it opens its endpoint, in words."""
    if credential.not_after is None:
        return "live"
    return f"{'live until' if is_live(credential) else 'retired at'} {moment_text(credential.not_after)}"


def retire_url(credential: Secret | Token) -> str:
    """Where a POST retires it."""
    return reverse(f"admin:webhooks_{credential._meta.model_name}_retire", args=[credential.pk])


@admin.register(Secret)
class SecretAdmin(CredentialAdmin[Secret]):
    empty_list = "There is no secret yet. Add one on an endpoint's page."
    deferred = ("value",)
    fields = ("endpoint_link", "label", "not_after", "created")
    readonly_fields = ("endpoint_link", "created")


@admin.register(Token)
class TokenAdmin(CredentialAdmin[Token]):
    form = TokenForm
    empty_list = "There is no URL yet. Every endpoint gets one when it is added."
    deferred = ("value", "public_url")
    readonly_fields = ("endpoint_link", "created")

    def get_fields(self, request: HttpRequest, obj: Token | None = None) -> tuple[str, ...]:
        """A URL holds a credential: only those see it who may manage endpoints."""
        if not may_see_urls(request) or not self.has_change_permission(request, obj):
            return ("endpoint_link", "not_after", "created")
        return ("endpoint_link", "public_url", "not_after", "created")

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            return super().change_view(request, object_id, form_url, extra_context)
        except UnreadableSecret as error:
            self.message_user(request, f"This URL cannot be shown: {error}.", messages.ERROR)
            return HttpResponseRedirect(admin_url(Token, "changelist"))


def may_see_urls(request: HttpRequest) -> bool:
    """Whether this person may be shown an endpoint's URLs."""
    return request.user.has_perm("webhooks.change_endpoint")
