"""Pages by key: each begins behind the last row of the one before, so that the thousandth costs what the first does.

The cursor is signed for the list and the filters that it came from. DRF's own CursorPagination answers 500 to a forged
one where the order is by time, and walks over equal keys by OFFSET.
"""

from typing import Any, Protocol, cast

from django.core.signing import BadSignature, Signer
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from inventory.api.errors import BadParameter, shortened
from inventory.api.parameters import TEXT, Asked, Parameter, number

USUAL = 100
MOST = 200
PAGE_SIZE = Parameter(
    name="page_size",
    kind=number(1, MOST),
    description=f"How many rows a page has at most: 1 to {MOST}, {USUAL} where nothing is said.",
)
CURSOR = Parameter(
    name="cursor",
    kind=TEXT,
    description="Where the page begins: taken from the next of the page before, for the same list and filters.",
)
PAGING = (PAGE_SIZE, CURSOR)


class Paged(Protocol):
    """A view that has pages."""

    asked: Asked
    """Its parameters, PAGING included."""
    key: str
    """A unique indexed column of whole numbers."""

    @property
    def newest_first(self) -> bool:
        """Whether the greatest key comes first."""


class KeyPagination(BasePagination):
    """Pages of a Paged view by its key."""

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        asking = cast("Paged", view)
        key, falling = asking.key, asking.newest_first
        size = asking.asked.get(PAGE_SIZE.name, USUAL)
        signer = _signer(request, falling=falling)
        if (cursor := asking.asked.get(CURSOR.name)) is not None:
            queryset = queryset.filter(**{f"{key}__{'lt' if falling else 'gt'}": _opened(signer, cursor)})
        rows = list(queryset.order_by(f"-{key}" if falling else key)[: size + 1])
        self._next = None
        if len(rows) > size:
            sealed = signer.sign_object(getattr(rows[size - 1], key))
            self._next = replace_query_param(request.build_absolute_uri(), CURSOR.name, sealed)
        return rows[:size]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"results": data, "next": self._next})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "required": ["results", "next"],
            "properties": {
                "results": schema,
                "next": {
                    "type": ["string", "null"],
                    "format": "uri",
                    "description": "Where the next page is; null at the end.",
                },
            },
        }

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:  # noqa: ARG002  # DRF's signature
        return [parameter.described for parameter in PAGING]


def _signer(request: Request, *, falling: bool) -> Signer:
    paging = {parameter.name for parameter in PAGING}
    filters = sorted((name, value) for name, value in request.query_params.items() if name not in paging)
    return Signer(salt=f"inventory.api{request.path}{filters}{falling}")


def _opened(signer: Signer, cursor: str) -> int:
    try:
        return int(signer.unsign_object(cursor))
    except BadSignature as error:
        raise BadParameter(
            CURSOR.name, f"cursor is {shortened(cursor)!r}, which was not given out for this list and these filters."
        ) from error
