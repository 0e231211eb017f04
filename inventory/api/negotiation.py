"""In which form the API answers: there is one, and whoever takes none of it is told so."""

from collections.abc import Iterable

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

ANYTHING = "*/*"


class OneForm(BaseContentNegotiation):
    """Compares the kinds that a visitor takes with ours, and reads nothing of what stands behind them.

    Django REST framework parses their parameters, before it knows who asks, and each name of an encoding that Python
    does not know is kept in memory for ever.
    """

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser:  # noqa: ARG002
        """Nothing is sent to the API."""
        return next(iter(parsers))

    def select_renderer(
        self,
        request: Request,
        renderers: Iterable[BaseRenderer],
        format_suffix: str | None = None,  # noqa: ARG002  # the framework's signature
    ) -> tuple[BaseRenderer, str]:
        """The view's one; raises NotAcceptable."""
        [renderer] = renderers
        kind = renderer.media_type
        taken = {
            token.partition(";")[0].strip().lower() for token in request.META.get("HTTP_ACCEPT", ANYTHING).split(",")
        }
        if taken.isdisjoint({kind, f"{kind.partition('/')[0]}/*", ANYTHING}):
            raise NotAcceptable(available_renderers=[renderer])
        return renderer, kind
