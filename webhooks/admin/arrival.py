"""What deliveries and refusals have in common: headers and a body that somebody else wrote."""

import re
from collections.abc import Sequence
from typing import TypeVar

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inventory.admin.base import ReadOnlyAdmin
from inventory.admin.display import Table, Tool
from webhooks.models import Delivery, Refusal

BODY_SHOWN = 16_384

# Control characters, and those that turn the direction of writing: shown raw they hide what a body says.
_HIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")

Arrival = TypeVar("Arrival", bound=Delivery | Refusal)


def body_text(body: bytes) -> str:
    """The start of a body as text; bytes that are no UTF-8, and characters that cannot be seen, as escapes."""
    text = body[:BODY_SHOWN].decode("utf-8", "backslashreplace")
    return _HIDDEN.sub(lambda hidden: hidden[0].encode("unicode_escape").decode(), text)


def body_block(body: bytes) -> SafeString:
    """The start of a body for a page, saying whether there is more."""
    if not body:
        return format_html("{}", "The body is empty.")
    size = len(body)
    note = f"The first {BODY_SHOWN:,} of {size:,} bytes." if size > BODY_SHOWN else f"All {size:,} bytes."
    return format_html('<p>{}</p><pre class="raw" tabindex="0">{}</pre>', note, body_text(body))


def headers_table(headers: Sequence[Sequence[str]]) -> Table:
    """The headers that were kept, as [name, value] in the order of arrival; none of them is a credential."""
    return Table(
        title="Headers that were kept",
        columns=("Header", "Value"),
        rows=tuple((name, value) for name, value in headers),
        empty="None of its headers was kept.",
    )


class ArrivalAdmin(ReadOnlyAdmin[Arrival]):
    """Shows the start of a body, and gives all of it as a file that no browser will run."""

    def get_urls(self) -> list[URLPattern]:
        body = path(
            "<int:pk>/body/",
            self.admin_site.admin_view(self.body_view),
            name=f"{self.opts.app_label}_{self.opts.model_name}_body",
        )
        return [body, *super().get_urls()]

    def body_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The whole body, byte for byte."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        arrival = self.get_object(request, str(pk))
        if arrival is None:
            raise Http404
        return HttpResponse(
            bytes(arrival.body),
            content_type="application/octet-stream",
            headers={
                "Content-Disposition": f'attachment; filename="{self.opts.model_name}-{pk}.bin"',
                "X-Content-Type-Options": "nosniff",
            },
        )

    def tools(self, request: HttpRequest, obj: Arrival) -> tuple[Tool, ...]:  # noqa: ARG002
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_body"
        return (Tool(text="Download the body", url=reverse(name, args=[obj.pk])),)

    @admin.display(description="body")
    def body_shown(self, obj: Arrival) -> str:
        return body_block(bytes(obj.body))
