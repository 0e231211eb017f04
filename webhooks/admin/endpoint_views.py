"""The forms by which staff add endpoints, secrets and URLs.

A secret that was made for staff stands on the page that answers their form, and nowhere else: a message kept for the
next page would lie in clear in a cookie or in the session's table.
"""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from inventory.admin.base import StockroomAdmin
from inventory.admin.display import admin_url
from inventory.models import Source
from webhooks import endpoints
from webhooks.admin.form_page import form_page
from webhooks.admin.forms import AddEndpointForm, AddSecretForm, AddTokenForm
from webhooks.encryption import UnreadableSecret
from webhooks.models import Endpoint
from webhooks.providers import PROVIDERS, Provider
from webhooks.verification import generate_secret

NAMES_OFFERED = 200
SHOWN_OF_UNKNOWN = 40

Admin = StockroomAdmin[Endpoint]


def add_endpoint(model_admin: Admin, request: HttpRequest) -> HttpResponse:
    """Ask which provider it is for, then for what that provider needs to know, and make the endpoint."""
    if not model_admin.has_add_permission(request):
        raise PermissionDenied
    asked = request.GET.get("provider", "")
    provider = PROVIDERS.get(asked)
    if provider is None:
        return _choose_provider(model_admin, request, unknown=asked)
    form = AddEndpointForm(provider, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            with transaction.atomic():
                new = _new_endpoint(provider, form)
                model_admin.log_addition(request, new.endpoint, [{"added": {}}])
        except endpoints.EndpointProblem as problem:
            form.add_error(None, _sentence(problem))
        else:
            if new.generated_secret is not None:
                return _show_once(model_admin, request, new.endpoint, new.generated_secret)
            model_admin.message_user(
                request, "The endpoint is there. Below is what to do on the sender's side.", messages.SUCCESS
            )
            return _to_endpoint(new.endpoint)
    sources = Source.objects.filter(provider=provider.name).order_by("name")
    return form_page(
        model_admin,
        request,
        form,
        title=f"Add endpoint: {provider.title}",
        submit="Add the endpoint",
        template="admin/webhooks/endpoint/add_form.html",
        source_names=sources.values_list("name", flat=True)[:NAMES_OFFERED],
        provider=provider,
    )


def add_secret(model_admin: Admin, request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for one more secret of an endpoint, or make one where the provider lets us choose it."""
    endpoint = _endpoint(request, pk, "webhooks.add_secret")
    form = AddSecretForm(PROVIDERS[endpoint.source.provider], request.POST or None)
    if form.is_valid():
        given: str = form.cleaned_data["value"]
        try:
            with transaction.atomic():
                value = given or generate_secret(endpoints.scheme_of(endpoint))
                secret = endpoints.add_secret(
                    endpoint,
                    value,
                    label=form.cleaned_data["label"],
                    not_after=form.cleaned_data["not_after"],
                )
                # In the endpoint's history, by its name: never with its value.
                model_admin.log_change(request, endpoint, f"Added {secret}.")
        except (endpoints.EndpointProblem, UnreadableSecret) as problem:
            form.add_error("value", _sentence(problem))
        else:
            if not given:
                return _show_once(model_admin, request, endpoint, value)
            model_admin.message_user(request, f"Requests may now be proved by {secret}.", messages.SUCCESS)
            return _to_endpoint(endpoint)
    return form_page(
        model_admin,
        request,
        form,
        title=f"Add a secret to {endpoint}",
        submit="Add the secret",
        original=endpoint,
    )


def add_url(model_admin: Admin, request: HttpRequest, pk: int) -> HttpResponse:
    """Make one more URL for an endpoint, so that the sender can be moved to it without a gap."""
    endpoint = _endpoint(request, pk, "webhooks.add_token")
    form = AddTokenForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            with transaction.atomic():
                token = endpoints.add_token(endpoint, form.cleaned_data["public_url"])
                model_admin.log_change(request, endpoint, f"Added {token}.")
        except endpoints.EndpointProblem as problem:
            form.add_error("public_url", _sentence(problem))
        else:
            model_admin.message_user(
                request,
                "The endpoint has one more URL. The old one stays live until you retire it.",
                messages.SUCCESS,
            )
            return _to_endpoint(endpoint)
    return form_page(
        model_admin, request, form, title=f"Add a URL to {endpoint}", submit="Add the URL", original=endpoint
    )


def _choose_provider(model_admin: Admin, request: HttpRequest, *, unknown: str) -> HttpResponse:
    return TemplateResponse(
        request,
        "admin/webhooks/endpoint/choose_provider.html",
        {
            **model_admin.admin_site.each_context(request),
            "title": "Add endpoint",
            "media": model_admin.media,
            "opts": model_admin.opts,
            "providers": sorted(PROVIDERS.values(), key=lambda provider: provider.title),
            "unknown": unknown[:SHOWN_OF_UNKNOWN],
        },
    )


def _new_endpoint(provider: Provider, form: AddEndpointForm) -> endpoints.NewEndpoint:
    asked = form.cleaned_data
    secret = asked.get("secret")
    return endpoints.add_endpoint(
        provider.name,
        name=asked["name"],
        secrets=[secret] if secret else [],
        public_url=asked["public_url"],
        environment=asked["environment"] or None,
        tenants=asked["tenants"],
        settings=form.settings,
    )


def _endpoint(request: HttpRequest, pk: int, permission: str) -> Endpoint:
    if not request.user.has_perm(permission):
        raise PermissionDenied
    endpoint = Endpoint.objects.select_related("source").filter(pk=pk).first()
    if endpoint is None:
        raise Http404
    return endpoint


def _show_once(model_admin: Admin, request: HttpRequest, endpoint: Endpoint, secret: str) -> HttpResponse:
    return TemplateResponse(
        request,
        "admin/webhooks/endpoint/secret_made.html",
        {
            **model_admin.admin_site.each_context(request),
            "title": "A secret was made",
            "media": model_admin.media + forms.Media(),
            "opts": model_admin.opts,
            "original": endpoint,
            "secret": secret,
        },
    )


def _to_endpoint(endpoint: Endpoint) -> HttpResponse:
    return HttpResponseRedirect(admin_url(Endpoint, "change", endpoint.pk))


def _sentence(problem: Exception) -> str:
    text = str(problem)
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."
