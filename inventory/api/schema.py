"""The description of the API, made from the same tables that answer: OpenAPI 3.1."""

from functools import cache
from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.renderers import OpenApiJsonRenderer
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from inventory.api.access import IsStaff
from inventory.api.errors import ErrorSerializer

ERRORS = {
    "400": "A query parameter that does not exist, is given twice, or whose value cannot be understood.",
    "401": "Nobody is logged in.",
    "403": "The account is none of staff's, or may not view this.",
}
NOT_FOUND = {"404": "There is no such row; with as_of, there was none then."}


class Description(AutoSchema):
    """Describes an operation with its parameters and everything that it can answer."""

    def get_filter_backends(self) -> list[Any]:
        return list(getattr(self.view, "filter_backends", []))

    def get_response_serializers(self) -> Any:
        errors = ERRORS | (NOT_FOUND if getattr(self.view, "detail", False) else {})
        return {"200": super().get_response_serializers()} | {
            status: OpenApiResponse(ErrorSerializer, description=words) for status, words in errors.items()
        }


class SessionDescription(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # it registers itself
    """How OpenApi names the session of someone who is logged in."""

    target_class = "inventory.api.access.StaffSession"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:  # noqa: ARG002  # its signature
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": settings.SESSION_COOKIE_NAME,
            "description": "Log in at /admin/ as staff.",
        }


@cache
def described() -> dict[str, Any]:
    """The whole description; it hangs on nothing but the code."""
    found: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]
    return found


@extend_schema(exclude=True)
class SchemaView(APIView):
    """The description as JSON."""

    permission_classes = [IsStaff]
    renderer_classes = [OpenApiJsonRenderer]
    http_method_names = ["get", "head"]

    def get(self, request: Request) -> Response:  # noqa: ARG002  # DRF's signature
        return Response(described())
