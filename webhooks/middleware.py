"""The way from the web server to the door, past everything that is made for browsers."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from webhooks.exchange import ADDRESS
from webhooks.views import receive


class HooksFirst:
    """Hands every request to a delivery's address to the door; stands before all other middleware.

    Sessions, cookies, redirects to https and the check of the Host header are for browsers. A delivery proves itself
    by its own bytes, and one that came under a host name that nobody listed is as genuine as any.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        address = ADDRESS.fullmatch(request.path_info)
        return receive(request, address["token"]) if address else self._get_response(request)
