"""Forms that cannot be read at all."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBadRequest, HttpResponseBase
from django.template.loader import render_to_string

FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_PLAIN = re.compile(
    r"[a-z/-]+(?: *; *(?:charset=\"?utf-8\"?|boundary=(?:[A-Za-z0-9'+_-]{1,70}|\"[A-Za-z0-9'+_-]{1,70}\")))* *",
    re.IGNORECASE,
)


class PlainForms:
    """Answers a form with 400 that is said to be anything but a plain one in UTF-8, before anybody reads it.

    Django refuses a form in another charset each time that it is read. Its pages for errors, this one's among them,
    read it too, for the token against forgery: that refusal nobody catches, and the answer would be a bare 500. Of what
    else may stand there, see config.requests.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.content_type in FORMS and not _PLAIN.fullmatch(request.META["CONTENT_TYPE"]):
            return HttpResponseBadRequest(render_to_string("400.html"))
        return self._get_response(request)
