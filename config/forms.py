"""Forms that cannot be read at all."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBadRequest, HttpResponseBase
from django.template.loader import render_to_string

FORM = "application/x-www-form-urlencoded"


class OnlyUtf8:
    """Answers a form in another charset than UTF-8, before anybody reads it.

    Django refuses such a form each time that it is read. Its pages for errors, this one's among them, read it too, for
    the token against forgery: that refusal nobody catches, and the answer would be a bare 500.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.content_type == FORM and (request.encoding or "utf-8").lower() != "utf-8":
            return HttpResponseBadRequest(render_to_string("400.html"))
        return self._get_response(request)
