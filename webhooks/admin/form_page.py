"""A page of the admin with one plain form, for what no model form can say."""

from typing import Any

from django import forms
from django.contrib.admin.helpers import AdminForm
from django.db import models
from django.http import HttpRequest
from django.template.response import TemplateResponse

from inventory.admin.base import StockroomAdmin


def form_page(
    model_admin: StockroomAdmin[Any],
    request: HttpRequest,
    form: forms.Form,
    *,
    title: str,
    submit: str,
    original: models.Model | None = None,
    template: str = "admin/webhooks/plain_form.html",
    **context: object,
) -> TemplateResponse:
    """The page that asks for `form`; `original` is the record that it belongs to, if there is one."""
    fieldsets = [(None, {"fields": list(form.fields)})]
    return TemplateResponse(
        request,
        template,
        {
            **model_admin.admin_site.each_context(request),
            "title": title,
            "submit": submit,
            "form": form,
            "adminform": AdminForm(form, fieldsets, {}),  # type: ignore[arg-type]  # any form will do, as in auth's own admin
            "media": model_admin.media + form.media,
            "opts": model_admin.opts,
            "original": original,
            **context,
        },
    )
