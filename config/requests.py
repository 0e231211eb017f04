"""Requests as Django sees them, and the handler that makes them."""

from collections.abc import Mapping
from typing import Any

from django.core.handlers.wsgi import WSGIHandler, WSGIRequest


class Request(WSGIRequest):
    """A request of which only the kind of its content is read, and not what stands behind that: it comes as UTF-8.

    Django parses the rest before anybody has seen the request. An encoding that Python does not know ends there in a
    fault of ours, whatever the address; each name of one is kept in memory for ever; and the time that it takes grows
    with the square of the header's length.
    """

    def _set_content_type_params(self, meta: Mapping[str, Any]) -> None:
        self.content_type = meta.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
        self.content_params = {}


class Handler(WSGIHandler):
    """Django's handler, for these requests."""

    request_class = Request
